"""Quotas of lent accounts and balances of one's own over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from yichuan.core.clock import now
from yichuan.core.pagination import Page
from yichuan.couriers import balance, queries, quotas
from yichuan.couriers.balance import Point
from yichuan.couriers.models import AccountQuota
from yichuan.couriers.schemas import BalanceHistory, BalancePoint, QuotaRequest, QuotaView
from yichuan.identity import service as identity
from yichuan.identity.deps import CallerDep, ReadDep, WriteDep

router = APIRouter(tags=["couriers"])


def _view(row: AccountQuota) -> QuotaView:
    one = quotas.state(row)
    day = quotas.today()
    used_today, used_this_month = one.used(day)
    return QuotaView(
        merchant_id=row.merchant_id,
        account_id=row.account_id,
        per_day=row.per_day,
        per_month=row.per_month,
        used_today=used_today,
        used_this_month=used_this_month,
        left=one.left(day),
    )


@router.get("/courier-account-quotas")
async def list_quotas(caller: CallerDep, session: ReadDep) -> Page[QuotaView]:
    """What merchants may take from lent accounts, and took; a merchant sees its own."""
    caller.require("operator", "merchant")
    return Page(items=[_view(row) for row in await quotas.of_merchants(session)])


@router.get("/courier-accounts/{account_id}/balances")
async def get_balances(
    account_id: UUID,
    caller: CallerDep,
    session: ReadDep,
    days: Annotated[int, Query(ge=1, le=400)] = 90,
) -> BalanceHistory:
    """How the numbers of an account of the caller's went, and how long they last."""
    caller.require("operator", "merchant")
    points = await queries.balances(session, account_id, now() - timedelta(days=days))
    row = await queries.own_account(session, account_id)
    latest = [] if row.balance is None else [Point(now(), row.balance)]
    rate = balance.per_day([*points, *latest], now())
    return BalanceHistory(
        points=[BalancePoint.model_validate(point) for point in points],
        balance=row.balance,
        balance_alert=row.balance_alert,
        per_day=rate,
        days_left=balance.days_left(row.balance, rate),
    )


@router.put("/courier-accounts/{account_id}/quotas/{merchant_id}")
async def set_quota(
    account_id: UUID, merchant_id: UUID, wish: QuotaRequest, caller: CallerDep, session: WriteDep
) -> QuotaView:
    """Limit what a merchant takes from a lent account; with neither limit it takes freely."""
    caller.require("operator")
    await quotas.set_quota(session, merchant_id, account_id, wish.per_day, wish.per_month)
    await identity.audit(session, caller, "quota.set", str(account_id), merchant_id)
    return _view(await quotas.one(session, merchant_id, account_id))
