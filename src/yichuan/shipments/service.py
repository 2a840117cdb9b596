"""The verbs on shipments. This room is the only writer of the shipment row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update

from yichuan.core import arrays
from yichuan.core.clock import now
from yichuan.core.database import SystemSession, WriteSession
from yichuan.core.direct import Write, write_within
from yichuan.core.errors import Conflict, NotFound
from yichuan.core.ids import new_id
from yichuan.core.log import Entry, append, entry_rows
from yichuan.core.models import LogEntry
from yichuan.core.writing import inserts, json_value
from yichuan.identity.scope import in_scope
from yichuan.shipments.models import Proof, SearchToken, Shipment, ShipmentEvent, ShipmentLine
from yichuan.shipments.planning import line_values, normal, shipment_values, token_values
from yichuan.shipments.values import Attached, Billed, Plan


def planned(plans: Sequence[Plan], actor: str) -> tuple[list[UUID], list[Write]]:
    """Boxes to be made: their ids in the order of the plans, and what is to be written."""
    rows = [shipment_values(p) for p in plans]
    lines = [
        line_values(p.merchant_id, row["id"], line)
        for p, row in zip(plans, rows, strict=True)
        for line in p.lines
    ]
    tokens = [t for p, row in zip(plans, rows, strict=True) for t in token_values(row, p)]
    events = [_event(r["merchant_id"], r["id"], "created", actor) for r in rows]
    entries = [_entry(r["merchant_id"], r["id"], "created", "created") for r in rows]
    writes = inserts(
        (Shipment, rows),
        (ShipmentLine, lines),
        (SearchToken, tokens),
        (ShipmentEvent, events),
        (LogEntry, entry_rows(entries)),
    )
    return [row["id"] for row in rows], writes


async def plan(session: WriteSession, plans: Sequence[Plan], actor: str) -> list[UUID]:
    """Make boxes; returns their ids in the order of the plans."""
    ids, writes = planned(plans, actor)
    await write_within(session, *writes)
    return ids


def _event(
    merchant_id: UUID,
    shipment_id: UUID,
    kind: str,
    actor: str,
    detail: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "merchant_id": merchant_id,
        "id": new_id(),
        "shipment_id": shipment_id,
        "kind": kind,
        "actor": actor,
        "detail": dict(detail or {}),
    }


def _entry(merchant_id: UUID, shipment_id: UUID, kind: str, milestone: str | None = None) -> Entry:
    return Entry(
        topic="shipment",
        kind=kind,
        merchant_id=merchant_id,
        shipment_id=shipment_id,
        milestone=milestone,
        occurred_at=now(),
    )


async def announce(
    session: WriteSession, merchant_id: UUID, ids: Sequence[UUID], kind: str
) -> None:
    """Tell the log that these shipments changed."""
    milestone = "created" if kind == "created" else None
    await append(session, [_entry(merchant_id, i, kind, milestone) for i in ids])


async def note(
    session: WriteSession,
    merchant_id: UUID,
    shipment_id: UUID,
    kind: str,
    actor: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add to the shipment's own log (our half of the timeline)."""
    await session.execute(
        insert(ShipmentEvent).values(**_event(merchant_id, shipment_id, kind, actor, detail))
    )


async def lock(session: WriteSession, ids: Sequence[UUID]) -> list[Shipment]:
    """The shipments with these ids, locked, in the given order.

    Raises:
        NotFound: one is unknown or not the caller's.
    """
    found = {
        row.id: row
        for row in await session.scalars(
            select(Shipment)
            .where(in_scope(session, Shipment), Shipment.id.in_(ids))
            .order_by(Shipment.merchant_id, Shipment.id)
            .with_for_update()
        )
    }
    missing = [str(i) for i in ids if i not in found]
    if missing:
        raise NotFound(f"no such shipment: {', '.join(missing[:5])}")
    return [found[i] for i in ids]


