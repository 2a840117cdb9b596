"""KDNiao's tracks → ours: pushes 101 and 102, answers of 1002 and 8001.

A typed decoder reads what is well formed, at some 100 µs for ten numbers of eleven events; what it
refuses is read again forgivingly, row by row. An odd row costs only itself. Times are China's.
Fields: apifox.com docs-site 2538027, doc-2282394 (101), doc-2283185 (102), api-72933643 (1002).
"""

from __future__ import annotations

import msgspec

from yichuan.couriers.connectors.base import CourierEvent, PushBatch, RejectedEvent, TrackUpdate
from yichuan.couriers.connectors.codes import code_table
from yichuan.couriers.connectors.kdniao.lenient import Json, lenient_json
from yichuan.couriers.connectors.kdniao.parse import Fields, lowered, refuse, succeeded, text
from yichuan.couriers.connectors.staff import named
from yichuan.couriers.connectors.times import courier_date, courier_time

GIVEN_UP = ("三天无轨迹", "七天内无轨迹变化", "七天无轨迹")
NOTHING_YET = "0"
RAW_LIMIT = 2000
"""Characters of a rejected row, and of a scan's text, that are kept."""


class Trace(msgspec.Struct):
    """An entry of Traces."""

    AcceptTime: str
    AcceptStation: str | None = None
    Remark: str | None = None
    Location: str | None = None
    Action: str | int | None = None


class _Row(msgspec.Struct):
    LogisticCode: str
    ShipperCode: str
    Traces: list[Trace] | None
    OrderCode: str | None = None
    Success: bool | str | None = None
    Reason: str | None = None
    ResultCode: str | int | None = None
    State: str | int | None = None
    StateEx: str | int | None = None
    CallBack: str | None = None
    Callback: str | None = None
    EstimatedDeliveryTime: str | None = None
    DeliveryMan: str | None = None
    DeliveryManTel: str | int | None = None


class _Push(msgspec.Struct):
    Data: list[_Row]


_push_decoder = msgspec.json.Decoder(_Push)
_row_decoder = msgspec.json.Decoder(_Row)
_trace_decoder = msgspec.json.Decoder(Trace)


def push(request_data: bytes) -> PushBatch:
    """What a push 101 or 102 says. Never raises: what cannot be used is in `rejected`."""
    try:
        return PushBatch(tuple(_update(row, []) for row in _push_decoder.decode(request_data).Data))
    except (msgspec.DecodeError, RecursionError):
        return _lenient_push(request_data)


def track(answer: bytes) -> TrackUpdate:
    """What 1002 or 8001 says about the number asked for.

    "No trace yet" 暂无轨迹 is an update without events, not an error.

    Raises:
        CourierError: refused, or not readable.
    """
    try:
        row, rejected = _row_decoder.decode(answer), list[RejectedEvent]()
    except (msgspec.DecodeError, RecursionError):
        try:
            fields = lowered(lenient_json(answer))
        except ValueError:
            fields = {}
        row, rejected = _row_of(fields)
        if not row.LogisticCode:
            refuse(fields)
    if not row.Traces and not succeeded({"success": row.Success}) and "轨迹" not in str(row.Reason):
        refuse({"reason": row.Reason, "resultcode": row.ResultCode})
    return _update(row, rejected)


def _lenient_push(request_data: bytes) -> PushBatch:
    try:
        message = lenient_json(request_data)
    except ValueError as error:
        return PushBatch((), (_rejected(request_data.decode("utf-8", "replace"), str(error)),))
    data = lowered(message).get("data") if isinstance(message, dict) else message
    updates: list[TrackUpdate] = []
    rejected: list[RejectedEvent] = []
    for item in data if isinstance(data, list) else [data]:
        row, bad = _row_of(lowered(item))
        if row.LogisticCode and row.ShipperCode:
            updates.append(_update(row, bad))
        else:
            rejected.append(_rejected(item, "no courier or number"))
    return PushBatch(tuple(updates), tuple(rejected))


