"""Buyers' links over HTTP: taken back, or made anew, on record."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from yichuan.identity import service as identity
from yichuan.identity.deps import CallerDep, WriteDep
from yichuan.shipments import links

router = APIRouter(tags=["shipments"])


class BuyerLink(BaseModel):
    """A parcel's buyer's link; the page is at `path` on this host."""

    shipment_id: UUID
    buyer_token: str
    path: str


class BuyerLinks(BaseModel):
    """The new links of an order's parcels, the one asked for first."""

    items: list[BuyerLink]


@router.post("/shipments/{shipment_id}/buyer-link")
async def renew_buyer_link(shipment_id: UUID, caller: CallerDep, session: WriteDep) -> BuyerLinks:
    """Give the shipment a new buyer's link, and the other parcels of its order to the same person
    with it: the old ones, on labels too, show nothing any more."""
    items = []
    for row in await links.renew(session, shipment_id, caller.id):
        await identity.audit(session, caller, "link.renewed", str(row.id), row.merchant_id)
        token = row.buyer_token or ""
        items.append(BuyerLink(shipment_id=row.id, buyer_token=token, path=f"/track/{token}"))
    return BuyerLinks(items=items)


@router.delete("/shipments/{shipment_id}/buyer-link", status_code=204)
async def revoke_buyer_link(shipment_id: UUID, caller: CallerDep, session: WriteDep) -> None:
    """Take the buyer's link back, and those of the other parcels of its order to the same person:
    they show nothing any more."""
    for row in await links.revoke(session, shipment_id, caller.id):
        await identity.audit(session, caller, "link.revoked", str(row.id), row.merchant_id)
