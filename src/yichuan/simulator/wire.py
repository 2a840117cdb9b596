"""KDNiao's wire format, written for the simulator alone: signature, forms, JSON, push records.

Independent of the product's connector on purpose: an error in one shows against the other.
Source: KDNiao's published manual and demos (signature, push 101/102, state tables).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote, unquote_plus

import msgspec

if TYPE_CHECKING:
    from yichuan.simulator.history import Event, ParcelHistory

FORM_TYPE = "application/x-www-form-urlencoded;charset=utf-8"
_BEIJING = timezone(timedelta(hours=8))
_SINGLE_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'((?:[^\'\\]|\\.)*)\'')
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')


class BadRequestDataError(ValueError):
    """RequestData is not JSON, also read with tolerance."""


def data_sign(request_data: str, app_key: str) -> str:
    """DataSign: base64 over the lower-case hex text of md5(RequestData + AppKey), UTF-8."""
    digest = hashlib.md5((request_data + app_key).encode("utf-8")).hexdigest()
    return base64.b64encode(digest.encode("ascii")).decode("ascii")


def verified_data(request_data: str, sign: str, app_key: str) -> str | None:
    """The RequestData text whose signature verifies, or None.

    Clients encode once too often: the text is tried as it came, percent-decoded once more, and
    once more with `+` as blank; the signature likewise.
    """
    signs = {sign.strip(), unquote(sign).strip()}
    for text in (request_data, unquote(request_data), unquote_plus(request_data)):
        if data_sign(text, app_key) in signs:
            return text
    return None


def tolerant_json(text: str) -> dict[str, object]:
    """A JSON object, also with single-quoted strings and trailing commas; keys lower-cased.

    Of duplicate keys the last wins. Keys are lower-cased at every depth because clients differ.

    Raises:
        BadRequestDataError: not an object even so.
    """
    try:
        value = json.loads(text, strict=False)
    except ValueError:
        mended = _TRAILING_COMMA.sub(lambda m: m[1] or "", _SINGLE_QUOTED.sub(_requote, text))
        try:
            value = json.loads(mended, strict=False)
        except ValueError as error:
            raise BadRequestDataError(str(error)) from error
    if not isinstance(value, dict):
        raise BadRequestDataError("RequestData is no object")
    lowered = _lower(value)
    return lowered if isinstance(lowered, dict) else {}


def _requote(match: re.Match[str]) -> str:
    inner = match[1]
    if inner is None:
        return match[0]
    return '"' + inner.replace("\\'", "'").replace('"', '\\"') + '"'


def _lower(value: object) -> object:
    if isinstance(value, dict):
        return {str(k).lower(): _lower(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_lower(v) for v in value]
    return value


def form(fields: Mapping[str, str]) -> bytes:
    """An urlencoded form body."""
    return "&".join(f"{k}={quote_plus(v)}" for k, v in fields.items()).encode("ascii")


def beijing(at: datetime) -> str:
    """`yyyy-MM-dd HH:mm:ss` in Beijing time."""
    return at.astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def trace(event: Event, rich: bool) -> dict[str, str]:
    """One of Traces[]; `rich` adds Location and Action (102, 8001)."""
    plain = {"AcceptTime": event.wire_time, "AcceptStation": event.text}
    if rich:
        plain |= {"Location": event.city, "Action": event.code}
    return plain


def push_record(
    history: ParcelHistory,
    count: int,
    *,
    ebusiness_id: str,
    request_type: str = "102",
    order_code: str = "",
    callback: str = "",
    alert: str = "",
) -> dict[str, object]:
    """One of Data[]: the first `count` events of a parcel, all of them every time."""
    rich = request_type != "101"
    state, detail = history.state(count, alert)
    record: dict[str, object] = {
        "EBusinessID": ebusiness_id,
        "OrderCode": order_code,
        "ShipperCode": history.courier,
        "LogisticCode": history.number,
        "Success": True,
        "Reason": "",
        "State": state,
        "CallBack": callback,
        "EstimatedDeliveryTime": history.expected_on.isoformat(),
        "Traces": [trace(event, rich) for event in history.events[:count]],
    }
    if rich and count:
        last = history.events[count - 1]
        record |= {"StateEx": detail, "Location": last.city}
        if last.kind in {"out_for_delivery", "point_in"}:
            record |= {"Station": last.stop, "StationTel": last.desk}
        if last.kind == "out_for_delivery":
            record |= {"DeliveryMan": last.who, "DeliveryManTel": last.tel}
    return record


def failure_record(
    ebusiness_id: str, courier: str, number: str, order_code: str, callback: str, reason: str
) -> dict[str, object]:
    """A record that ends monitoring: no trace in three days, or no change in seven."""
    return {
        "EBusinessID": ebusiness_id,
        "OrderCode": order_code,
        "ShipperCode": courier,
        "LogisticCode": number,
        "Success": False,
        "Reason": reason,
        "State": "0",
        "CallBack": callback,
        "Traces": [],
    }


def signed_push(
    ebusiness_id: str,
    app_key: str,
    request_type: str,
    records: Sequence[Mapping[str, object]],
    pushed_at: datetime,
    *,
    spoil: bool = False,
) -> bytes:
    """The form body of a push; `spoil` gives it a signature that does not verify."""
    data = msgspec.json.encode(
        {
            "EBusinessID": ebusiness_id,
            "PushTime": beijing(pushed_at),
            "Count": str(len(records)),
            "Data": records,
        }
    ).decode("utf-8")
    return form(
        {
            "RequestData": data,
            "EBusinessID": ebusiness_id,
            "RequestType": request_type,
            "DataSign": data_sign(data, app_key + ("-" if spoil else "")),
            "DataType": "2",
        }
    )


def push_body(
    ebusiness_id: str,
    app_key: str,
    parcels: Iterable[tuple[ParcelHistory, int]],
    *,
    pushed_at: datetime,
    request_type: str = "102",
    order_codes: Mapping[str, str] | None = None,
    from_event: int = 0,
) -> bytes:
    """A signed push of several parcels, each up to its own number of events.

    Args:
        ebusiness_id: the subscriber.
        app_key: the key of the signature.
        parcels: histories with how many of their events have happened.
        pushed_at: PushTime, aware.
        request_type: `101` or `102`.
        order_codes: waybill number → OrderCode.
        from_event: leave out this many first events of each (KDNiao itself always sends all).
    """
    codes = order_codes or {}
    records = []
    for history, count in parcels:
        record = push_record(
            history,
            count,
            ebusiness_id=ebusiness_id,
            request_type=request_type,
            order_code=codes.get(history.number, ""),
        )
        if from_event:
            traces = record["Traces"]
            record["Traces"] = traces[from_event:] if isinstance(traces, list) else traces
        records.append(record)
    return signed_push(ebusiness_id, app_key, request_type, records, pushed_at)
