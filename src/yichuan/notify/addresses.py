"""Where webhooks may go: public addresses, and what the operator explicitly allows.

The name is resolved once, every address is checked, and the request goes to the checked address:
a name that answers differently a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from yichuan.core.errors import Invalid
from yichuan.core.platform import PlatformSetting

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class WebhookSettings(BaseModel):
    """What the operator allows beyond public HTTPS addresses."""

    model_config = ConfigDict(frozen=True)

    allowed_hosts: tuple[Annotated[str, Field(max_length=253)], ...] = ()
    """Host names that may be private and may be reached over plain HTTP."""
    allowed_networks: tuple[str, ...] = ()
    """Networks (CIDR) whose addresses may be reached, also over plain HTTP."""

    @field_validator("allowed_networks")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network)
        return value


setting = PlatformSetting("webhooks", WebhookSettings)


@dataclass(frozen=True, slots=True)
class Target:
    """A checked place to send to."""

    host: str
    port: int
    address: str
    """The resolved address to connect to."""


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet, looking into embedded IPv4 addresses too."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address in NAT64 or address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def is_allowed(address: Address, host: str, allowed: WebhookSettings) -> bool:
    """Whether the operator allows this host or address explicitly."""
    if host in allowed.allowed_hosts:
        return True
    return any(
        address in ipaddress.ip_network(network)
        for network in allowed.allowed_networks
        if ipaddress.ip_network(network).version == address.version
    )


def split_url(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a webhook URL.

    Raises:
        Invalid: not an http(s) URL with a host, or with a user name in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(f"not a URL: {error}", field="url") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Invalid("give an https:// address without a user name", field="url")
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80)


def choose(
    scheme: str,
    host: str,
    port: int,
    addresses: Sequence[Address],
    allowed: WebhookSettings,
    *,
    plain: bool = False,
) -> Target:
    """The address to connect to. `plain`: public addresses may be reached over plain HTTP too.

    Raises:
        Invalid: one of the addresses is private and not allowed, or it is plain HTTP.
    """
    for address in addresses:
        if is_allowed(address, host, allowed):
            continue
        if not is_public(address):
            raise Invalid("webhooks do not go to private addresses (内网地址)", field="url")
        if scheme != "https" and not plain:
            raise Invalid("webhooks go over https:// only", field="url")
    if not addresses:
        raise Invalid("the host name has no address", field="url")
    return Target(host, port, str(addresses[0]))


async def resolve(host: str, port: int) -> list[Address]:
    """Every address of a host.

    Raises:
        Invalid: the name does not resolve.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Invalid(f"the host name does not resolve: {error}", field="url") from error
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


async def check(url: str, allowed: WebhookSettings, *, plain: bool = False) -> Target:
    """Resolve and check a webhook URL; `plain` as for `choose`.

    Raises:
        Invalid: it may not be sent to.
    """
    scheme, host, port = split_url(url)
    return choose(scheme, host, port, await resolve(host, port), allowed, plain=plain)
