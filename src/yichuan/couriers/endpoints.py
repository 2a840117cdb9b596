"""Which server a connection may name: couriers' own, public ones, and what the operator allows.

A merchant may name the servers its connector is known to have. Operators may name any public one.
Calls are checked again when they connect (`core.outgoing`), so a name that changes gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Final
from urllib.parse import urlsplit

from yichuan.core.addresses import Allowed, Unresolved, check, is_allowed, split_url
from yichuan.core.database import ReadSession
from yichuan.core.errors import Invalid
from yichuan.core.platform import PlatformSetting
from yichuan.couriers.connectors import registry

SECONDS: Final = 3.0
"""How long a name may take to resolve before it is left to the first call."""


class CourierAddressSettings(Allowed):
    """Servers that connections may name although they are private; merchants name them too."""


setting = PlatformSetting("courier_addresses", CourierAddressSettings)


def barred(connector: str, endpoint: str, allowed: Allowed) -> str | None:
    """Why a merchant may not name an address; None: it may."""
    host = (urlsplit(endpoint).hostname or "").lower()
    known = registry.connector(connector)
    if (known is not None and host in known.hosts) or _allowed(host, allowed):
        return None
    return f"{host} is not known to be a server of {connector}; the operator can allow it"


def _allowed(host: str, allowed: Allowed) -> bool:
    try:
        return is_allowed(ipaddress.ip_address(host), host, allowed)
    except ValueError:
        return host in allowed.allowed_hosts


async def check_endpoint(
    session: ReadSession, connector: str, endpoint: str, *, merchants: bool
) -> None:
    """Refuse an address when it is entered. A name that does not resolve now is left to the calls.

    Args:
        session: any.
        connector: whose servers they should be.
        endpoint: the base address.
        merchants: the connection is a merchant's.

    Raises:
        Invalid: it leads inside, or it is a merchant's and unknown.
    """
    allowed = await setting.get(session)
    reason = barred(connector, endpoint, allowed)
    if reason is None:
        return
    if merchants:
        raise Invalid(reason, field="endpoint")
    try:
        split_url(endpoint)
        async with asyncio.timeout(SECONDS):
            await check(endpoint, allowed, plain=True)
    except (Unresolved, TimeoutError):
        return
    except Invalid as refused:
        raise Invalid(refused.detail, field="endpoint") from refused
