"""What buyers may say about a shipment. Who may say it is checked at the door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import func, insert, select

from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.core.errors import Conflict, YichuanError
from yichuan.core.ids import new_id
from yichuan.feedback.models import BuyerReport, Rating
from yichuan.identity.scope import in_scope
from yichuan.shipments.queries import Shipment
from yichuan.tickets import queries as tickets
from yichuan.tickets import service as cases
from yichuan.tickets.case import Party
from yichuan.tracking.redact import for_strangers, redact

Kind = Literal["not_received", "damaged", "wrong_address", "other"]
Tag = Literal["fast", "slow", "polite", "rude", "intact", "damaged", "to_the_door", "not_asked"]

CASES: Final[dict[Kind, tuple[str, Party, int, str]]] = {
    "not_received": ("suspicious_signing", "service", 2, "买家反馈：显示签收但没有收到"),
    "damaged": ("damaged", "service", 3, "买家反馈：包裹破损"),
    "wrong_address": ("address_issue", "merchant", 2, "买家反馈：地址不对"),
    "other": ("other", "service", 1, "买家反馈：其他问题"),
}
"""Report → kind, party, severity and subject of the ticket."""
PER_DAY: Final = 5
"""Reports of one shipment within 24 hours."""


class TooManyReports(YichuanError):
    """Enough was said about this shipment for today."""

    status, code = 429, "too_many_reports"
    title, title_zh = "Too many reports, try again tomorrow", "反馈次数过多，请明天再试"


async def rate(
    session: SystemSession, shipment: Shipment, stars: int, tags: Sequence[Tag], words: str
) -> None:
    """Keep a rating, 1 to 5 stars, of a delivered shipment.

    Raises:
        Conflict: not delivered yet, or rated before.
    """
    if shipment.milestone != "delivered":
        raise Conflict("a delivery is rated once it has arrived")
    if await session.scalar(
        select(Rating.id).where(
            in_scope(session, Rating),
            Rating.merchant_id == shipment.merchant_id,
            Rating.shipment_id == shipment.id,
        )
    ):
        raise Conflict("this delivery was rated already")
    await session.execute(
        insert(Rating).values(
            merchant_id=shipment.merchant_id,
            id=new_id(),
            shipment_id=shipment.id,
            courier=shipment.courier,
            stars=stars,
            tags=list(dict.fromkeys(tags)),
            words=_clean(words),
        )
    )


async def report(session: SystemSession, shipment: Shipment, kind: Kind, words: str) -> None:
    """Keep a report and tell who must act: it opens a ticket, or joins the open one of its kind.

    Raises:
        Conflict: nothing was sent yet, or it is called not received though nobody signed for it.
        TooManyReports: enough for today.
    """
    if shipment.shipped_at is None and shipment.milestone == "created":
        raise Conflict("nothing was sent yet")
    if kind == "not_received" and shipment.milestone != "delivered":
        raise Conflict("the parcel is not delivered yet")
    at = now()
    if await _lately(session, shipment, at - timedelta(days=1)) >= PER_DAY:
        raise TooManyReports()
    words = _clean(words)
    ticket_id = await _case(session, shipment, kind)
    await cases.buyer_said(session, shipment.merchant_id, ticket_id, words or CASES[kind][3])
    await session.execute(
        insert(BuyerReport).values(
            merchant_id=shipment.merchant_id,
            id=new_id(),
            shipment_id=shipment.id,
            ticket_id=ticket_id,
            kind=kind,
            words=words,
            created_at=at,
        )
    )


def _clean(words: str) -> str:
    """Without phones, names of recipients and locker codes: merchants read it."""
    return for_strangers(redact(words.strip(), "delivered"))


async def _lately(session: SystemSession, shipment: Shipment, since: datetime) -> int:
    found = await session.scalar(
        select(func.count()).where(
            in_scope(session, BuyerReport),
            BuyerReport.merchant_id == shipment.merchant_id,
            BuyerReport.shipment_id == shipment.id,
            BuyerReport.created_at > since,
        )
    )
    return int(found or 0)


async def _case(session: SystemSession, shipment: Shipment, kind: Kind) -> UUID:
    """The open ticket of the kind, else a new one."""
    case, party, severity, subject = CASES[kind]
    filters = tickets.Filters(kind=case, merchant_id=shipment.merchant_id, shipment_id=shipment.id)
    rows, _ = await tickets.listing(session, filters, limit=20, cursor=None)
    going = next((row.id for row in rows if row.state != "closed"), None)
    if going is not None:
        return going
    wish = cases.NewTicket(
        merchant_id=shipment.merchant_id,
        shipment_id=shipment.id,
        shipment_no=shipment.shipment_no,
        problem_id=None,
        kind=case,
        subject=subject,
        party=party,
        severity=severity,
        body=subject,
    )
    return await cases.open_ticket(session, wish)
