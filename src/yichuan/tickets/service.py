"""The verbs on tickets. Every act is a message; the ticket's row keeps what follows from them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import insert, select, update

from yichuan.core.clock import CHINA, iso, now
from yichuan.core.database import SystemSession, WriteSession
from yichuan.core.direct import write_within
from yichuan.core.errors import Conflict, Forbidden, NotFound
from yichuan.core.ids import new_id
from yichuan.core.writing import inserts
from yichuan.identity.callers import SYSTEM_CALLER, Caller
from yichuan.identity.scope import in_scope
from yichuan.notify import service as notify
from yichuan.notify.service import Telling
from yichuan.shipments import service as shipments
from yichuan.tickets.case import Case, Outcome, Party, State, Verb, advance, allowed, begin
from yichuan.tickets.models import Ticket, TicketMessage

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Digits and letters that nobody mistakes for another when read out."""
PERSONAL = ("message", "note", "handed_over", "closed", "reopened")
"""Kinds of messages that a person writes."""

BUYER = Caller(id="buyer:link", name="买家", role="service")
"""Who speaks through a buyer's link."""


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A case to open."""

    merchant_id: UUID
    shipment_id: UUID
    shipment_no: str
    problem_id: UUID | None
    kind: str
    subject: str
    party: Party
    severity: int
    body: str
    id: UUID = field(default_factory=new_id)


def ticket_number(at: datetime) -> str:
    """A number people can read out: T, date in China, seven random characters."""
    bits = secrets.randbits(35)
    tail = "".join([ALPHABET[bits >> 5 * place & 31] for place in range(7)])
    return f"T{at.astimezone(CHINA):%y%m%d}-{tail}"


async def open_ticket(session: WriteSession, wish: NewTicket) -> UUID:
    """Open one case; returns its id."""
    (ticket_id,) = await open_tickets(session, [wish])
    return ticket_id


async def open_tickets(session: WriteSession, wishes: Sequence[NewTicket]) -> list[UUID]:
    """Open cases; returns their ids in the order of the wishes."""
    if not wishes:
        return []
    at = now()
    rows = [_row(wish, at) for wish in wishes]
    messages = [
        _message(row["merchant_id"], row["id"], "opened", SYSTEM_CALLER, wish.body, at)
        for row, wish in zip(rows, wishes, strict=True)
    ]
    told = notify.emitted([_telling(row | {"outcome": None}) for row in rows])
    await write_within(session, *inserts((Ticket, rows), (TicketMessage, messages)), *told)
    return [row["id"] for row in rows]


def _row(wish: NewTicket, at: datetime) -> dict[str, Any]:
    case = begin(wish.party, wish.severity, at)
    return {
        "merchant_id": wish.merchant_id,
        "id": wish.id,
        "ticket_no": ticket_number(at),
        "shipment_id": wish.shipment_id,
        "shipment_no": wish.shipment_no,
        "problem_id": wish.problem_id,
        "kind": wish.kind,
        "subject": wish.subject,
        "party": case.party,
        "state": case.state,
        "severity": wish.severity,
        "opened_at": at,
        "due_at": case.due_at,
        "first_party": case.party,
        "first_due_at": case.due_at,
    }


def _message(
    merchant_id: UUID,
    ticket_id: UUID,
    kind: str,
    actor: Caller,
    body: str,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "merchant_id": merchant_id,
        "id": new_id(),
        "ticket_id": ticket_id,
        "at": at,
        "kind": kind,
        "audience": "staff" if kind == "note" else "all",
        "actor": actor.id,
        "actor_name": actor.name,
        "body": body,
        "detail": dict(detail or {}),
    }


def _telling(row: Mapping[str, Any]) -> Telling:
    data = {
        "ticket_id": str(row["id"]),
        "ticket_no": row["ticket_no"],
        "merchant_id": str(row["merchant_id"]),
        "shipment_id": str(row["shipment_id"]),
        "shipment_no": row["shipment_no"],
        "kind": row["kind"],
        "state": row["state"],
        "party": row["party"],
        "severity": row["severity"],
        "due_at": iso(row["due_at"]),
        "outcome": row["outcome"],
    }
    return Telling(row["merchant_id"], row["shipment_id"], "ticket.updated", data)


_TOLD = (
    "id",
    "merchant_id",
    "shipment_id",
    "ticket_no",
    "shipment_no",
    "kind",
    "state",
    "party",
    "severity",
    "due_at",
    "outcome",
)


async def _locked(session: WriteSession, ticket_id: UUID) -> Ticket:
    row = await session.scalar(
        select(Ticket).where(in_scope(session, Ticket), Ticket.id == ticket_id).with_for_update()
    )
    if row is None:
        raise NotFound("no such ticket")
    return row


def case_of(row: Ticket) -> Case:
    """The case a row keeps."""
    return Case(
        severity=row.severity,
        party=cast(Party, row.party),
        state=cast(State, row.state),
        due_at=row.due_at,
        first_response_at=row.first_response_at,
        closed_at=row.closed_at,
        outcome=cast("Outcome | None", row.outcome),
    )


async def act(
    session: WriteSession,
    caller: Caller,
    ticket_id: UUID,
    verb: Verb,
    body: str,
    outcome: Outcome | None = None,
) -> None:
    """Answer, note, hand over, close or reopen a case.

    Raises:
        NotFound: unknown or not the caller's.
        Forbidden: notes are for staff.
        Conflict: the case is closed, is not closed, or is not the caller's to hand over.
    """
    row = await _locked(session, ticket_id)
    side: Party = "service" if caller.is_platform else "merchant"
    case = case_of(row)
    if not allowed(case, verb, side):
        if verb == "note":
            raise Forbidden("notes are for the platform's staff")
        raise Conflict(f"ticket {row.ticket_no} is {row.state}, with the {row.party}")
    at = now()
    _keep(row, advance(case, verb, side, at, outcome))
    detail = {"outcome": outcome} if outcome else {"party": row.party}
    message = _message(row.merchant_id, row.id, verb, caller, body, at, detail)
    await session.execute(insert(TicketMessage).values(**message))
    await session.flush()
    if verb != "note":
        told = {name: getattr(row, name) for name in _TOLD}
        await notify.emit_all(session, [_telling(told)])
    if verb == "closed":
        await look_again(session, row.merchant_id, row.shipment_id, at)


async def buyer_said(session: WriteSession, merchant_id: UUID, ticket_id: UUID, body: str) -> None:
    """Add a buyer's words to an open case; it stays whose turn it was, and on its clock."""
    message = _message(merchant_id, ticket_id, "message", BUYER, body, now())
    await session.execute(insert(TicketMessage).values(**message))


