"""Couriers abroad, through karrio. If it broke, parcels sent abroad would stand still.

What the couriers answer is taken from karrio's own recorded messages (github.com/karrioapi/karrio
`modules/connectors/{usps,ups,dhl_universal}/tests`), cut down; karrio itself reads them here.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

import httpx
import pytest

from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import BranchAccount, CourierError
from yichuan.couriers.connectors.connector import Access
from yichuan.couriers.connectors.karrio import child, client, parse
from yichuan.couriers.connectors.karrio.zones import zone_of
from yichuan.couriers.connectors.wire import Wire

pytest.importorskip("karrio.sdk", reason="karrio is missing: install yichuan[abroad]")

USPS = {
    "status": "Delivered, Parcel Locker",
    "statusCategory": "Delivered",
    "trackingEvents": [
        {
            "eventType": "Delivered, Parcel Locker",
            "eventTimestamp": "2024-11-22T13:58:00",
            "GMTTimestamp": "2024-11-22T18:58:40Z",
            "eventCity": "HERNANDO",
            "eventState": "FL",
            "eventZIP": "34442",
            "eventCode": "01",
        },
        {
            "eventType": "Out for Delivery",
            "eventTimestamp": "2024-11-22T09:10:00",
            "eventCity": "HERNANDO",
            "eventState": "FL",
            "eventZIP": "34442",
            "eventCode": "OF",
        },
        {
            "eventType": "Departed USPS Regional Facility",
            "eventTimestamp": "2024-11-19T06:16:00",
            "eventCity": "QUEENS NY DISTRIBUTION CENTER",
            "eventCode": "T1",
        },
    ],
    "trackingNumber": "9400109104250532908587",
}
UPS_NOT_FOUND = {
    "trackResponse": {
        "shipment": [
            {"warnings": [{"code": "TW0001", "message": "Tracking Information Not Found"}]}
        ]
    }
}
UPS_REFUSED = {"response": {"errors": [{"code": "250003", "message": "Invalid Access License"}]}}
DHL_NOT_FOUND = {
    "title": "No result found",
    "detail": "No shipment with given tracking number found.",
    "status": 404,
    "instance": "/shipment/1",
}
TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600, "issued_at": "1"}


def asked(carrier: str, number: str, *answers: object) -> dict:
    """What the child answers when the courier answers so."""
    question = {"carrier": carrier, "public_id": "k", "secret": "s", "test": True}
    where = "http" if carrier == "dhl_universal" else "lib.request"
    replies = iter([json.dumps(answer) for answer in answers])

    def reply(*_: object, decoder: Callable[[str], object] = str, **__: object) -> object:
        return decoder(next(replies))

    with patch(f"karrio.mappers.{carrier}.proxy.{where}", side_effect=reply):
        return child.answer({**question, "numbers": [number]})


def test_a_history_is_read_oldest_first() -> None:
    """USPS: states by karrio's reading, local times read in the zone of the place: what USPS itself
    gives as GMT (18:58:40) comes out."""
    answer = asked("usps", "9400109104250532908587", TOKEN, USPS)
    update = parse.track(answer, "usps", "USPS", "9400109104250532908587")
    assert [event.code for event in update.events] == ["T1", "OF", "01"]
    assert [event.detail for event in update.events] == [None, "out_for_delivery", "delivered"]
    assert update.events[2].occurred_at == datetime(2024, 11, 22, 18, 58, tzinfo=UTC)
    assert update.state == "delivered"


@pytest.mark.parametrize(
    ("carrier", "answers"),
    [("ups", (TOKEN, UPS_NOT_FOUND)), ("dhl_universal", (DHL_NOT_FOUND,))],
)
def test_no_trace_yet_is_an_empty_history(carrier: str, answers: tuple[object, ...]) -> None:
    """A label made a minute ago is unknown to the courier: no error."""
    assert parse.track(asked(carrier, "1", *answers), carrier, "X", "1").events == ()


@pytest.mark.parametrize(
    ("place", "carrier", "zone"),
    [
        ("Memphis, TN, 38118, US", "fedex", "America/Chicago"),
        ("LOS ANGELES, 90052, CA", "usps", "America/Los_Angeles"),
        ("Ontario, CA, US", "ups", "America/Los_Angeles"),
        ("Toronto, ON, M5V, CA", "ups", "America/Toronto"),
        ("SHENZHEN, CN", "fedex", "Asia/Shanghai"),
        ("BEIJING, CHINA", "usps", "Asia/Shanghai"),
        ("Leipzig - Germany", "dhl_universal", "Europe/Berlin"),
        ("Paris, FR", "ups", "Europe/Paris"),
        ("London, UNITED KINGDOM", "dhl_universal", "Europe/London"),
        ("Oderweg 2, AMSTERDAM", "dhl_universal", "Europe/Berlin"),
        ("QUEENS NY DISTRIBUTION CENTER", "usps", "America/New_York"),
        ("", "ups", "America/New_York"),
        (None, "fedex", "America/Chicago"),
    ],
)
def test_a_scan_is_timed_where_it_was_made(place: str | None, carrier: str, zone: str) -> None:
    """A parcel scanned in Los Angeles at nine was not scanned at six there. `CA` is a state or a
    country by where it stands."""
    winter = datetime(2026, 1, 15, 12)  # noqa: DTZ001 - as karrio gives it
    assert zone_of(place, carrier).utcoffset(winter) == ZoneInfo(zone).utcoffset(winter)


def test_refusals_have_stable_codes() -> None:
    """The courier's own code and words are kept; a missing library is told as such."""
    with pytest.raises(CourierError) as caught:
        parse.track(asked("ups", "1", TOKEN, UPS_REFUSED), "ups", "UPS", "1")
    assert (caught.value.code, caught.value.courier_code) == ("unknown_user", "250003")
    with pytest.raises(CourierError) as caught:
        parse.track({"missing": "No module named 'karrio'"}, "ups", "UPS", "1")
    assert caught.value.code == "not_installed"
    with pytest.raises(CourierError) as caught:
        parse.track({}, "ups", "UPS", "1")
    assert caught.value.code == "bad_answer"


