"""Refreshing virtual numbers 虚拟号: a mall gives the recipient's phone anew before it lapses."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from yichuan.core.database import WriteSession
from yichuan.core.errors import Conflict, Invalid
from yichuan.core.vault import Vault
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.identity.scope import scoped
from yichuan.orders.models import Recipient
from yichuan.orders.recipients import (
    Person,
    full_phone,
    mask_phone,
    phone_tokens,
    recipient_key,
    recipient_values,
)
from yichuan.orders.schemas import PhoneRefresh
from yichuan.orders.service import locked, open_recipient
from yichuan.shipments import phones as shipments

_SEALED = (
    "wrapped_key",
    "ciphertext",
    "key_version",
    "phone_masked",
    "phone_index",
    "phone_last4_index",
    "phone_valid_until",
)


async def refresh_phone(
    session: WriteSession, vault: Vault, caller: Caller, sub_order_id: UUID, wish: PhoneRefresh
) -> Recipient:
    """Give a sub-order's recipient a new number, also when its box is on its way.

    Raises:
        NotFound: unknown, not the caller's, or the recipient was erased or is hidden.
        Conflict: the sub-order is over.
        Invalid: there is no number in it.
    """
    order = await locked(session, sub_order_id)
    if order.state in ("cancelled", "completed"):
        raise Conflict(f"the sub-order is {order.state}")
    row = (
        await session.scalars(
            scoped(session, Recipient)
            .where(Recipient.merchant_id == order.merchant_id, Recipient.id == order.recipient_id)
            .with_for_update()
        )
    ).one()
    clear = open_recipient(vault, row)
    phone = full_phone(wish.phone, wish.phone_extension)
    if not phone_tokens(vault, phone):
        raise Invalid("no telephone number in it", field="phone")
    who = Person(
        name=clear.name,
        phone=phone,
        province=row.province,
        city=row.city,
        district=row.district,
        address=clear.address,
        adcode=row.adcode,
        token=row.recipient_token,
        phone_valid_until=wish.phone_valid_until,
    )
    values = recipient_values(vault, order.merchant_id, who)
    await session.execute(
        update(Recipient)
        .where(Recipient.merchant_id == order.merchant_id, Recipient.id == row.id)
        .values({name: values[name] for name in _SEALED})
    )
    await shipments.change_phone(
        session,
        order.merchant_id,
        row.id,
        mask_phone(phone) or None,
        recipient_key(vault, who),
        phone_tokens(vault, phone),
    )
    await identity.audit(session, caller, "order.phone_refreshed", str(order.id), order.merchant_id)
    await session.refresh(row)
    return row
