"""Reading what buyers said, within the session's scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_

from yichuan.core.database import ReadSession
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.feedback.models import BuyerReport, Rating
from yichuan.identity.scope import owner_of, scoped
from yichuan.tickets import queries as tickets

__all__ = ["Filters", "Rating", "ReportState", "listing", "rating_of", "reports_of"]


@dataclass(frozen=True, slots=True)
class ReportState:
    """A report as its buyer may see it: how the case stands, none of what others wrote in it."""

    kind: str
    words: str
    at: datetime
    state: str
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What ratings are narrowed to."""

    merchant_id: UUID | None = None
    shipment_id: UUID | None = None
    courier: str | None = None


async def listing(
    session: ReadSession, filters: Filters, *, limit: int, cursor: str | None
) -> tuple[list[Rating], str | None]:
    """One page of ratings, newest first.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, Rating)
    owner = owner_of(session, filters.merchant_id)
    if owner is not None:
        query = query.where(Rating.merchant_id == owner)
    if filters.shipment_id is not None:
        query = query.where(Rating.shipment_id == filters.shipment_id)
    if filters.courier is not None:
        query = query.where(Rating.courier == filters.courier)
    if cursor is not None:
        query = query.where(
            tuple_(Rating.created_at, Rating.id) < tuple_(*read_time_cursor(cursor))
        )
    query = query.order_by(Rating.created_at.desc(), Rating.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    following = None
    if len(rows) > limit:
        following = time_cursor(rows[limit - 1].created_at, rows[limit - 1].id)
    return rows[:limit], following


async def rating_of(session: ReadSession, merchant_id: UUID, shipment_id: UUID) -> Rating | None:
    """The rating of a shipment."""
    return await session.scalar(
        scoped(session, Rating).where(
            Rating.merchant_id == merchant_id, Rating.shipment_id == shipment_id
        )
    )


async def reports_of(
    session: ReadSession, merchant_id: UUID, shipment_id: UUID
) -> list[ReportState]:
    """The reports about a shipment, newest first."""
    rows = list(
        await session.scalars(
            scoped(session, BuyerReport)
            .where(BuyerReport.merchant_id == merchant_id, BuyerReport.shipment_id == shipment_id)
            .order_by(BuyerReport.created_at.desc())
            .limit(20)
        )
    )
    found = []
    for row in rows:
        ticket = await tickets.get(session, row.ticket_id)
        found.append(ReportState(row.kind, row.words, row.created_at, ticket.state, ticket.outcome))
    return found
