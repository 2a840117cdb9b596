"""1008/8008 subscribe, 1002/8001/8002 query."""

from __future__ import annotations

from types import MappingProxyType

from yichuan.simulator.calls import (
    BAD_FORMAT,
    MISSING,
    NO_NUMBER,
    OTHER,
    Answer,
    Call,
    CallError,
    stamp,
)
from yichuan.simulator.catalogue import couriers
from yichuan.simulator.ledger import Subscribed
from yichuan.simulator.things import Parcel
from yichuan.simulator.wire import trace
from yichuan.simulator.world import World

PUSH_TYPES = MappingProxyType({"1008": "101", "8008": "102"})
"""Subscription → push."""


def subscribe(world: World, call: Call) -> Answer:
    """1008 (pushed as 101) or 8008 (pushed as 102).

    Raises:
        CallError: 101, 103, 105 or 402 with the reason.
    """
    code, number = _number(world, call)
    world.subscribe(
        Subscribed(
            at=call.now,
            ebusiness_id=call.ebusiness_id,
            courier=code,
            number=number,
            request_type=PUSH_TYPES[call.request_type],
            order_code=call.data.text("OrderCode"),
            callback=call.data.text("Callback"),
        )
    )
    answer: Answer = {
        "EBusinessID": call.ebusiness_id,
        "UpdateTime": stamp(call.now),
        "Success": True,
        "Reason": "",
        "ShipperCode": code,
        "LogisticCode": number,
    }
    parcel = world.parcels.get((code, number))
    if parcel is not None:
        answer["EstimatedDeliveryTime"] = parcel.history.expected_on.isoformat()
    return answer


def query(world: World, call: Call) -> Answer:
    """1002, or with StateEx and Location 8001 and 8002.

    Raises:
        CallError: 101, 103, 105 or 402 with the reason.
    """
    code, number = _number(world, call)
    rich = call.request_type != "1002"
    answer: Answer = {
        "EBusinessID": call.ebusiness_id,
        "ShipperCode": code,
        "LogisticCode": number,
        "Success": True,
        "State": "0",
        "Traces": [],
    }
    if order_code := call.data.text("OrderCode"):
        answer["OrderCode"] = order_code
    parcel = world.parcels.get((code, number))
    if parcel is None or not parcel.happened:
        answer["Reason"] = "暂无轨迹信息"
        return answer | ({"StateEx": "0"} if rich else {})
    return answer | _traces(parcel, rich, descending=call.data.text("Sort") == "1")


def _traces(parcel: Parcel, rich: bool, descending: bool) -> Answer:
    history, count = parcel.history, parcel.happened
    state, detail = history.state(count, parcel.alert)
    traces = [trace(event, rich) for event in history.events[:count]]
    found: Answer = {"State": state, "Traces": traces[::-1] if descending else traces}
    if rich:
        found |= {"StateEx": detail, "Location": history.events[count - 1].city}
    return found


def _number(world: World, call: Call) -> tuple[str, str]:
    """The courier and number asked for, and the right to ask."""
    code, number = call.data.need("ShipperCode"), call.data.text("LogisticCode").upper()
    if not number:
        raise CallError(NO_NUMBER, "缺少快递单号")
    if code not in couriers():
        raise CallError(OTHER, f"不支持的快递公司编码：{code}")
    if not number.replace("-", "").isalnum() or len(number) > 35:
        raise CallError(BAD_FORMAT, "单号有特殊字符或长度不符")
    if world.config.asks_phone and couriers()[code].asks_phone:
        _check_phone(world, code, number, call.data.text("CustomerName"))
    return code, number


def _check_phone(world: World, code: str, number: str, tail: str) -> None:
    if len(tail) != 4 or not tail.isdigit():
        raise CallError(MISSING, "缺少必要参数：CustomerName（收件人或寄件人手机号后四位）")
    waybill = world.waybills.get((code, number))
    if waybill is not None and tail not in waybill.line.phone_tails:
        raise CallError(OTHER, "手机号后四位与单号不符")
