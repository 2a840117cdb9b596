"""A recipient's new phone on its boxes: virtual numbers 虚拟号 change while parcels travel."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, update

from yichuan.core.database import WriteSession
from yichuan.identity.scope import in_scope
from yichuan.shipments.models import SearchToken, Shipment
from yichuan.shipments.service import drop_phone_tokens


async def change_phone(
    session: WriteSession,
    merchant_id: UUID,
    recipient_id: UUID,
    masked: str | None,
    key: bytes | None,
    phone_tokens: Sequence[tuple[str, str]],
) -> None:
    """Show and find a recipient's boxes by its new phone.

    Args:
        masked: as lists show it.
        key: blind index of name, phone and address.
        phone_tokens: (kind, token) of the phone's blind indexes.
    """
    found = await session.scalars(
        update(Shipment)
        .where(
            in_scope(session, Shipment),
            Shipment.merchant_id == merchant_id,
            Shipment.recipient_id == recipient_id,
        )
        .values(recipient_phone=masked, recipient_key=key, sequence=Shipment.sequence + 1)
        .returning(Shipment.id)
    )
    ids = list(found)
    await drop_phone_tokens(session, merchant_id, ids)
    tokens = [
        {"merchant_id": merchant_id, "token": token, "target_id": box, "kind": kind}
        for box in ids
        for kind, token in phone_tokens
    ]
    if tokens:
        await session.execute(insert(SearchToken), tokens)