def must_be_unshipped(shipment: Shipment, act: str) -> None:
    """Check that the box can still change.

    Raises:
        Conflict: it has a waybill, was shipped, or is over.
    """
    if shipment.milestone != "created" or shipment.shipped_at is not None:
        raise Conflict(f"{act}: {shipment.shipment_no} was shipped or is over")
    if shipment.waybill_number is not None:
        raise Conflict(f"{act}: {shipment.shipment_no} has a waybill; cancel it first")


def why_not_ready(row: Shipment) -> Conflict | None:
    """Why a box cannot be handed over, or None."""
    if row.hold:
        return Conflict(f"{row.shipment_no} is on hold (退款拦截)")
    if row.waybill_number is None:
        return Conflict(f"{row.shipment_no} has no waybill yet (还没有运单号)")
    if row.shipped_at is not None or row.milestone == "cancelled":
        return Conflict(f"{row.shipment_no} was shipped or cancelled (已发货或已取消)")
    return None


_ATTACHED = (
    "ship_method",
    "courier",
    "service",
    "waybill_number",
    "cost_expected_minor",
    "dispatch_reason",
    "shipped_at",
)
_ATTACH = (
    f"UPDATE shipments SET {', '.join(f'{name} = %s' for name in _ATTACHED)}"
    " WHERE merchant_id = %s AND id = %s"
)


def attached(items: Sequence[Attached], actor: str) -> list[Write]:
    """Give boxes their waybills; the numbers become searchable."""
    values = [
        (
            i.ship_method,
            i.courier,
            i.service,
            i.waybill_number,
            i.cost_expected_minor,
            json_value(i.dispatch_reason),
            i.shipped_at,
            i.merchant_id,
            i.shipment_id,
        )
        for i in items
    ]
    tokens = [
        {
            "merchant_id": i.merchant_id,
            "token": normal(number),
            "target_id": i.shipment_id,
            "kind": "waybill",
        }
        for i in items
        for number in (i.waybill_number, *i.child_numbers)
    ]
    events = [
        _event(
            i.merchant_id,
            i.shipment_id,
            "waybill",
            actor,
            {"courier": i.courier, "number": i.waybill_number, "method": i.ship_method},
        )
        for i in items
    ]
    entries = [_entry(i.merchant_id, i.shipment_id, "waybill") for i in items]
    entries += [_entry(i.merchant_id, i.shipment_id, "shipped") for i in items if i.shipped_at]
    return [
        (_ATTACH, values),
        *inserts((SearchToken, tokens), tail="ON CONFLICT DO NOTHING"),
        *inserts((ShipmentEvent, events), (LogEntry, entry_rows(entries))),
    ]


async def detach_waybill(
    session: WriteSession, merchant_id: UUID, shipment_id: UUID, actor: str
) -> None:
    """Take the waybill off the box (it was cancelled): it waits to be shipped again."""
    await session.execute(
        update(Shipment)
        .where(Shipment.merchant_id == merchant_id, Shipment.id == shipment_id)
        .values(
            ship_method=None,
            courier=None,
            service=None,
            waybill_number=None,
            printed_at=None,
            shipped_at=None,
            cost_expected_minor=None,
            dispatch_reason=None,
        )
    )
    await note(session, merchant_id, shipment_id, "waybill_cancelled", actor)
    await append(session, [_entry(merchant_id, shipment_id, "waybill_cancelled")])


async def mark_printed(
    session: WriteSession, merchant_id: UUID, ids: Sequence[UUID], at: datetime, actor: str
) -> None:
    """Labels were rendered for these boxes."""
    await _mark(session, merchant_id, ids, actor, "printed", {"printed_at": at})


async def mark_shipped(
    session: WriteSession, merchant_id: UUID, ids: Sequence[UUID], at: datetime, actor: str
) -> None:
    """The merchant declares these boxes handed over (发货)."""
    await _mark(session, merchant_id, ids, actor, "shipped", {"shipped_at": at})


