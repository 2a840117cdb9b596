"""1001/1004 and 1801/1802 pickups, 1815 prices, 6004 forecast, 2002 recognition."""

from __future__ import annotations

import zlib
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from yichuan.simulator import ledger as log
from yichuan.simulator.calls import (
    BAD_FORMAT,
    MISSING,
    NO_NUMBER,
    OK,
    OTHER,
    Answer,
    Call,
    CallError,
    Fields,
)
from yichuan.simulator.catalogue import couriers
from yichuan.simulator.geo import City, UnknownPlaceError, distance_km, find_city
from yichuan.simulator.journey import BEIJING
from yichuan.simulator.numbers import may_be_of
from yichuan.simulator.routes import expected_hours
from yichuan.simulator.things import RefusedError
from yichuan.simulator.waybill_calls import branch_of, courier_of, done, place_of
from yichuan.simulator.world import World

CONTRACT = "1001"
"""A pickup under the merchant's own contract; 1801 is paid through the aggregator."""
BOOKED_AS = {"1004": "1001", "1802": "1801"}
SHIPPER_TYPE = "5"


def book(world: World, call: Call) -> Answer:
    """1001 or 1801.

    Raises:
        CallError: 101, 103 or 105 with the reason.
    """
    data, code = call.data, courier_of(call.data)
    order_code = data.need("OrderCode")
    data.need("PayType")
    data.need("ExpType")
    if call.request_type == CONTRACT:
        branch_of(world, data, code)
    elif data.need("ShipperType") != SHIPPER_TYPE:
        raise CallError(BAD_FORMAT, "格式问题：ShipperType")
    place_of(data.inside("Sender"), "寄件")
    place_of(data.inside("Receiver"), "收件")
    if not data.each("Commodity"):
        raise CallError(MISSING, "缺少必要参数：Commodity")
    line = log.PickupBooked(call.now, call.ebusiness_id, order_code, code, call.request_type)
    try:
        world.book_pickup(line)
    except RefusedError as error:
        raise CallError(OTHER, str(error)) from error
    tail = zlib.crc32(f"{call.ebusiness_id}/{order_code}".encode()) % 10**7
    order = {
        "OrderCode": order_code,
        "ShipperCode": code,
        "LogisticCode": "",
        "KDNOrderCode": f"KDN{call.now.astimezone(BEIJING):%y%m%d%H%M%S}{tail:07d}",
    }
    return done(call, "成功") | {"Order": order}


def cancel_booking(world: World, call: Call) -> Answer:
    """1004 or 1802: takes back what 1001 or 1801 booked.

    Raises:
        CallError: 101 or 105 with the reason.
    """
    order_code = call.data.need("OrderCode")
    booked = world.pickups.get((call.ebusiness_id, order_code))
    if booked is not None and booked.request_type != BOOKED_AS[call.request_type]:
        raise CallError(OTHER, "订单不存在")
    try:
        world.cancel_pickup(log.PickupCancelled(call.now, call.ebusiness_id, order_code))
    except RefusedError as error:
        raise CallError(OTHER, str(error)) from error
    return done(call, "成功")


def prices(world: World, call: Call) -> Answer:
    """1815: every courier's price, or that of the one asked for.

    Raises:
        CallError: 101, 103 or 105 with the reason.
    """
    data = call.data
    start, end = _city(data.inside("Sender"), ""), _city(data.inside("Receiver"), "")
    try:
        weight = Decimal(data.need("Weight"))
    except InvalidOperation:
        raise CallError(BAD_FORMAT, "格式问题：Weight") from None
    asked = data.text("ShipperCode")
    codes = [courier_of(data)] if asked else list(couriers())
    offers = [_offer(code, start, end, weight) for code in codes]
    return done(call, "成功") | {"Data": offers}


def _offer(code: str, start: City, end: City, weight: Decimal) -> Answer:
    """First kilogram, and each begun one after it, by distance."""
    beyond = max(0, int((weight - 1).to_integral_value("ROUND_CEILING")))
    first = Decimal(6) + Decimal(len(code)) + round(distance_km(start, end)) // 300
    each = (first / 4).quantize(Decimal("0.01"), ROUND_HALF_UP)
    more = each * beyond
    return {
        "shipperCode": code,
        "weight": float(weight),
        "firstWeight": 1,
        "firstWeightAmount": float(first),
        "continuousWeight": beyond,
        "continuousWeightPrice": float(each),
        "continuousWeightAmount": float(more),
        "cost": float(first + more),
        "totalFee": float(first + more),
    }


def forecast(world: World, call: Call) -> Answer:
    """6004: day and half of the day.

    Raises:
        CallError: 101 or 105 with the reason.
    """
    code, data = courier_of(call.data), call.data
    hours = expected_hours(code, _city(data, "Send"), _city(data, "Receive"))
    due = (call.now + timedelta(hours=hours)).astimezone(BEIJING)
    half = "上午" if due.hour < 12 else "下午"
    return {
        "EBusinessID": call.ebusiness_id,
        "Success": True,
        "ShipperCode": code,
        "DeliveryTime": f"{due:%m月%d日}{half}可达",
        "DeliveryDate": f"{due:%Y-%m-%d}",
        "Hour": f"{round(hours)}h",
    }


def _city(fields: Fields, prefix: str) -> City:
    """The city of a person, or of one side of a lane."""
    names = (f"{prefix}Province", f"{prefix}City") if prefix else ("ProvinceName", "CityName")
    province, city = (fields.need(name) for name in names)
    try:
        return find_city(city, province)
    except UnknownPlaceError:
        raise CallError(OTHER, "地址超出服务范围") from None


def recognise(world: World, call: Call) -> Answer:
    """2002: whose number it may be; nobody's is an empty list.

    Raises:
        CallError: 402.
    """
    number = call.data.text("LogisticCode")
    if not number:
        raise CallError(NO_NUMBER, "缺少快递单号")
    found = [
        {"ShipperCode": code, "ShipperName": couriers()[code].name} for code in may_be_of(number)
    ]
    return {
        "EBusinessID": call.ebusiness_id,
        "LogisticCode": number,
        "Success": True,
        "Code": OK,
        "Shippers": found,
    }
