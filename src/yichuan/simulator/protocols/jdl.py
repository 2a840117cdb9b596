"""JD Logistics' open platform: one path for each call, the signature in the address, JSON arrays.

Written from public clients (JDApi, EasySeries.Post) and a public record of JD's sandbox,
independently of the product's connector. Pushes are not signed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from yichuan.simulator.config import Subscriber
from yichuan.simulator.history import Event
from yichuan.simulator.protocols import acts
from yichuan.simulator.protocols.acts import Person, Refusal, within, words
from yichuan.simulator.protocols.protocol import Asked, Message, Protocol, Told, scan_codes
from yichuan.simulator.world import World

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Again:
    """An order code that was used before, answered as the first time."""

    data: Fields


Service = Callable[[World, Subscriber, Fields, datetime], object]
COURIER = "JD"
GRANT = "simulated-grant"
"""The access token that every merchant of this network has granted."""
PLATFORM: Mapping[acts.Why, str] = {"user": "-1", "signature": "-2"}
"""Refusals of the gateway, before any service is asked."""


def answer(world: World, asked: Asked) -> object:
    """Any call."""
    try:
        caller = acts.caller_of(world, asked.query.get("app_key", ""), "jdl")
        body = asked.body.decode("utf-8", "replace")
        _check(asked, body, caller.app_key)
        found = SERVICES[asked.path](world, caller, _first(body), asked.now)
    except Refusal as refusal:
        if refusal.why in PLATFORM:
            told = {"code": PLATFORM[refusal.why], "zh_desc": refusal.words}
            return {"error_response": told}
        return {"code": 1, "success": False, "msg": refusal.words, "data": None}
    said: dict[str, object] = {"code": 0, "success": True, "msg": "成功", "data": found}
    if isinstance(found, Again):
        return said | {"data": found.data, "subCode": "0_0001", "subMsg": "商家订单号已被使用"}
    return said


def _check(asked: Asked, body: str, secret: str) -> None:
    """Grant and signature.

    Raises:
        Refusal: `user`, `signature`, `missing`.
    """
    query = asked.query
    if query.get("access_token") != GRANT:
        raise Refusal("user", "access_token无效")
    if (query.get("LOP-DN"), query.get("algorithm"), query.get("v")) != ("ECAP", "md5-salt", "2.0"):
        raise Refusal("missing", "LOP-DN、algorithm或v不正确")
    text = (
        f"{secret}access_token{GRANT}app_key{query['app_key']}method{asked.path}"
        f"param_json{body}timestamp{query.get('timestamp', '')}v2.0{secret}"
    )
    acts.check_signature(query.get("sign"), acts.md5_hex(text))


def _first(body: str) -> Fields:
    """Calls come as an array of one object."""
    try:
        found = json.loads(body)
    except ValueError:
        raise Refusal("format", "非法的JSON格式") from None
    if not (isinstance(found, list) and len(found) == 1 and isinstance(found[0], dict)):
        raise Refusal("format", "非法的JSON格式")
    return found[0]


def _create(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    code = words(data, "orderId", needed=True)
    for name in ("orderOrigin", "settleType", "pickupType"):
        words(data, name, needed=True)
    if not data.get("cargoes"):
        raise Refusal("missing", "cargoes不能为空")
    branch = acts.branch_of(
        world, COURIER, customer=words(data, "customerCode", needed=True), password=None
    )
    known = acts.find(world, caller, code)
    if known is not None:
        return Again(_issued(known.line.number))
    order = acts.Order(
        code=code,
        branch=branch,
        sender=_person(within(data, "senderContact")),
        receiver=_person(within(data, "receiverContact")),
        trans=words(within(data, "productsReq"), "productCode", needed=True),
        listen=False,
    )
    line = acts.allot(world, caller, order, now)[0].line
    return _issued(line.number)


def _issued(number: str) -> Fields:
    return {"orderCode": f"EOR{number}", "waybillCode": number}


def _person(one: Fields) -> Person:
    phone = words(one, "mobile") or words(one, "phone")
    return acts.person_of_line(words(one, "name"), phone, words(one, "fullAddress", needed=True))


def _cancel(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    words(data, "cancelReasonCode", needed=True)
    number = words(data, "waybillCode", needed=True)
    acts.cancel(world, acts.owner(world, caller, COURIER, number), now)
    return {"resultType": 1}


def _track(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    number = words(data, "waybillCode", needed=True)
    words(data, "customerCode", needed=True)
    return {"traceDetails": [_scan(number, one) for one in acts.scans(world, COURIER, number)]}


def _subscribe(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    words(data, "customerCode", needed=True)
    words(data, "mobile", needed=True)
    acts.listen(world, caller, COURIER, words(data, "waybillCode", needed=True), now)
    return "订阅成功"


def _scan(number: str, event: Event) -> Fields:
    return {
        "waybillCode": number,
        "operationTime": event.wire_time,
        "operationTitle": event.stop,
        "operationRemark": event.text,
        "state": scan_codes("jdl").get(event.kind, "state:").partition(":")[2],
    }


SERVICES: Mapping[str, Service] = {
    "/ecap/v1/orders/create": _create,
    "/ecap/v1/orders/cancel": _cancel,
    "/ecap/v1/orders/trace/query": _track,
    "/ecap/v1/orders/trace/subscribe": _subscribe,
}


def push(subscriber: Subscriber, told: Sequence[Told], now: datetime) -> Sequence[Message]:
    """物流轨迹推送: a message for each scan."""
    return [_message(one, event) for one in told for event in one.events]


def _message(one: Told, event: Event) -> Message:
    scan = {
        **_scan(one.number, event),
        "orderId": one.order_code,
        "routeCityName": event.city,
        "operateSite": event.stop,
    }
    return Message(msgspec.json.encode(scan), {"Content-Type": "application/json"})


def heard(content: bytes) -> bool:
    """A push is repeated unless the code is 200."""
    try:
        return msgspec.json.decode(content, type=dict[str, object]).get("code") == "200"
    except msgspec.MsgspecError:
        return False


PROTOCOL = Protocol("jdl", COURIER, tuple(SERVICES), answer, push, heard, signed=False)
