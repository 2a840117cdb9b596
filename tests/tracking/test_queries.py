"""Tracks are read through bindings only. If these break, one merchant sees another's parcels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from tracking.parcels import make_line
from yichuan.core.context import Context
from yichuan.core.errors import NotFound
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.tracking import ingest, queries, service
from yichuan.tracking.batch import Source
from yichuan.tracking.values import NewBinding

START = datetime(2025, 11, 1, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORDS = ("【深圳市】已揽收", "【武汉市】快件已到达【武汉中转部】", "【北京市】正在派送")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seeded(context: Context, alpha: Tenant, beta: Tenant) -> dict[str, object]:
    """ALPHA ships two numbers in one box, BETA one; a fourth is nobody's."""
    line = await make_line(context)
    mine, theirs = await box(context, alpha.id), await box(context, beta.id)
    bindings = [
        NewBinding(alpha.id, mine, "ZTO", "910000000001"),
        NewBinding(alpha.id, mine, "YTO", "YT0000000002", leg="return"),
        NewBinding(beta.id, theirs, "ZTO", "910000000003"),
    ]
    async with context.database.system() as session:
        await service.bind(session, bindings)
    updates = [
        TrackUpdate(
            courier,
            number,
            tuple(CourierEvent(START + (n + late) * HOUR, w) for n, w in enumerate(WORDS)),
        )
        for courier, number, late in (
            ("ZTO", "910000000001", 0),
            ("YTO", "YT0000000002", 1),
            ("ZTO", "910000000003", 0),
            ("ZTO", "910000000004", 0),
        )
    ]
    await ingest.merge_updates(context, Source("kdniao", line.id), updates)
    return {"mine": mine, "theirs": theirs}


async def test_timeline_of_all_numbers_in_order(
    context: Context, alpha: Tenant, seeded: dict
) -> None:
    async with context.database.read((alpha.id,)) as session:
        events = await queries.timeline(session, alpha.id, seeded["mine"])
    assert [e.occurred_at for e in events] == sorted(e.occurred_at for e in events)
    assert [(e.courier, e.leg) for e in events[:2]] == [("ZTO", "out"), ("ZTO", "out")] or (
        "YTO", "return") in {(e.courier, e.leg) for e in events}  # fmt: skip
    assert len(events) == 6
    first = events[0]
    assert (first.milestone, first.detail) == ("picked_up", "picked_up")
    assert first.place is not None
    assert (first.place.city, first.place.adcode) == ("深圳市", "440300")
    assert round(first.place.lat or 0) in {22, 23}


async def test_a_foreign_timeline_is_empty(context: Context, alpha: Tenant, beta: Tenant,
                                           seeded: dict) -> None:  # fmt: skip
    async with context.database.read((alpha.id,)) as session:
        assert await queries.timeline(session, beta.id, seeded["theirs"]) == []


async def test_tracks_are_seen_through_bindings(
    context: Context, alpha: Tenant, seeded: dict
) -> None:
    async with context.database.read((alpha.id,)) as session:
        seen = await queries.track(session, "zto", "910000000001")
        assert (seen.milestone, seen.cycle) == ("out_for_delivery", 1)
        assert len(await queries.track_events(session, seen)) == 3
        for number in ("910000000003", "910000000004", "910000000005"):
            with pytest.raises(NotFound):
                await queries.track(session, "ZTO", number)
    async with context.database.read(None) as session:
        assert (await queries.track(session, "ZTO", "910000000004")).milestone


async def test_the_policy_alone_stops_the_leak(
    context: Context, alpha: Tenant, seeded: dict
) -> None:
    """A raw query without any condition of ours, as the application's role."""
    async with context.database.read((alpha.id,)) as session:
        for table in ("tracks", "track_events", "track_bindings"):
            rows = await session.execute(text(f"SELECT DISTINCT number FROM {table}"))
            assert set(rows.scalars()) == {"910000000001", "YT0000000002"}, table
        assert (await session.scalar(text("SELECT count(*) FROM quarantine"))) == 0


async def test_bound_states_name_every_number(
    context: Context, alpha: Tenant, beta: Tenant, seeded: dict
) -> None:
    """Of all shipments that are asked for, each once: else a late scan of one hides another."""
    keys = [(alpha.id, seeded["mine"]), (beta.id, seeded["theirs"])]
    async with context.database.hot_system.connection() as connection:
        states = await queries.bound_states(connection, keys)
    assert sorted((s.merchant_id, s.shipment_id, s.number) for s in states) == sorted(
        [
            (alpha.id, seeded["mine"], "910000000001"),
            (alpha.id, seeded["mine"], "YT0000000002"),
            (beta.id, seeded["theirs"], "910000000003"),
        ]
    )
    assert {s.last_city for s in states} == {"北京市"}
