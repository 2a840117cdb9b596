"""Buyers' links 买家链接: whoever has one sees the parcel, so it can be taken back and made anew.

A link leads to all parcels of its order that go to the same person. So it is taken back for all of
them: whoever keeps an old link must not come in by another parcel's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from yichuan.core.database import ReadSession, WriteSession
from yichuan.core.ids import new_token
from yichuan.identity.scope import in_scope, scoped
from yichuan.shipments import narrowing, queries, service
from yichuan.shipments.models import SearchToken, Shipment

MOST: Final = 20
"""Parcels of an order that are shown beside each other."""


async def together(session: ReadSession, shipment: Shipment) -> list[Shipment]:
    """The parcels of a shipment's order that go to the same person, itself among them, oldest
    first; those that were cancelled are left out, unless it is one."""
    shown = or_(Shipment.milestone != "cancelled", Shipment.id == shipment.id)
    return await _of_order(session, shipment, MOST, shown)


async def _of_order(
    session: ReadSession, shipment: Shipment, most: int, *conditions: ColumnElement[bool]
) -> list[Shipment]:
    same = Shipment.recipient_id == shipment.recipient_id
    if shipment.recipient_key is not None:
        same = or_(same, Shipment.recipient_key == shipment.recipient_key)
    mine = (in_scope(session, SearchToken), SearchToken.merchant_id == shipment.merchant_id)
    numbers = select(SearchToken.token).where(
        *mine, SearchToken.target_id == shipment.id, SearchToken.kind == "order_no"
    )
    ids = select(SearchToken.target_id).where(
        *mine, SearchToken.token.in_(numbers), SearchToken.kind == "order_no"
    )
    rows = await session.scalars(
        scoped(session, Shipment)
        .where(
            Shipment.merchant_id == shipment.merchant_id,
            Shipment.id.in_(ids),
            same,
            *conditions,
        )
        .order_by(Shipment.created_at, Shipment.id)
        .limit(most)
    )
    return list(rows) or [shipment]


async def renew(session: WriteSession, shipment_id: UUID, actor: str) -> list[Shipment]:
    """Give a shipment and the others of its order new links; the old ones lead nowhere from now
    on. Returns all of them, this one first.

    Raises:
        NotFound: no such shipment, or not the caller's.
    """
    return await _set(session, shipment_id, lambda: new_token(16), "link_renewed", actor)


async def revoke(session: WriteSession, shipment_id: UUID, actor: str) -> list[Shipment]:
    """Take back the links of a shipment and of the others of its order. Returns whose were.

    Raises:
        NotFound: no such shipment, or not the caller's.
    """
    return await _set(session, shipment_id, lambda: None, "link_revoked", actor)


async def _set(
    session: WriteSession,
    shipment_id: UUID,
    token: Callable[[], str | None],
    kind: str,
    actor: str,
) -> list[Shipment]:
    wanted = await queries.get(session, shipment_id)
    ids = [row.id for row in await _of_order(session, wanted, narrowing.SEARCH_CAP)]
    rows = await service.lock(session, [shipment_id, *(i for i in ids if i != shipment_id)])
    changed = []
    for row in rows:
        new = token()
        if new != row.buyer_token:
            row.buyer_token = new
            changed.append(row)
            await service.note(session, row.merchant_id, row.id, kind, actor)
    await session.flush()
    return changed
