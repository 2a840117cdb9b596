"""Telling merchants of a suspension 停发公告, and which of their boxes it holds up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from yichuan.core.clock import CHINA, now
from yichuan.core.database import ReadSession, SystemSession, WriteSession
from yichuan.couriers import queries as couriers
from yichuan.merchants import queries as merchants
from yichuan.notify import service as notify
from yichuan.notify.service import NewAlert
from yichuan.shipments import waiting
from yichuan.shipments.waiting import Held
from yichuan.terms.models import Suspension
from yichuan.terms.places import name_of, place

LINK = "/couriers/terms/suspensions"


async def held_by(session: ReadSession, row: Suspension) -> Held:
    """Which waiting boxes a suspension is about."""
    into = row.adcode if row.direction != "from" else None
    senders: list[UUID] = []
    if row.direction != "to":
        found = await merchants.origins(session)
        senders = [
            one.merchant_id
            for one in found
            if place(one.adcode, one.province, one.city, one.district, "").inside(row.adcode)
        ]
    if row.merchant_id is not None:
        senders = [one for one in senders if one == row.merchant_id]
    return Held(into, senders, row.courier)


async def announce(session: WriteSession, row: Suspension) -> int:
    """Tell every active merchant, and how many of its boxes wait; returns how many were told.

    A merchant's own suspension is told to itself alone.
    """
    names = await couriers.names(session)
    counts = await waiting.held_counts(session, await held_by(session, row))
    who_zh = "全部快递" if row.courier is None else names.get(row.courier, row.courier)
    who_en = row.courier or "all couriers"
    begin = f"{row.from_at.astimezone(CHINA):%m-%d %H:%M}"
    end = f"{row.until_at.astimezone(CHINA):%m-%d %H:%M}" if row.until_at else None
    period_zh = f"{begin} 至 {end}" if end else f"{begin} 起，恢复时间待通知"
    period_en = f"{begin} to {end}" if end else f"from {begin} until further notice"
    zh = f"停发：{who_zh} {name_of(row.adcode)}，{row.reason}，{period_zh}"
    en = f"Suspended: {who_en}, {name_of(row.adcode)}, {row.reason}, {period_en}"
    told = [m for m in await merchants.listing(session) if m.status in ("active", "restricted")]
    if row.merchant_id is not None:
        told = [m for m in told if m.id == row.merchant_id]
    await notify.announce(
        session,
        [
            NewAlert(
                merchant_id=merchant.id,
                shipment_id=None,
                kind="suspension",
                severity=2 if counts.get(merchant.id) else 1,
                title_zh=zh + _boxes(counts.get(merchant.id, 0))[0],
                title_en=en + _boxes(counts.get(merchant.id, 0))[1],
                link=LINK,
            )
            for merchant in told
        ],
    )
    return len(told)


ONE_BY_ONE = 20
"""Suspensions of one file that are told one by one; of the others the list tells."""


async def announce_since(session: SystemSession, since: datetime) -> int:
    """Tell of suspensions that a file brought since a time and that are not over; how many."""
    rows = await session.scalars(
        select(Suspension)
        .where(
            Suspension.created_at >= since,
            or_(Suspension.until_at.is_(None), Suspension.until_at > now()),
        )
        .order_by(Suspension.created_at, Suspension.id)
        .limit(ONE_BY_ONE)
    )
    found = list(rows)
    for row in found:
        await announce(session, row)
    return len(found)


def _boxes(count: int) -> tuple[str, str]:
    if not count:
        return "", ""
    return f"；您有 {count} 个待发包裹受影响", f"; {count} of your waiting boxes are held up"
