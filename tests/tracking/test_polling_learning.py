"""A courier's pace is learned from the platform's own parcels. If these break, numbers are asked
for at hours when their courier never scans, or one odd day decides for good."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from yichuan.consumers import CONSUMERS
from yichuan.core.clock import CHINA, now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.tracking import ingest
from yichuan.tracking.batch import Source
from yichuan.tracking.details import details
from yichuan.tracking.polling_learning import KEPT, Books, Pace, stops
from yichuan.tracking.polling_rates import ENOUGH, Counts, tables

PACE = [consumer for consumer in CONSUMERS if consumer.name == "tracking.pace"]
HOUR = timedelta(hours=1)
NOON = datetime(2026, 3, 4, 12, tzinfo=CHINA)


async def delivered(context: Context, courier: str, number: str, at: datetime) -> None:
    """A parcel that was out for three hours."""
    told = ((at - 3 * HOUR, "【深圳南山公司】派件中"), (at, "快件已签收，签收人是本人"))
    scans = tuple(CourierEvent(when, words) for when, words in told)
    await ingest.merge_updates(
        context, Source("kdniao", None), [TrackUpdate(courier, number, scans)]
    )


async def paces(context: Context) -> dict[str, float]:
    async with context.database.system() as session:
        rows = await session.execute(text("SELECT courier, parcels FROM courier_paces"))
        return {row.courier: row.parcels for row in rows}


async def test_parcels_that_end_are_counted_once_and_not_all_of_them(context: Context) -> None:
    at = now() - 9 * HOUR
    for number, seconds in (("1", 0), ("2", 10), ("3", 60)):
        await delivered(context, "ZTO", f"7600000{number}", at + timedelta(seconds=seconds))
    await delivered(context, "YTO", "76000009", at)
    open_one = TrackUpdate("ZTO", "76000008", (CourierEvent(at, "已揽收"),))
    await ingest.merge_updates(context, Source("kdniao", None), [open_one])
    await drain(context.database, PACE)
    assert await paces(context) == {"ZTO": 2, "YTO": 1}, "one in half a minute"
    await drain(context.database, PACE)
    await delivered(context, "ZTO", "76000004", at + 2 * HOUR)
    await drain(context.database, PACE)
    assert await paces(context) == {"ZTO": 3, "YTO": 1}

    books = Books()
    async with context.database.system() as session:
        await books.learn(session, {"ZTO", "SF"})
    learned, table = books.of("ZTO"), tables()
    out = learned.phases["out_for_delivery"]
    assert out.an_hour[3] > table.phases["out_for_delivery"].an_hour[3], "three hours after"
    assert out.an_hour[1] < table.phases["out_for_delivery"].an_hour[1]
    assert table.power < learned.power < table.power + 0.01
    assert learned.phases["trunk"] == table.phases["trunk"]
    assert books.of("SF") == books.of("DBL") == table, "of whom nothing is known"


def test_what_was_counted_long_ago_fades() -> None:
    pace, one = Pace(), Counts()
    one.stay(NOON, NOON + HOUR, 1.0, 1)
    for n in range(int(KEPT) + 1000):
        pace.add({"trunk" if n < 1000 else "created": one}, NOON + n * HOUR / 12)
    assert pace.parcels == pytest.approx(KEPT)
    seen = {phase: sum(counts.scans) for phase, counts in pace.counts.items()}
    assert seen["trunk"] + seen["created"] == pytest.approx(KEPT)
    assert seen["trunk"] < 800


def test_the_pace_of_taking_slows_once_a_courier_is_known() -> None:
    few, many = Pace(1, {}, NOON), Pace(ENOUGH + 1, {}, NOON)
    assert few.wants(NOON + HOUR / 60)
    assert not few.wants(NOON + HOUR / 360)
    assert not many.wants(NOON + HOUR / 60)
    assert many.wants(NOON + HOUR / 10)
    ahead = Pace()
    ahead.add({}, now() + 1000 * HOUR)
    assert ahead.wants(now() + HOUR / 60), "a courier's wrong clock stops nothing"


def test_a_parcel_s_way_begins_when_its_number_was_given_and_ends_with_its_end() -> None:
    scans = [
        (NOON + HOUR, "picked_up", "已揽收", "深圳市"),
        (NOON + 2 * HOUR, "departed_from_hub", "【深圳转运中心】发往【北京转运中心】", "深圳市"),
        (NOON + 40 * HOUR, "none", "", None),
        (NOON + 41 * HOUR, "delivered", "已签收", None),
        (NOON + 42 * HOUR, "delivered", "已签收", None),
    ]
    assert all(detail in details() for _, detail, _, _ in scans)
    found = stops(scans, NOON)
    assert [stop.phase.name if stop.phase else None for stop in found] == [
        "created", "picked_up", "trunk", "in_transit", None,
    ]  # fmt: skip
    assert found[-1].at == NOON + 41 * HOUR
    assert [stop.at for stop in stops(scans, NOON + 3 * HOUR)] == [s.at for s in found[1:]]
    assert len(stops(scans, NOON - 30 * 24 * HOUR)) == 4, "it was not waiting for a pickup"
