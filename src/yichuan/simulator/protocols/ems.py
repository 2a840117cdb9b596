"""China Post's open platform: one address, the call's number in the form, the body sealed by SM4.

Written from the platform's own encryption tool (CryptoThirdSM4Tools) and public clients,
independently of the product's connector.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from yichuan.simulator.config import Subscriber
from yichuan.simulator.history import Event
from yichuan.simulator.protocols import acts
from yichuan.simulator.protocols.acts import Person, Refusal, words
from yichuan.simulator.protocols.protocol import Asked, Message, Protocol, Told, scan_codes
from yichuan.simulator.waybill_calls import order_block
from yichuan.simulator.world import World

Fields = Mapping[str, object]
Service = Callable[[World, Subscriber, Fields, datetime], object]
COURIER = "EMS"
GRANT = "simulated-authorization"
"""授权码 of every customer of this network."""
BLOCK = 16
PREFIX = "|$4|"
YUAN_FIRST, YUAN_MORE = 12, 6
"""What the first kilogram costs, and each more."""


def _key(customer: Subscriber) -> bytes:
    """The sixteen bytes of a customer's signing key; a text that is none opens nothing of ours."""
    try:
        raw = base64.standard_b64decode(customer.app_key)
    except ValueError:
        raw = b""
    return raw if len(raw) == BLOCK else hashlib.md5(customer.app_key.encode()).digest()


def _sealed(text: str, key: bytes) -> str:
    raw = text.encode()
    rest = BLOCK - len(raw) % BLOCK
    locked = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    whole = locked.update(raw + bytes([rest]) * rest) + locked.finalize()
    return PREFIX + base64.standard_b64encode(whole).decode()


def _opened(sealed: str, customer: Subscriber) -> str:
    """The JSON that a customer sealed, its key at the end taken off.

    Raises:
        Refusal: `signature`.
    """
    try:
        raw = base64.standard_b64decode(sealed.removeprefix(PREFIX))
        unlocked = Cipher(algorithms.SM4(_key(customer)), modes.ECB()).decryptor()
        padded = unlocked.update(raw) + unlocked.finalize()
        text = padded[: -padded[-1]].decode()
    except (ValueError, IndexError):
        raise Refusal("signature", "签名校验失败") from None
    if not text.endswith(customer.app_key):
        raise Refusal("signature", "签名校验失败")
    return text.removesuffix(customer.app_key)


def answer(world: World, asked: Asked) -> object:
    """Any call: what it brought stands in `retBody` as a text."""
    form = dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        caller = acts.caller_of(world, form.get("senderNo", ""), "ems")
        data = _data(form, caller)
        found = SERVICES[form.get("apiCode", "")](world, caller, data, asked.now)
    except Refusal as refusal:
        return _said("B00001", refusal.words, None)
    return _said("00000", "成功", found)


def _data(form: Mapping[str, str], caller: Subscriber) -> Fields:
    """What a call asks.

    Raises:
        Refusal: `account`, `signature`, `format`.
    """
    if form.get("authorization") != GRANT:
        raise Refusal("account", "授权码校验失败")
    if form.get("apiCode") not in SERVICES:
        raise Refusal("format", "接口代码不存在")
    return _first(_opened(form.get("logitcsInterface", ""), caller))


def _said(code: str, message: str, found: object) -> object:
    body = None if found is None else json.dumps(found, ensure_ascii=False)
    return {"retCode": code, "retMsg": message, "retBody": body, "success": code == "00000"}


def _first(text: str) -> Fields:
    """Orders come as an array of one object, the rest as an object."""
    try:
        found = json.loads(text)
    except ValueError:
        raise Refusal("format", "报文格式错误") from None
    one = found[0] if isinstance(found, list) and found else found
    if not isinstance(one, dict):
        raise Refusal("format", "报文格式错误")
    return one


