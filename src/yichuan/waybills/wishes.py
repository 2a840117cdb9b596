"""What was said with the order of a waybill: another sender, who pays, added services."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.dialects.postgresql import insert

from yichuan.core.database import WriteSession
from yichuan.core.direct import Ask
from yichuan.core.vault import Vault
from yichuan.couriers.connectors.base import AddedService, Contact, Pay
from yichuan.waybills.models import ShippingWish


@dataclass(frozen=True, slots=True)
class Wish:
    """How a box is to be sent. `sender` None: from the merchant's own address."""

    sender: Contact | None = None
    pay: Pay = "monthly"
    exp_type: str = "1"
    """The courier's product; "1" is its standard service."""
    services: tuple[AddedService, ...] = ()


ORDINARY = Wish()


async def remember(
    session: WriteSession, vault: Vault, merchant_id: UUID, shipment_id: UUID, wish: Wish
) -> None:
    """Keep the wish for a box; a later one replaces it."""
    services = {s.name: {"value": s.value, "customer_id": s.customer_id} for s in wish.services}
    sender = msgspec.json.encode(wish.sender).decode() if wish.sender else None
    values = {
        "sender_enc": vault.seal_secret(sender) if sender else None,
        "pay": wish.pay,
        "exp_type": wish.exp_type,
        "services": services,
    }
    key = {"merchant_id": merchant_id, "shipment_id": shipment_id}
    statement = insert(ShippingWish).values(**key, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


_OF = (
    "SELECT shipment_id, sender_enc, pay, exp_type, services FROM shipping_wishes"
    " WHERE merchant_id = ANY(%s) AND shipment_id = ANY(%s)"
)


def of(
    vault: Vault, owners: Collection[UUID], shipment_ids: Collection[UUID]
) -> Ask[dict[UUID, Wish]]:
    """Wishes by shipment; boxes nobody wished anything for are left out."""
    return Ask(
        _OF,
        (list(owners), list(shipment_ids)),
        lambda rows: {row[0]: _wish(vault, *row[1:]) for row in rows},
    )


def _wish(
    vault: Vault, sender_enc: bytes | None, pay: Pay, exp_type: str, services: dict[str, Any]
) -> Wish:
    sender = None
    if sender_enc is not None:
        sender = msgspec.json.decode(vault.open_secret(sender_enc), type=Contact)
    return Wish(
        sender, pay, exp_type, tuple(AddedService(n, **more) for n, more in services.items())
    )
