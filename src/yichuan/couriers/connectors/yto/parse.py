"""YTO's → ours: answers, errors, tracks and pushes. Times are China's.

Answers: public clients (mailNo and shortAddress of an order, logisticsNo of a cancellation) and
the sample history that one of them carries; pushes: a public receiver's bean of UpdateInfo.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

from yichuan.couriers.connectors.base import (
    CourierError,
    CourierEvent,
    PickupBooked,
    PushBatch,
    RejectedEvent,
    TrackUpdate,
    WaybillIssued,
)
from yichuan.couriers.connectors.codes import detail_of
from yichuan.couriers.connectors.errors import refusal, unreadable
from yichuan.couriers.connectors.fields import KEPT, Fields, decoded, each, inside, shown, text
from yichuan.couriers.connectors.scans import unread, update
from yichuan.couriers.connectors.times import courier_time

_ZONE: Final = re.compile(r"\s*CST$")
_DECLARED: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PROLOG: Final = re.compile(r"^\s*<\?xml[^>]*\?>")


def waybill(raw: bytes, order_code: str) -> WaybillIssued:
    """The number that an order brought, with the three-part code 三段码.

    Raises:
        CourierError: refused; outcome "unknown" when the answer cannot be read.
    """
    answer = _object(raw, doubt=True)
    number = text(answer, "mailNo")
    if number is None:
        raise _refused(answer)
    return WaybillIssued(
        number=number,
        order_code=text(answer, "logisticsNo") or order_code,
        courier="YTO",
        mark_destination=text(answer, "shortAddress"),
    )


def booked(raw: bytes, order_code: str) -> PickupBooked:
    """The pickup, with the number that the courier brings."""
    issued = waybill(raw, order_code)
    return PickupBooked(issued.order_code, number=issued.number)


def cancelled(raw: bytes, order_code: str) -> None:
    """Nothing, when the answer names the order that was cancelled.

    Raises:
        CourierError: not cancelled.
    """
    answer = _object(raw, doubt=True)
    if text(answer, "logisticsNo") != order_code or text(answer, "success") == "false":
        raise _refused(answer)


def subscribed(raw: bytes) -> None:
    """Nothing, when the subscription was taken.

    Raises:
        CourierError: refused.
    """
    answer = _object(raw)
    if text(answer, "success") != "true":
        raise _refused(answer)


def track(raw: bytes, number: str) -> TrackUpdate:
    """The history of a number: an array of scans, empty when there is none yet.

    Raises:
        CourierError: refused (an object), or not readable.
    """
    try:
        answer = decoded(raw)
    except ValueError as error:
        raise unreadable(str(error), doubt=False) from error
    if not isinstance(answer, list):
        raise _refused(inside(answer))
    return update("YTO", number, each(answer), _scan)


def push(content: bytes) -> PushBatch:
    """What a push says: one scan of one number."""
    try:
        row = xml_fields(content)
    except ValueError as error:
        return unread(content, str(error))
    number = text(row, "mailNo")
    if number is None:
        return PushBatch((), (RejectedEvent(shown(row), "no number"),))
    order_code = text(row, "txLogisticID")
    return PushBatch((update("YTO", number, [row], _event, order_code),))


def xml_fields(content: bytes) -> Fields:
    """The leaves of a flat XML document by name.

    Raises:
        ValueError: no XML, or one that declares entities.
    """
    if _DECLARED.search(content):
        raise ValueError("declarations are not read")
    words = _PROLOG.sub("", content.decode("utf-8", "replace"))
    try:
        root = ElementTree.fromstring(words)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    return {leaf.tag: (leaf.text or "").strip() for leaf in root.iter() if not len(leaf)}


def _object(raw: bytes, *, doubt: bool = False) -> Fields:
    try:
        answer = inside(decoded(raw))
    except ValueError as error:
        raise unreadable(str(error), doubt=doubt) from error
    if not answer:
        raise unreadable("no object", doubt=doubt)
    return answer


def _refused(answer: Fields) -> CourierError:
    code = text(answer, "code", "statusCode", "errorCode")
    words = text(answer, "message", "reason", "errorMsg", "statusMessage") or ""
    return refusal("yto", code, words)


def _scan(row: Fields) -> CourierEvent:
    """A row of 轨迹查询."""
    code = text(row, "infoContent")
    return CourierEvent(
        occurred_at=courier_time(text(row, "upload_Time") or ""),
        text=(text(row, "processInfo") or "")[:KEPT],
        code=code,
        location=text(row, "city"),
        detail=detail_of("yto", code),
    )


def _event(row: Fields) -> CourierEvent:
    """A push. Its times may end in CST, China's standard time."""
    code = text(row, "infoContent")
    return CourierEvent(
        occurred_at=courier_time(_ZONE.sub("", text(row, "acceptTime") or "")),
        text=(text(row, "remark") or "")[:KEPT],
        code=code,
        location=text(row, "city"),
        detail=detail_of("yto", code),
    )
