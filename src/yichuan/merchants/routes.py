"""Merchants over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from yichuan.core.pagination import Page
from yichuan.identity import service as identity
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep
from yichuan.merchants import contact, queries, service
from yichuan.merchants.contact import BuyerService, ServiceContact
from yichuan.merchants.schemas import (
    Me,
    MerchantChange,
    MerchantRef,
    MerchantRequest,
    MerchantView,
    SenderRequest,
    SenderView,
    ShopView,
)

router = APIRouter(tags=["merchants"])


@router.get("/auth/me", tags=["identity"])
async def me(caller: CallerDep, session: ReadDep) -> Me:
    """The signed-in caller."""
    merchant = None
    if caller.merchant_id is not None:
        row = await queries.get(session, caller.merchant_id)
        merchant = MerchantRef(id=row.id, code=row.code, name=row.name)
    return Me(
        id=caller.id,
        name=caller.name,
        username=caller.username,
        role=caller.role,
        merchant=merchant,
        locale=caller.locale,
        csrf_token=caller.csrf_token,
    )


@router.get("/merchants")
async def list_merchants(session: ReadDep) -> Page[MerchantView]:
    """Merchants the caller may see, by code."""
    rows = await queries.listing(session)
    return Page(items=[MerchantView.model_validate(row) for row in rows])


@router.post("/merchants", status_code=201)
async def create_merchant(
    wish: MerchantRequest, caller: CallerDep, session: WriteDep
) -> MerchantView:
    """Admit a merchant (operators)."""
    caller.require("operator")
    merchant_id = await service.create(session, **wish.model_dump())
    await identity.audit(session, caller, "merchant.created", str(merchant_id), merchant_id)
    return MerchantView.model_validate(await queries.get(session, merchant_id))


@router.get("/merchants/{merchant_id}")
async def get_merchant(session: ReadDep, merchant_id: UUID) -> MerchantView:
    """One merchant."""
    return MerchantView.model_validate(await queries.get(session, merchant_id))


@router.patch("/merchants/{merchant_id}")
async def change_merchant(
    merchant_id: UUID, wish: MerchantChange, caller: CallerDep, session: WriteDep
) -> MerchantView:
    """Change tier, status, logistics mode or hand-over promise (operators)."""
    caller.require("operator")
    values = wish.model_dump(exclude_none=True)
    row = await service.change(session, merchant_id, values)
    await identity.audit(
        session, caller, "merchant.changed", str(merchant_id), merchant_id, **values
    )
    return MerchantView.model_validate(row)


@router.put("/merchants/{merchant_id}/service-contact")
async def set_service_contact(
    merchant_id: UUID, wish: ServiceContact, caller: CallerDep, session: WriteDep
) -> ServiceContact:
    """Say how buyers reach the merchant 联系商家: shown on their pages."""
    caller.require("operator", "merchant")
    await service.change(session, merchant_id, {"contact": wish.model_dump(mode="json")})
    await identity.audit(session, caller, "merchant.contact", str(merchant_id), merchant_id)
    return wish


@router.get("/settings/buyer-service")
async def get_buyer_service(session: ReadDep) -> ServiceContact:
    """How buyers reach the platform 平台客服."""
    return await contact.setting.get(session)


@router.put("/settings/buyer-service")
async def set_buyer_service(
    wish: ServiceContact, caller: CallerDep, session: WriteDep
) -> ServiceContact:
    """Say how buyers reach the platform: shown on their pages."""
    caller.require("operator")
    await contact.setting.put(session, BuyerService(**wish.model_dump()))
    detail = wish.model_dump(mode="json")
    await identity.audit(session, caller, "settings.buyer_service", "buyer_service", None, **detail)
    return wish


@router.get("/merchants/{merchant_id}/shops")
async def list_shops(session: ReadDep, merchant_id: UUID) -> Page[ShopView]:
    """A merchant's shops."""
    rows = await queries.shops(session, merchant_id)
    return Page(items=[ShopView.model_validate(row) for row in rows])


@router.get("/merchants/{merchant_id}/sender-addresses")
async def list_senders(session: ReadDep, merchant_id: UUID) -> Page[SenderView]:
    """A merchant's sender and return addresses."""
    rows = await queries.senders(session, merchant_id)
    return Page(items=[SenderView.model_validate(row) for row in rows])


@router.post("/merchants/{merchant_id}/sender-addresses", status_code=201)
async def add_sender(
    merchant_id: UUID,
    wish: SenderRequest,
    caller: CallerDep,
    context: ContextDep,
    session: WriteDep,
) -> SenderView:
    """Add a sender address; it becomes the default of its kind."""
    caller.require("operator", "merchant")
    made = await service.add_sender(session, context.vault, merchant_id, **wish.model_dump())
    await identity.audit(session, caller, "sender.added", str(made), merchant_id)
    rows = await queries.senders(session, merchant_id)
    return SenderView.model_validate(next(row for row in rows if row.id == made))
