"""STO's → ours: answers, errors, tracks and pushes. Times are China's.

Answers and scans: public clients' models of them; pushes: public receivers' beans.
"""

from __future__ import annotations

from yichuan.couriers.connectors.base import (
    CourierEvent,
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


def data(raw: bytes, *, doubt: bool = False) -> Fields:
    """`data` of an answer.

    Raises:
        CourierError: refused, or `bad_answer`; with `doubt` the deed may have been done.
    """
    try:
        answer = inside(decoded(raw))
    except ValueError as error:
        raise unreadable(str(error), doubt=doubt) from error
    success = text(answer, "success")
    if success is None:
        raise unreadable("no success", doubt=doubt)
    if success != "true":
        code = text(answer, "errorCode")
        raise refusal("sto", code, text(answer, "errorMsg") or "")
    return inside(answer.get("data"))


def waybill(found: Fields, order_code: str) -> WaybillIssued:
    """The number that an order brought, with 大头笔 and 集包地.

    Raises:
        CourierError: `bad_answer` (outcome "unknown"): the order was taken, its number is not said.
    """
    number = text(found, "waybillNo")
    if number is None:
        raise unreadable("no waybillNo", doubt=True)
    return WaybillIssued(
        number=number,
        order_code=text(found, "orderNo") or order_code,
        courier="STO",
        mark_destination=text(found, "bigWord"),
        package_name=text(found, "packagePlace"),
    )


def track(found: Fields, number: str) -> TrackUpdate:
    """The history of the number asked for: scans by number."""
    return update("STO", number, each(found.get(number)), _scan)


def push(content: bytes) -> PushBatch:
    """What a push says: one scan of one number."""
    try:
        fields = inside(decoded(content))
    except ValueError as error:
        return unread(content, str(error))
    number = text(fields, "waybillNo")
    if number is None:
        return PushBatch((), (RejectedEvent(shown(fields), "no number"),))
    order_code = text(fields, "linkCode")
    return PushBatch((update("STO", number, each(fields.get("trace")), _scan, order_code),))


def _scan(row: Fields) -> CourierEvent:
    """A scan, the same in queries and pushes."""
    code = text(row, "scanType")
    return CourierEvent(
        occurred_at=courier_time(text(row, "opTime") or ""),
        text=(text(row, "memo") or "")[:KEPT],
        code=code,
        location=text(row, "opOrgCityName", "opOrgName"),
        detail=detail_of("sto", code),
    )
