"""Taking orders in, and what malls change afterwards: hold, cancel, address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import insert, select, update

from yichuan.core.clock import now
from yichuan.core.database import WriteSession
from yichuan.core.errors import Conflict, Invalid, NotFound, YichuanError
from yichuan.core.ids import new_id
from yichuan.core.rows import row_error
from yichuan.core.vault import Vault, VaultError
from yichuan.core.writing import insert_all
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.identity.scope import in_scope, scoped
from yichuan.merchants import queries as merchants
from yichuan.merchants import service as merchant_service
from yichuan.merchants.queries import Merchant
from yichuan.notify import service as notify
from yichuan.notify.service import Telling
from yichuan.orders.models import Order, OrderLine, Recipient, SubOrder
from yichuan.orders.recipients import (
    Person,
    mask_name,
    mask_phone,
    person,
    phone_tokens,
    recipient_key,
    recipient_values,
)
from yichuan.orders.schemas import (
    LineIn,
    OrderIn,
    Placed,
    PlacedRow,
    PlacedSubOrder,
    RecipientClear,
    RecipientIn,
    SubOrderIn,
)
from yichuan.shipments import service as shipments
from yichuan.shipments.values import Plan, PlannedLine


async def place(
    session: WriteSession, vault: Vault, caller: Caller, orders: Sequence[OrderIn]
) -> list[PlacedRow]:
    """Take orders in; each row succeeds or fails on its own."""
    results: list[PlacedRow] = []
    for index, order in enumerate(orders):
        try:
            async with session.begin_nested():
                placed = await place_one(session, vault, caller, order)
        except YichuanError as error:
            results.append(PlacedRow(index=index, ok=False, error=row_error(error)))
        else:
            results.append(PlacedRow(index=index, ok=True, order=placed))
    return results


async def place_one(session: WriteSession, vault: Vault, caller: Caller, order: OrderIn) -> Placed:
    """Take one order in: main order, sub-orders, lines, recipients and a planned box each.

    Raises:
        Conflict: the order number is known already.
        NotFound: a merchant is unknown or not the caller's.
        Invalid: a sub-order names no merchant.
    """
    owners = [await _merchant(session, caller, sub) for sub in order.sub_orders]
    await _refuse_known(session, order, owners)
    order_id = new_id()
    who = person(order.recipient)
    subs = [
        _sub_order(order_id, order, sub, owner)
        for sub, owner in zip(order.sub_orders, owners, strict=True)
    ]
    shops = await merchant_service.ensure_shops(
        session, [(s["merchant_id"], s["shop_name"]) for s in subs]
    )
    for values in subs:
        values["shop_id"] = shops.get((values["merchant_id"], values["shop_name"]))
    recipients = {o.id: recipient_values(vault, o.id, who) for o in owners}
    for values in subs:
        values["recipient_id"] = recipients[values["merchant_id"]]["id"]
    lines = [
        _line(values, number, line)
        for values, sub in zip(subs, order.sub_orders, strict=True)
        for number, line in enumerate(sub.lines, 1)
    ]
    main = {
        "id": order_id,
        "order_no": order.order_no,
        "buyer_ref": order.buyer_ref,
        "placed_at": order.placed_at,
        "source": caller.id.partition(":")[0],
    }
    people = list(recipients.values())
    try:
        await insert_all(
            session, (Order, [main]), (Recipient, people), (SubOrder, subs), (OrderLine, lines)
        )
    except UniqueViolation as error:  # a twin request won the race for the number
        raise Conflict("an order with this sub-order number was taken a moment ago") from error
    plans = [_plan(vault, values, lines, who) for values in subs]
    boxes = await shipments.plan(session, plans, caller.id)
    await _announce(session, order, subs)
    return Placed(
        id=order_id,
        order_no=order.order_no,
        sub_orders=[
            PlacedSubOrder(
                id=values["id"],
                sub_order_no=values["sub_order_no"],
                merchant_id=values["merchant_id"],
                shipment_ids=[box],
            )
            for values, box in zip(subs, boxes, strict=True)
        ],
    )


async def _merchant(session: WriteSession, caller: Caller, sub: SubOrderIn) -> Merchant:
    if sub.merchant_id is not None:
        return await merchants.get(session, sub.merchant_id)
    if sub.merchant is not None:
        return await merchants.by_code(session, sub.merchant)
    if caller.merchant_id is not None:
        return await merchants.get(session, caller.merchant_id)
    raise Invalid(f"sub-order {sub.sub_order_no} names no merchant", field="merchant")


async def _refuse_known(session: WriteSession, order: OrderIn, owners: Sequence[Merchant]) -> None:
    """Order numbers are one merchant's (or the mall's): the same number again is refused."""
    numbers = [sub.sub_order_no for sub in order.sub_orders]
    if len(set(numbers)) != len(numbers):
        raise Invalid("a sub-order number is named twice", field="sub_order_no")
    known = await session.execute(
        select(SubOrder.order_id, SubOrder.sub_order_no)
        .where(
            in_scope(session, SubOrder),
            SubOrder.merchant_id.in_({owner.id for owner in owners}),
            SubOrder.sub_order_no.in_(numbers),
        )
        .limit(1)
    )
    row = known.one_or_none()
    if row is not None:
        raise Conflict(f"sub-order {row.sub_order_no} was taken before", order_id=str(row.order_id))


def _sub_order(order_id: UUID, order: OrderIn, sub: SubOrderIn, owner: Merchant) -> dict[str, Any]:
    ship_by = sub.ship_by
    if ship_by is None and order.paid_at is not None:
        ship_by = order.paid_at + timedelta(hours=owner.ship_within_hours)
    amount = sum(
        (li.unit_price.amount_minor if li.unit_price else 0) * li.quantity for li in sub.lines
    )
    return {
        "merchant_id": owner.id,
        "id": new_id(),
        "order_id": order_id,
        "order_no": order.order_no,
        "sub_order_no": sub.sub_order_no,
        "shop_name": sub.shop,
        "buyer_ref": order.buyer_ref,
        "remark": sub.remark,
        "amount_minor": amount,
        "placed_at": order.placed_at,
        "paid_at": order.paid_at,
        "ship_by": ship_by,
        "promised_at": sub.promised_at,
        "locker_consent": sub.locker_consent,
    }


def _line(sub: dict[str, Any], number: int, line: LineIn) -> dict[str, Any]:
    return {
        "merchant_id": sub["merchant_id"],
        "id": new_id(),
        "sub_order_id": sub["id"],
        "line_no": number,
        "sku": line.sku,
        "name": line.name,
        "category": line.category,
        "quantity": line.quantity,
        "unit_price_minor": line.unit_price.amount_minor if line.unit_price else None,
        "weight_g": line.weight_g,
    }


def _plan(vault: Vault, sub: dict[str, Any], lines: Sequence[dict[str, Any]], who: Person) -> Plan:
    return Plan(
        merchant_id=sub["merchant_id"],
        order_no=sub["order_no"],
        sub_order_no=sub["sub_order_no"],
        recipient_id=sub["recipient_id"],
        lines=tuple(
            PlannedLine(
                sub_order_id=sub["id"],
                order_line_id=line["id"],
                quantity=line["quantity"],
                sku=line["sku"],
                name=line["name"],
                category=line["category"],
                weight_g=line["weight_g"],
                unit_price_minor=line["unit_price_minor"],
            )
            for line in lines
            if line["sub_order_id"] == sub["id"]
        ),
        shop_id=sub["shop_id"],
        shop_name=sub["shop_name"],
        buyer_ref=sub["buyer_ref"],
        recipient_key=recipient_key(vault, who),
        recipient_name=mask_name(who.name) or None,
        recipient_phone=mask_phone(who.phone) or None,
        phone_tokens=phone_tokens(vault, who.phone),
        dest_province=who.province,
        dest_city=who.city,
        dest_district=who.district,
        dest_adcode=who.adcode,
        remark=sub["remark"],
        paid_at=sub["paid_at"],
        ship_by=sub["ship_by"],
        promised_at=sub["promised_at"],
    )


async def _announce(session: WriteSession, order: OrderIn, subs: Sequence[dict[str, Any]]) -> None:
    told = [
        Telling(
            sub["merchant_id"],
            f"order:{sub['id']}",
            "order.created",
            {
                "order_no": order.order_no,
                "sub_order_no": sub["sub_order_no"],
                "sub_order_id": str(sub["id"]),
                "merchant_id": str(sub["merchant_id"]),
            },
        )
        for sub in subs
    ]
    await notify.emit_all(session, told)


async def _locked(session: WriteSession, sub_order_id: UUID) -> SubOrder:
    row = await session.scalar(
        scoped(session, SubOrder).where(SubOrder.id == sub_order_id).with_for_update()
    )
    if row is None:
        raise NotFound("no such sub-order")
    return row


async def hold(session: WriteSession, caller: Caller, sub_order_id: UUID, reason: str) -> SubOrder:
    """Stop a sub-order before printing (refund asked: 拦截).

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: shipped, cancelled, or held already.
    """
    row = await _locked(session, sub_order_id)
    if row.state not in ("open", "packed"):
        raise Conflict(f"the sub-order is {row.state}")
    await shipments.set_hold(session, row.merchant_id, row.id, True, caller.id)
    row.state, row.hold_reason, row.held_at = "held", reason, now()
    await identity.audit(session, caller, "order.held", str(row.id), row.merchant_id, reason=reason)
    return row


async def release(session: WriteSession, caller: Caller, sub_order_id: UUID) -> SubOrder:
    """Let a held sub-order go on.

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: it is not held.
    """
    row = await _locked(session, sub_order_id)
    if row.state != "held":
        raise Conflict("the sub-order is not held")
    row.state, row.hold_reason, row.held_at = "open", None, None
    await session.flush()
    await shipments.set_hold(session, row.merchant_id, row.id, False, caller.id)
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
    row = await _locked(session, sub_order_id)
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
    row = await _locked(session, sub_order_id)
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


def open_recipient(vault: Vault, row: Recipient) -> RecipientClear:
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
