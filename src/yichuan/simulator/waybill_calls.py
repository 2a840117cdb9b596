"""1007 电子面单, 1147 cancel, 1127 balance."""

from __future__ import annotations

import html
import zlib
from types import MappingProxyType
from uuid import NAMESPACE_URL, uuid5

from yichuan.simulator.calls import (
    BAD_FORMAT,
    MISSING,
    OK,
    OTHER,
    REPEATED,
    Answer,
    Call,
    CallError,
    Fields,
)
from yichuan.simulator.catalogue import couriers
from yichuan.simulator.config import Branch
from yichuan.simulator.geo import City, UnknownPlaceError, find_city
from yichuan.simulator.journey import BEIJING
from yichuan.simulator.routes import Place, cached_hub_stop, expected_hours, hub_of
from yichuan.simulator.things import NewWaybill, RefusedError, Waybill
from yichuan.simulator.world import World

FORBIDDEN = frozenset("'\"#&+<>%\\")
"""Characters KDNiao does not take inside values."""
LONGEST = MappingProxyType(
    {"company": 30, "name": 30, "tel": 20, "mobile": 20, "provincename": 20, "cityname": 20,
     "expareaname": 20, "address": 100, "ordercode": 30, "remark": 60, "goodsname": 100}
)  # fmt: skip
"""Most characters of a field, by lower-cased name."""
MOST_PIECES = 300


def create(world: World, call: Call) -> Answer:
    """1007: allot a number, or answer 106 with the same Order when the OrderCode is known.

    Raises:
        CallError: 101, 103, 105 or 106 with the reason.
    """
    order_code = call.data.need("OrderCode")
    known = world.orders.get((call.ebusiness_id, order_code))
    if known is not None:
        if known.cancelled:
            raise CallError(REPEATED, "该订单号已下单成功")
        return _answer(call, known, REPEATED, "该订单号已下单成功")
    new = _new_waybill(world, call, order_code)
    try:
        waybill = world.accept(new, call.now)
    except RefusedError as error:
        raise CallError(OTHER, str(error)) from error
    return _answer(call, waybill, OK, "成功")


def _new_waybill(world: World, call: Call, order_code: str) -> NewWaybill:
    data = call.data
    code = courier_of(data)
    data.need("PayType")
    exp = data.need("ExpType")
    if data.whole("PayType", 0) not in {1, 2, 3, 4}:
        raise CallError(BAD_FORMAT, "格式问题：PayType")
    sender, receiver = data.inside("Sender"), data.inside("Receiver")
    goods = data.each("Commodity") or data.each("Commoditys")
    if not goods:
        raise CallError(MISSING, "缺少必要参数：Commodity")
    for one in goods:
        one.need("GoodsName")
    for part in (Fields({"ordercode": order_code, "remark": data.text("Remark")}), sender, receiver,
                 *goods):  # fmt: skip
        _check_text(part)
    pieces = data.whole("Quantity", 0)
    if not 1 <= pieces <= MOST_PIECES:
        raise CallError(MISSING if not pieces else BAD_FORMAT, "格式问题：Quantity")
    branch = branch_of(world, data, code)
    return NewWaybill(
        ebusiness_id=call.ebusiness_id,
        order_code=order_code,
        courier=code,
        branch=branch,
        origin=place_of(sender, "寄件"),
        destination=place_of(receiver, "收件"),
        pieces=pieces,
        phone_tails=_phone_tails(sender, receiver),
        exp=exp,
        trans=data.text("TransType"),
        subscribe=data.whole("IsSubscribe", 1) != 0,
        callback=data.text("Callback"),
    )


def courier_of(data: Fields) -> str:
    """ShipperCode of a courier that the network has.

    Raises:
        CallError: 101 or 105.
    """
    code = data.need("ShipperCode")
    if code not in couriers():
        raise CallError(OTHER, f"不支持的快递公司编码：{code}")
    return code


def _check_text(part: Fields) -> None:
    for name, value in part.data.items():
        if not isinstance(value, str):
            continue
        if bad := FORBIDDEN.intersection(value):
            raise CallError(BAD_FORMAT, f"{part.path}{name}含有特殊字符 {''.join(sorted(bad))}")
        if len(value) > LONGEST.get(name, len(value)):
            raise CallError(BAD_FORMAT, f"{part.path}{name}超过{LONGEST[name]}个字符")


def place_of(person: Fields, side: str) -> Place:
    """The city and district of a sender or receiver, all its required fields present."""
    person.need("Name")
    if not person.text("Tel"):
        person.need("Mobile")
    digits = [c for c in person.text("Mobile") or person.text("Tel") if c.isdigit()]
    if len(digits) < 7:
        raise CallError(BAD_FORMAT, f"{side}人电话格式不正确")
    province, name = person.need("ProvinceName"), person.need("CityName")
    person.need("Address")
    try:
        city = find_city(name, province)
    except UnknownPlaceError:
        raise CallError(OTHER, f"{side}地址超出服务范围") from None
    area = person.need("ExpAreaName") if city.districts else person.text("ExpAreaName")
    return Place(city, area)


def _phone_tails(*people: Fields) -> tuple[str, ...]:
    """Last four digits of everybody's telephones."""
    tails: dict[str, None] = {}
    for person in people:
        for name in ("Mobile", "Tel"):
            digits = "".join(c for c in person.text(name) if c.isdigit())
            if len(digits) >= 4:
                tails[digits[-4:]] = None
    return tuple(tails)


