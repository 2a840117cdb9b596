"""KDNiao's → ours: pickups (1001, 1801), prices (1815), forecasts (6004), recognition (2002)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import InvalidOperation

from yichuan.core.money import fen
from yichuan.couriers.connectors.base import (
    Candidate,
    CourierError,
    Forecast,
    PickupBooked,
    Price,
)
from yichuan.couriers.connectors.kdniao.lenient import Json
from yichuan.couriers.connectors.kdniao.parse import answered, lowered, refuse, succeeded, text
from yichuan.couriers.connectors.times import courier_time

MORNING = "上午"


def booked(raw: bytes, order_code: str) -> PickupBooked:
    """The confirmation of 1001 and 1801; most couriers allot the number when they come.

    Raises:
        CourierError: refused; outcome "unknown" when the answer cannot be read.
    """
    answer = answered(raw, doubt=True)
    if not succeeded(answer):
        refuse(answer)
    order = lowered(answer.get("order"))
    return PickupBooked(order_code, text(order, "kdnordercode"), text(order, "logisticcode"))


def prices(raw: bytes) -> Sequence[Price]:
    """What 1815 asks: the total where it says one, else the freight. Rows without either are left
    out.

    Raises:
        CourierError: refused, or not readable.
    """
    answer = answered(raw)
    if not succeeded(answer):
        refuse(answer)
    found: list[Price] = []
    for row in map(lowered, _rows(answer.get("data"))):
        courier = text(row, "shippercode")
        amount = text(row, "totalfee") or text(row, "cost")
        try:
            price = fen((amount or "").replace(",", ""))
        except InvalidOperation:
            continue
        if courier:
            found.append(Price(courier, "", price))
    return found


def forecast(raw: bytes, courier: str) -> Forecast:
    """When 6004 says that a parcel will be there: DeliveryDate until noon where DeliveryTime says
    上午可达, else until its end.

    Raises:
        CourierError: refused; `no_forecast` without a day.
    """
    answer = answered(raw)
    if not succeeded(answer):
        refuse(answer)
    words = text(answer, "deliverytime") or ""
    try:
        day = courier_time(text(answer, "deliverydate") or "")
    except ValueError as error:
        raise CourierError("no_forecast", words or str(error)) from error
    hours = 12 if MORNING in words else 24
    return Forecast(courier, day + timedelta(hours=hours), words)


def candidates(raw: bytes) -> Sequence[Candidate]:
    """Whose number it may be by 2002, best first; nobody's is an empty answer.

    Raises:
        CourierError: refused, or not readable.
    """
    answer = answered(raw)
    shippers = answer.get("shippers")
    if not isinstance(shippers, list) and not succeeded(answer):
        refuse(answer)
    return [
        Candidate(code, text(row, "shippername") or "")
        for row in map(lowered, _rows(shippers))
        if (code := text(row, "shippercode")) is not None
    ]


def _rows(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
