"""Balances before the morning's printing: every branch is asked once a day, and low ones are told.

A day's asking begins at an hour of the platform's (Asia/Shanghai). Each account is claimed before
its branch is called, so two workers do not ask twice; a branch that does not answer is asked again
by the next round.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import httpx
import structlog
from sqlalchemy import text

from yichuan.core.clock import CHINA, now
from yichuan.core.context import Context
from yichuan.core.database import SystemSession
from yichuan.core.errors import NotFound
from yichuan.couriers import queries as courier_queries
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierError
from yichuan.notify import service as notify
from yichuan.notify.service import NewAlert

log = structlog.get_logger(__name__)

EVERY = 600.0
"""Seconds between rounds."""


def day_began(at: datetime, hour: int) -> datetime | None:
    """When this day's asking began; None before its hour."""
    here = at.astimezone(CHINA)
    began = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    return began if here >= began else None


async def refresh(context: Context, http: httpx.AsyncClient) -> int:
    """Ask every branch not yet asked today; returns how many answered with a balance."""
    began = day_began(now(), context.settings.balance_hour)
    if began is None:
        return 0
    answered = 0
    for account_id in await _claim(context, began):
        if await _ask(context, http, account_id):
            answered += 1
    return answered


_CLAIM = text("""
    UPDATE courier_accounts SET balance_asked_at = now()
    WHERE enabled AND (balance_asked_at IS NULL OR balance_asked_at < :began)
    RETURNING id
""")
_UNCLAIM = text("UPDATE courier_accounts SET balance_asked_at = NULL WHERE id = :id")


async def _claim(context: Context, began: datetime) -> Sequence[UUID]:
    async with context.database.system() as session:
        return list(await session.scalars(_CLAIM, {"began": began}))


async def _ask(context: Context, http: httpx.AsyncClient, account_id: UUID) -> bool:
    """Ask one branch and keep what it said; whether it told a balance."""
    async with context.database.system() as session:
        try:
            line = await couriers.line(session, context.vault, http, account_id)
        except NotFound:  # its connection is off, or of a connector that is no longer installed
            return False
    started = time.monotonic()
    failure: CourierError | None = None
    left: int | None = None
    try:
        left = (await line.client.balance(line.courier, line.branch)).available
    except CourierError as error:
        failure = error
    if failure is not None and failure.code == "unsupported":
        return False
    ms = int((time.monotonic() - started) * 1000)
    async with context.database.system() as session:
        await couriers.note_calls(session, [(line.connection_id, "balance", ms, failure)])
        if left is not None:
            await couriers.note_balance(session, account_id, left)
            await _tell(session, account_id, left)
        elif failure is not None and failure.retryable:
            await session.execute(_UNCLAIM, {"id": account_id})
    return left is not None


async def _tell(session: SystemSession, account_id: UUID, left: int) -> None:
    """Tell the account's owner where few numbers are left."""
    row = await courier_queries.account(session, account_id)
    if left > row.balance_alert:
        return
    name = (await courier_queries.names(session)).get(row.courier, row.courier)
    branch = row.branch_name or row.branch_code or row.customer_name or ""
    alert = NewAlert(
        merchant_id=row.merchant_id,
        shipment_id=None,
        kind="low_balance",
        severity=3 if left == 0 else 2,
        title_zh=f"{name} {branch} 只剩 {left} 个单号，请在打单前充值",
        title_en=f"{row.courier} {branch}: {left} numbers left, refill before printing",
        link="/couriers",
    )
    await notify.alert(session, [alert])
    log.info("low balance told", account=str(account_id), left=left)