async def _mark(
    session: WriteSession,
    merchant_id: UUID,
    ids: Sequence[UUID],
    actor: str,
    kind: str,
    values: Mapping[str, Any],
) -> None:
    if not ids:
        return
    await session.execute(
        update(Shipment)
        .where(Shipment.merchant_id == merchant_id, Shipment.id.in_(ids))
        .values(**values)
    )
    await session.execute(insert(ShipmentEvent), [_event(merchant_id, i, kind, actor) for i in ids])
    await append(session, [_entry(merchant_id, i, kind) for i in ids])


async def set_problem(
    session: WriteSession, merchant_id: UUID, shipment_id: UUID, kind: str | None
) -> None:
    """Show the most urgent open problem on the row (exceptions decides which)."""
    changed = await session.execute(
        update(Shipment)
        .where(
            Shipment.merchant_id == merchant_id,
            Shipment.id == shipment_id,
            Shipment.problem.is_distinct_from(kind),
        )
        .values(problem=kind, sequence=Shipment.sequence + 1)
    )
    if changed.rowcount:  # type: ignore[attr-defined]
        entry = Entry(
            topic="shipment",
            kind="problem",
            merchant_id=merchant_id,
            shipment_id=shipment_id,
            detail=kind,
            occurred_at=now(),
        )
        await append(session, [entry])


_SET_DEADLINE = text("""
    UPDATE shipments s SET next_deadline = n.kind, next_deadline_at = n.at
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]), CAST(:kinds AS text[]),
                CAST(:times AS timestamptz[])) AS n(merchant_id, id, kind, at)
    WHERE s.merchant_id = n.merchant_id AND s.id = n.id
""")


async def set_deadline(
    session: WriteSession, rows: Sequence[tuple[UUID, UUID, str | None, datetime | None]]
) -> None:
    """Set next deadlines: (merchant_id, shipment_id, which, when); no log entry."""
    if rows:
        await session.execute(
            _SET_DEADLINE,
            {
                "merchants": arrays.uuids([row[0] for row in rows]),
                "shipments": arrays.uuids([row[1] for row in rows]),
                "kinds": arrays.texts([row[2] for row in rows]),
                "times": arrays.times([row[3] for row in rows]),
            },
        )


_SET_BILLED = text("""
    WITH changed AS (
        UPDATE shipments s
        SET cost_billed_minor = n.billed,
            cost_expected_minor = coalesce(s.cost_expected_minor, n.expected)
        FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]),
                    CAST(:billed AS bigint[]), CAST(:expected AS bigint[]))
            AS n(merchant_id, id, billed, expected)
        WHERE s.merchant_id = n.merchant_id AND s.id = n.id
          AND (s.cost_billed_minor IS DISTINCT FROM n.billed
               OR (s.cost_expected_minor IS NULL AND n.expected IS NOT NULL))
        RETURNING s.merchant_id, s.id, s.courier, s.waybill_number
    )
    INSERT INTO milestone_log (topic, kind, merchant_id, shipment_id, courier, number, occurred_at)
    SELECT 'figures', 'billed', merchant_id, id, courier, waybill_number, now() FROM changed
""")


