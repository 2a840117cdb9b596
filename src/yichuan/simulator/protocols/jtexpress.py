"""J&T's open platform: one path for each call, a digest in the header, and in calls on orders a
second one of the customer and the hidden password.

Written from public clients (maxbetas/jtexpress, SignDemoUtils), independently of the product's
connector. No public document says how a used order code is answered: here it is refused. Pushes
go to the address that the subscriber registered; `backUrl` must be given but is not looked at.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

import msgspec

from yichuan.simulator.config import Branch, Subscriber
from yichuan.simulator.history import Event
from yichuan.simulator.protocols import acts
from yichuan.simulator.protocols.acts import Person, Refusal, json_object, objects, within, words
from yichuan.simulator.protocols.protocol import Asked, Message, Protocol, Told, scan_codes
from yichuan.simulator.things import Waybill
from yichuan.simulator.waybill_calls import order_block
from yichuan.simulator.world import World

Fields = Mapping[str, object]
Service = Callable[[World, Subscriber, Fields, datetime], object]
COURIER = "JTSD"
CODES: Mapping[acts.Why, str] = {
    "user": "145003010", "signature": "145003030", "account": "145003031", "missing": "145003050",
    "format": "145003050", "address": "145003060",
}  # fmt: skip
NOTHING = "145003064"
OTHER = "145003041"
SCANS = {
    "1": "快件揽收",
    "3": "发件扫描",
    "4": "到件扫描",
    "6": "入库扫描",
    "9": "出库扫描",
    "10": "快件签收",
    "11": "问题件扫描",
    "14": "退件扫描",
}
PROBLEM = "11"
SIGNED = "10"


def answer(world: World, asked: Asked) -> object:
    """Any call."""
    form = dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        caller = acts.caller_of(world, asked.headers.get("apiaccount", ""), "jtexpress")
        content = form.get("bizContent", "")
        right = acts.md5_base64(content + caller.app_key)
        acts.check_signature(asked.headers.get("digest"), right)
        words(asked.headers, "timestamp", needed=True)
        found = SERVICES[asked.path](world, caller, json_object(content), asked.now)
    except Refusal as refusal:
        code = NOTHING if refusal.why == "number" else CODES.get(refusal.why, OTHER)
        return {"code": code, "msg": refusal.words, "data": None}
    return {"code": "1", "msg": "success", "data": found}


def _branch(world: World, caller: Subscriber, data: Fields) -> Branch:
    """The customer, whose digest shows that the caller knows the password."""
    code = words(data, "customerCode", needed=True)
    branch = acts.branch_of(world, COURIER, customer=code, password=None)
    hidden = hashlib.md5(f"{branch.customer_pwd}jadada236t2".encode()).hexdigest().upper()
    proof = hashlib.md5((code + hidden + caller.app_key).encode()).digest()
    if words(data, "digest") != base64.standard_b64encode(proof).decode():
        raise Refusal("account", "业务参数签名失败")
    return branch


def _create(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    code, branch = words(data, "txlogisticId", needed=True), _branch(world, caller, data)
    for name in ("expressType", "orderType", "serviceType", "payType", "goodsType", "weight"):
        words(data, name, needed=True)
    if acts.find(world, caller, code) is not None:
        raise Refusal("order", "客户订单号重复")
    order = acts.Order(
        code=code,
        branch=branch,
        sender=_person(within(data, "sender")),
        receiver=_person(within(data, "receiver")),
        listen=False,
    )
    return _said(acts.allot(world, caller, order, now)[0])


def _said(waybill: Waybill) -> Mapping[str, object]:
    block = order_block(waybill)
    return {
        "txlogisticId": waybill.line.order_code,
        "billCode": waybill.line.number,
        "sortingCode": block["SortingCode"],
        "lastCenterName": block["DestinatioName"],
        "createOrderTime": f"{waybill.line.at:%Y-%m-%d %H:%M:%S}",
    }


def _person(one: Fields) -> Person:
    return Person(
        name=words(one, "name"),
        phone=words(one, "mobile") or words(one, "phone"),
        province=words(one, "prov"),
        city=words(one, "city"),
        district=words(one, "area"),
        address=words(one, "address"),
    )


def _orders(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    _branch(world, caller, data)
    asked = data.get("serialNumber")
    codes = [one for one in asked if isinstance(one, str)] if isinstance(asked, list) else []
    found = [acts.find(world, caller, code) for code in codes]
    known = [_said(one) for one in found if one is not None and not one.cancelled]
    if not known:
        raise Refusal("number", "数据不存在")
    return known


def _cancel(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    _branch(world, caller, data)
    code = words(data, "txlogisticId", needed=True)
    words(data, "reason", needed=True)
    acts.cancel(world, acts.find(world, caller, code), now)
    return {"txlogisticId": code}


def _track(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    number = words(data, "billCodes", needed=True)
    return [{"billCode": number, "details": [_scan(one) for one in _events(world, number)]}]


def _events(world: World, number: str) -> Sequence[Event]:
    return acts.scans(world, COURIER, number)


def _scan(event: Event, base: str = "", number: str = "") -> Mapping[str, object]:
    """One scan; with `base`, the network's own address, a signature's has a picture there."""
    kind, _, code = scan_codes("jtexpress").get(event.kind, "scan:4").partition(":")
    problem = code if kind == "problem" else None
    scan = PROBLEM if problem else code
    picture = {"sigPicUrl": f"{base}/pictures/{number}.png"} if base and scan == SIGNED else {}
    return picture | {
        "scanTime": event.wire_time,
        "desc": event.text,
        "scanTypeCode": scan,
        "scanType": SCANS[scan],
        "problemType": problem,
        "scanNetworkName": event.stop,
        "scanNetworkCity": event.city,
    }


def _subscribe(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    said = []
    for wish in objects(data, "list"):
        number = words(wish, "waybillCode", needed=True)
        words(wish, "backUrl", needed=True)
        words(wish, "traceNode", needed=True)
        acts.listen(world, caller, COURIER, number, now)
        said.append({"waybillCode": number, "isSuccess": True})
    return {"id": words(data, "id"), "list": said}


SERVICES: Mapping[str, Service] = {
    "/order/addOrder": _create,
    "/order/getOrders": _orders,
    "/order/cancelOrder": _cancel,
    "/logistics/trace": _track,
    "/trace/subscribe": _subscribe,
}


def push(subscriber: Subscriber, told: Sequence[Told], now: datetime) -> Sequence[Message]:
    """轨迹推送: a form for each number, its digest in the header."""
    return [_message(subscriber, one, now) for one in told]


def _message(subscriber: Subscriber, told: Told, now: datetime) -> Message:
    said: dict[str, object] = {
        "billCode": told.number,
        "details": [_scan(event, subscriber.pictures, told.number) for event in told.events],
    }
    if told.order_code:
        said["txlogisticId"] = told.order_code
    content = msgspec.json.encode(said).decode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
        "apiAccount": subscriber.ebusiness_id,
        "digest": acts.md5_base64(content + subscriber.app_key),
        "timestamp": str(int(now.timestamp() * 1000)),
    }
    return Message(urlencode({"bizContent": content}).encode(), headers)


def heard(content: bytes) -> bool:
    """J&T repeats a push unless code is 1."""
    try:
        said = msgspec.json.decode(content, type=dict[str, object])
    except msgspec.MsgspecError:
        return False
    return str(said.get("code")) == "1"


PROTOCOL = Protocol("jtexpress", COURIER, tuple(SERVICES), answer, push, heard)
