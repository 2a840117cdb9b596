"""Where webhooks and calls to couriers may go.

If this breaks, an outsider reads the inside of the operator's network.
"""

from __future__ import annotations

import ipaddress

import pytest

from yichuan.core.addresses import Allowed, check, choose, is_public, split_url
from yichuan.core.errors import Invalid

NONE = Allowed()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("2002:a00:1::", False),
        ("64:ff9b::a00:1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    addresses = [ipaddress.ip_address(a) for a in ("8.8.8.8", "10.0.0.1")]
    with pytest.raises(Invalid, match="private"):
        choose("https", "mall.example", 443, addresses, NONE)


def test_plain_http_only_where_the_operator_allows_it() -> None:
    address = [ipaddress.ip_address("8.8.8.8")]
    with pytest.raises(Invalid, match="https"):
        choose("http", "mall.example", 80, address, NONE)
    allowed = Allowed(allowed_hosts=("mall.example",))
    assert choose("http", "mall.example", 80, address, allowed).address == "8.8.8.8"
    inside = Allowed(allowed_networks=("10.0.0.0/8",))
    private = [ipaddress.ip_address("10.2.3.4")]
    assert choose("http", "mall", 80, private, inside).address == "10.2.3.4"


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "https://", "mailto:a@b", "https://user:pw@host/", "https://h:x/"]
)
def test_what_is_no_webhook_address(url: str) -> None:
    with pytest.raises(Invalid):
        split_url(url)


@pytest.mark.parametrize("host", ["127.0.0.1:9", "[::1]", "localhost", "2130706433", "0177.1"])
async def test_local_addresses_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(Invalid):
        await check(f"https://{host}/", NONE)


def test_networks_must_be_networks() -> None:
    with pytest.raises(ValueError, match="99"):
        Allowed(allowed_networks=("10.0.0.0/99",))
