"""JD Logistics' → ours: answers, errors and tracks. Times are China's."""

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
from yichuan.couriers.connectors.scans import pushed
from yichuan.couriers.connectors.times import courier_time

NAME = "jdl"
COURIER = "JD"
USED = "0_0001"
"""商家订单号已被使用: the number was issued before for the same order."""


def issued(raw: bytes, request: WaybillRequest) -> WaybillIssued:
    """The number of orders/create.

    Raises:
        CourierError: refused; outcome "unknown" when the answer cannot be read.
    """
    data = inside(_data(raw, doubt=True))
    number = text(data, "waybillCode")
    if number is None:
        raise unreadable("no number in the answer", doubt=True)
    return WaybillIssued(
        number=number,
        order_code=request.order_code,
        courier=COURIER,
        courier_order=text(data, "orderCode"),
        repeated=text(inside(decoded(raw)), "subCode") == USED,
    )


def done(raw: bytes, *, doubt: bool = True) -> None:
    """Nothing, when a cancellation or subscription was accepted.

    Raises:
        CourierError: refused.
    """
    _data(raw, doubt=doubt)


def push(content: bytes) -> PushBatch:
    """What a push says: one scan, or several. Never raises."""
    return pushed(content, COURIER, _event, number="waybillCode", order="orderId")


def track(raw: bytes, number: str) -> TrackUpdate:
    """The history of orders/trace/query.

    Raises:
        CourierError: refused, or not readable.
    """
    data = inside(_data(raw, doubt=False))
    events: list[CourierEvent] = []
    rejected: list[RejectedEvent] = []
    for row in each(data.get("traceDetails")):
        try:
            events.append(_event(inside(row)))
        except ValueError as error:
            rejected.append(RejectedEvent(shown(row), str(error)))
    events.sort(key=lambda event: event.occurred_at)
    return TrackUpdate(COURIER, number, tuple(events), rejected=tuple(rejected))


def _event(row: Fields) -> CourierEvent:
    """One scan.

    Raises:
        ValueError: no time or no text.
    """
    words = text(row, "operationRemark", "operationTitle")
    if words is None:
        raise ValueError("no text")
    state, category = text(row, "state"), text(row, "category")
    codes = (f"state:{state}", f"status:{category}")
    known = next((code for code in codes if detail_of(NAME, code) is not None), None)
    code = known or (f"state:{state}" if state else None)
    return CourierEvent(
        occurred_at=courier_time(text(row, "operationTime") or ""),
        text=words[:KEPT],
        code=code,
        location=text(row, "routeCityName"),
        detail=detail_of(NAME, code),
    )


def _data(raw: bytes, *, doubt: bool) -> object:
    """The answer's data.

    Raises:
        CourierError: refused by the platform (`error_response`) or by the service.
    """
    try:
        answer = inside(decoded(raw))
    except ValueError as error:
        raise unreadable(str(error), doubt=doubt) from error
    if not answer:
        raise unreadable("no object", doubt=doubt)
    failed = inside(answer.get("error_response"))
    if failed:
        raise refusal(NAME, text(failed, "code"), text(failed, "zh_desc", "en_desc") or "")
    if text(answer, "code") != "0" or text(answer, "success") == "false":
        words = [text(answer, "msg", "message"), text(answer, "subMsg")]
        raise refusal(NAME, text(answer, "code"), " ".join(word for word in words if word))
    return answer.get("data")
