"""China Post's → ours: answers, errors, tracks and pushes. Times are China's.

Recorded answers of 020003-like orders, of 040001 and a push: the tests of a public client of 2025
(com.frenzy `YfTestsSm4`); fields of an order's answer: YJT LogisticsCore `CreateOrderResponseBody`.
"""

from __future__ import annotations

from decimal import InvalidOperation
from typing import Final

from yichuan.core.money import fen
from yichuan.couriers.connectors.base import (
    CourierEvent,
    Price,
    PushBatch,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.codes import detail_of
from yichuan.couriers.connectors.ems import build
from yichuan.couriers.connectors.errors import refusal, unreadable
from yichuan.couriers.connectors.fields import KEPT, Fields, decoded, each, inside, text
from yichuan.couriers.connectors.scans import pushed, update
from yichuan.couriers.connectors.times import courier_time

NAME: Final = "ems"
COURIER: Final = "EMS"
"""Pushes do not say which of the post's couriers a number is of: `tracking.twins` finds out."""
DONE: Final = "00000"
NOTHING_YET: Final = ("无查询信息", "未查询到", "查无", "无轨迹", "暂无")
"""What a number without scans is answered with, in words alone."""
LISTS: Final = (("deliverCode", "signed"), ("attemptDeliveryCode", "unsigned"))
"""How it was delivered, why it was not: finer than the operation's own code."""


def body(raw: bytes, *, doubt: bool = False) -> Fields:
    """`retBody` of an answer.

    Raises:
        CourierError: refused, or `bad_answer`; with `doubt` the deed may have been done.
    """
    try:
        answer = inside(decoded(raw))
    except ValueError as error:
        raise unreadable(str(error), doubt=doubt) from error
    code = text(answer, "retCode", "code")
    if code is None:
        raise unreadable("no retCode", doubt=doubt)
    if code != DONE:
        raise refusal(NAME, code, text(answer, "retMsg", "codeMessage") or "")
    return inside(answer.get("retBody"))


def waybill(found: Fields, request: WaybillRequest) -> WaybillIssued:
    """The number that an order brought, with 大头笔, 四段码 and 集包地.

    Raises:
        CourierError: `bad_answer` (outcome "unknown"): the order was taken, its number is not said.
    """
    number = text(found, "waybillNo")
    if number is None:
        raise unreadable("no waybillNo", doubt=True)
    return WaybillIssued(
        number=number.partition(",")[0],
        order_code=request.order_code,
        courier=request.courier,
        mark_destination=text(found, "markDestinationName", "markDestinationCode"),
        sorting_code=text(found, "routeCode"),
        package_code=text(found, "packageCode"),
        package_name=text(found, "packageCodeName"),
    )


def track(raw: bytes, courier: str, number: str) -> TrackUpdate:
    """The history of the number asked for; one without scans is an empty history.

    Raises:
        CourierError: refused, or not readable.
    """
    try:
        answer = inside(decoded(raw))
    except ValueError as error:
        raise unreadable(str(error), doubt=False) from error
    words = text(answer, "retMsg") or ""
    if text(answer, "retCode") != DONE and any(known in words for known in NOTHING_YET):
        return TrackUpdate(courier, number, (), reason=words)
    return update(courier, number, each(body(raw).get("responseItems")), _scan)


def push(content: bytes) -> PushBatch:
    """What a push says: scans of one number or several. Never raises."""
    return pushed(content, COURIER, _scan, number="waybillNo", order="orderNo")


def price(found: Fields, courier: str) -> list[Price]:
    """The estimated postage in yuan: what the contract pays, else the whole."""
    said = text(found, "realFee", "totalFee")
    try:
        amount = fen(said or "")
    except InvalidOperation:
        return []
    return [Price(courier, build.ECOMMERCE, amount)]


def _scan(row: Fields) -> CourierEvent:
    """One scan.

    Raises:
        ValueError: no time or no text.
    """
    words = text(row, "opDesc", "opName")
    if words is None:
        raise ValueError("no text")
    code = _code(row)
    return CourierEvent(
        occurred_at=courier_time(text(row, "opTime") or ""),
        text=words[:KEPT],
        code=code,
        location=text(row, "opOrgCity", "opOrgProvName"),
        detail=detail_of(NAME, code),
    )


def _code(row: Fields) -> str | None:
    for name, listed in LISTS:
        value = text(row, name)
        if value is not None and detail_of(NAME, f"{listed}:{value}") is not None:
            return f"{listed}:{value}"
    return text(row, "opCode")
