"""Quotas of lent accounts over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from yichuan.core.pagination import Page
from yichuan.couriers import quotas
from yichuan.couriers.models import AccountQuota
from yichuan.couriers.schemas import QuotaRequest, QuotaView
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


@router.put("/courier-accounts/{account_id}/quotas/{merchant_id}")
async def set_quota(
    account_id: UUID, merchant_id: UUID, wish: QuotaRequest, caller: CallerDep, session: WriteDep
) -> QuotaView:
    """Limit what a merchant takes from a lent account; with neither limit it takes freely."""
    caller.require("operator")
    await quotas.set_quota(session, merchant_id, account_id, wish.per_day, wish.per_month)
    await identity.audit(session, caller, "quota.set", str(account_id), merchant_id)
    return _view(await quotas.one(session, merchant_id, account_id))
