"""KDNiao's → ours: answers of 1007, 1147, 1127, 1008/8008, and errors. Tracks are in `traces`.

Field names as the manual and the clients in the field spell them, matched without regard to case:
apifox.com docs-site 2538027, api-72875903 (1007), -72888751 (1147), -72895688 (1127),
-72951534 (1008).
"""

from __future__ import annotations

import re
from typing import NoReturn

from yichuan.couriers.connectors.base import (
    Balance,
    CourierError,
    Subscribed,
    WaybillIssued,
)
from yichuan.couriers.connectors.errors import refusal, unreadable
from yichuan.couriers.connectors.kdniao.lenient import Json, lenient_json
from yichuan.couriers.connectors.times import courier_date

Fields = dict[str, Json]
"""Keys in lower case."""


def waybill(raw: bytes) -> WaybillIssued:
    """The number issued by 1007.

    A repeated order code is answered either with the same order again, which is accepted with
    `repeated`, or bare, which is `order_exists`: the number must then be looked up.

    Raises:
        CourierError: refused; outcome "unknown" when the answer cannot be read.
    """
    answer = answered(raw, doubt=True)
    order = lowered(answer.get("order"))
    number = text(order, "logisticcode")
    if not succeeded(answer) or not number:
        refuse(answer)
    return WaybillIssued(
        number=number,
        order_code=text(order, "ordercode") or "",
        courier=text(order, "shippercode") or "",
        courier_order=text(order, "kdnordercode"),
        mark_destination=text(order, "markdestination"),
        origin_code=text(order, "origincode"),
        origin_name=text(order, "originname"),
        destination_code=text(order, "destinatiocode") or text(order, "destinationcode"),
        destination_name=text(order, "destinationame") or text(order, "destinationname"),
        sorting_code=text(order, "sortingcode"),
        package_code=text(order, "packagecode"),
        package_name=text(order, "packagename"),
        print_template=text(answer, "printtemplate"),
        child_numbers=_children(answer.get("suborders")),
        estimated_delivery=courier_date(text(answer, "estimateddeliverytime")),
        repeated=text(answer, "resultcode") == "106",
    )


def cancelled(raw: bytes) -> None:
    """Nothing, when 1147 took the number back.

    Raises:
        CourierError: not cancelled (`already_cancelled`, `cannot_cancel`, …).
    """
    answer = answered(raw, doubt=True)
    if not succeeded(answer):
        refuse(answer)


def balance(raw: bytes) -> Balance:
    """Numbers left, from 1127.

    Raises:
        CourierError: refused, or the answer has no figures.
    """
    answer = answered(raw)
    left = lowered(answer.get("eorderbalance"))
    available = text(left, "availablenum")
    if not succeeded(answer) or available is None:
        refuse(answer)
    try:
        return Balance(int(available), int(text(left, "totalnum") or available))
    except ValueError:
        raise CourierError("bad_answer", available[:40]) from None


def subscribed(raw: bytes, courier: str, number: str) -> Subscribed:
    """The confirmation of 1008 and 8008; the courier and number asked for where it names none.

    Raises:
        CourierError: refused.
    """
    answer = answered(raw)
    if not succeeded(answer):
        refuse(answer)
    return Subscribed(
        courier=text(answer, "shippercode") or courier,
        number=text(answer, "logisticcode") or number,
        estimated_delivery=courier_date(text(answer, "estimateddeliverytime")),
    )


def succeeded(answer: Fields) -> bool:
    """Success as a boolean; it also comes as "true" and 1."""
    return str(answer.get("success")).lower() in {"true", "1"}


def refuse(answer: Fields) -> NoReturn:
    """Raise the stable error of a refusing answer.

    Raises:
        CourierError: always.
    """
    code = text(answer, "resultcode")
    reason = text(answer, "reason") or text(answer, "message") or ""
    raise refusal("kdniao", code, reason)


def lowered(value: Json) -> Fields:
    """An object with its keys in lower case; nothing for anything else."""
    return {key.lower(): item for key, item in value.items()} if isinstance(value, dict) else {}


def text(fields: Fields, key: str) -> str | None:
    """A field as text; None when it is missing, null, empty or not a scalar."""
    value = fields.get(key)
    if value is None or isinstance(value, list | dict):
        return None
    return str(value).strip() or None


def answered(raw: bytes, *, doubt: bool = False) -> Fields:
    """The answer's fields. `doubt`: an unreadable answer may hide a done deed.

    Raises:
        CourierError: not readable.
    """
    try:
        answer = lowered(lenient_json(raw))
    except ValueError as error:
        answer, why = {}, str(error)
    else:
        why = "no object"
    if not answer:
        raise unreadable(why, doubt=doubt)
    return answer


def _children(value: Json) -> tuple[str, ...]:
    """Child numbers 子单号: an array of texts or objects, or one text with commas."""
    if isinstance(value, str):
        return tuple(part for part in re.split(r"[\s,;，；\[\]\"]+", value) if part)
    if not isinstance(value, list):
        return ()
    found = [
        item if isinstance(item, str) else text(lowered(item), "logisticcode") for item in value
    ]
    return tuple(number for number in found if number)
