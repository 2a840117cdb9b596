"""Consumer `shipments.state`: what the tracks say becomes the state of the shipments they carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from yichuan.core.database import SystemSession
from yichuan.core.log import Entry, append
from yichuan.shipments.models import END_MILESTONES
from yichuan.tracking import queries as tracking
from yichuan.tracking.queries import BoundState

_ARRAYS = {
    "merchant_id": "uuid",
    "shipment_id": "uuid",
    "milestone": "text",
    "detail": "text",
    "last_event_at": "timestamptz",
    "last_text": "text",
    "picked_up_at": "timestamptz",
    "delivered_at": "timestamptz",
    "ended_at": "timestamptz",
    "signed_by": "text",
    "sign_kind": "text",
}
_UPDATE = text(f"""
    WITH new AS (
        SELECT * FROM unnest({", ".join(f"CAST(:{n} AS {t}[])" for n, t in _ARRAYS.items())})
            AS n({", ".join(_ARRAYS)})
    ), old AS (
        SELECT s.merchant_id, s.id, s.milestone, s.courier, s.waybill_number
        FROM shipments s JOIN new n ON s.merchant_id = n.merchant_id AND s.id = n.shipment_id
        WHERE s.milestone <> 'cancelled'
        ORDER BY s.merchant_id, s.id FOR UPDATE OF s
    )
    UPDATE shipments s SET
        milestone = n.milestone, detail = n.detail, last_event_at = n.last_event_at,
        last_event_text = n.last_text, delivered_at = n.delivered_at, ended_at = n.ended_at,
        picked_up_at = n.picked_up_at, signed_by = n.signed_by,
        sign_kind = n.sign_kind,
        shipped_at = coalesce(s.shipped_at, n.picked_up_at), sequence = s.sequence + 1
    FROM new n, old o
    WHERE s.merchant_id = n.merchant_id AND s.id = n.shipment_id
      AND o.merchant_id = s.merchant_id AND o.id = s.id
    RETURNING s.merchant_id, s.id, s.courier, s.waybill_number, o.milestone AS before,
              s.milestone, s.detail, s.last_event_at
""")


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Bring every shipment bound to a moved track up to date and say so in the log."""
    keys = sorted(
        {
            (e.courier, e.number, e.cycle)
            for e in entries
            if e.courier is not None and e.number is not None and e.cycle is not None
        }
    )
    states = _leading(await tracking.bound_states(session, keys))
    if not states:
        return
    columns: dict[str, list[Any]] = {name: [] for name in _ARRAYS}
    for state in states:
        for name, value in _row(state).items():
            columns[name].append(value)
    rows = (await session.execute(_UPDATE, columns)).all()
    await append(
        session,
        [
            Entry(
                topic="shipment",
                kind="progress" if row.before == row.milestone else "milestone",
                merchant_id=row.merchant_id,
                shipment_id=row.id,
                courier=row.courier,
                number=row.waybill_number,
                milestone_from=row.before,
                milestone=row.milestone,
                detail=row.detail,
                occurred_at=row.last_event_at,
            )
            for row in rows
        ],
    )


def _leading(states: Sequence[BoundState]) -> list[BoundState]:
    """One state per shipment: a return leg that began leads, else the latest scan."""
    best: dict[tuple[Any, Any], BoundState] = {}
    for state in states:
        if state.last_event_at is None:
            continue
        key = (state.merchant_id, state.shipment_id)
        known = best.get(key)
        if known is None or _rank(state) > _rank(known):
            best[key] = state
    return [best[key] for key in sorted(best)]


def _rank(state: BoundState) -> tuple[bool, Any]:
    return (state.leg == "return", state.last_event_at)


def _row(state: BoundState) -> dict[str, Any]:
    milestone = state.milestone
    if state.leg == "return":
        milestone = "returned" if milestone == "delivered" else "returning"
    ended = None
    if milestone in END_MILESTONES:
        ended = state.delivered_at or state.returned_at or state.last_event_at
    return {
        "merchant_id": state.merchant_id,
        "shipment_id": state.shipment_id,
        "milestone": milestone,
        "detail": state.detail,
        "last_event_at": state.last_event_at,
        "last_text": state.last_text,
        "picked_up_at": state.picked_up_at,
        "delivered_at": state.delivered_at if milestone == "delivered" else None,
        "ended_at": ended,
        "signed_by": state.signed_by,
        "sign_kind": state.sign_kind if milestone == "delivered" else None,
    }
