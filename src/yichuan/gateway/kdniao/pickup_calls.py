"""1001 / 1801 book a pickup, 1004 / 1802 cancel it; what becomes of it is pushed as 103."""

from __future__ import annotations

from yichuan.core.errors import YichuanError
from yichuan.couriers.connectors.base import Goods
from yichuan.gateway.kdniao.callers import Call
from yichuan.gateway.kdniao.parcels import contact_of
from yichuan.gateway.kdniao.waybill_calls import done, said
from yichuan.gateway.kdniao.wire import MISSING, OTHER, Answer, Fields, grams, refuse
from yichuan.waybills import pickups
from yichuan.waybills.pickups import Wanted


async def book(call: Call) -> Answer:
    """1001, 1801. The same OrderCode again is 105, as in the manual's example.

    Raises:
        CallError: 101, 103, 105 with the courier's own words.
    """
    wanted = _wanted(call)
    try:
        row, repeated = await pickups.book(
            call.context,
            call.http,
            merchant_id=call.merchant(),
            key_id=call.key.id,
            call=call.request_type,
            wanted=wanted,
        )
    except YichuanError as error:
        refuse(OTHER, said(error))
    if repeated:
        refuse(OTHER, "该订单已经存在,请勿重复操作")
    return done(call, "成功") | {
        "Order": {
            "OrderCode": row.order_code,
            "ShipperCode": row.courier,
            "LogisticCode": row.number or "",
            "KDNOrderCode": row.courier_order_no or row.reference,
        },
        "UniquerRequestNumber": str(row.id),
    }


def _wanted(call: Call) -> Wanted:
    data = call.data
    courier = data.text("ShipperCode", 20).upper()
    if not courier and call.request_type == "1001":
        refuse(MISSING, "缺少必要参数：ShipperCode")
    goods = data.each("Commodity", "Commoditys")
    if not goods:
        refuse(MISSING, "缺少必要参数：Commodity")
    return Wanted(
        order_code=data.need("OrderCode", 60),
        courier=courier,
        sender=contact_of(data.inside("Sender")),
        receiver=contact_of(data.inside("Receiver")),
        goods=tuple(_goods(one) for one in goods[:50]),
        starts_at=data.time("StartDate"),
        ends_at=data.time("EndDate"),
        weight_g=grams(data.decimal("Weight")),
        pieces=data.whole("Quantity", 1) or 1,
        number=data.text("LogisticCode", 60).upper(),
        remark=data.text("Remark", 200),
    )


def _goods(one: Fields) -> Goods:
    return Goods(
        name=one.need("GoodsName", 200),
        quantity=one.whole("Goodsquantity", 1) or 1,
        code=one.text("GoodsCode", 60),
        weight_g=grams(one.decimal("GoodsWeight")),
    )


async def cancel(call: Call) -> Answer:
    """1004, 1802. A repeat is answered with success.

    Raises:
        CallError: 101, 105 with the courier's own words.
    """
    merchant_id, order_code = call.merchant(), call.data.need("OrderCode", 60)
    async with call.context.database.read((merchant_id,)) as session:
        row = await pickups.by_order_code(session, merchant_id, order_code)
    if row is None:
        refuse(OTHER, "订单不存在")
    reason = call.data.text("CancelMsg", 99) or call.data.text("Reason", 99)
    try:
        await pickups.cancel(call.context, call.http, call.caller, row.id, reason)
    except YichuanError as error:
        refuse(OTHER, said(error))
    return done(call, "成功")
