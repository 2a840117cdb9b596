"""Kuaidi100's → ours: answers, errors and tracks.

Fields: github.com/kuaidi100-api/java-demo @68a6ab42 (`QueryTrackResp`, `QueryTrackData`,
`SubscribePushParamResp`, `labelV2/Result`, `labelV2/OrderResult`, `labelV2/DeliveryTimeResp`,
`AutoNumResp`). Times are China's.
"""

from __future__ import annotations

from collections.abc import Sequence

from yichuan.couriers.connectors.base import (
    Candidate,
    CourierError,
    CourierEvent,
    Forecast,
    PushBatch,
    RejectedEvent,
    Subscribed,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.codes import detail_of
from yichuan.couriers.connectors.errors import meaning_of, refusal, unreadable
from yichuan.couriers.connectors.fields import KEPT, Fields, decoded, each, inside, shown, text
from yichuan.couriers.connectors.kuaidi100.companies import THEIRS_TO_OURS
from yichuan.couriers.connectors.times import courier_time

NAME = "kuaidi100"


def track(answer: bytes, courier: str, number: str) -> TrackUpdate:
    """The history that an instant query answers with; "no result" is an empty one.

    Raises:
        CourierError: refused, or not readable.
    """
    fields = _object(answer)
    if isinstance(fields.get("data"), list):
        return _update(fields, courier, number)
    code, reason = _said(fields)
    if meaning_of(NAME, code, reason).error == "not_found":
        return TrackUpdate(courier, number, (), reason=reason)
    raise refusal(NAME, code, reason)


def push(param: bytes) -> PushBatch:
    """What a push says. Never raises: what cannot be used is in `rejected`."""
    try:
        fields = inside(decoded(param))
    except ValueError as error:
        raw = param.decode("utf-8", "replace")
        return PushBatch((), (RejectedEvent(raw[:KEPT], str(error)),))
    last = inside(fields.get("lastResult"))
    number = text(last, "nu")
    theirs = text(fields, "comNew") or text(last, "com")
    courier = THEIRS_TO_OURS.get(theirs or "")
    if not number or courier is None:
        why = f"unknown courier {theirs}" if number else "no courier or number"
        return PushBatch((), (RejectedEvent(shown(fields), why),))
    stopped = text(fields, "status") == "abort"
    update = _update(last, courier, number, ok=not stopped, reason=text(fields, "message"))
    return PushBatch((update,))


def subscribed(answer: bytes, courier: str, number: str) -> Subscribed:
    """The confirmation of a subscription; one that stands already (501) is one too.

    Raises:
        CourierError: refused.
    """
    fields = _object(answer)
    code, reason = _said(fields)
    if (
        text(fields, "result") != "true"
        and meaning_of(NAME, code, reason).error != "already_subscribed"
    ):
        raise refusal(NAME, code, reason)
    return Subscribed(courier, number)


def waybill(answer: bytes, request: WaybillRequest) -> WaybillIssued:
    """The number issued by method=order.

    Raises:
        CourierError: refused; outcome "unknown" when the answer cannot be read.
    """
    data = _data(_object(answer, doubt=True))
    number = text(data, "kuaidinum")
    if not number:
        raise unreadable("no number in the answer", doubt=True)
    children = (text(data, "childNum") or "").replace("，", ",").split(",")
    return WaybillIssued(
        number=number,
        order_code=request.order_code,
        courier=request.courier,
        courier_order=text(data, "kdComOrderNum") or text(data, "taskId"),
        mark_destination=text(data, "bulkpen"),
        origin_code=text(data, "orgCode"),
        origin_name=text(data, "orgName"),
        destination_code=text(data, "destCode"),
        destination_name=text(data, "destName"),
        sorting_code=text(data, "destSortingCode"),
        package_code=text(data, "pkgCode"),
        package_name=text(data, "pkgName"),
        print_template=text(data, "label"),
        child_numbers=tuple(part.strip() for part in children if part.strip()),
    )


def cancelled(answer: bytes) -> None:
    """Nothing, when the number was taken back.

    Raises:
        CourierError: not cancelled.
    """
    _data(_object(answer, doubt=True))


def forecast(answer: bytes, courier: str) -> Forecast:
    """When the parcel will be there.

    Raises:
        CourierError: refused, or no usable time.
    """
    data = _data(_object(answer))
    try:
        by = courier_time(text(data, "arrivalTime") or "")
    except ValueError as error:
        raise CourierError("bad_answer", str(error)) from error
    return Forecast(courier, by, text(data, "expType") or "")


def candidates(answer: bytes) -> Sequence[Candidate]:
    """Whose number it may be, best first; couriers outside of our catalogue are left out.

    Raises:
        CourierError: refused, or not readable.
    """
    try:
        found = decoded(answer)
    except ValueError as error:
        raise unreadable(str(error), doubt=False) from error
    if isinstance(found, dict):
        code, reason = _said(found)
        raise refusal(NAME, code, reason)
    return [
        Candidate(ours, text(row, "name") or "")
        for row in map(inside, each(found))
        if (ours := THEIRS_TO_OURS.get(text(row, "comCode") or "")) is not None
    ]


def _update(
    fields: Fields, courier: str, number: str, *, ok: bool = True, reason: str | None = None
) -> TrackUpdate:
    events: list[CourierEvent] = []
    rejected: list[RejectedEvent] = []
    for row in each(fields.get("data")):
        try:
            events.append(_event(inside(row)))
        except ValueError as error:
            rejected.append(RejectedEvent(shown(row), str(error)))
    return TrackUpdate(
        courier=courier,
        number=text(fields, "nu") or number,
        events=tuple(sorted(events, key=lambda event: event.occurred_at)),
        state=text(fields, "state"),
        reason=reason,
        rejected=tuple(rejected),
        ok=ok,
    )


def _event(row: Fields) -> CourierEvent:
    """One scan.

    Raises:
        ValueError: no time or no text.
    """
    words = text(row, "context")
    code = text(row, "statusCode")
    if words is None:
        raise ValueError("no text")
    return CourierEvent(
        occurred_at=courier_time(text(row, "ftime", "time") or ""),
        text=words[:KEPT],
        code=code,
        location=text(row, "areaName", "location"),
        detail=detail_of(NAME, code),
    )


def _data(fields: Fields) -> Fields:
    """The answer's data of a label call.

    Raises:
        CourierError: refused.
    """
    code, reason = _said(fields)
    if code != "200":
        raise refusal(NAME, code, reason)
    return inside(fields.get("data"))


def _said(fields: Fields) -> tuple[str | None, str]:
    return text(fields, "returnCode", "code", "status"), text(fields, "message") or ""


def _object(answer: bytes, *, doubt: bool = False) -> Fields:
    try:
        fields = inside(decoded(answer))
    except ValueError as error:
        raise unreadable(str(error), doubt=doubt) from error
    if not fields:
        raise unreadable("no object", doubt=doubt)
    return fields
