"""Boxes that must not go yet 拦截, and what that does to their clocks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from yichuan.core.clock import now
from yichuan.core.database import WriteSession
from yichuan.core.errors import Conflict
from yichuan.shipments.service import announce, boxes_of, lock, note


def stood_still(since: datetime, until: datetime, limit: datetime | None) -> datetime | None:
    """A limit whose clock stood still for a while; one that had run out by then is left."""
    return limit if limit is None or limit < since else limit + (until - since)


async def hold(session: WriteSession, merchant_id: UUID, sub_order_id: UUID, actor: str) -> None:
    """Stop the boxes that hold pieces of a sub-order.

    Raises:
        Conflict: one of them was already shipped.
    """
    rows = await lock(session, await boxes_of(session, merchant_id, sub_order_id))
    live = [row for row in rows if row.milestone != "cancelled"]
    if any(row.shipped_at or row.milestone != "created" for row in live):
        raise Conflict("already shipped: ask the courier to intercept (拦截) instead")
    for row in live:
        row.hold = True
        await note(session, merchant_id, row.id, "held", actor)
    await session.flush()
    await announce(session, merchant_id, [row.id for row in live], "changed")


async def release(
    session: WriteSession,
    merchant_id: UUID,
    sub_order_id: UUID,
    actor: str,
    *,
    since: datetime | None = None,
) -> None:
    """Free them. `since`: their clocks have stood still from then on."""
    rows = await lock(session, await boxes_of(session, merchant_id, sub_order_id))
    live = [row for row in rows if row.milestone != "cancelled"]
    for row in live:
        detail = {}
        if row.hold and since is not None:
            row.ship_by = stood_still(since, now(), row.ship_by)
            row.promised_at = stood_still(since, now(), row.promised_at)
            detail = {"clocks_stood_still_since": since.isoformat()}
        row.hold = False
        await note(session, merchant_id, row.id, "released", actor, detail)
    await session.flush()
    await announce(session, merchant_id, [row.id for row in live], "changed")
