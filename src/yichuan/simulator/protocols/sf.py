"""SF's 丰桥: one path, a form, a service code; pushes without signature.

Written from SF's manual (EXP_RECE_CREATE_ORDER, its tables of errors) and the sample messages of
its SDK (1101124154/sf-express-sdk, docs/examples), independently of the product's connector.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, quote

import msgspec

from yichuan.simulator.config import Subscriber
from yichuan.simulator.geo import City, UnknownPlaceError, distance_km, find_city
from yichuan.simulator.history import Event
from yichuan.simulator.protocols import acts
from yichuan.simulator.protocols.acts import (
    Person,
    Refusal,
    json_object,
    md5_base64,
    objects,
    within,
    words,
)
from yichuan.simulator.protocols.protocol import Asked, Message, Protocol, Told, scan_codes
from yichuan.simulator.routes import expected_hours
from yichuan.simulator.things import Waybill
from yichuan.simulator.waybill_calls import order_block
from yichuan.simulator.wire import beijing
from yichuan.simulator.world import World

Fields = Mapping[str, object]
Service = Callable[[World, Subscriber, Fields, datetime], object]
CODES: Mapping[acts.Why, str] = {
    "missing": "S0002", "format": "S0001", "account": "8119", "balance": "8114",
    "address": "1014", "order": "8018", "number": "8017", "cancelled": "8037",
    "collected": "8252", "phone": "8018",
}  # fmt: skip
SYSTEM: Mapping[acts.Why, str] = {"user": "A1004", "signature": "A1006", "missing": "A1001"}
NEEDED = ("partnerID", "requestID", "serviceCode", "timestamp", "msgDigest", "msgData")
UNESCAPED = "*-._"
"""What Java's URLEncoder leaves as it is, besides letters and digits."""


def digest(data: str, timestamp: str, checkword: str) -> str:
    """msgDigest of 标准 MD5."""
    escaped = quote(data + timestamp + checkword, safe=UNESCAPED + " ").replace(" ", "+")
    return md5_base64(escaped.replace("~", "%7E"))


def answer(world: World, asked: Asked) -> object:
    """Any call; the platform's refusals and the service's are on two storeys."""
    form = dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        caller, serve = _opened(world, form)
    except Refusal as refusal:
        return _envelope(SYSTEM[refusal.why], refusal.words, None)
    try:
        found = serve(world, caller, json_object(form["msgData"]), asked.now)
    except Refusal as refusal:
        said = {"success": False, "errorCode": CODES[refusal.why], "errorMsg": refusal.words}
        return _envelope("A1000", "", said | {"msgData": None})
    done = {"success": True, "errorCode": "S0000", "errorMsg": None, "msgData": found}
    return _envelope("A1000", "", done)


def _opened(world: World, form: Mapping[str, str]) -> tuple[Subscriber, Service]:
    for name in NEEDED:
        words(form, name, needed=True)
    caller = acts.caller_of(world, form["partnerID"], "sf")
    right = digest(form["msgData"], form["timestamp"], caller.app_key)
    acts.check_signature(form["msgDigest"], right)
    serve = SERVICES.get(form["serviceCode"])
    if serve is None:
        raise Refusal("user", "无对应服务权限")
    return caller, serve


def _envelope(code: str, reason: str, result: object) -> object:
    text = None if result is None else json.dumps(result, ensure_ascii=False)
    return {"apiErrorMsg": reason, "apiResponseID": "0" * 32, "apiResultCode": code,
            "apiResultData": text}  # fmt: skip


