"""Kuaidi100's → ours: answers, errors and tracks.

Fields: github.com/kuaidi100-api/java-demo @68a6ab42 (`QueryTrackResp`, `QueryTrackData`,
`SubscribePushParamResp`, `labelV2/Result`, `labelV2/OrderResult`, `labelV2/DeliveryTimeResp`,
`AutoNumResp`). Times are China's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

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
from yichuan.couriers.connectors.kuaidi100.companies import THEIRS_TO_OURS
from yichuan.couriers.connectors.times import courier_time

NAME = "kuaidi100"
RAW_LIMIT = 2000
Fields = dict[str, Any]


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
        fields = msgspec.json.decode(param)
    except (msgspec.DecodeError, RecursionError) as error:
        return PushBatch((), (_rejected(param.decode("utf-8", "replace"), str(error)),))
    if not isinstance(fields, dict):
        return PushBatch((), (_rejected(fields, "no object"),))
    last = fields.get("lastResult")
    last = last if isinstance(last, dict) else {}
    number = _text(last, "nu")
    theirs = _text(fields, "comNew") or _text(last, "com")
    courier = THEIRS_TO_OURS.get(theirs or "")
    if not number or courier is None:
        why = f"unknown courier {theirs}" if number else "no courier or number"
        return PushBatch((), (_rejected(fields, why),))
    stopped = _text(fields, "status") == "abort"
    update = _update(last, courier, number, ok=not stopped, reason=_text(fields, "message"))
    return PushBatch((update,))


def subscribed(answer: bytes, courier: str, number: str) -> Subscribed:
    """The confirmation of a subscription; one that stands already (501) is one too.

    Raises:
        CourierError: refused.
    """
    fields = _object(answer)
    code, reason = _said(fields)
    if not fields.get("result") and meaning_of(NAME, code, reason).error != "already_subscribed":
        raise refusal(NAME, code, reason)
    return Subscribed(courier, number)


def waybill(answer: bytes, request: WaybillRequest) -> WaybillIssued:
    """The number issued by method=order.

    Raises:
        CourierError: refused; outcome "unknown" when the answer cannot be read.
    """
    data = _data(_object(answer, doubt=True))
    number = _text(data, "kuaidinum")
    if not number:
        raise unreadable("no number in the answer", doubt=True)
    children = (_text(data, "childNum") or "").replace("，", ",").split(",")
    return WaybillIssued(
        number=number,
        order_code=request.order_code,
        courier=request.courier,
        courier_order=_text(data, "kdComOrderNum") or _text(data, "taskId"),
        mark_destination=_text(data, "bulkpen"),
        origin_code=_text(data, "orgCode"),
        origin_name=_text(data, "orgName"),
        destination_code=_text(data, "destCode"),
        destination_name=_text(data, "destName"),
        sorting_code=_text(data, "destSortingCode"),
        package_code=_text(data, "pkgCode"),
        package_name=_text(data, "pkgName"),
        print_template=_text(data, "label"),
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
        by = courier_time(_text(data, "arrivalTime") or "")
    except ValueError as error:
        raise CourierError("bad_answer", str(error)) from error
    return Forecast(courier, by, _text(data, "expType") or "")


def candidates(answer: bytes) -> Sequence[Candidate]:
    """Whose number it may be, best first; couriers outside of our catalogue are left out.

    Raises:
        CourierError: refused, or not readable.
    """
    try:
        found = msgspec.json.decode(answer)
    except (msgspec.DecodeError, RecursionError) as error:
        raise unreadable(str(error), doubt=False) from error
    if isinstance(found, dict):
        code, reason = _said(found)
        raise refusal(NAME, code, reason)
    return [
        Candidate(ours, _text(row, "name") or "")
        for row in found
        if isinstance(row, dict)
        and (ours := THEIRS_TO_OURS.get(_text(row, "comCode") or "")) is not None
    ]


def _update(
    fields: Fields, courier: str, number: str, *, ok: bool = True, reason: str | None = None
) -> TrackUpdate:
    events: list[CourierEvent] = []
    rejected: list[RejectedEvent] = []
    rows = fields.get("data")
    for row in rows if isinstance(rows, list) else []:
        try:
            events.append(_event(row))
        except (ValueError, TypeError, AttributeError) as error:
            rejected.append(_rejected(row, str(error)))
    return TrackUpdate(
        courier=courier,
        number=_text(fields, "nu") or number,
        events=tuple(sorted(events, key=lambda event: event.occurred_at)),
        state=_text(fields, "state"),
        reason=reason,
        rejected=tuple(rejected),
        ok=ok,
    )


def _event(row: Fields) -> CourierEvent:
    """One scan.

    Raises:
        ValueError: no time or no text.
    """
    text = (_text(row, "context") or "")[:RAW_LIMIT]
    code = _text(row, "statusCode")
    detail = detail_of(NAME, code)
    if not text:
        raise ValueError("no text")
    return CourierEvent(
        occurred_at=courier_time(_text(row, "ftime") or _text(row, "time") or ""),
        text=text,
        code=code,
        location=_text(row, "areaName") or _text(row, "location"),
        detail=detail,
    )


def _data(fields: Fields) -> Fields:
    """The answer's data of a label call.

    Raises:
        CourierError: refused.
    """
    data = fields.get("data")
    code, reason = _said(fields)
    if code != "200":
        raise refusal(NAME, code, reason)
    return data if isinstance(data, dict) else {}


def _said(fields: Fields) -> tuple[str | None, str]:
    code = _text(fields, "returnCode") or _text(fields, "code") or _text(fields, "status")
    return code, _text(fields, "message") or ""


def _object(answer: bytes, *, doubt: bool = False) -> Fields:
    try:
        fields = msgspec.json.decode(answer)
    except (msgspec.DecodeError, RecursionError) as error:
        raise unreadable(str(error), doubt=doubt) from error
    if not isinstance(fields, dict):
        raise unreadable("no object", doubt=doubt)
    return fields


def _text(fields: Fields, key: str) -> str | None:
    value = fields.get(key)
    if value is None or isinstance(value, list | dict):
        return None
    return str(value).strip() or None


def _rejected(raw: object, reason: str) -> RejectedEvent:
    text = raw if isinstance(raw, str) else msgspec.json.encode(raw).decode()
    return RejectedEvent(text[:RAW_LIMIT], reason)
