"""Kuaidi100, an aggregator: queries, subscriptions, labels, recognition and forecasts.

Written from the vendor's demos (kuaidi100-api/java-demo, php-demo), independently of the product's
connector. Digests are MD5 in upper-case hexadecimal. Pushes are signed with the salt that came with
the subscription and go to the address that the subscriber registered here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode

import msgspec

from yichuan.simulator.config import Branch, Subscriber
from yichuan.simulator.geo import City, UnknownPlaceError, place_of_line
from yichuan.simulator.history import Event
from yichuan.simulator.numbers import may_be_of
from yichuan.simulator.protocols import acts
from yichuan.simulator.protocols.acts import Person, Refusal, json_object, within, words
from yichuan.simulator.protocols.protocol import Asked, Message, Protocol, Told, scan_codes
from yichuan.simulator.routes import expected_hours
from yichuan.simulator.waybill_calls import order_block
from yichuan.simulator.wire import beijing
from yichuan.simulator.world import World

Fields = Mapping[str, object]
Service = Callable[[World, Subscriber, Fields, datetime], Fields]
LABEL_SECRET = "simulated-label-secret"
"""The second secret, of labels and forecasts, of every customer of this network."""
COMPANIES: Mapping[str, str] = MappingProxyType(
    {
        "shunfeng": "SF", "zhongtong": "ZTO", "yuantong": "YTO", "shentong": "STO", "yunda": "YD",
        "jd": "JD", "ems": "EMS", "jtexpress": "JTSD", "debangkuaidi": "DBL", "ane66": "ANE",
        "zhongtongkuaiyun": "ZTOKY",
    }
)  # fmt: skip
NAMES: Mapping[str, str] = MappingProxyType({ours: name for name, ours in COMPANIES.items()})
CODES: Mapping[acts.Why, str] = {
    "user": "601", "signature": "503", "missing": "400", "format": "400", "phone": "408",
    "account": "30001", "number": "500",
}  # fmt: skip


def answer(world: World, asked: Asked) -> object:
    """Any call, by its path."""
    form = dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        if asked.path == "/poll/query.do":
            return _query(world, form)
        if asked.path == "/poll":
            return _subscribe(world, form, asked.now)
        if asked.path == "/autonumber/auto":
            return _recognise(world, asked.query)
        return _label(world, form, asked)
    except Refusal as refusal:
        code = CODES.get(refusal.why, "30002")
        said = {"result": False, "success": False, "message": refusal.words}
        return said | ({"code": int(code)} if asked.path == LABEL else {"returnCode": code})


def _digest(*parts: str) -> str:
    return acts.md5_hex("".join(parts)).upper()


def _by_key(world: World, key: str) -> Subscriber:
    """The customer of a key: most calls name no other."""
    for one in world.subscribers.values():
        if one.protocol == "kuaidi100" and one.app_key == key:
            return one
    raise Refusal("user", "授权key不存在或已过期")


def _courier(fields: Fields, name: str) -> str:
    company = words(fields, name, needed=True)
    if company not in COMPANIES:
        raise Refusal("number", "不支持的快递公司")
    return COMPANIES[company]


def _query(world: World, form: Mapping[str, str]) -> object:
    caller = acts.caller_of(world, form.get("customer", ""), "kuaidi100")
    param = form.get("param", "")
    acts.check_signature(form.get("sign"), _digest(param, caller.app_key, caller.ebusiness_id))
    data = json_object(param)
    courier, number = _courier(data, "com"), words(data, "num", needed=True)
    acts.check_phone(world, caller, courier, number, words(data, "phone"))
    events = acts.scans(world, courier, number)
    if not events:
        raise Refusal("number", "查询无结果，请隔段时间再查")
    return _result(courier, number, events, newest_first=words(data, "order") != "asc")


def _result(
    courier: str, number: str, events: Sequence[Event], *, newest_first: bool = True
) -> Fields:
    rows = [_scan(event) for event in events]
    state = scan_codes("kuaidi100").get(events[-1].kind, "0")
    return {
        "message": "ok",
        "status": "200",
        "state": state,
        "ischeck": str(int(state[0] == "3")),
        "com": NAMES[courier],
        "nu": number,
        "data": rows[::-1] if newest_first else rows,
    }


def _scan(event: Event) -> object:
    return {
        "time": event.wire_time,
        "ftime": event.wire_time,
        "context": event.text,
        "statusCode": scan_codes("kuaidi100").get(event.kind),
        "areaName": event.city,
        "location": event.stop,
    }


def _subscribe(world: World, form: Mapping[str, str], now: datetime) -> object:
    data = json_object(form.get("param", ""))
    caller = _by_key(world, words(data, "key", needed=True))
    courier, number = _courier(data, "company"), words(data, "number", needed=True)
    parameters = within(data, "parameters")
    words(parameters, "callbackurl", needed=True)
    acts.check_phone(world, caller, courier, number, words(parameters, "phone"))
    known = world.subscriptions.get((caller.ebusiness_id, courier, number))
    if known is not None and known.active:
        return {"result": False, "returnCode": "501", "message": "重复订阅"}
    salt = words(parameters, "salt")
    acts.listen(world, caller, courier, number, now, callback=salt)
    return {"result": True, "returnCode": "200", "message": "提交成功"}


def _recognise(world: World, query: Mapping[str, str]) -> object:
    _by_key(world, query.get("key", ""))
    couriers = may_be_of(query.get("num", ""))
    return [{"comCode": NAMES[one], "lengthPre": 15} for one in couriers if one in NAMES]


def _label(world: World, form: Mapping[str, str], asked: Asked) -> object:
    caller, param = _by_key(world, form.get("key", "")), form.get("param", "")
    right = _digest(param, form.get("t", ""), caller.app_key, LABEL_SECRET)
    acts.check_signature(form.get("sign"), right)
    service = SERVICES.get(asked.query.get("method", ""))
    if service is None:
        raise Refusal("missing", "method不正确")
    found = service(world, caller, json_object(param), asked.now)
    return {"success": True, "code": 200, "message": "success", "data": found}


def _branch(world: World, courier: str, data: Fields) -> Branch:
    account = words(data, "partnerId", needed=True)
    return acts.branch_of(
        world, courier, customer=account, password=words(data, "partnerKey"), month=account
    )


def _create(world: World, caller: Subscriber, data: Fields, now: datetime) -> Fields:
    courier = _courier(data, "kuaidicom")
    order = acts.Order(
        code=words(data, "orderId", needed=True),
        branch=_branch(world, courier, data),
        sender=_person(within(data, "sendMan")),
        receiver=_person(within(data, "recMan")),
        pieces=int(words(data, "count") or 1),
        exp=words(data, "expType"),
        listen=data.get("needSubscribe") is True,
    )
    waybill, known = acts.allot(world, caller, order, now)
    if known and waybill.cancelled:
        raise Refusal("order", "订单号重复，原单号已取消")
    block, line = order_block(waybill), waybill.line
    return {
        "taskId": block["KDNOrderCode"],
        "kuaidinum": line.number,
        "childNum": ",".join(line.children),
        "bulkpen": block["MarkDestination"],
        "orgCode": block["OriginCode"],
        "orgName": block["OriginName"],
        "destCode": block["DestinatioCode"],
        "destName": block["DestinatioName"],
        "destSortingCode": block["SortingCode"],
        "pkgCode": block["PackageCode"],
        "pkgName": block["PackageName"],
    }


def _person(one: Fields) -> Person:
    phone = words(one, "mobile") or words(one, "tel")
    return acts.person_of_line(words(one, "name"), phone, words(one, "printAddr", needed=True))


def _cancel(world: World, caller: Subscriber, data: Fields, now: datetime) -> Fields:
    courier = _courier(data, "kuaidicom")
    _branch(world, courier, data)
    number = words(data, "kuaidinum", needed=True)
    acts.cancel(world, acts.owner(world, caller, courier, number), now)
    return {}


def _time(world: World, caller: Subscriber, data: Fields, now: datetime) -> Fields:
    courier = _courier(data, "kuaidicom")
    start, end = _city(data, "from"), _city(data, "to")
    arrival = now + timedelta(hours=expected_hours(courier, start, end))
    return {"arrivalTime": beijing(arrival), "expType": words(data, "expType")}


def _city(data: Fields, name: str) -> City:
    try:
        return place_of_line(words(data, name, needed=True))[0]
    except UnknownPlaceError:
        raise Refusal("address", "地址超出服务范围") from None


SERVICES: Mapping[str, Service] = {"order": _create, "cancel": _cancel, "time": _time}
LABEL = "/label/order"
PATHS = ("/poll/query.do", "/poll", "/autonumber/auto", LABEL)


def push(subscriber: Subscriber, told: Sequence[Told], now: datetime) -> Sequence[Message]:
    """推送: the whole history of one number in each form."""
    return [_message(one) for one in told]


def _message(told: Told) -> Message:
    last = _result(told.courier, told.number, told.history)
    ended = told.history[-1].kind.startswith(("signed", "return_signed"))
    said = {"status": "shutdown" if ended else "polling", "message": "", "lastResult": last}
    param = msgspec.json.encode(said).decode()
    form = {"sign": _digest(param, told.callback), "param": param}
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    return Message(urlencode(form).encode(), headers)


def heard(content: bytes) -> bool:
    """Kuaidi100 repeats a push unless result is true and returnCode 200."""
    try:
        said = msgspec.json.decode(content, type=dict[str, object])
    except msgspec.MsgspecError:
        return False
    return said.get("result") is True and str(said.get("returnCode")) == "200"


PROTOCOL = Protocol("kuaidi100", "YTO", PATHS, answer, push, heard)