def test_one_odd_scan_costs_only_itself() -> None:
    """Clock times come in two forms."""
    events = [
        {"date": "2018-03-02", "time": "07:53 PM", "description": "ok", "status": "in_transit"},
        {"date": "never", "description": "bad"},
        {"timestamp": "2018-03-01T07:00:00Z"},
    ]
    update = parse.track({"tracks": [{"events": events}]}, "dhl_universal", "DHL", "1")
    assert [event.occurred_at for event in update.events] == [
        datetime(2018, 3, 2, 18, 53, tzinfo=UTC)
    ]
    assert len(update.rejected) == 2


async def test_karrio_lives_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """One child answers many questions, dies with its last asker, and comes back after a crash."""
    script = (
        "import sys, json\n"
        "for line in sys.stdin:\n"
        "    asked = json.loads(line)\n"
        "    if asked['numbers'] == ['crash']: sys.exit(1)\n"
        "    print(json.dumps({'tracks': [{'status': 'in_transit', 'events': []}]}), flush=True)\n"
    )
    started: list[tuple[object, ...]] = []
    real = asyncio.create_subprocess_exec

    async def start(*_: object, **kwargs: object) -> asyncio.subprocess.Process:
        started.append(_)
        return await real(sys.executable, "-c", script, **kwargs)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    connector = registry.connectors()["ups"]
    async with httpx.AsyncClient() as http:
        ups = connector.open(Access(Wire(http), connector.endpoint, "k", "s"))
        assert (await ups.track("UPS", "1")).state == "in_transit"
        assert (await ups.track("UPS", "2")).state == "in_transit"
        assert len(started) == 1
        with pytest.raises(CourierError) as caught:
            await ups.track("UPS", "crash")
        assert (caught.value.code, caught.value.retryable) == ("no_answer", True)
        assert await ups.check("UPS", BranchAccount()) is None
        assert len(started) == 2
        client._child().close()
