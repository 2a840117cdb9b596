"""1007 电子面单, 1147 cancel, 1127 balance: done by the rooms orders, dispatch and waybills.

1007 is three steps: the order code is claimed together with the order and its box in one
transaction; the courier gives a number (`waybills.taking`, which never buys twice); the answer is
read from what is stored. So a repeated call, also after a crash between the steps, goes on where
the first one stopped, and ends with the same Order and PrintTemplate.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import text

from yichuan.core.database import ReadSession, WriteSession
from yichuan.core.direct import within
from yichuan.core.errors import YichuanError
from yichuan.core.ids import new_id
from yichuan.couriers import queries as couriers
from yichuan.couriers import service as courier_calls
from yichuan.couriers.connectors.base import CourierError
from yichuan.couriers.queries import CourierAccount
from yichuan.gateway.kdniao import issued
from yichuan.gateway.kdniao.callers import Call
from yichuan.gateway.kdniao.parcels import Parcel, parcel_of
from yichuan.gateway.kdniao.wire import MISSING, OK, OTHER, REPEATED, Answer, refuse
from yichuan.gateway.models import DoorOrder
from yichuan.identity.scope import scoped
from yichuan.orders import placing
from yichuan.orders import queries as order_queries
from yichuan.orders import service as orders
from yichuan.shipments import queries as shipments
from yichuan.shipments.queries import Shipment
from yichuan.tracking import watching
from yichuan.waybills import queries as waybills
from yichuan.waybills import service as waybill_service
from yichuan.waybills import wishes
from yichuan.waybills.taking import take

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


async def create(call: Call) -> Answer:
    """1007: a number for an order, and its label. Idempotent on OrderCode (106).

    Raises:
        CallError: 101, 103, 105, or 106 for an order code that was cancelled.
    """
    parcel = parcel_of(call.data)
    merchant_id = call.merchant()
    account = await _account(call, parcel.courier, parcel.customer_name, parcel.month_code)
    vault = call.context.vault
    async with call.context.database.write((merchant_id,)) as session:
        row, fresh = await _claim(session, call, merchant_id, parcel)
        before = await waybills.of_shipment(session, row.shipment_id)
        if before and before[0].state == "cancelled":
            refuse(REPEATED, "该订单号已使用过且面单已取消，请更换订单号")
        repeated = bool(before) and before[0].state == "issued"
        if not repeated and not fresh and row.request != parcel.digest():
            await _correct(session, call, merchant_id, row, parcel)
        if not repeated:
            await wishes.remember(session, vault, merchant_id, row.shipment_id, parcel.wish)
    if not repeated:
        await _take(call, row.shipment_id, parcel, account)
    answer = await issued.answer(call, row, parcel, repeated=repeated)
    if parcel.subscribe:
        await _subscribe(call, parcel, str(answer["Order"]["LogisticCode"]))
    return answer


async def _claim(
    session: WriteSession, call: Call, merchant_id: UUID, parcel: Parcel
) -> tuple[DoorOrder, bool]:
    """The order code's row, locked; True: it is new, with its order and box."""
    # twins of one order code wait for each other
    await session.execute(_LOCK, {"key": f"door/{merchant_id}/{parcel.order_code}"})
    known = await order_of(session, merchant_id, parcel.order_code)
    if known is not None:
        return known, False
    sub = await order_queries.by_number(session, merchant_id, parcel.order_code)
    if sub is not None:
        box = _only_box(await shipments.of_sub_order(session, merchant_id, sub.id))
        ids = {"sub_order_id": sub.id, "shipment_id": box.id, "made": False}
    else:
        ids = await _place(session, call, merchant_id, parcel, parcel.order_code)
    row = DoorOrder(
        **ids,
        merchant_id=merchant_id,
        id=new_id(),
        key_id=call.key.id,
        order_code=parcel.order_code,
        request=parcel.digest(),
        echo={"callback": parcel.callback},
    )
    session.add(row)
    await session.flush()
    return row, True


async def order_of(session: ReadSession, merchant_id: UUID, order_code: str) -> DoorOrder | None:
    """An order code the door has seen."""
    return await session.scalar(
        scoped(session, DoorOrder).where(
            DoorOrder.merchant_id == merchant_id, DoorOrder.order_code == order_code
        )
    )


def _only_box(boxes: list[Shipment]) -> Shipment:
    live = [box for box in boxes if box.milestone != "cancelled"]
    if len(live) != 1:
        refuse(OTHER, "该订单在驿传中已拆分或已取消，请在驿传中打单")
    return live[0]


async def _place(
    session: WriteSession, call: Call, merchant_id: UUID, parcel: Parcel, number: str
) -> dict[str, Any]:
    direct = await within(session)
    try:
        placed = await placing.place_values(
            direct,
            call.context.vault,
            call.caller,
            parcel.order(str(merchant_id), number),
            parcel.measured,
        )
        await direct.flush()
    except UniqueViolation:
        refuse(OTHER, "同一订单号正由另一请求提交，请重试")
    (sub,) = placed.sub_orders
    return {"sub_order_id": sub.id, "shipment_id": sub.shipment_ids[0], "made": True}


