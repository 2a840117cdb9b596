"""Reading tickets, within the session's scope. Staff notes are hidden from merchants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_

from yichuan.core.clock import now
from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.errors import NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.identity.scope import in_scope, owner_of, scoped
from yichuan.tickets.case import Party, State
from yichuan.tickets.models import Ticket, TicketMessage


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to."""

    state: State | None = None
    party: Party | None = None
    overdue: bool | None = None
    merchant_id: UUID | None = None
    kind: str | None = None
    shipment_id: UUID | None = None
    q: str | None = None
    """A ticket or shipment number, whole."""


async def listing(
    session: ReadSession, filters: Filters, *, limit: int, cursor: str | None
) -> tuple[list[Ticket], str | None]:
    """One page of tickets, the most urgent clock first.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, Ticket)
    for name in ("state", "party", "kind", "shipment_id"):
        if getattr(filters, name) is not None:
            query = query.where(getattr(Ticket, name) == getattr(filters, name))
    owner = owner_of(session, filters.merchant_id)
    if owner is not None:
        query = query.where(Ticket.merchant_id == owner)
    if filters.overdue is not None:
        late = (Ticket.state != "closed") & (Ticket.due_at < now())
        query = query.where(late if filters.overdue else ~late)
    if filters.q:
        number = "".join(filters.q.split()).upper()
        query = query.where((Ticket.ticket_no == number) | (Ticket.shipment_no == number))
    if cursor is not None:
        query = query.where(tuple_(Ticket.due_at, Ticket.id) > tuple_(*read_time_cursor(cursor)))
    rows = list(await session.scalars(query.order_by(Ticket.due_at, Ticket.id).limit(limit + 1)))
    following = None
    if len(rows) > limit:
        following = time_cursor(rows[limit - 1].due_at, rows[limit - 1].id)
    return rows[:limit], following


async def get(session: ReadSession, ticket_id: UUID) -> Ticket:
    """One ticket.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(scoped(session, Ticket).where(Ticket.id == ticket_id))
    if row is None:
        raise NotFound("no such ticket")
    return row


async def messages(session: ReadSession, ticket: Ticket) -> list[TicketMessage]:
    """What happened in a case, oldest first, as far as the caller may read it."""
    query = scoped(session, TicketMessage).where(
        TicketMessage.merchant_id == ticket.merchant_id, TicketMessage.ticket_id == ticket.id
    )
    if session.merchants is not None:
        query = query.where(TicketMessage.audience == "all")
    return list(await session.scalars(query.order_by(TicketMessage.at, TicketMessage.id)))


async def waiting(
    session: ReadSession, party: Party, merchant_id: UUID | None = None, cap: int = 10_000
) -> tuple[int, int]:
    """Open tickets with a party: (all, overdue), each counted up to `cap`."""
    some = select(Ticket.due_at).where(
        in_scope(session, Ticket), Ticket.state == "open", Ticket.party == party
    )
    owner = owner_of(session, merchant_id)
    if owner is not None:
        some = some.where(Ticket.merchant_id == owner)
    page = some.order_by(Ticket.due_at).limit(cap).subquery()
    row = (
        await session.execute(
            select(func.count(), func.count().filter(page.c.due_at < now())).select_from(page)
        )
    ).one()
    return int(row[0]), int(row[1])


async def responses(
    session: ReadSession, begin: datetime, end: datetime, at: datetime
) -> Mapping[UUID, tuple[int, int]]:
    """Per merchant: first responses it owed in [begin, end), and how many came in time.

    A ticket counts once it was answered by its first party or its clock ran out before `at`;
    what cleared by itself in time counts for nobody.
    """
    owed = (Ticket.first_response_at.is_not(None)) | (
        (Ticket.first_due_at < at)
        & ((Ticket.closed_at.is_(None)) | (Ticket.closed_at > Ticket.first_due_at))
    )
    rows = await session.execute(
        select(
            Ticket.merchant_id,
            func.count(),
            func.count().filter(Ticket.first_response_at <= Ticket.first_due_at),
        )
        .where(
            in_scope(session, Ticket),
            Ticket.first_party == "merchant",
            Ticket.first_due_at >= begin,
            Ticket.first_due_at < end,
            owed,
        )
        .group_by(Ticket.merchant_id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}


async def taken_up(
    session: SystemSession, kinds: Sequence[str], begin: datetime, end: datetime
) -> Sequence[tuple[UUID, UUID]]:
    """Shipments (merchant, id) with a case of these kinds, opened in [begin, end), that did not
    clear by itself. Each once, in the order of their keys."""
    # unscoped: how a courier does is counted over every merchant's parcels, for the platform
    rows = await session.execute(
        select(Ticket.merchant_id, Ticket.shipment_id)
        .where(
            Ticket.opened_at >= begin,
            Ticket.opened_at < end,
            Ticket.kind.in_(kinds),
            Ticket.outcome.is_distinct_from("cleared"),
        )
        .distinct()
        .order_by(Ticket.merchant_id, Ticket.shipment_id)
    )
    return [(row[0], row[1]) for row in rows]
