"""1002, 8001, 8002: what is known of a number; 1008, 8008: be told of it from now on."""

from __future__ import annotations

from yichuan.core.clock import now
from yichuan.core.errors import Conflict, CourierFailed, Invalid, NotFound
from yichuan.gateway.kdniao import limits, records
from yichuan.gateway.kdniao.callers import Call
from yichuan.gateway.kdniao.number_calls import shippers
from yichuan.gateway.kdniao.pushing import push_track
from yichuan.gateway.kdniao.wire import (
    BAD_NUMBER,
    MISSING,
    NO_NUMBER,
    OTHER,
    TOO_OFTEN,
    Answer,
    CallError,
    refuse,
    stamp,
)
from yichuan.identity.callers import visible_merchants
from yichuan.tracking import asking, queries, recall, watching
from yichuan.tracking.values import TimelineEvent, TrackView, normal_courier, normal_number

Known = tuple[TrackView, list[TimelineEvent]]
COURIER = 20
NUMBER = 60
ORDER = 64
RECALL_SECONDS = 4.0
"""How long a query waits for history that comes back from the archive: the protocol knows no
answer for "in a moment"."""


async def query(call: Call) -> Answer:
    """1002, 8001, 8002.

    A number nothing was heard of is asked for at its courier, and followed from then on. What is
    another merchant's looks like a number nobody knows.

    Raises:
        CallError: 101, 402, 403, 405 or 105.
    """
    number = _number(call)
    courier = normal_courier(call.data.text("ShipperCode", COURIER))
    guesses = None
    if not courier:
        if call.request_type == "1002":
            refuse(MISSING, "缺少必要参数：ShipperCode")
        guesses = await shippers(call, number)
        courier = guesses[0]["ShipperCode"] if guesses else ""
    known = await _known(call, courier, number) if courier else None
    shape = records.basic if call.request_type == "1002" else records.plus
    answer = shape(
        call.ebusiness_id,
        courier,
        number,
        known[0] if known else None,
        known[1] if known else [],
        order_code=call.data.text("OrderCode", ORDER),
        descending=call.data.text("Sort", 4) == "1",
    )
    if guesses is not None:
        answer["Shippers"] = guesses
    return answer


def _number(call: Call) -> str:
    number = normal_number(call.data.text("LogisticCode", NUMBER))
    if not number:
        refuse(NO_NUMBER, "缺少快递单号：LogisticCode")
    return number


def phone_tail(call: Call) -> str:
    """CustomerName of a query: the last four digits of a phone, where it is that."""
    name = call.data.text("CustomerName", 60)
    return name if len(name) == 4 and name.isdigit() else ""


async def _known(call: Call, courier: str, number: str) -> Known | None:
    found = await _read(call, courier, number)
    if found is not None and found[1]:
        return found
    if not limits.may_ask(call.key.id):
        refuse(TOO_OFTEN, "超出查询次数限制，请稍后再试")
    if found is None and not await _follow(call, courier, number, "query"):
        return None
    try:
        await asking.ask(
            call.context,
            call.http,
            courier=courier,
            number=number,
            phone_last4=phone_tail(call),
            merchant_id=call.caller.merchant_id,
        )
    except CourierFailed as error:
        said = error.extra.get("courier_text")
        refuse(OTHER, str(said or "快递公司接口暂时无法查询，请稍后再试"))
    return await _read(call, courier, number)


async def _read(call: Call, courier: str, number: str) -> Known | None:
    """What the caller may read of a number."""
    context, merchant_id = call.context, call.caller.merchant_id
    async with context.database.read(visible_merchants(call.caller)) as session:
        try:
            track = await queries.track(session, courier, number)
        except NotFound:
            return None
        away = await queries.track_away(session, courier, number, track.cycle)
        if await recall.asked(context.database, away, RECALL_SECONDS) != "complete":
            refuse(OTHER, "正在取回历史轨迹，请稍后再试")
        events = await queries.track_events(session, track)
    if merchant_id is not None:
        async with context.database.system() as system:
            if await watching.is_foreign(system, merchant_id, courier, number, track.cycle):
                return None
    return track, events


async def _follow(call: Call, courier: str, number: str, kind: watching.Kind) -> bool:
    """Follow a number; False: it is another merchant's."""
    tail = phone_tail(call) or None
    try:
        async with call.context.database.system() as session:
            await watching.follow(
                session,
                call.context.vault,
                call.follower,
                courier=courier,
                number=number,
                kind=kind,
                phone_last4=tail,
            )
    except Conflict:
        return False
    except Invalid as error:
        raise _unfit(error) from error
    return True


def _unfit(error: Invalid) -> CallError:
    if error.extra.get("field") == "courier":
        return CallError(OTHER, "不支持的快递公司编码")
    return CallError(BAD_NUMBER, "快递单号格式不正确")


async def subscribe(call: Call) -> Answer:
    """1008, 8008: idempotent; what is known already is pushed at once.

    Raises:
        CallError: 101, 402, 403 or 105.
    """
    courier = normal_courier(call.data.need("ShipperCode", COURIER))
    number = _number(call)
    callback = call.data.text("Callback", 200) or call.data.text("CallBack", 200)
    plus = call.request_type == "8008"
    try:
        async with call.context.database.system() as session:
            made = await watching.follow(
                session,
                call.context.vault,
                call.follower,
                courier=courier,
                number=number,
                kind="plus" if plus else "basic",
                order_code=call.data.text("OrderCode", ORDER),
                callback=callback,
                phone_last4=phone_tail(call) or None,
            )
            await push_track(session, call.key, made.id, call.caller.merchant_id)
    except Conflict:
        refuse(OTHER, "该单号不能订阅：已属于其他商家")
    except Invalid as error:
        raise _unfit(error) from error
    answer: Answer = {
        "EBusinessID": call.ebusiness_id,
        "UpdateTime": stamp(now()),
        "Success": True,
        "Reason": "",
        "ShipperCode": courier,
        "LogisticCode": number,
    }
    order_code = call.data.text("OrderCode", ORDER)
    if order_code:
        answer["OrderCode"] = order_code
    if callback:
        answer |= {"Callback": callback, "CallBack": callback}
    return answer
