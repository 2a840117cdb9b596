"""Pictures of the simulated network. If these break, the demonstration shows no proof of delivery,
and nothing tries the way of a courier's picture from its push to its server."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx
from starlette.applications import Starlette

from yichuan.couriers.connectors.jtexpress import parse
from yichuan.shipments.pictures import clean
from yichuan.simulator.config import Subscriber
from yichuan.simulator.faults import FaultRates
from yichuan.simulator.history import parcel_history
from yichuan.simulator.pictures import ROUTE
from yichuan.simulator.protocols import PROTOCOLS
from yichuan.simulator.protocols.protocol import Told

BASE = "http://couriers.example.com"
NUMBER = "JT0000000000001"
AT = datetime(2026, 11, 20, 1, tzinfo=UTC)


def told(pictures: str) -> bytes:
    """What J&T pushes about a parcel that was signed for, as our door passes it on."""
    history = parcel_history(1, "JTSD", NUMBER, "杭州市", "成都市", AT, FaultRates())
    me = Subscriber("YC10000000", "key", protocol="jtexpress", pictures=pictures)
    (message,) = PROTOCOLS["jtexpress"].push(me, [Told(NUMBER, "", history.events)], AT)
    return parse_qs(message.body.decode())["bizContent"][0].encode()


async def test_a_push_names_a_picture_that_its_server_shows() -> None:
    (update,) = parse.push(told(BASE)).updates
    (picture,) = update.pictures
    assert picture.url == f"{BASE}/pictures/{NUMBER}.png"
    assert picture.taken_at is not None
    transport = httpx.ASGITransport(Starlette(routes=[ROUTE]))
    async with httpx.AsyncClient(transport=transport) as network:
        answer = await network.get(picture.url)
        assert clean(answer.content).height == 640
        assert (await network.get(f"{BASE}/pictures/..%2Fetc.png")).status_code == 404
    (silent,) = parse.push(told("")).updates
    assert silent.pictures == ()
