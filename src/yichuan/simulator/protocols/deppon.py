"""Deppon's open platform: one path for each call, a form with a digest over params, key and time.

Written from public clients (Masonx ExpressDelivery), independently of the product's connector.
Numbers taken with `needTraceInfo` 1 are pushed; no public document shows the push's envelope: here
it is the form of the calls.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

import msgspec

from yichuan.simulator.config import Subscriber
from yichuan.simulator.history import Event
from yichuan.simulator.protocols import acts
from yichuan.simulator.protocols.acts import Person, Refusal, json_object, within, words
from yichuan.simulator.protocols.protocol import Asked, Message, Protocol, Told, scan_codes
from yichuan.simulator.world import World

Fields = Mapping[str, object]
Service = Callable[[World, Subscriber, Fields, datetime], Fields]
COURIER = "DBL"
REFUSED = "2006"
WITH_TRACES = "1"


def _digest(params: str, key: str, moment: str) -> str:
    hexadecimal = hashlib.md5(f"{params}{key}{moment}".encode()).hexdigest()
    return base64.standard_b64encode(hexadecimal.encode()).decode()


def answer(world: World, asked: Asked) -> object:
    """Any call."""
    form = dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        caller = acts.caller_of(world, form.get("companyCode", ""), "deppon")
        params = form.get("params", "")
        right = _digest(params, caller.app_key, form.get("timestamp", ""))
        acts.check_signature(form.get("digest"), right)
        found = SERVICES[asked.path](world, caller, json_object(params), asked.now)
    except Refusal as refusal:
        return {"result": "false", "reason": refusal.words, "resultCode": REFUSED}
    return {"result": "true", "reason": "成功", "resultCode": "1000", **found}


def _create(world: World, caller: Subscriber, data: Fields, now: datetime) -> Fields:
    code = words(data, "logisticID", needed=True)
    if words(data, "companyCode", needed=True) != caller.ebusiness_id:
        raise Refusal("user", "companyCode不一致")
    package = within(data, "packageInfo")
    for name in ("cargoName", "totalNumber", "totalWeight", "deliveryType"):
        words(package, name, needed=True)
    branch = acts.branch_of(
        world, COURIER, customer=words(data, "customerCode", needed=True), password=None
    )
    if acts.find(world, caller, code) is not None:
        raise Refusal("order", "渠道单号重复")
    order = acts.Order(
        code=code,
        branch=branch,
        sender=_person(within(data, "sender")),
        receiver=_person(within(data, "receiver")),
        pieces=int(words(package, "totalNumber")),
        trans=words(data, "transportType", needed=True),
        listen=words(data, "needTraceInfo") == WITH_TRACES,
    )
    line = acts.allot(world, caller, order, now)[0].line
    return {"logisticID": code, "mailNo": ",".join((line.number, *line.children))}


def _person(one: Fields) -> Person:
    return Person(
        name=words(one, "name"),
        phone=words(one, "mobile") or words(one, "phone"),
        province=words(one, "province"),
        city=words(one, "city"),
        district=words(one, "county"),
        address=words(one, "address"),
    )


def _order(world: World, caller: Subscriber, data: Fields, now: datetime) -> Fields:
    code = words(data, "logisticID", needed=True)
    waybill = acts.find(world, caller, code)
    if waybill is None:
        raise Refusal("order", "订单不存在")
    status = "CANCEL" if waybill.cancelled else "SHOUTCAR"
    known = {"logisticID": code, "mailNo": waybill.line.number, "statusType": status}
    return {"responseParam": known}


def _cancel(world: World, caller: Subscriber, data: Fields, now: datetime) -> Fields:
    words(data, "mailNo", needed=True)
    acts.cancel(world, acts.find(world, caller, words(data, "logisticID", needed=True)), now)
    return {}


def _track(world: World, caller: Subscriber, data: Fields, now: datetime) -> Fields:
    number = words(data, "mailNo", needed=True)
    events = acts.scans(world, COURIER, number)
    if not events:
        raise Refusal("number", "暂无查询记录")
    return {"responseParam": _traces(number, events)}


def _traces(number: str, events: Sequence[Event]) -> Fields:
    return {"tracking_number": number, "trace_list": [_scan(event) for event in events]}


def _scan(event: Event) -> Fields:
    return {
        "time": event.wire_time,
        "description": event.text,
        "status": scan_codes("deppon").get(event.kind, "trace:").partition(":")[2],
        "city": event.city,
        "site": event.stop,
    }


SERVICES: Mapping[str, Service] = {
    "/dop-interface-async/standard-order/createOrderNotify.action": _create,
    "/dop-interface-async/standard-order/cancelOrder.action": _cancel,
    "/dop-interface-sync/standard-query/queryOrder.action": _order,
    "/dop-interface-sync/standard-query/newTraceQuery.action": _track,
}


def push(subscriber: Subscriber, told: Sequence[Told], now: datetime) -> Sequence[Message]:
    """轨迹推送: all numbers in one form."""
    said = {"track_list": [_traces(one.number, one.events) for one in told]}
    params, moment = msgspec.json.encode(said).decode(), str(int(now.timestamp() * 1000))
    form = {
        "companyCode": subscriber.ebusiness_id,
        "params": params,
        "timestamp": moment,
        "digest": _digest(params, subscriber.app_key, moment),
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    return [Message(urlencode(form).encode(), headers)]


def heard(content: bytes) -> bool:
    """Deppon repeats a push unless result is true."""
    try:
        said = msgspec.json.decode(content, type=dict[str, object])
    except msgspec.MsgspecError:
        return False
    return said.get("result") in ("true", True)


PROTOCOL = Protocol("deppon", COURIER, tuple(SERVICES), answer, push, heard)
