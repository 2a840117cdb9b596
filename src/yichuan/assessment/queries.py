"""Whose couriers they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from yichuan.core.clock import CHINA, now
from yichuan.core.database import ReadSession
from yichuan.couriers import queries as couriers
from yichuan.rollups import queries as rollups
from yichuan.rollups.queries import Filters

USED_DAYS: Final = 90
"""A merchant uses the couriers it shipped with within so many days, and those of its accounts."""
LATELY_DAYS: Final = 30
"""Merchants that shipped with a courier within so many days are told."""


def _lately(days: int, courier: str | None = None) -> Filters:
    day = now().astimezone(CHINA).date()
    return Filters(day - timedelta(days=days), day, courier=courier)


async def used_by(session: ReadSession) -> set[str]:
    """Couriers that the session's merchants ship with."""
    rows, _ = await rollups.sums(session, _lately(USED_DAYS), ["courier"])
    mine = [one for one in await couriers.accounts(session) if one.merchant_id is not None]
    return {row.key["courier"] for row in rows} | {one.courier for one in mine}


async def users_of(session: ReadSession, courier: str) -> list[UUID]:
    """Merchants that shipped with a courier of late."""
    rows, _ = await rollups.sums(session, _lately(LATELY_DAYS, courier), ["merchant_id"])
    return [row.key["merchant_id"] for row in rows if row.sums["shipped"]]
