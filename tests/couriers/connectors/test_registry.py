"""Every connector keeps to one shape. If this broke, an operator would be offered a courier that
cannot be called, or a promise nobody verified.
"""

from __future__ import annotations

from importlib import resources

import httpx
import pytest

from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import CourierError
from yichuan.couriers.connectors.connector import Access, Client, Connector
from yichuan.couriers.connectors.wire import Wire

ALL = list(registry.connectors().values())
METHODS = {
    "number": "issue",
    "cancel": "cancel",
    "balance": "balance",
    "track": "track",
    "subscribe": "subscribe",
    "pickup": "book_pickup",
    "recognise": "recognise",
    "rate": "prices",
    "forecast": "forecast",
}


def access(connector: Connector) -> Access:
    extra = {f.name: "x" for f in connector.credentials}
    return Access(Wire(httpx.AsyncClient()), connector.endpoint, "id", "key", extra)


def opened(connector: Connector) -> Client:
    return connector.open(access(connector))


@pytest.mark.parametrize("connector", ALL, ids=lambda one: one.name)
def test_does_what_it_declares(connector: Connector) -> None:
    """A declared call is implemented, an undeclared one is not; a pusher has a door."""
    client = opened(connector)
    for capability, method in METHODS.items():
        own = getattr(type(client), method) is not getattr(Client, method)
        assert own == (capability in connector.can), (capability, method)
    assert ("push" in connector.can) == (connector.door is not None)
    if "number" in connector.can:
        looks_up = type(client).recover is not Client.recover
        assert looks_up != bool(client.lost_for_good)


@pytest.mark.parametrize("connector", ALL, ids=lambda one: one.name)
def test_names_what_it_was_read_from(connector: Connector) -> None:
    """Verified means that somebody can look it up; codes have one table, beside the connector."""
    assert not connector.endpoint.endswith("/")
    assert {"public_id", "secret"} <= {field.name for field in connector.credentials}
    if "documents" in connector.can.values():
        assert connector.sources
    name = "karrio" if connector.kind == "library" else connector.name
    folder = resources.files(f"yichuan.couriers.connectors.{name}")
    if {"track", "push"} & set(connector.can):
        assert folder.joinpath("codes.csv").is_file()


async def test_what_a_protocol_lacks_is_refused() -> None:
    """Nobody's call vanishes: it is told that this courier has no such thing."""
    with pytest.raises(CourierError) as caught:
        await Client(access(ALL[0])).recognise("1")
    assert caught.value.code == "unsupported"
