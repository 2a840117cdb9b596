"""What a further number changes on the shipment itself: search, its own log, its state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert

from yichuan.core.database import SystemSession
from yichuan.core.log import Entry
from yichuan.shipments.models import SearchToken
from yichuan.shipments.planning import normal
from yichuan.shipments.service import announce, note
from yichuan.tracking import further as tracking

ONLY: Final = "kind = 'bound'"
"""Of the log's topic `handover`: a scan's number was bound (`tracking.following`)."""

_FORGET: Final = text("""
    UPDATE shipments SET milestone = 'created', detail = 'none', milestone_at = NULL,
        last_event_at = NULL, last_event_text = NULL, picked_up_at = NULL, delivered_at = NULL,
        ended_at = NULL, signed_by = NULL, sign_kind = NULL, sequence = sequence + 1
    WHERE merchant_id = :merchant_id AND id = :id AND milestone <> 'cancelled'
""")


async def added(
    session: SystemSession, merchant_id: UUID, shipment_id: UUID, detail: dict[str, Any], actor: str
) -> None:
    """The number finds the shipment from now on; `detail` has courier, number, leg."""
    await _find_by(session, merchant_id, shipment_id, detail["number"])
    await note(session, merchant_id, shipment_id, "number_added", actor, detail)


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Consumer `shipments.numbers`: numbers that scans named find their shipments, unless a person
    took them off meanwhile."""
    for entry in entries:
        if entry.merchant_id is None or entry.shipment_id is None:
            continue
        known = await tracking.numbers(session, entry.merchant_id, entry.shipment_id)
        for one in known:
            if one.number == entry.number:
                await _find_by(session, entry.merchant_id, entry.shipment_id, one.number)


async def _find_by(
    session: SystemSession, merchant_id: UUID, shipment_id: UUID, number: str
) -> None:
    token = {"merchant_id": merchant_id, "token": normal(number), "kind": "waybill"}
    await session.execute(
        insert(SearchToken).values(**token, target_id=shipment_id).on_conflict_do_nothing()
    )


async def removed(
    session: SystemSession,
    merchant_id: UUID,
    shipment_id: UUID,
    detail: dict[str, Any],
    actor: str,
    *,
    heard: bool,
) -> None:
    """The number finds the shipment no more; `heard`: its other numbers have been scanned."""
    await session.execute(
        delete(SearchToken).where(
            SearchToken.merchant_id == merchant_id,
            SearchToken.target_id == shipment_id,
            SearchToken.token == normal(detail["number"]),
            SearchToken.kind == "waybill",
        )
    )
    await note(session, merchant_id, shipment_id, "number_removed", actor, detail)
    if not heard:
        await session.execute(_FORGET, {"merchant_id": merchant_id, "id": shipment_id})
        await announce(session, merchant_id, [shipment_id], "progress")
