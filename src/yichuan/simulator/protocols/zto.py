"""ZTO's open platform: one path for each method, the signature in a header, one scan in a push.

Written from ZTO's SDKs (ZTO-Express/zopsdk-java) and a public record of its sandbox,
independently of the product's connector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from yichuan.simulator.config import Subscriber
from yichuan.simulator.history import Event
from yichuan.simulator.protocols import acts
from yichuan.simulator.protocols.acts import (
    Person,
    Refusal,
    json_object,
    md5_base64,
    within,
    words,
)
from yichuan.simulator.protocols.protocol import Asked, Message, Protocol, Told, scan_codes
from yichuan.simulator.waybill_calls import order_block
from yichuan.simulator.world import World

Fields = Mapping[str, object]
Service = Callable[[World, Subscriber, Fields, datetime], object]
CODES: Mapping[acts.Why, str] = {
    "user": "S210", "signature": "S211", "missing": "S208", "format": "S208", "account": "E404",
    "number": "E416", "phone": "E413",
}  # fmt: skip
BY_APPOINTMENT = "2"


def answer(world: World, asked: Asked) -> object:
    """Any method; the codes of ZTO's tables where they have one."""
    try:
        caller = acts.caller_of(world, asked.headers.get("x-appkey", ""), "zto")
        body = asked.body.decode("utf-8", "replace")
        right = md5_base64(body + caller.app_key)
        acts.check_signature(asked.headers.get("x-datadigest"), right)
        method = asked.path.rpartition("/")[2]
        found = SERVICES[method](world, caller, json_object(body), asked.now)
    except Refusal as refusal:
        code = CODES.get(refusal.why, "BIZ001")
        return {"result": None, "message": refusal.words, "status": False, "statusCode": code}
    return {"result": found, "message": "成功", "status": True, "statusCode": "SYS000"}


def _create(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    account = within(data, "accountInfo")
    code = words(data, "partnerOrderCode", needed=True)
    order = acts.Order(
        code=code,
        branch=acts.branch_of(
            world,
            "ZTO",
            customer=words(account, "accountId"),
            password=words(account, "accountPassword"),
            month=words(account, "customerId"),
        ),
        sender=_person(within(data, "senderInfo"), "sender"),
        receiver=_person(within(data, "receiveInfo"), "receiver"),
        trans=words(data, "orderType", needed=True),
        listen=False,
    )
    if acts.find(world, caller, code) is not None:
        raise Refusal("order", "商家订单号重复下单")
    waybill, _ = acts.allot(world, caller, order, now)
    block = order_block(waybill)
    return {
        "bigMarkInfo": {"mark": block["MarkDestination"], "bagAddr": block["PackageName"]},
        "siteCode": block["OriginCode"],
        "siteName": block["OriginName"],
        "billCode": waybill.line.number,
        "orderCode": block["KDNOrderCode"][3:],
        "partnerOrderCode": code,
    }


def _person(one: Fields, who: str) -> Person:
    return Person(
        name=words(one, f"{who}Name"),
        phone=words(one, f"{who}Mobile") or words(one, f"{who}Phone"),
        province=words(one, f"{who}Province"),
        city=words(one, f"{who}City"),
        district=words(one, f"{who}District"),
        address=words(one, f"{who}Address"),
    )


def _cancel(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    words(data, "cancelType", needed=True)
    waybill = acts.owner(world, caller, "ZTO", words(data, "billCode", needed=True))
    if waybill.line.trans != BY_APPOINTMENT:
        raise Refusal("order", "全网件不允许取消")
    acts.cancel(world, waybill, now)
    return {}


def _info(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    waybill = acts.owner(world, caller, "ZTO", words(data, "billCode", needed=True))
    return [{"billCode": waybill.line.number, "orderStatus": 99 if waybill.cancelled else 0}]


def _track(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    number = words(data, "billCode", needed=True)
    acts.check_phone(world, caller, "ZTO", number, words(data, "mobilePhone"))
    return [_scan(number, event) for event in acts.scans(world, "ZTO", number)]


def _scan(number: str, event: Event) -> object:
    return {
        "billCode": number,
        "scanType": scan_codes("zto").get(event.kind),
        "scanDate": str(int(event.at.timestamp() * 1000)),
        "scanSite": {"name": event.stop, "city": event.city},
        "desc": event.text,
    }


def _subscribe(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    number = words(data, "billCode", needed=True)
    acts.check_phone(world, caller, "ZTO", number, words(data, "mobilePhone"))
    acts.listen(world, caller, "ZTO", number, now)
    return None


SERVICES: Mapping[str, Service] = {
    "zto.open.createOrder": _create,
    "zto.open.cancelPreOrder": _cancel,
    "zto.open.getOrderInfo": _info,
    "zto.merchant.waybill.track.query": _track,
    "zto.merchant.waybill.track.subsrcibe": _subscribe,
}


def push(subscriber: Subscriber, told: Sequence[Told], now: datetime) -> Sequence[Message]:
    """轨迹推送: a form for each scan; scans without an action are not told."""
    actions = scan_codes("zto_push")
    return [
        _message(subscriber, one.number, event, actions[event.kind])
        for one in told
        for event in one.events
        if actions.get(event.kind)
    ]


def _message(subscriber: Subscriber, number: str, event: Event, action: str) -> Message:
    scan = {
        "billCode": number,
        "action": action,
        "actionTime": event.wire_time,
        "city": event.city,
        "facilityName": event.stop,
        "desc": event.text,
    }
    data = msgspec.json.encode(scan).decode()
    form = {
        "data": data,
        "data_digest": md5_base64(data + subscriber.app_key),
        "msg_type": "Traces",
        "company_id": subscriber.ebusiness_id,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    return Message(urlencode(form).encode(), headers)


def heard(content: bytes) -> bool:
    """ZTO repeats a push until status is true."""
    try:
        return msgspec.json.decode(content, type=dict[str, object]).get("status") is True
    except msgspec.MsgspecError:
        return False


PROTOCOL = Protocol("zto", "ZTO", tuple(f"/{name}" for name in SERVICES), answer, push, heard)