def _create(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    code = words(data, "logisticsOrderNo", needed=True)
    for name in ("ecommerceUserId", "createdTime", "contentsAttribute", "bizProductNo"):
        words(data, name, needed=True)
    if not acts.objects(data, "cargos"):
        raise Refusal("missing", "cargos不能为空")
    if acts.find(world, caller, code) is not None:
        raise Refusal("order", "物流订单号重复")
    branch = next(one for one in world.branches.values() if one.courier == COURIER)
    order = acts.Order(
        code=code,
        branch=branch,
        sender=_person(acts.within(data, "sender")),
        receiver=_person(acts.within(data, "receiver")),
    )
    waybill, _ = acts.allot(world, caller, order, now)
    block = order_block(waybill)
    return {
        "logisticsOrderNo": code,
        "waybillNo": waybill.line.number,
        "routeCode": block["SortingCode"],
        "packageCode": block["PackageCode"],
        "packageCodeName": block["PackageName"],
        "markDestinationCode": block["DestinatioCode"],
        "markDestinationName": block["MarkDestination"],
    }


def _person(one: Fields) -> Person:
    return Person(
        name=words(one, "name"),
        phone=words(one, "mobile") or words(one, "phone"),
        province=words(one, "prov"),
        city=words(one, "city"),
        district=words(one, "county"),
        address=words(one, "address"),
    )


def _cancel(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    words(data, "cancelReason", needed=True)
    words(data, "logisticsOrderNo", needed=True)
    number = words(data, "waybillNo", needed=True)
    acts.cancel(world, acts.owner(world, caller, COURIER, number), now)
    return {}


def _track(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    number = words(data, "waybillNo", needed=True)
    events = acts.scans(world, COURIER, number)
    if not events:
        raise Refusal("number", "无查询信息")
    return {"responseItems": [_scan(number, event) for event in events]}


def _price(world: World, caller: Subscriber, data: Fields, now: datetime) -> object:
    for name in ("productCode", "senderInfo", "receiveInfo"):
        words(data, name, needed=True)
    kilograms = -(-int(words(data, "weight", needed=True)) // 1000)
    fee = YUAN_FIRST + YUAN_MORE * max(0, kilograms - 1)
    return {"standardFee": f"{fee}.00", "realFee": f"{fee}.00", "totalFee": f"{fee}.00"}


def _scan(number: str, event: Event) -> Fields:
    return {
        "traceNo": number,
        "waybillNo": number,
        "opTime": event.wire_time,
        "opCode": scan_codes("ems").get(event.kind, ""),
        "opName": event.stop,
        "opDesc": event.text,
        "opOrgCity": event.city,
        "opOrgName": event.stop,
    }


SERVICES: Mapping[str, Service] = {
    "020003": _create,
    "020006": _cancel,
    "040001": _track,
    "050005": _price,
}


def push(subscriber: Subscriber, told: Sequence[Told], now: datetime) -> Sequence[Message]:
    """轨迹推送 040002: a message for each scan."""
    return [_message(subscriber, one, event, now) for one in told for event in one.events]


def _message(subscriber: Subscriber, one: Told, event: Event, now: datetime) -> Message:
    scan = {**_scan(one.number, event), "orderNo": one.order_code}
    said = {
        "logitcsInterface": _sealed(json.dumps(scan, ensure_ascii=False), _key(subscriber)),
        "method": "040002",
        "msgType": "0",
        "senderNo": subscriber.ebusiness_id,
        "timeStamp": now.strftime("%Y-%m-%d %H:%M:%S"),
        "version": "v1.0.0",
    }
    return Message(msgspec.json.encode(said), {"Content-Type": "application/json"})


def heard(content: bytes) -> bool:
    """A push is repeated unless the code is 00000."""
    try:
        return msgspec.json.decode(content, type=dict[str, object]).get("code") == "00000"
    except msgspec.MsgspecError:
        return False


PROTOCOL = Protocol("ems", COURIER, ("/amp-prod-api/f/amp/api/open",), answer, push, heard)