async def _correct(
    session: WriteSession, call: Call, merchant_id: UUID, row: DoorOrder, parcel: Parcel
) -> None:
    """After a refusal the caller sent the same order code with other words: those count.

    The order that came of the first words is cancelled and placed anew under `CODE-2`, …; an
    order that the mall sent us itself stays as it is.
    """
    last = await waybills.of_shipment(session, row.shipment_id)
    if last and last[0].state == "requested":
        refuse(OTHER, "上一次取号结果未定，请稍后用相同内容重试")
    if not row.made:
        row.request = parcel.digest()
        return
    await orders.cancel(session, call.caller, row.sub_order_id, "重新下单 (1007)")
    number = await _free_number(session, merchant_id, parcel.order_code)
    ids = await _place(session, call, merchant_id, parcel, number)
    row.sub_order_id, row.shipment_id = ids["sub_order_id"], ids["shipment_id"]
    row.request = parcel.digest()
    row.echo = {"callback": parcel.callback}
    await session.flush()


async def _free_number(session: ReadSession, merchant_id: UUID, order_code: str) -> str:
    attempt = 2
    while await order_queries.by_number(session, merchant_id, f"{order_code}-{attempt}"):
        attempt += 1
    return f"{order_code}-{attempt}"


async def _take(
    call: Call, shipment_id: UUID, parcel: Parcel, account: CourierAccount | None
) -> None:
    """Have a courier give the number.

    Raises:
        CallError: 105 with the courier's own words.
    """
    (taken,) = await take(
        call.context,
        call.http,
        call.caller,
        [shipment_id],
        courier=parcel.courier,
        account_id=account.id if account else None,
    )
    if taken.error is not None:
        refuse(OTHER, said(taken.error))


def said(error: YichuanError) -> str:
    """An expected error as a reason: the courier's own words, else ours."""
    return (error.detail or error.title_zh)[:200]


async def _account(
    call: Call, courier: str, customer_name: str, month_code: str
) -> CourierAccount | None:
    """The waybill account that the caller names; None: dispatch takes the merchant's own, else one
    the platform lends.

    A customer name nobody told us is no error: the mall keeps sending what it sent KDNiao, and the
    contract is the hub's to choose.

    Raises:
        CallError: 105, no such courier, or no account for it.
    """
    async with call.context.database.system() as session:
        if not await couriers.known(session, {courier}):
            refuse(OTHER, f"不支持的快递公司编码：{courier}")
        found = await couriers.accounts_for(session, call.merchant(), courier)
    if not found:
        refuse(OTHER, f"没有可用的电子面单账号：{courier}")
    for row in found:
        named = customer_name and row.customer_name == customer_name
        if named or (not customer_name and month_code and row.month_code == month_code):
            return row
    return None


async def _subscribe(call: Call, parcel: Parcel, number: str) -> None:
    """IsSubscribe: the caller is told of the number without a call of 1008."""
    async with call.context.database.system() as session:
        await watching.follow(
            session,
            call.context.vault,
            call.follower,
            courier=parcel.courier,
            number=number,
            kind="basic",
            order_code=parcel.order_code,
            callback=parcel.callback,
        )


async def cancel(call: Call) -> Answer:
    """1147: give the number back before pickup. A repeat is answered with success.

    Raises:
        CallError: 101, 105 with the courier's own words.
    """
    merchant_id = call.merchant()
    courier = call.data.need("ShipperCode", 20).upper()
    order_code = call.data.need("OrderCode", 60)
    number = call.data.text("ExpNo", 60) or call.data.text("LogisticCode", 60)
    if not number:
        refuse(MISSING, "缺少必要参数：ExpNo")
    async with call.context.database.read((merchant_id,)) as session:
        row = await order_of(session, merchant_id, order_code)
        rows = await waybills.of_shipment(session, row.shipment_id) if row else []
    fits = (w for w in rows if w.courier == courier and w.number == number.upper())
    waybill = next(fits, None)
    if row is None or waybill is None:
        refuse(OTHER, "订单不存在，或单号与订单不符")
    if waybill.state != "cancelled":
        try:
            await waybill_service.cancel(call.context, call.http, call.caller, waybill.id)
        except YichuanError as error:
            refuse(OTHER, said(error))
    await _end_order(call, merchant_id, row)
    return done(call, "成功")


async def _end_order(call: Call, merchant_id: UUID, row: DoorOrder) -> None:
    """An order the door made for the label ends with it; a mall's own order stays open."""
    if not row.made:
        return
    async with call.context.database.write((merchant_id,)) as session:
        sub = await order_queries.get(session, row.sub_order_id)
        if sub.state in ("open", "packed", "held"):
            await orders.cancel(session, call.caller, row.sub_order_id, "电子面单取消 (1147)")


async def balance(call: Call) -> Answer:
    """1127: numbers left at the branch, asked for now.

    Raises:
        CallError: 101, 105.
    """
    courier = call.data.need("ShipperCode", 20).upper()
    name = call.data.text("CustomerName", 60)
    account = await _account(call, courier, name, call.data.text("MonthCode", 60))
    async with call.context.database.system() as session:
        if account is None:
            account = (await couriers.accounts_for(session, call.merchant(), courier))[0]
        line = await courier_calls.line(session, call.context.vault, call.http, account.id)
    try:
        left = await line.client.balance(line.courier, line.branch)
    except CourierError as error:
        refuse(OTHER, error.courier_text or "该快递公司不支持单号余量查询")
    async with call.context.database.system() as session:
        await courier_calls.note_balance(session, account.id, left.available)
    block = {"AvailableNum": left.available, "TotalNum": left.total}
    return done(call, "成功") | {"EorderBalance": block}


def done(call: Call, reason: str) -> Answer:
    """The short answer of success."""
    return {
        "EBusinessID": call.ebusiness_id,
        "Success": True,
        "ResultCode": OK,
        "Reason": reason,
    }
