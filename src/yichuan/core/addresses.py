"""Where requests may go that others name: public addresses, and what the operator allows.

Webhooks and calls to couriers go through here. The name is resolved once, every address is checked,
and the request goes to a checked address: a name that answers differently a moment later (DNS
rebinding) gains nothing, nor does a private address in disguise (mapped, decimal, octal).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from yichuan.core.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Allowed(BaseModel):
    """What the operator allows beyond public addresses."""

    model_config = ConfigDict(frozen=True)

    allowed_hosts: tuple[Annotated[str, Field(max_length=253)], ...] = ()
    """Host names that may have private addresses."""
    allowed_networks: tuple[str, ...] = ()
    """Networks (CIDR) whose addresses may be reached."""

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(host.lower() for host in value)

    @field_validator("allowed_networks")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network)
        return value


NOTHING: Final = Allowed()


class Unresolved(Invalid):
    """The host name has no address, at least now."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked place to send to."""

    host: str
    port: int
    addresses: tuple[str, ...]
    """The resolved addresses, each of them checked."""

    @property
    def address(self) -> str:
        """The address to connect to first."""
        return self.addresses[0]


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet, looking into embedded IPv4 addresses too."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address in NAT64 or address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def is_allowed(address: Address, host: str, allowed: Allowed) -> bool:
    """Whether the operator allows this host or address explicitly."""
    if host in allowed.allowed_hosts:
        return True
    return any(
        address in ipaddress.ip_network(network)
        for network in allowed.allowed_networks
        if ipaddress.ip_network(network).version == address.version
    )


def split_url(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL.

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
    allowed: Allowed,
    *,
    plain: bool = False,
) -> Target:
    """The checked addresses. `plain`: public ones may be reached over plain HTTP too.

    Raises:
        Invalid: one of the addresses is private and not allowed, or it is plain HTTP.
    """
    for address in addresses:
        if is_allowed(address, host, allowed):
            continue
        if not is_public(address):
            raise Invalid(
                f"{host} leads to a private address (内网地址); the operator can allow it",
                field="url",
            )
        if scheme != "https" and not plain:
            raise Invalid("give an https:// address: plain HTTP is not allowed", field="url")
    if not addresses:
        raise Unresolved("the host name has no address", field="url")
    return Target(host, port, tuple(str(address) for address in addresses))


async def resolve(host: str, port: int) -> list[Address]:
    """Every address of a host.

    Raises:
        Unresolved: the name does not resolve.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unresolved(f"the host name does not resolve: {error}", field="url") from error
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


async def check(url: str, allowed: Allowed, *, plain: bool = False) -> Target:
    """Resolve and check a URL; `plain` as for `choose`.

    Raises:
        Invalid: it may not be sent to.
    """
    scheme, host, port = split_url(url)
    return choose(scheme, host, port, await resolve(host, port), allowed, plain=plain)
