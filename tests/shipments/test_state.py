"""What tracks say reaches the shipments they carry, a page of the log at a time.

If these break, a parcel whose number changed is told of otherwise than one that kept its own, or
two workers tell the mall of each scan twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, text

from conftest import Tenant
from exceptions.boxes import box
from yichuan.consumers import CONSUMERS
from yichuan.core.consumers import drain, step
from yichuan.core.context import Context
from yichuan.core.database import hot_rows
from yichuan.core.log import Entry, append
from yichuan.shipments.combining import Whole, combine
from yichuan.shipments.models import MILESTONES
from yichuan.tracking.models import Track, TrackBinding
from yichuan.tracking.values import BoundState

CONSUMER = next(one for one in CONSUMERS if one.name == "shipments.state")
START = datetime(2026, 11, 20, 8, tzinfo=UTC)
SAID = (
    "milestone",
    "detail",
    "last_event_at",
    "last_event_text",
    "picked_up_at",
    "delivered_at",
    "ended_at",
    "signed_by",
    "sign_kind",
)


def says(milestone: str, merchant_id: UUID, shipment_id: UUID, number: str) -> BoundState:
    """A number with a moment of its own for everything that can be said of it, also of what an
    earlier walk of its scans held true."""
    at = [START + timedelta(hours=n) for n in range(5)]
    return BoundState(
        merchant_id=merchant_id,
        shipment_id=shipment_id,
        courier="ZTO",
        number=number,
        cycle=1,
        leg="out",
        milestone=milestone,
        detail="signed_by_family",
        first_event_at=at[0],
        last_event_at=at[4],
        last_text="已到",
        last_city=None,
        picked_up_at=at[1] if milestone != "created" else None,
        delivered_at=at[2] if milestone in ("delivered", "lost") else None,
        returned_at=at[3] if milestone in ("returned", "delivered") else None,
        signed_by="家人",
        sign_kind="family",
    )


async def scan(context: Context, states: Sequence[BoundState]) -> None:
    """Put down what is said, as the merge does, and who carries which number."""
    async with context.database.system() as session:
        for state in states:
            key = {"courier": state.courier, "number": state.number, "cycle": state.cycle}
            kept = {c: getattr(state, c) for c in BoundState.__slots__ if c in Track.__table__.c}
            await session.execute(
                insert(Track).values(**{**kept, "cohort": date(2026, 11, 1), "events": 1})
            )
            bound = {"merchant_id": state.merchant_id, "shipment_id": state.shipment_id}
            await session.execute(insert(TrackBinding).values(**key, **bound, leg=state.leg))
            await append(session, [Entry(topic="track", kind="milestone", **key)])


async def shown(context: Context, shipment_id: UUID) -> tuple[object, ...]:
    statement = f"SELECT {', '.join(SAID)} FROM shipments WHERE id = %s"
    (row,) = await hot_rows(context.database.hot_system, None, statement, (shipment_id,))
    return row


def told(whole: Whole | None) -> tuple[object, ...]:
    assert whole is not None
    return tuple(getattr(whole, "last_text" if n == "last_event_text" else n) for n in SAID)


async def entries(context: Context, shipment_ids: Sequence[UUID]) -> list[str]:
    statement = (
        "SELECT coalesce(milestone_from, '-') || '>' || milestone FROM milestone_log"
        " WHERE shipment_id = ANY(%s) AND kind IN ('milestone', 'progress') ORDER BY 1"
    )
    found = await hot_rows(context.database.hot_system, None, statement, (list(shipment_ids),))
    return [str(row[0]) for row in found]


async def test_the_database_says_of_one_number_what_is_said_of_several(
    context: Context, alpha: Tenant
) -> None:
    """The statement that writes shipments of one number, and `combine` for those that have more,
    and for a way back."""
    wanted: dict[UUID, Whole | None] = {}
    for leg in ("out", "return", "piece"):
        for n, milestone in enumerate(MILESTONES):
            shipment_id = await box(context, alpha.id)
            state = replace(says(milestone, alpha.id, shipment_id, f"{leg}{n}"), leg=leg)
            await scan(context, [state])
            wanted[shipment_id] = combine([state])
    both = await box(context, alpha.id)
    first = says("cancelled", alpha.id, both, "FIRST")
    second = says("in_transit", alpha.id, both, "SECOND")
    await scan(context, [first, second])
    wanted[both] = combine([first, second])
    assert await drain(context.database, [CONSUMER]) == len(MILESTONES) * 3 + 2
    for shipment_id, whole in wanted.items():
        assert await shown(context, shipment_id) == told(whole), whole
    assert len(await entries(context, list(wanted))) == len(wanted)


async def test_what_we_cancelled_stays_so(context: Context, alpha: Tenant) -> None:
    """What a courier called cancelled may be carried after all."""
    ours = await box(context, alpha.id, milestone="cancelled")
    theirs = await box(context, alpha.id, milestone="cancelled", detail="order_cancelled")
    for shipment_id, number in ((ours, "OURS"), (theirs, "THEIRS")):
        await scan(context, [says("in_transit", alpha.id, shipment_id, number)])
    await drain(context.database, [CONSUMER])
    assert (await shown(context, ours))[0] == "cancelled"
    assert await entries(context, [ours, theirs]) == ["cancelled>in_transit"]


async def test_one_worker_at_a_time(context: Context, alpha: Tenant) -> None:
    """The other finds nothing to do, and does it once the first is gone."""
    shipment_id = await box(context, alpha.id)
    await scan(context, [says("arriving", alpha.id, shipment_id, "TURNS")])
    async with context.database.system() as session:
        key = "hashtextextended('yichuan.consumer.shipments.state', 0)"
        await session.execute(text(f"SELECT pg_advisory_xact_lock({key})"))
        assert await step(context.database, CONSUMER) == 0
    assert (await shown(context, shipment_id))[0] == "created"
    assert await step(context.database, CONSUMER) == 1
    assert await entries(context, [shipment_id]) == ["created>arriving"]
