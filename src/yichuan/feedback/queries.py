"""Reading what buyers said, within the session's scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.feedback.models import BuyerReport, Rating
from yichuan.identity.scope import in_scope, owner_of, scoped
from yichuan.tickets import queries as tickets

__all__ = [
    "Filters",
    "Rating",
    "ReportState",
    "Stars",
    "Summary",
    "by_courier",
    "listing",
    "rating_of",
    "reports_of",
    "summary",
]


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
    max_stars: int | None = None
    """No better than this: what went wrong."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Ratings of a span of time, counted."""

    stars: Mapping[int, int]
    """1 to 5 → how many."""
    tags: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.stars.values())

    @property
    def mean(self) -> float | None:
        """Stars on average; None without any."""
        total = sum(stars * count for stars, count in self.stars.items())
        return total / self.count if self.count else None


def _narrow(session: ReadSession, filters: Filters) -> list[ColumnElement[bool]]:
    """The filters as conditions."""
    equal = {
        Rating.merchant_id: owner_of(session, filters.merchant_id),
        Rating.shipment_id: filters.shipment_id,
        Rating.courier: filters.courier,
    }
    found = [column == value for column, value in equal.items() if value is not None]
    return found if filters.max_stars is None else [*found, Rating.stars <= filters.max_stars]


async def summary(session: ReadSession, filters: Filters, since: datetime) -> Summary:
    """Ratings given since a moment, counted by stars and by tag."""
    given = (Rating.created_at >= since, *_narrow(session, filters))
    tag = func.unnest(Rating.tags).label("tag")
    starred = await session.execute(
        select(Rating.stars, func.count())
        .where(in_scope(session, Rating), *given)
        .group_by(Rating.stars)
    )
    tagged = await session.execute(
        select(tag, func.count()).where(in_scope(session, Rating), *given).group_by(tag)
    )
    stars = dict.fromkeys(range(1, 6), 0) | {row[0]: row[1] for row in starred}
    return Summary(stars, {row[0]: row[1] for row in tagged})


async def by_courier(session: SystemSession, begin: datetime, end: datetime) -> dict[str, Stars]:
    """Ratings of each courier's deliveries, given from `begin` to before `end`."""
    rows = await session.execute(
        select(Rating.courier, func.count(), func.sum(Rating.stars))
        .where(
            in_scope(session, Rating),
            Rating.courier.is_not(None),
            Rating.created_at >= begin,
            Rating.created_at < end,
        )
        .group_by(Rating.courier)
    )
    return {courier: Stars(int(count), int(total)) for courier, count, total in rows if courier}


@dataclass(frozen=True, slots=True)
class Stars:
    """So many ratings, and their stars together."""

    count: int
    total: int


async def listing(
    session: ReadSession, filters: Filters, *, limit: int, cursor: str | None
) -> tuple[list[Rating], str | None]:
    """One page of ratings, newest first.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, Rating).where(*_narrow(session, filters))
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
