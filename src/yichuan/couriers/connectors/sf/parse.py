"""SF's → ours: the envelope, answers and errors. Tracks are in `routes`.

The answer has two storeys: apiResultCode says whether the platform took the call, apiResultData
(JSON written as a text, in newer answers an object) whether the deed was done.
"""

from __future__ import annotations

from datetime import datetime
from decimal import InvalidOperation

from yichuan.core.money import fen
from yichuan.couriers.connectors.base import (
    CourierError,
    Forecast,
    PickupBooked,
    Price,
    WaybillIssued,
)
from yichuan.couriers.connectors.errors import refusal, unreadable
from yichuan.couriers.connectors.fields import Fields, decoded, each, inside, text
from yichuan.couriers.connectors.sf.build import products
from yichuan.couriers.connectors.times import courier_time

TAKEN = "A1000"
DONE = "S0000"
MOTHER, CHILD = "1", "2"
NOT_SERVED = "3"
UNDONE = "1"


def message(raw: bytes, *, doubt: bool = False) -> Fields:
    """msgData of an answer.

    Raises:
        CourierError: refused, or `bad_answer` (`doubt`: it may hide a done deed).
    """
    try:
        envelope = inside(decoded(raw))
    except ValueError as error:
        raise unreadable(str(error), doubt=doubt) from error
    code = text(envelope, "apiResultCode")
    if code is None:
        raise unreadable("no apiResultCode", doubt=doubt)
    if code != TAKEN:
        raise refusal("sf", code, text(envelope, "apiErrorMsg") or "")
    result = inside(envelope.get("apiResultData"))
    if not result:
        raise unreadable("no apiResultData", doubt=doubt)
    if text(result, "success") != "true" or text(result, "errorCode") not in (DONE, None):
        raise refusal("sf", text(result, "errorCode"), text(result, "errorMsg", "errorMessage")
                      or "")  # fmt: skip
    return inside(result.get("msgData"))


def waybill(found: Fields) -> WaybillIssued:
    """The number that an order brought, with what its label shows.

    Raises:
        CourierError: `area_not_served`, or `awaiting_confirmation` (outcome "unknown") while a
            person at SF decides whether the address is served.
    """
    numbers = _numbers(found)
    mothers = [number for kind, number in numbers if kind == MOTHER]
    if text(found, "filterResult") == NOT_SERVED:
        raise CourierError("area_not_served", text(found, "remark") or "不可收派")
    if not mothers:
        raise CourierError("awaiting_confirmation", "人工筛单中", outcome="unknown")
    labels = [
        inside(inside(item).get("routeLabelData")) for item in each(found.get("routeLabelInfo"))
    ]
    label = next((one for one in labels if text(one, "waybillNo") in (mothers[0], None)), {})
    return WaybillIssued(
        number=mothers[0],
        order_code=text(found, "orderId") or "",
        courier="SF",
        mark_destination=text(label, "destRouteLabel"),
        origin_code=text(label, "sourceCityCode") or text(found, "originCode", "origincode"),
        destination_code=text(label, "destDeptCode") or text(found, "destCode", "destcode"),
        sorting_code=text(label, "codingMapping"),
        child_numbers=tuple(number for kind, number in numbers if kind == CHILD),
    )


def cancelled(found: Fields) -> None:
    """Nothing, when the order was cancelled.

    Raises:
        CourierError: `bad_number`, order code and number do not belong together.
    """
    if text(found, "resStatus") == UNDONE:
        raise CourierError("bad_number", "订单号与运单不匹配", courier_code=UNDONE)


def booked(found: Fields, order_code: str) -> PickupBooked:
    """The pickup, with the number where SF allotted one."""
    if text(found, "filterResult") == NOT_SERVED:
        raise CourierError("area_not_served", text(found, "remark") or "不可收派")
    number = next((number for kind, number in _numbers(found) if kind == MOTHER), None)
    return PickupBooked(text(found, "orderId") or order_code, number=number)


def prices(found: Fields, courier: str) -> list[Price]:
    """The products that have a price, SF's fee in yuan."""
    ours = {product: service for service, product in products().items()}
    answer: list[Price] = []
    for offer in map(inside, each(found.get("deliverTmDto"))):
        fee, product = text(offer, "fee"), text(offer, "businessType") or ""
        try:
            amount = fen(fee or "")
        except InvalidOperation:
            continue
        answer.append(Price(courier, ours.get(product, product), amount))
    return answer


def forecast(found: Fields, courier: str) -> Forecast:
    """The latest time the first product promises (deliverTime: from,to).

    Raises:
        CourierError: `no_forecast`.
    """
    for offer in map(inside, each(found.get("deliverTmDto"))):
        by = _latest(text(offer, "deliverTime") or "")
        if by is not None:
            return Forecast(courier, by, text(offer, "businessTypeDesc") or "")
    raise CourierError("no_forecast", "no deliverTime")


def _latest(window: str) -> datetime | None:
    try:
        return courier_time(window.rpartition(",")[2])
    except ValueError:
        return None


def _numbers(found: Fields) -> list[tuple[str, str]]:
    rows = map(inside, each(found.get("waybillNoInfoList")))
    numbers = [(text(row, "waybillType") or MOTHER, text(row, "waybillNo")) for row in rows]
    return [(kind, number) for kind, number in numbers if number]
