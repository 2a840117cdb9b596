"""Deppon's → ours: answers, errors and tracks. Times are China's."""

from __future__ import annotations

from yichuan.couriers.connectors.base import (
    CourierEvent,
    PushBatch,
    RejectedEvent,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.codes import detail_of
from yichuan.couriers.connectors.errors import refusal, unreadable
from yichuan.couriers.connectors.fields import KEPT, Fields, decoded, each, inside, shown, text
from yichuan.couriers.connectors.times import courier_time

NAME = "deppon"
COURIER = "DBL"
"""Pushes do not say whether a number is 德邦快递 or 德邦快运: `tracking.twins` finds out."""
NOTHING_YET = "暂无查询记录"
UNKNOWN_ORDER = ("不存在", "未查询到", "查询不到", "没有查询到")


def issued(raw: bytes, request: WaybillRequest) -> WaybillIssued:
    """The number of createOrderNotify; of several pieces the mother's, then the children's.

    Raises:
        CourierError: refused (`order_exists` for a repeated order code: look it up); outcome
            "unknown" when the answer cannot be read.
    """
    answer = _answer(raw, doubt=True)
    return _waybill(text(answer, "mailNo"), request, repeated=False)


def found(raw: bytes, request: WaybillRequest) -> WaybillIssued | None:
    """The number queryOrder knows under the order code; None when it knows of no order.

    Raises:
        CourierError: refused for another reason; `awaiting_number` while an order has none yet.
    """
    answer = _object(raw, doubt=False)
    reason = text(answer, "reason") or ""
    order = inside(answer.get("responseParam"))
    if not _succeeded(answer):
        if any(words in reason for words in UNKNOWN_ORDER):
            return None
        raise refusal(NAME, text(answer, "resultCode"), reason)
    if not order:
        return None
    return _waybill(text(order, "mailNo"), request, repeated=True)


def done(raw: bytes) -> None:
    """Nothing, when a cancellation was accepted.

    Raises:
        CourierError: refused.
    """
    _answer(raw, doubt=True)


def track(raw: bytes, courier: str, number: str) -> TrackUpdate:
    """The history of newTraceQuery; 暂无查询记录 is an empty one.

    Raises:
        CourierError: refused, or not readable.
    """
    answer = _object(raw, doubt=False)
    reason = text(answer, "reason") or ""
    if not _succeeded(answer) and NOTHING_YET not in reason:
        raise refusal(NAME, text(answer, "resultCode"), reason)
    param = inside(answer.get("responseParam"))
    return _update(param, courier, text(param, "tracking_number") or number)


def push(content: bytes) -> PushBatch:
    """What a push says. Never raises: what cannot be used is in `rejected`."""
    try:
        given = decoded(content)
    except ValueError as error:
        raw = content.decode("utf-8", "replace")
        return PushBatch((), (RejectedEvent(raw[:KEPT], str(error)),))
    updates: list[TrackUpdate] = []
    rejected: list[RejectedEvent] = []
    listed = inside(given).get("track_list") if isinstance(given, dict) else given
    for row in each(listed if listed is not None else given) or [given]:
        fields = inside(row)
        number = text(fields, "tracking_number", "mailNo")
        if number:
            updates.append(_update(fields, COURIER, number))
        else:
            rejected.append(RejectedEvent(shown(row), "no number"))
    return PushBatch(tuple(updates), tuple(rejected))


def _waybill(numbers: str | None, request: WaybillRequest, *, repeated: bool) -> WaybillIssued:
    parts = [part.strip() for part in (numbers or "").split(",") if part.strip()]
    if not parts:
        raise unreadable("no number in the answer", doubt=True)
    return WaybillIssued(
        number=parts[0],
        order_code=request.order_code,
        courier=request.courier,
        child_numbers=tuple(parts[1:]),
        repeated=repeated,
    )


def _update(fields: Fields, courier: str, number: str) -> TrackUpdate:
    events: list[CourierEvent] = []
    rejected: list[RejectedEvent] = []
    for row in each(fields.get("trace_list") or fields.get("traceList")):
        try:
            events.append(_event(inside(row)))
        except ValueError as error:
            rejected.append(RejectedEvent(shown(row), str(error)))
    return TrackUpdate(
        courier=courier,
        number=number,
        events=tuple(sorted(events, key=lambda event: event.occurred_at)),
        rejected=tuple(rejected),
    )


def _event(row: Fields) -> CourierEvent:
    """One scan.

    Raises:
        ValueError: no time or no text.
    """
    words = text(row, "description")
    if words is None:
        raise ValueError("no text")
    status = text(row, "status")
    code = f"trace:{status}" if status else None
    return CourierEvent(
        occurred_at=courier_time(text(row, "time") or ""),
        text=words[:KEPT],
        code=code,
        location=text(row, "city"),
        detail=detail_of(NAME, code),
    )


def _answer(raw: bytes, *, doubt: bool) -> Fields:
    answer = _object(raw, doubt=doubt)
    if not _succeeded(answer):
        raise refusal(NAME, text(answer, "resultCode"), text(answer, "reason") or "")
    return answer


def _succeeded(answer: Fields) -> bool:
    return text(answer, "result") in ("true", "1")


def _object(raw: bytes, *, doubt: bool) -> Fields:
    try:
        fields = inside(decoded(raw))
    except ValueError as error:
        raise unreadable(str(error), doubt=doubt) from error
    if not fields:
        raise unreadable("no object", doubt=doubt)
    return fields