def _keep(row: Ticket, case: Case) -> None:
    row.party, row.state, row.due_at = case.party, case.state, case.due_at
    row.first_response_at, row.closed_at = case.first_response_at, case.closed_at
    row.outcome = case.outcome


async def look_again(
    session: WriteSession, merchant_id: UUID, shipment_id: UUID, at: datetime
) -> None:
    """Have the shipment's problems reviewed: some end when their ticket is closed."""
    await shipments.set_deadline(session, [(merchant_id, shipment_id, "review", at)])


async def problems_cleared(
    session: WriteSession, cleared: Sequence[tuple[UUID, UUID, str]]
) -> None:
    """Tell cases that their problem is over; those nobody has touched are closed.

    Args:
        cleared: (merchant_id, ticket_id, why) of each.
    """
    if not cleared:
        return
    at = now()
    ids = [ticket_id for _, ticket_id, _ in cleared]
    rows = await session.scalars(
        select(Ticket)
        .where(in_scope(session, Ticket), Ticket.id.in_(ids), Ticket.state != "closed")
        .order_by(Ticket.id)
        .with_for_update()
    )
    waiting = {row.id: row for row in rows}
    touched = set(
        await session.scalars(
            select(TicketMessage.ticket_id).where(
                in_scope(session, TicketMessage),
                TicketMessage.ticket_id.in_(ids),
                TicketMessage.kind.in_(PERSONAL),
            )
        )
    )
    told = [(m, t, why) for m, t, why in cleared if t in waiting]
    messages = [
        _message(m, t, "problem_cleared", SYSTEM_CALLER, why, at, {"reason": why})
        for m, t, why in told
    ]
    if messages:
        await write_within(session, *inserts((TicketMessage, messages)))
    untouched = [waiting[t] for _, t, _ in told if t not in touched]
    await _close_untouched(session, untouched, at)


async def _close_untouched(session: WriteSession, rows: Sequence[Ticket], at: datetime) -> None:
    if not rows:
        return
    ids = [row.id for row in rows]
    await session.execute(
        update(Ticket)
        .where(in_scope(session, Ticket), Ticket.id.in_(ids))
        .values(state="closed", closed_at=at, outcome="cleared")
    )
    over = {"state": "closed", "outcome": "cleared"}
    told = [{name: getattr(row, name) for name in _TOLD} | over for row in rows]
    await notify.emit_all(session, [_telling(row) for row in told])


async def closed_of(session: SystemSession, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these tickets are closed."""
    found = await session.scalars(
        select(Ticket.id).where(
            in_scope(session, Ticket), Ticket.id.in_(ids), Ticket.state == "closed"
        )
    )
    return set(found)
