"""YTO's open platform: interface, application and customer in the address, the signature in the
body; pushes are XML in a form.

Written from the manual's worked examples and public clients, independently of the product's
connector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from yichuan.simulator.config import Subscriber
from yichuan.simulator.history import Event
from yichuan.simulator.protocols import acts
from yichuan.simulator.protocols.acts import Person, Refusal, json_object, md5_base64, words
from yichuan.simulator.protocols.protocol import Asked, Message, Protocol, Told, scan_codes
from yichuan.simulator.waybill_calls import order_block
from yichuan.simulator.world import World

Fields = Mapping[str, object]
Service = Callable[[World, Subscriber, Fields, datetime], object]
VERSION = "v1"


def answer(world: World, asked: Asked) -> object:
    """Any interface; what is refused is told in words."""
    try:
        _, _, method, version, _, customer = asked.path.split("/")
        caller = acts.caller_of(world, customer, "yto")
        body = json_object(asked.body)
        param = words(body, "param", needed=True)
        right = md5_base64(param + method + VERSION + caller.app_key)
        acts.check_signature(words(body, "sign", needed=True), right)
        words(body, "timestamp", needed=True)
        return SERVICES[method if version == VERSION else ""](
            world, caller, json_object(param), asked.now
        )
    except Refusal as refusal:
        return {"success": False, "code": "-1", "message": refusal.words}
    except KeyError:
        return {"success": False, "code": "-1", "message": "接口不存在"}


def _create(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    code = words(data, "logisticsNo", needed=True)
    if acts.find(world, caller, code) is not None:
        raise Refusal("order", "物流单号重复下单")
    branch = next((one for one in world.branches.values() if one.courier == "YTO"), None)
    if branch is None:
        raise Refusal("account", "客户编码不存在")
    order = acts.Order(
        code=code,
        branch=branch,
        sender=_person(data, "sender"),
        receiver=_person(data, "recipient"),
        listen=False,
    )
    waybill, _ = acts.allot(world, caller, order, now)
    mark = order_block(waybill)["MarkDestination"]
    return {"logisticsNo": code, "mailNo": waybill.line.number, "shortAddress": mark}


def _person(data: Fields, who: str) -> Person:
    return Person(
        name=words(data, f"{who}Name"),
        phone=words(data, f"{who}Mobile"),
        province=words(data, f"{who}ProvinceName"),
        city=words(data, f"{who}CityName"),
        district=words(data, f"{who}CountyName"),
        address=words(data, f"{who}Address"),
    )


def _cancel(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    code = words(data, "logisticsNo", needed=True)
    acts.cancel(world, acts.find(world, caller, code), now)
    return {"logisticsNo": code}


def _track(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    number = words(data, "NUMBER", needed=True)
    return [
        {
            "waybill_No": number,
            "upload_Time": event.wire_time,
            "infoContent": scan_codes("yto").get(event.kind),
            "processInfo": event.text,
            "city": event.city,
        }
        for event in acts.scans(world, "YTO", number)
    ]


def _subscribe(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    inner = json_object(words(data, "logistics_interface", needed=True))
    acts.listen(world, caller, "YTO", words(inner, "waybillNo", needed=True), now)
    return {"success": True}


SERVICES: Mapping[str, Service] = {
    "privacy_create_adapter": _create,
    "korder_cancel_adapter": _cancel,
    "track_query_adapter": _track,
    "subscribe_adapter": _subscribe,
}


def push(subscriber: Subscriber, told: Sequence[Told], now: datetime) -> Sequence[Message]:
    """轨迹推送: one form for each scan."""
    return [_message(subscriber, one, event) for one in told for event in one.events]


def _message(subscriber: Subscriber, told: Told, event: Event) -> Message:
    leaves = {
        "logisticProviderID": "YTO",
        "clientID": subscriber.ebusiness_id,
        "mailNo": told.number,
        "txLogisticID": told.order_code,
        "infoType": "STATUS",
        "infoContent": scan_codes("yto").get(event.kind, ""),
        "acceptTime": f"{event.wire_time}.0 CST",
        "remark": event.text,
        "city": event.city,
    }
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in leaves.items())
    content = f"<UpdateInfo>{inner}</UpdateInfo>"
    form = {
        "logistics_interface": content,
        "data_digest": md5_base64(content + subscriber.app_key),
        "clientId": subscriber.ebusiness_id,
        "type": "online",
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    return Message(urlencode(form).encode(), headers)


def heard(content: bytes) -> bool:
    """YTO repeats a push unless success is true."""
    return b"<success>true</success>" in content


PROTOCOL = Protocol(
    "yto", "YTO", ("/open/{method}/{version}/{application}/{customer}",), answer, push, heard
)