async def set_billed(session: SystemSession, rows: Sequence[Billed]) -> int:
    """Note what couriers billed for boxes. Returns how many changed."""
    done = await session.execute(
        _SET_BILLED,
        {
            "merchants": arrays.uuids([row.merchant_id for row in rows]),
            "shipments": arrays.uuids([row.shipment_id for row in rows]),
            "billed": arrays.numbers([row.billed_minor for row in rows]),
            "expected": arrays.numbers([row.expected_minor for row in rows]),
        },
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


async def boxes_of(session: WriteSession, merchant_id: UUID, sub_order_id: UUID) -> list[UUID]:
    """The boxes that hold pieces of a sub-order."""
    return list(
        await session.scalars(
            select(ShipmentLine.shipment_id)
            .where(
                in_scope(session, ShipmentLine),
                ShipmentLine.merchant_id == merchant_id,
                ShipmentLine.sub_order_id == sub_order_id,
            )
            .distinct()
        )
    )


async def drop_sub_order(
    session: WriteSession, merchant_id: UUID, sub_order_id: UUID, actor: str
) -> None:
    """Take a cancelled sub-order's pieces out of its boxes; a box left empty is cancelled.

    Raises:
        Conflict: a box has a waybill or was shipped.
    """
    for row in await lock(session, await boxes_of(session, merchant_id, sub_order_id)):
        if row.milestone == "cancelled":
            continue
        must_be_unshipped(row, "cancel")
        await session.execute(
            delete(ShipmentLine).where(
                ShipmentLine.merchant_id == merchant_id,
                ShipmentLine.shipment_id == row.id,
                ShipmentLine.sub_order_id == sub_order_id,
            )
        )
        left = await session.scalar(
            select(func.count())
            .select_from(ShipmentLine)
            .where(
                in_scope(session, ShipmentLine),
                ShipmentLine.merchant_id == merchant_id,
                ShipmentLine.shipment_id == row.id,
            )
        )
        if left:
            await note(session, merchant_id, row.id, "line_removed", actor)
            await append(session, [_entry(merchant_id, row.id, "changed")])
        else:
            await cancel_box(session, row, actor)


async def cancel_box(session: WriteSession, row: Shipment, actor: str) -> None:
    """End an unshipped box."""
    row.milestone, row.ended_at, row.hold = "cancelled", now(), False
    row.next_deadline, row.next_deadline_at = None, None
    await session.flush()
    await note(session, row.merchant_id, row.id, "cancelled", actor)
    await append(session, [_entry(row.merchant_id, row.id, "cancelled", "cancelled")])


async def change_destination(
    session: WriteSession,
    merchant_id: UUID,
    sub_order_id: UUID,
    actor: str,
    values: Mapping[str, Any],
    phone_tokens: Sequence[tuple[str, str]],
) -> None:
    """Point the sub-order's boxes to a changed recipient (dest_*, recipient_* columns).

    Raises:
        Conflict: a box has a waybill or was shipped, or holds another order's pieces too.
    """
    for row in await lock(session, await boxes_of(session, merchant_id, sub_order_id)):
        must_be_unshipped(row, "change the address")
        others = await session.scalar(
            select(func.count())
            .select_from(ShipmentLine)
            .where(
                in_scope(session, ShipmentLine),
                ShipmentLine.merchant_id == merchant_id,
                ShipmentLine.shipment_id == row.id,
                ShipmentLine.sub_order_id != sub_order_id,
            )
        )
        if others:
            raise Conflict("packed together with another order; split it first")
        for name, value in values.items():
            setattr(row, name, value)
        await session.flush()
        await drop_phone_tokens(session, merchant_id, [row.id])
        tokens = [
            {"merchant_id": merchant_id, "token": token, "target_id": row.id, "kind": kind}
            for kind, token in phone_tokens
        ]
        if tokens:
            await session.execute(insert(SearchToken), tokens)
        await note(session, merchant_id, row.id, "address_changed", actor)
        await append(session, [_entry(merchant_id, row.id, "changed")])


async def drop_phone_tokens(
    session: WriteSession, merchant_id: UUID, shipment_ids: Sequence[UUID]
) -> None:
    """Let boxes no longer be found by their recipients' phones."""
    await session.execute(
        delete(SearchToken).where(
            SearchToken.merchant_id == merchant_id,
            SearchToken.target_id.in_(shipment_ids),
            SearchToken.kind.in_(("phone", "phone_last4")),
        )
    )


async def forget_recipient(session: WriteSession, merchant_id: UUID, recipient_id: UUID) -> None:
    """Remove what shipments show of an erased person."""
    ids = list(
        await session.scalars(
            update(Shipment)
            .where(Shipment.merchant_id == merchant_id, Shipment.recipient_id == recipient_id)
            .values(
                recipient_name=None,
                recipient_phone=None,
                recipient_key=None,
                buyer_ref=None,
                buyer_token=None,
                signed_by=None,
            )
            .returning(Shipment.id)
        )
    )
    await drop_phone_tokens(session, merchant_id, ids)
    theirs = update(Proof).where(Proof.merchant_id == merchant_id, Proof.shipment_id.in_(ids))
    await session.execute(theirs.values(wrapped_key=None))