def branch_of(world: World, data: Fields, code: str) -> Branch:
    """The waybill account the caller names, by CustomerName and password or by MonthCode."""
    name, month = data.text("CustomerName"), data.text("MonthCode")
    if not name and not month:
        raise CallError(MISSING, "缺少必要参数：CustomerName")
    for branch in world.branches.values():
        if branch.courier != code:
            continue
        if name and branch.customer_name == name:
            if data.text("CustomerPwd") != branch.customer_pwd:
                raise CallError(OTHER, "电子面单客户号密码错误")
            if month and branch.month_code and month != branch.month_code:
                raise CallError(OTHER, "月结号错误")
            return branch
        if not name and branch.month_code == month:
            return branch
    raise CallError(OTHER, "电子面单客户号不存在")


def _answer(call: Call, waybill: Waybill, code: str, reason: str) -> Answer:
    line = waybill.line
    hours = expected_hours(line.courier, waybill.origin.city, waybill.destination.city)
    due = line.at.timestamp() + hours * 3600
    day = line.at.fromtimestamp(due, BEIJING).date()
    answer: Answer = {
        "EBusinessID": call.ebusiness_id,
        "Success": True,
        "ResultCode": code,
        "Reason": reason,
        "UniquerRequestNumber": str(
            uuid5(NAMESPACE_URL, f"kdniao/{line.ebusiness_id}/{line.order_code}")
        ),
        "Order": order_block(waybill),
        "EstimatedDeliveryTime": day.isoformat(),
        "Callback": call.data.text("Callback"),
    }
    if call.data.whole("IsReturnPrintTemplate", 0):
        answer["PrintTemplate"] = print_template(waybill)
    if line.children:
        answer |= {"SubCount": len(line.children), "SubOrders": list(line.children)}
    return answer


def order_block(waybill: Waybill) -> dict[str, str]:
    """Order of the 1007 answer: numbers, sorting codes and hubs; the same on every repeat."""
    line, origin, destination = waybill.line, waybill.origin, waybill.destination
    first = cached_hub_stop(line.courier, hub_of(line.courier, origin.city))
    last = cached_hub_stop(line.courier, hub_of(line.courier, destination.city))
    slot = zlib.crc32(f"{line.courier}/{destination.city.adcode}/{destination.area}".encode())
    mark = f"{int(destination.city.adcode[:4]) % 1000:03d}-{slot % 90 + 10:02d}{slot % 7:02d}"
    tail = zlib.crc32(f"{line.ebusiness_id}/{line.order_code}".encode()) % 10**7
    return {
        "OrderCode": line.order_code,
        "ShipperCode": line.courier,
        "LogisticCode": line.number,
        "KDNOrderCode": f"KDN{line.at.astimezone(BEIJING):%y%m%d%H%M%S}{tail:07d}",
        "MarkDestination": f"{mark} {slot % 900 + 100}",
        "OriginCode": _site_code(first.city),
        "OriginName": first.name,
        "DestinatioCode": _site_code(last.city),
        "DestinatioName": last.name,
        "SortingCode": f"{slot % 60 + 1:02d}-{slot % 24 + 1:02d}",
        "PackageCode": f"{last.city.adcode}{slot % 100:02d}",
        "PackageName": f"{last.city.short}{'集包' if origin.city != destination.city else '同城'}",
    }


def _site_code(city: City) -> str:
    return f"{city.adcode[:4]}{zlib.crc32(city.name.encode()) % 100:02d}"


def print_template(waybill: Waybill) -> str:
    """A small HTML label, as the aggregator returns one on demand."""
    block = {k: html.escape(v) for k, v in order_block(waybill).items()}
    return (
        '<div style="width:76mm;height:130mm;font-family:SimHei">'
        f"<h1>{block['MarkDestination']}</h1><h2>{block['PackageName']}</h2>"
        f"<p>{block['DestinatioName']}</p><p><b>{block['LogisticCode']}</b></p>"
        f"<p>{block['OrderCode']}</p></div>"
    )


def cancel(world: World, call: Call) -> Answer:
    """1147: cancel before pickup.

    Raises:
        CallError: 101 or 105 with the reason.
    """
    code, order_code = courier_of(call.data), call.data.need("OrderCode")
    number = call.data.need("ExpNo")
    waybill = world.orders.get((call.ebusiness_id, order_code))
    if waybill is None or (waybill.line.courier, waybill.line.number) != (code, number):
        raise CallError(OTHER, "订单不存在，或单号与订单不符")
    if branch_of(world, call.data, code).key[1] != waybill.line.account:
        raise CallError(OTHER, "单号不属于该客户号")
    try:
        world.cancel(waybill, call.now)
    except RefusedError as error:
        raise CallError(OTHER, str(error)) from error
    return done(call, "成功")


def balance(world: World, call: Call) -> Answer:
    """1127: numbers left and bought of a prepaid account.

    Raises:
        CallError: 101, or 105 when the courier sells no numbers beforehand.
    """
    code = courier_of(call.data)
    branch = branch_of(world, call.data, code)
    left = world.balances[branch.key]
    if left is None:
        raise CallError(OTHER, "该快递公司不支持单号余量查询")
    total = world.bought[branch.key]
    return done(call, "成功") | {"EorderBalance": {"AvailableNum": left, "TotalNum": total}}


def done(call: Call, reason: str) -> Answer:
    """The answer of a call that is carried out."""
    return {
        "EBusinessID": call.ebusiness_id,
        "Success": True,
        "ResultCode": OK,
        "Reason": reason,
    }
