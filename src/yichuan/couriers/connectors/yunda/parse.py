"""Yunda's → ours: answers, errors and tracks. Times are China's.

Answers: public clients on Yunda's SDK (mail_no and pdf_info of an order, status and msg of a
cancellation, steps of a history) and the table of codes that one of them carries.
"""

from __future__ import annotations

from typing import Final

from yichuan.couriers.connectors.base import (
    CourierError,
    CourierEvent,
    TrackUpdate,
    WaybillIssued,
)
from yichuan.couriers.connectors.codes import detail_of
from yichuan.couriers.connectors.errors import refusal, unreadable
from yichuan.couriers.connectors.fields import KEPT, Fields, decoded, each, inside, text
from yichuan.couriers.connectors.scans import update
from yichuan.couriers.connectors.times import courier_time

LOST: Final = "7777"
"""Something broke behind the gateway: the deed may be done."""
USED: Final = "请使用更新接口"
"""An order code that has a number: 更新订单请使用更新接口."""
GOOD: Final = ("true", "1")


def data(raw: bytes, *, doubt: bool = False) -> object:
    """`data` of an answer.

    Raises:
        CourierError: refused, or `bad_answer`; with `doubt` the deed may have been done.
    """
    try:
        answer = inside(decoded(raw))
    except ValueError as error:
        raise unreadable(str(error), doubt=doubt) from error
    result, code = text(answer, "result"), text(answer, "code")
    if result is None and code is None:
        raise unreadable("no result", doubt=doubt)
    if result not in GOOD:
        raise _refused(code, text(answer, "message") or "", doubt=doubt)
    return answer.get("data")


def waybill(found: object, order_code: str) -> WaybillIssued:
    """The number that an order brought, with 大头笔 and 集包地 of its label.

    Raises:
        CourierError: refused, by an order's own words; `bad_answer` (outcome "unknown") when there
            is neither number nor reason.
    """
    row = _first(found)
    number = text(row, "mail_no", "mailno")
    if number is None:
        words = text(row, "msg", "remark")
        raise _refused(None, words) if words else unreadable("no mail_no", doubt=True)
    label = _label(row)
    marks = (text(label, "position"), text(label, "position_no"))
    return WaybillIssued(
        number=number,
        order_code=text(row, "order_serial_no") or order_code,
        courier="YD",
        mark_destination=" ".join(mark for mark in marks if mark) or None,
        package_name=text(label, "package_wdjc"),
    )


def cancelled(found: object) -> None:
    """Nothing, when the order was cancelled.

    Raises:
        CourierError: not cancelled.
    """
    row = _first(found)
    status, words = text(row, "status"), text(row, "msg") or ""
    if status not in (None, *GOOD) or "ERROR" in words:
        raise _refused(None, words)


def track(found: object, number: str) -> TrackUpdate:
    """The history of the number asked for."""
    return update("YD", number, each(inside(found).get("steps")), _step)


def _first(found: object) -> Fields:
    rows = each(found)
    return inside(rows[0]) if rows else {}


def _label(row: Fields) -> Fields:
    """pdf_info: JSON in a text, an array of arrays of labels."""
    found = row.get("pdf_info")
    try:
        found = decoded(found) if isinstance(found, str) else found
    except ValueError:
        return {}
    while isinstance(found, list) and found:
        found = found[0]
    return inside(found)


def _refused(code: str | None, words: str, *, doubt: bool = False) -> CourierError:
    if USED in words:
        return CourierError("order_exists", words, courier_code=code)
    said = refusal("yunda", code, words)
    if doubt and code == LOST:
        return CourierError(said.code, words, courier_code=code, outcome="unknown")
    return said


def _step(row: Fields) -> CourierEvent:
    """Actions and statuses are two lists: RETURN is a beginning in one and an end in the other."""
    action, status = text(row, "action"), text(row, "status")
    code = f"action:{action}" if action else f"status:{status}" if status else None
    return CourierEvent(
        occurred_at=courier_time(text(row, "time") or ""),
        text=(text(row, "description") or "")[:KEPT],
        code=code,
        location=text(row, "city", "station_name"),
        detail=detail_of("yunda", code),
    )
