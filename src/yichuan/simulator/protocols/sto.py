"""STO's link platform: one address, the interface in the form; pushes are forms of one scan.

Written from public clients and receivers, independently of the product's connector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

import msgspec

from yichuan.simulator.config import Subscriber
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
from yichuan.simulator.waybill_calls import order_block
from yichuan.simulator.world import World

Fields = Mapping[str, object]
Service = Callable[[World, Subscriber, Fields, datetime], object]


def answer(world: World, asked: Asked) -> object:
    """Any interface; what is refused is told in words."""
    form = dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        caller = acts.caller_of(world, form.get("from_appkey", ""), "sto")
        content = form.get("content", "")
        acts.check_signature(form.get("data_digest"), md5_base64(content + caller.app_key))
        found = _service(form)(world, caller, json_object(content), asked.now)
    except Refusal as refusal:
        return _said(None, refusal.why, refusal.words)
    return _said(found)


def _service(form: Mapping[str, str]) -> Service:
    to, service = SERVICES.get(form.get("api_name", ""), ("", None))
    if service is None or not form.get("to_appkey") == form.get("to_code") == to:
        raise Refusal("missing", "api_name或to_appkey不正确")
    return service


def _said(found: object, code: str = "", why: str = "") -> object:
    return {
        "success": "false" if code else "true",
        "errorCode": code,
        "errorMsg": why,
        "needRetry": "false",
        "requestId": "",
        "expInfo": "",
        "data": found,
    }


def _create(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    code, customer = words(data, "orderNo", needed=True), within(data, "customer")
    words(data, "orderSource", needed=True)
    branch = acts.branch_of(
        world,
        "STO",
        customer=words(customer, "customerName", needed=True),
        password=words(customer, "sitePwd", needed=True),
    )
    if acts.find(world, caller, code) is not None:
        raise Refusal("order", "订单号重复下单")
    order = acts.Order(
        code=code,
        branch=branch,
        sender=_person(within(data, "sender")),
        receiver=_person(within(data, "receiver")),
        listen=False,
    )
    waybill, _ = acts.allot(world, caller, order, now)
    block = order_block(waybill)
    return {
        "orderNo": code,
        "waybillNo": waybill.line.number,
        "bigWord": block["MarkDestination"],
        "packagePlace": block["PackageName"],
    }


def _person(one: Fields) -> Person:
    return Person(
        name=words(one, "name"),
        phone=words(one, "mobile") or words(one, "tel"),
        province=words(one, "province"),
        city=words(one, "city"),
        district=words(one, "area"),
        address=words(one, "address"),
    )


def _cancel(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    number = words(data, "billCode", needed=True)
    acts.cancel(world, acts.owner(world, caller, "STO", number), now)
    return None


def _track(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    asked = data.get("waybillNoList")
    numbers = [one for one in asked if isinstance(one, str)] if isinstance(asked, list) else []
    if not numbers:
        raise Refusal("missing", "waybillNoList不能为空")
    late = words(data, "order") == "desc"
    found: dict[str, object] = {}
    for number in numbers:
        rows = [_scan(number, event) for event in acts.scans(world, "STO", number)]
        found[number] = rows[::-1] if late else rows
    return found


def _scan(number: str, event: Event) -> dict[str, object]:
    return {
        "waybillNo": number,
        "opTime": event.wire_time,
        "scanType": scan_codes("sto").get(event.kind),
        "memo": event.text,
        "opOrgName": event.stop,
        "opOrgCityName": event.city,
    }


def _subscribe(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    for one in objects(data, "subscribeInfoList"):
        acts.listen(world, caller, "STO", words(one, "waybillNo", needed=True), now)
    return None


SERVICES: Mapping[str, tuple[str, Service]] = {
    "OMS_EXPRESS_ORDER_CREATE": ("sto_oms", _create),
    "EDI_MODIFY_ORDER_CANCEL": ("edi_modify_order", _cancel),
    "STO_TRACE_QUERY_COMMON": ("sto_trace_query", _track),
    "STO_TRACE_PLATFORM_SUBSCRIBE": ("sto_trace_platform", _subscribe),
}


def push(subscriber: Subscriber, told: Sequence[Told], now: datetime) -> Sequence[Message]:
    """轨迹推送: one form for each scan."""
    return [_message(subscriber, one, event) for one in told for event in one.events]


def _message(subscriber: Subscriber, told: Told, event: Event) -> Message:
    said = {
        "waybillNo": told.number,
        "linkCode": told.order_code,
        "trace": _scan(told.number, event),
    }
    content = msgspec.json.encode(said).decode()
    form = {
        "content": content,
        "data_digest": md5_base64(content + subscriber.app_key),
        "api_name": "STO_TRACE_PLATFORM_PUSH",
        "from_appkey": "sto_trace_platform",
        "from_code": "sto_trace_platform",
        "to_appkey": subscriber.ebusiness_id,
        "to_code": subscriber.ebusiness_id,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    return Message(urlencode(form).encode(), headers)


def heard(content: bytes) -> bool:
    """STO repeats a push until success is true."""
    try:
        said = msgspec.json.decode(content, type=dict[str, object])
    except msgspec.MsgspecError:
        return False
    return said.get("success") in ("true", True)


PROTOCOL = Protocol("sto", "STO", ("/gateway/link.do",), answer, push, heard)
