"""Tickets over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query

from yichuan.core import idempotency
from yichuan.core.clock import now
from yichuan.core.database import ReadSession, WriteSession
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.identity.callers import Caller
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep
from yichuan.shipments import queries as shipments
from yichuan.tickets import claiming, queries, service
from yichuan.tickets.case import Party, State
from yichuan.tickets.models import Ticket
from yichuan.tickets.queries import Filters
from yichuan.tickets.schemas import (
    TicketClaim,
    TicketCloseRequest,
    TicketDetail,
    TicketMessageRequest,
    TicketMessageView,
    TicketRemark,
    TicketRow,
)

router = APIRouter(tags=["tickets"])
Key = Annotated[str | None, Header(alias="Idempotency-Key")]


async def _rows(session: ReadSession, tickets: Sequence[Ticket]) -> list[TicketRow]:
    boxes = await shipments.of_ids(session, list({t.shipment_id for t in tickets}))
    at = now()
    rows = []
    for ticket in tickets:
        row = TicketRow.model_validate(ticket)
        row.overdue = service.case_of(ticket).overdue(at)
        box = boxes.get(ticket.shipment_id)
        if box is not None:
            row.courier, row.waybill_number = box.courier, box.waybill_number
            row.milestone = box.milestone
        rows.append(row)
    return rows


@router.get("/tickets")
async def list_tickets(
    session: ReadDep,
    state: State | None = None,
    party: Party | None = None,
    overdue: bool | None = None,
    merchant_id: UUID | None = None,
    kind: str | None = None,
    shipment_id: UUID | None = None,
    q: Annotated[str | None, Query(max_length=64)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[TicketRow]:
    """Tickets, the most urgent clock first. `q`: a ticket or shipment number."""
    filters = Filters(
        state=state,
        party=party,
        overdue=overdue,
        merchant_id=merchant_id,
        kind=kind,
        shipment_id=shipment_id,
        q=q,
    )
    rows, following = await queries.listing(session, filters, limit=limit, cursor=cursor)
    return Page(items=await _rows(session, rows), next_cursor=following)


async def _detail(session: ReadSession, ticket_id: UUID) -> TicketDetail:
    ticket = await queries.get(session, ticket_id)
    (row,) = await _rows(session, [ticket])
    told = await queries.messages(session, ticket)
    return TicketDetail(
        **row.model_dump(), messages=[TicketMessageView.model_validate(m) for m in told]
    )


@router.get("/tickets/{ticket_id}")
async def get_ticket(ticket_id: UUID, session: ReadDep) -> TicketDetail:
    """One ticket with everything that happened."""
    return await _detail(session, ticket_id)


@router.get("/tickets/{ticket_id}/claim")
async def get_claim(
    ticket_id: UUID, caller: CallerDep, context: ContextDep, session: ReadDep
) -> TicketClaim:
    """理赔: what may be claimed for the ticket's parcel, by which standard, and the days left."""
    ticket = await queries.get(session, ticket_id)
    return TicketClaim(claim=await claiming.claim_of(context, session, caller, ticket))


async def _write(
    session: WriteSession,
    caller: Caller,
    ticket_id: UUID,
    verb: Literal["message", "note"],
    body: str,
    key: str | None,
) -> TicketDetail:
    """Write once, however often the same request comes."""
    request = f"{verb} {ticket_id} {body}".encode()
    if await idempotency.replay(session, caller.id, key, request) is None:
        await service.act(session, caller, ticket_id, verb, body)
        await idempotency.remember(session, caller.id, key, 200, {})
    return await _detail(session, ticket_id)


@router.post("/tickets/{ticket_id}/reply")
async def reply_ticket(
    ticket_id: UUID,
    wish: TicketMessageRequest,
    caller: CallerDep,
    session: WriteDep,
    key: Key = None,
) -> TicketDetail:
    """Write to everybody in the case."""
    return await _write(session, caller, ticket_id, "message", wish.body, key)


@router.post("/tickets/{ticket_id}/note")
async def note_ticket(
    ticket_id: UUID,
    wish: TicketMessageRequest,
    caller: CallerDep,
    session: WriteDep,
    key: Key = None,
) -> TicketDetail:
    """Write a note that only the platform's staff reads."""
    return await _write(session, caller, ticket_id, "note", wish.body, key)


@router.post("/tickets/{ticket_id}/hand-over")
async def hand_over_ticket(
    ticket_id: UUID, wish: TicketRemark, caller: CallerDep, session: WriteDep
) -> TicketDetail:
    """Give the turn to the other side (merchant ↔ service)."""
    await service.act(session, caller, ticket_id, "handed_over", wish.body)
    return await _detail(session, ticket_id)


@router.post("/tickets/{ticket_id}/close")
async def close_ticket(
    ticket_id: UUID, wish: TicketCloseRequest, caller: CallerDep, session: WriteDep
) -> TicketDetail:
    """End the case with an outcome."""
    await service.act(session, caller, ticket_id, "closed", wish.body, wish.outcome)
    return await _detail(session, ticket_id)


@router.post("/tickets/{ticket_id}/reopen")
async def reopen_ticket(
    ticket_id: UUID, wish: TicketRemark, caller: CallerDep, session: WriteDep
) -> TicketDetail:
    """Open a closed case again."""
    await service.act(session, caller, ticket_id, "reopened", wish.body)
    return await _detail(session, ticket_id)
