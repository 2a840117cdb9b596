"""Yunda's open platform: one path for each interface, the signature in a header. It pushes too,
but no public document shows how: here it does not.

Written from public clients, independently of the product's connector.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from yichuan.simulator.config import Branch, Subscriber
from yichuan.simulator.protocols import acts
from yichuan.simulator.protocols.acts import Person, Refusal, json_object, objects, within, words
from yichuan.simulator.protocols.protocol import Asked, Message, Protocol, Told, scan_codes
from yichuan.simulator.things import Waybill
from yichuan.simulator.waybill_calls import order_block
from yichuan.simulator.world import World

Fields = Mapping[str, object]
Service = Callable[[World, Subscriber, Fields, datetime], object]
CODES: Mapping[acts.Why, str] = {"user": "7100", "signature": "7400", "format": "7605"}
COURIER = "YD"


def answer(world: World, asked: Asked) -> object:
    """Any interface."""
    try:
        caller = acts.caller_of(world, asked.headers.get("app-key", ""), "yunda")
        right = hashlib.md5(asked.body + f"_{caller.app_key}".encode()).hexdigest()
        acts.check_signature(asked.headers.get("sign"), right)
        found = SERVICES[asked.path](world, caller, json_object(asked.body), asked.now)
    except Refusal as refusal:
        code = CODES.get(refusal.why, "-1")
        return {"result": False, "code": code, "message": refusal.words, "data": None}
    return {"result": True, "code": "0000", "message": "请求成功", "data": found}


def _branch(world: World, caller: Subscriber, data: Fields) -> Branch:
    if words(data, "appid", needed=True) != caller.ebusiness_id:
        raise Refusal("account", "appid与app-key不一致")
    return acts.branch_of(
        world,
        COURIER,
        customer=words(data, "partner_id", needed=True),
        password=words(data, "secret", needed=True),
    )


def _create(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    branch, found = _branch(world, caller, data), []
    for one in objects(data, "orders"):
        code = words(one, "order_serial_no", needed=True)
        if acts.find(world, caller, code) is not None:
            raise Refusal("order", f"订单{code}已存在,更新订单请使用更新接口")
        order = acts.Order(
            code=code,
            branch=branch,
            sender=_person(within(one, "sender")),
            receiver=_person(within(one, "receiver")),
            listen=False,
        )
        found.append(_issued(acts.allot(world, caller, order, now)[0], code))
    return found


def _update(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    _branch(world, caller, data)
    found = []
    for one in objects(data, "orders"):
        code = words(one, "order_serial_no", needed=True)
        waybill = acts.find(world, caller, code)
        if waybill is None:
            raise Refusal("order", "订单不存在")
        found.append(_issued(waybill, code))
    return found


def _issued(waybill: Waybill, code: str) -> object:
    block = order_block(waybill)
    label = {
        "position": block["MarkDestination"],
        "position_no": block["SortingCode"],
        "package_wdjc": block["PackageName"],
    }
    return {
        "order_serial_no": code,
        "mail_no": waybill.line.number,
        "pdf_info": json.dumps([[label]], ensure_ascii=False),
    }


def _person(one: Fields) -> Person:
    return Person(
        name=words(one, "name"),
        phone=words(one, "mobile"),
        province=words(one, "province"),
        city=words(one, "city"),
        district=words(one, "county"),
        address=words(one, "address"),
    )


def _cancel(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    _branch(world, caller, data)
    found = []
    for one in objects(data, "orders"):
        code = words(one, "order_serial_no", needed=True)
        said = {"order_serial_no": code, "mailno": words(one, "mailno"), "status": "1", "msg": ""}
        try:
            acts.cancel(world, acts.find(world, caller, code), now)
        except Refusal as refusal:
            said |= {"status": "0", "msg": f"ERROR:{refusal.words}"}
        found.append(said)
    return found


def _count(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    _branch(world, caller, data)
    return {}


def _track(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    number = words(data, "mailno", needed=True)
    asked = (caller.ebusiness_id, COURIER, number) in world.subscriptions
    events = acts.scans(world, COURIER, number) if asked else ()
    steps = [
        {
            "time": event.wire_time,
            "action": scan_codes("yunda").get(event.kind, "").partition(":")[2],
            "station_name": event.stop,
            "city": event.city,
            "description": event.text,
        }
        for event in events
    ]
    return {"mailno": number, "steps": steps}


def _subscribe(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    for one in objects(data, "orders"):
        words(one, "orderid", needed=True)
        acts.listen(world, caller, COURIER, words(one, "mailno", needed=True), now)
    return None


SERVICES: Mapping[str, Service] = {
    "/openapi-api/v1/accountOrder/createBmOrder": _create,
    "/openapi-api/v1/accountOrder/updateBmOrder": _update,
    "/openapi-api/v1/accountOrder/cancelBmOrder": _cancel,
    "/openapi-api/v1/accountOrder/searchCount": _count,
    "/openapi/outer/logictis/query": _track,
    "/openapi/outer/logictis/subscribe": _subscribe,
}


def push(subscriber: Subscriber, told: Sequence[Told], now: datetime) -> Sequence[Message]:
    """Nothing."""
    return ()


def heard(content: bytes) -> bool:
    """Nothing was told."""
    return True


PROTOCOL = Protocol("yunda", COURIER, tuple(SERVICES), answer, push, heard, signed=False)
