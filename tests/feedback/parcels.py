"""Parcels whose buyers have something to say."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert

from conftest import Tenant
from exceptions.boxes import make_box
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.ids import new_token
from yichuan.shipments.models import SearchToken

TAIL = "5678"
"""How the recipient's phone ends."""


async def delivered(context: Context, tenant: Tenant, **values: object) -> tuple[UUID, str]:
    """A parcel at its buyer's: its id and the path of its link."""
    token = new_token(16)
    known = {"milestone": "delivered", "shipped_at": now(), "delivered_at": now(), "courier": "ZTO"}
    async with context.database.system() as session:
        box = await make_box(session, tenant.id, buyer_token=token, **(known | values))
        blind = context.vault.blind("phone_last4", TAIL).hex()
        row = {"merchant_id": tenant.id, "target_id": box, "kind": "phone_last4", "token": blind}
        await session.execute(insert(SearchToken).values(**row))
    return box, f"/track/{token}"