def _row_of(fields: Fields) -> tuple[_Row, list[RejectedEvent]]:
    """A record in any shape; entries of Traces that are no objects are rejected."""
    traces: list[Trace] = []
    rejected: list[RejectedEvent] = []
    given = fields.get("traces")
    for item in given if isinstance(given, list) else []:
        found = lowered(item)
        if text(found, "accepttime"):
            traces.append(_trace_of(found))
        else:
            rejected.append(_rejected(item, "no time"))
    row = _Row(
        LogisticCode=text(fields, "logisticcode") or "",
        ShipperCode=text(fields, "shippercode") or "",
        Traces=traces,
        OrderCode=text(fields, "ordercode"),
        Success=text(fields, "success"),
        Reason=text(fields, "reason"),
        ResultCode=text(fields, "resultcode"),
        State=text(fields, "state"),
        StateEx=text(fields, "stateex"),
        CallBack=text(fields, "callback"),
        EstimatedDeliveryTime=text(fields, "estimateddeliverytime"),
        DeliveryMan=text(fields, "deliveryman"),
        DeliveryManTel=text(fields, "deliverymantel"),
    )
    return row, rejected


def _trace_of(fields: Fields) -> Trace:
    return Trace(
        AcceptTime=text(fields, "accepttime") or "",
        AcceptStation=text(fields, "acceptstation"),
        Remark=text(fields, "remark"),
        Location=text(fields, "location"),
        Action=text(fields, "action"),
    )


def _update(row: _Row, rejected: list[RejectedEvent]) -> TrackUpdate:
    events: list[CourierEvent] = []
    for trace in row.Traces or ():
        try:
            events.append(event_of(trace))
        except (ValueError, OverflowError) as error:
            rejected.append(_rejected(msgspec.to_builtins(trace), str(error)))
    state = row.StateEx if row.StateEx not in (None, "") else row.State
    return TrackUpdate(
        courier=row.ShipperCode.strip(),
        number=row.LogisticCode.strip(),
        events=tuple(events),
        order_code=row.OrderCode or None,
        state=None if state in (None, "") else str(state),
        reason=row.Reason or None,
        rejected=tuple(rejected),
        ok=watched(row.Success, row.State, row.Reason),
        estimated_delivery=courier_date(row.EstimatedDeliveryTime),
        callback=row.CallBack or row.Callback or None,
        deliverer=named(row.DeliveryMan, row.DeliveryManTel),
    )


def event_of(trace: Trace) -> CourierEvent:
    """An entry of Traces.

    Raises:
        ValueError: its time is none.
        OverflowError: the same.
    """
    at = courier_time(trace.AcceptTime)
    code = None if trace.Action in (None, "") else str(trace.Action)
    words = (trace.AcceptStation or trace.Remark or "").strip()[:RAW_LIMIT]
    detail = None if code is None else code_table("kdniao").get(code)
    return CourierEvent(at, words, code, trace.Location or None, detail)


def lenient_row(raw: bytes) -> Trace:
    """An entry of Traces as it came, read strictly and where that fails forgivingly.

    Raises:
        ValueError: it cannot be read, or names no time.
    """
    try:
        return _trace_decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        found = lowered(lenient_json(raw))
    if not text(found, "accepttime"):
        raise ValueError("no time")
    return _trace_of(found)


def rejected_row(raw: bytes, reason: str) -> RejectedEvent:
    """An entry that cannot be used, as it is put aside."""
    return RejectedEvent(raw.decode("utf-8", "replace")[:RAW_LIMIT], reason)


def watched(success: Json, state: object, reason: str | None) -> bool:
    """Whether KDNiao still watches the number.

    It gives up in words (三天无轨迹, 七天内无轨迹变化), to be subscribed again; without them, State
    0 with Success false only says that nothing has happened yet.
    """
    if success is None or succeeded({"success": success}):
        return True
    given_up = any(words in (reason or "") for words in GIVEN_UP)
    return not given_up and str(state) == NOTHING_YET


def _rejected(raw: Json | object, reason: str) -> RejectedEvent:
    shown = raw if isinstance(raw, str) else msgspec.json.encode(raw).decode("utf-8", "replace")
    return RejectedEvent(shown[:RAW_LIMIT], reason)