def _create(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    people = {words(one, "contactType"): one for one in objects(data, "contactInfoList")}
    if not objects(data, "cargoDetails"):
        raise Refusal("missing", "cargoDetails不能为空")
    order = acts.Order(
        code=words(data, "orderId", needed=True),
        branch=acts.branch_of(world, "SF", month=words(data, "monthlyCard")),
        sender=_person(people.get("1", {})),
        receiver=_person(people.get("2", {})),
        pieces=int(words(data, "parcelQty") or 1),
        exp="2" if words(data, "expressTypeId") == "1" else "1",
    )
    waybill, _ = acts.allot(world, caller, order, now)
    return _result(waybill)


def _person(one: Fields) -> Person:
    return Person(
        name=words(one, "contact"),
        phone=words(one, "mobile") or words(one, "tel"),
        province=words(one, "province"),
        city=words(one, "city"),
        district=words(one, "county"),
        address=words(one, "address"),
    )


def _result(waybill: Waybill) -> object:
    line, block = waybill.line, order_block(waybill)
    numbers = [{"waybillType": 1, "waybillNo": line.number}]
    numbers += [{"waybillType": 2, "waybillNo": child} for child in line.children]
    label = {
        "waybillNo": line.number,
        "sourceCityCode": block["OriginCode"],
        "destCityCode": block["DestinatioCode"],
        "destDeptCode": block["DestinatioCode"] + "A",
        "destRouteLabel": block["MarkDestination"],
        "codingMapping": block["SortingCode"],
        "proName": "顺丰标快",
    }
    return {
        "orderId": line.order_code,
        "originCode": block["OriginCode"],
        "destCode": block["DestinatioCode"],
        "filterResult": 2,
        "waybillNoInfoList": numbers,
        "routeLabelInfo": [{"code": "1000", "routeLabelData": label, "message": None}],
    }


def _search(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    waybill = acts.find(world, caller, words(data, "orderId", needed=True))
    if waybill is None:
        raise Refusal("order", "未获取到订单信息")
    return _result(waybill)


def _update(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    waybill = acts.find(world, caller, words(data, "orderId", needed=True))
    numbers = [words(one, "waybillNo") for one in objects(data, "waybillNoInfoList")]
    if waybill is not None and numbers and waybill.line.number not in numbers:
        return {"orderId": waybill.line.order_code, "resStatus": 1}
    if words(data, "dealType") == "2":
        acts.cancel(world, waybill, now)
    return {"orderId": words(data, "orderId"), "waybillNoInfoList": [], "resStatus": 2}


def _routes(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    wanted = data.get("trackingNumber")
    found = []
    for number in wanted if isinstance(wanted, list) else []:
        acts.check_phone(world, caller, "SF", number, words(data, "checkPhoneNo"))
        events = acts.scans(world, "SF", number)
        found.append({"mailNo": number, "routes": [_route(event) for event in events]})
    return {"routeResps": found}


def _route(event: Event) -> dict[str, object]:
    return {
        "acceptTime": event.wire_time,
        "acceptAddress": event.city,
        "remark": event.text,
        "opCode": scan_codes("sf").get(event.kind, ""),
    }


def _register(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    number = words(data, "attributeNo", needed=True)
    acts.check_phone(world, caller, "SF", number, words(data, "checkPhoneNo"))
    acts.listen(world, caller, "SF", number, now, words(data, "orderId"))
    return {"attributeNo": number}


def _deliver(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    origin, destination = (_city(data, name) for name in ("srcAddress", "destAddress"))
    weight = Decimal(words(data, "weight") or "1")
    fee = Decimal(12) + 2 * max(Decimal(0), weight - 1)
    fee += Decimal(round(distance_km(origin, destination) / 100))
    due = beijing(now + timedelta(hours=expected_hours("SF", origin, destination)))
    offer = {
        "businessType": words(data, "businessType") or "2",
        "businessTypeDesc": "顺丰标快",
        "deliverTime": f"{due},{due}",
        "fee": float(fee) if words(data, "searchPrice") == "1" else None,
        "searchPrice": words(data, "searchPrice") or "0",
        "closeTime": None,
    }
    return {"deliverTmDto": [offer]}


def _city(data: Fields, name: str) -> City:
    place = within(data, name)
    try:
        return find_city(words(place, "city"), words(place, "province"))
    except UnknownPlaceError:
        raise Refusal("address", "地址超出服务范围") from None


SERVICES: Mapping[str, Service] = {
    "EXP_RECE_CREATE_ORDER": _create,
    "EXP_RECE_SEARCH_ORDER_RESP": _search,
    "EXP_RECE_UPDATE_ORDER": _update,
    "EXP_RECE_SEARCH_ROUTES": _routes,
    "EXP_RECE_REGISTER_ROUTE": _register,
    "EXP_RECE_QUERY_DELIVERTM": _deliver,
}


def push(subscriber: Subscriber, told: Sequence[Told], now: datetime) -> Sequence[Message]:
    """路由推送: the new scans of several numbers in one message."""
    rows = [
        _route(event) | {"id": f"{one.number}{one.first + index}", "mailno": one.number,
                         "orderid": one.order_code}
        for one in told
        for index, event in enumerate(one.events)
    ]  # fmt: skip
    body = msgspec.json.encode({"Body": {"WaybillRoute": rows}})
    return [Message(body, {"Content-Type": "application/json"})]


def heard(content: bytes) -> bool:
    """SF repeats a push until return_code is 0000."""
    try:
        return msgspec.json.decode(content, type=dict[str, object]).get("return_code") == "0000"
    except msgspec.MsgspecError:
        return False


PROTOCOL = Protocol("sf", "SF", ("/std/service",), answer, push, heard, signed=False)
