"""What malls change about orders: hold, cancel, address; and their recipients."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, update

from yichuan.core.clock import now
from yichuan.core.database import WriteSession
from yichuan.core.errors import Conflict, NotFound
from yichuan.core.vault import Vault, VaultError
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.identity.scope import scoped
from yichuan.orders.models import Recipient, SubOrder
from yichuan.orders.queries import SealedPerson
from yichuan.orders.recipients import (
    person,
    phone_tokens,
    recipient_key,
    recipient_values,
)
from yichuan.orders.schemas import (
    RecipientClear,
    RecipientIn,
)
from yichuan.shipments import holding
from yichuan.shipments import service as shipments


async def locked(session: WriteSession, sub_order_id: UUID) -> SubOrder:
    """One sub-order of the caller, locked.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(
        scoped(session, SubOrder).where(SubOrder.id == sub_order_id).with_for_update()
    )
    if row is None:
        raise NotFound("no such sub-order")
    return row


async def hold(session: WriteSession, caller: Caller, sub_order_id: UUID, reason: str) -> SubOrder:
    """Stop a sub-order before printing (refund asked: 拦截). See `release` for its clocks.

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: shipped, cancelled, or held already.
    """
    row = await locked(session, sub_order_id)
    if row.state not in ("open", "packed"):
        raise Conflict(f"the sub-order is {row.state}")
    await holding.hold(session, row.merchant_id, row.id, caller.id)
    row.state, row.hold_reason, row.held_at = "held", reason, now()
    row.held_by = "platform" if visible_merchants(caller) is None else "merchant"
    await identity.audit(session, caller, "order.held", str(row.id), row.merchant_id, reason=reason)
    return row


async def release(session: WriteSession, caller: Caller, sub_order_id: UUID) -> SubOrder:
    """Let a held sub-order go on. What the platform held costs neither merchant nor courier time:
    what was still to be kept when it began (`ship_by`, `promised_at`) is as much later.

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: it is not held.
    """
    row = await locked(session, sub_order_id)
    if row.state != "held":
        raise Conflict("the sub-order is not held")
    since = row.held_at if row.held_by == "platform" else None
    if since is not None:
        row.ship_by = holding.stood_still(since, now(), row.ship_by)
        row.promised_at = holding.stood_still(since, now(), row.promised_at)
    row.state, row.hold_reason, row.held_at, row.held_by = "open", None, None, None
    await session.flush()
    await holding.release(session, row.merchant_id, row.id, caller.id, since=since)
    await identity.audit(session, caller, "order.released", str(row.id), row.merchant_id)
    return row


async def cancel(
    session: WriteSession, caller: Caller, sub_order_id: UUID, reason: str
) -> SubOrder:
    """Cancel a sub-order that was not shipped; its boxes end or lose its pieces.

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: shipped, or a box has a live waybill.
    """
    row = await locked(session, sub_order_id)
    if row.state not in ("open", "packed", "held"):
        raise Conflict(f"the sub-order is {row.state}")
    await shipments.drop_sub_order(session, row.merchant_id, row.id, caller.id)
    row.state, row.cancelled_at, row.cancel_reason = "cancelled", now(), reason
    await identity.audit(
        session, caller, "order.cancelled", str(row.id), row.merchant_id, reason=reason
    )
    return row


async def change_address(
    session: WriteSession,
    vault: Vault,
    caller: Caller,
    sub_order_id: UUID,
    wish: RecipientIn,
) -> SubOrder:
    """Send a sub-order elsewhere; possible until its box has a waybill.

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: a box has a waybill, was shipped, or holds another order too.
    """
    row = await locked(session, sub_order_id)
    if row.state not in ("open", "packed", "held"):
        raise Conflict(f"the sub-order is {row.state}")
    who = person(wish)
    values = recipient_values(vault, row.merchant_id, who)
    await session.execute(insert(Recipient), [values])
    await shipments.change_destination(
        session,
        row.merchant_id,
        row.id,
        caller.id,
        {
            "recipient_id": values["id"],
            "recipient_key": recipient_key(vault, who),
            "recipient_name": values["name_masked"],
            "recipient_phone": values["phone_masked"],
            "dest_province": who.province,
            "dest_city": who.city,
            "dest_district": who.district,
            "dest_adcode": who.adcode,
        },
        phone_tokens(vault, who.phone),
    )
    row.recipient_id = values["id"]
    await identity.audit(session, caller, "order.address_changed", str(row.id), row.merchant_id)
    return row


async def erase_recipient(session: WriteSession, caller: Caller, recipient_id: UUID) -> None:
    """Erase a person: without the data key the sealed text is unreadable, in backups too.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(scoped(session, Recipient).where(Recipient.id == recipient_id))
    if row is None:
        raise NotFound("no such recipient")
    await session.execute(
        update(Recipient)
        .where(Recipient.merchant_id == row.merchant_id, Recipient.id == recipient_id)
        .values(
            wrapped_key=None,
            ciphertext=None,
            name_masked=None,
            phone_masked=None,
            phone_index=None,
            phone_last4_index=None,
            recipient_token=None,
            phone_valid_until=None,
            erased_at=now(),
        )
    )
    await shipments.forget_recipient(session, row.merchant_id, recipient_id)
    await identity.audit(session, caller, "recipient.erased", str(recipient_id), row.merchant_id)


async def reveal(
    session: WriteSession, vault: Vault, caller: Caller, recipient_id: UUID, purpose: str
) -> RecipientClear:
    """A recipient in clear, with an audit line.

    Raises:
        NotFound: unknown, foreign or erased.
    """
    row = await session.scalar(scoped(session, Recipient).where(Recipient.id == recipient_id))
    if row is None:
        raise NotFound("no such recipient")
    clear = open_recipient(vault, row)
    await identity.audit(
        session, caller, "recipient.revealed", str(recipient_id), row.merchant_id, purpose=purpose
    )
    return clear


def open_recipient(vault: Vault, row: Recipient | SealedPerson) -> RecipientClear:
    """Decrypt a recipient row.

    Raises:
        NotFound: erased, or hidden behind the platform's token.
    """
    if row.ciphertext is None:
        raise NotFound("the recipient's data were erased or are hidden by the platform")
    try:
        record = vault.open_record(row.wrapped_key, row.ciphertext)
    except VaultError as error:
        raise NotFound(str(error)) from error
    return RecipientClear(
        name=record["name"],
        phone=record["phone"],
        address=record["address"],
        province=row.province,
        city=row.city,
        district=row.district,
    )
