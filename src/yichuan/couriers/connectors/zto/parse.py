"""ZTO's → ours: answers, errors, tracks and pushes. Times are China's, in queries milliseconds.

Recorded in a public record of ZTO's sandbox; fields of a scan (ScanTraceDTO, ScanSiteDTO) and the
actions of a push from public receivers (ZtoTrackObj).
"""

from __future__ import annotations

from typing import Final

from yichuan.couriers.connectors.base import (
    CourierError,
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

LOST: Final = frozenset({"S200", "S202"})
"""The gateway heard nothing good from the service behind it: it may have done the deed."""


def result(raw: bytes, *, doubt: bool = False) -> object:
    """`result` of an answer.

    Raises:
        CourierError: refused, or `bad_answer`; with `doubt` the deed may have been done.
    """
    try:
        answer = inside(decoded(raw))
    except ValueError as error:
        raise unreadable(str(error), doubt=doubt) from error
    status, code = text(answer, "status"), text(answer, "statusCode")
    if status is None and code is None:
        raise unreadable("no status", doubt=doubt)
    if status != "true":
        raise _refusal(code, text(answer, "message") or "", doubt=doubt)
    return answer.get("result")


def _refusal(code: str | None, words: str, *, doubt: bool) -> CourierError:
    said = refusal("zto", code, words)
    if doubt and code in LOST:
        return CourierError(said.code, words, courier_code=code, outcome="unknown")
    return said


def waybill(found: object, order_code: str) -> WaybillIssued:
    """The number that an order brought, with 大头笔 and 集包地.

    Raises:
        CourierError: `bad_answer` (outcome "unknown"): the order was taken, its number is not said.
    """
    fields = inside(found)
    number, mark = text(fields, "billCode"), inside(fields.get("bigMarkInfo"))
    if number is None:
        raise unreadable("no billCode", doubt=True)
    return WaybillIssued(
        number=number,
        order_code=text(fields, "partnerOrderCode") or order_code,
        courier="ZTO",
        courier_order=text(fields, "orderCode"),
        mark_destination=text(mark, "mark"),
        package_name=text(mark, "bagAddr"),
        origin_code=text(fields, "siteCode"),
        origin_name=text(fields, "siteName"),
    )


def track(found: object, number: str) -> TrackUpdate:
    """The history of the number asked for."""
    return update("ZTO", number, each(found), _scan)


def push(content: bytes) -> PushBatch:
    """What a push says: one scan of one number."""
    try:
        row = inside(decoded(content))
    except ValueError as error:
        return unread(content, str(error))
    number = text(row, "billCode")
    if number is None:
        return PushBatch((), (RejectedEvent(shown(row), "no number"),))
    return PushBatch((update("ZTO", number, [row], _action),))


def _scan(row: Fields) -> CourierEvent:
    """A row of 轨迹查询."""
    code, site = text(row, "scanType"), inside(row.get("scanSite"))
    return CourierEvent(
        occurred_at=courier_time(text(row, "scanDate") or ""),
        text=(text(row, "desc") or "")[:KEPT],
        code=code,
        location=text(site, "city"),
        detail=detail_of("zto", code),
    )


def _action(row: Fields) -> CourierEvent:
    """A push. Its actions are another list than the scan types of a query: ARRIVAL is a hub here
    and a locker there."""
    action = text(row, "action")
    code = None if action is None else f"action:{action}"
    return CourierEvent(
        occurred_at=courier_time(text(row, "actionTime") or ""),
        text=(text(row, "desc", "remark") or "")[:KEPT],
        code=code,
        location=text(row, "city"),
        detail=detail_of("zto", code),
    )
