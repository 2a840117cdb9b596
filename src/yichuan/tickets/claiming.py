"""What may be claimed for a ticket's parcel 理赔: by which standard, and until when."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import UUID

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import ReadSession
from yichuan.core.direct import within
from yichuan.core.errors import NotFound
from yichuan.core.money import cny, fen
from yichuan.couriers import queries as couriers
from yichuan.identity.callers import Caller
from yichuan.shipments import boxes
from yichuan.shipments import queries as shipments
from yichuan.terms import claims
from yichuan.terms import service as terms
from yichuan.terms.claims import Loss, Standard
from yichuan.tickets.models import Ticket
from yichuan.tickets.schemas import ClaimView
from yichuan.waybills import queries as waybills
from yichuan.waybills import wishes

INSURED = ("INSURE", "保价")
"""Names of the added service that declares a value, in yuan."""
NO_STANDARD = ("没有适用的理赔标准", "no compensation standard applies")


async def claim_of(
    context: Context, session: ReadSession, caller: Caller, ticket: Ticket
) -> ClaimView | None:
    """The claim of a ticket about a lost, damaged or late parcel; None: it is about none of these.

    What hangs on the freight of a lent account is shown to the platform alone: its costs are its
    own.
    """
    trouble = claims.TROUBLES.get(ticket.kind)
    box = await shipments.get(session, ticket.shipment_id)
    if trouble is None or box.courier is None:
        return None
    found = (await waybills.issued_of(session, [box.id])).get(box.id)
    own = await _own_account(session, None if found is None else found.account_id)
    asking = await within(session)
    wished, pieces = await asking.ask(
        wishes.of(context.vault, [box.merchant_id], [box.id]),
        boxes.pieces([box.merchant_id], [box.id]),
    )
    loss = Loss(
        courier=box.courier,
        service=box.service,
        trouble=trouble,
        freight=box.cost_billed_minor or box.cost_expected_minor,
        goods_value=goods_value(pieces[box.id]),
        declared=declared(wished.get(box.id)),
        shipped_at=box.picked_up_at or box.shipped_at,
        promised_at=box.promised_at,
        delivered_at=box.delivered_at,
        reported_at=ticket.opened_at,
    )
    known = await terms.of(context.database, box.merchant_id)
    row = claims.standard_for(known.standards, loss, own=own, merchant_id=box.merchant_id)
    return _view(row, loss, open_books=own or caller.is_platform)


def goods_value(pieces: list[boxes.Piece]) -> int | None:
    """What the goods in a box are worth, in fen; None where the price of any is unknown."""
    total = 0
    for piece in pieces:
        if piece.unit_price_minor is None:
            return None
        total += piece.unit_price_minor * piece.quantity
    return total if pieces else None


def declared(wish: wishes.Wish | None) -> int | None:
    """The value a box was insured for, in fen; None: it was not."""
    for service in wish.services if wish is not None else ():
        if service.name.upper() in INSURED:
            try:
                return fen(Decimal(service.value))
            except InvalidOperation:
                return None
    return None


async def _own_account(session: ReadSession, account_id: UUID | None) -> bool:
    """Whether a box went on its merchant's own contract; numbers of its own did."""
    if account_id is None:
        return True
    try:
        return (await couriers.account(session, account_id)).merchant_id is not None
    except NotFound:
        return False


def _view(row: Standard | None, loss: Loss, *, open_books: bool) -> ClaimView:
    base = ClaimView(
        trouble=loss.trouble,
        insured=loss.insured,
        standard_zh=NO_STANDARD[0],
        standard_en=NO_STANDARD[1],
        goods_value=cny(loss.goods_value),
        declared=cny(loss.declared),
    )
    if row is None:
        return base
    told = open_books or row.freight_percent is None
    until = claims.claim_until(row, loss)
    zh, en = claims.explained(row)
    return base.model_copy(
        update={
            "rule_id": row.id,
            "standard_zh": zh,
            "standard_en": en,
            "source": row.source,
            "amount": cny(claims.amount(row, loss)) if told else None,
            "freight": cny(loss.freight) if told else None,
            "withheld": not told,
            "claim_until": until,
            "days_left": claims.days_left(until, now()),
        }
    )
