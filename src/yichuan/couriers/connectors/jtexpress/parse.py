"""J&T's → ours: answers, errors and tracks. Times are China's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal

from yichuan.couriers.connectors.base import (
    CourierEvent,
    Deliverer,
    PictureLink,
    PushBatch,
    RejectedEvent,
    Subscribed,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.codes import code_rows, code_table
from yichuan.couriers.connectors.errors import refusal, unreadable
from yichuan.couriers.connectors.fields import KEPT, Fields, decoded, each, inside, shown, text
from yichuan.couriers.connectors.staff import named
from yichuan.couriers.connectors.times import courier_time

NAME = "jtexpress"
COURIER = "JTSD"
PICTURES: Mapping[str, Literal["photo", "signature"]] = {
    "sigPicUrl": "photo",
    "electronicSignaturePicUrl": "signature",
}
"""Fields of a scan with addresses of pictures, a comma between several."""


@cache
def names() -> Mapping[str, str]:
    """Scans come by name (快件揽收): name → code."""
    return {row["name"]: row["code"] for row in code_rows(NAME)}


def issued(answer: bytes, request: WaybillRequest) -> WaybillIssued:
    """The number of addOrder.

    Raises:
        CourierError: refused; outcome "unknown" when the answer cannot be read.
    """
    return _waybill(_data(answer, doubt=True), request, repeated=False)


def found(answer: bytes, request: WaybillRequest) -> WaybillIssued | None:
    """The number getOrders knows under the order code, None when it knows none.

    Raises:
        CourierError: refused.
    """
    for row in map(inside, each(_data(answer, doubt=False))):
        ours = text(row, "txlogisticId") in (request.order_code, None)
        if ours and text(row, "billCode"):
            return _waybill(row, request, repeated=True)
    return None


def done(answer: bytes) -> None:
    """Nothing, when a cancellation was accepted.

    Raises:
        CourierError: refused.
    """
    _data(answer, doubt=True)


def subscribed(answer: bytes, number: str) -> Subscribed:
    """The confirmation of trace/subscribe.

    Raises:
        CourierError: refused, for this number or at all.
    """
    data = _data(answer, doubt=False)
    rows = data.get("list") if isinstance(data, dict) else data
    for row in map(inside, each(rows)):
        if text(row, "isSuccess") == "false":
            raise refusal(NAME, None, text(row, "msg") or "")
    return Subscribed(COURIER, number)


def track(answer: bytes, number: str) -> TrackUpdate:
    """The history that logistics/trace answers with.

    Raises:
        CourierError: refused, or not readable.
    """
    for row in map(inside, each(_data(answer, doubt=False))):
        if text(row, "billCode") in (number, None):
            return _update(row, number)
    return TrackUpdate(COURIER, number, ())


def push(content: bytes) -> PushBatch:
    """What a push says. Never raises: what cannot be used is in `rejected`."""
    try:
        given = decoded(content)
    except ValueError as error:
        raw = content.decode("utf-8", "replace")
        return PushBatch((), (RejectedEvent(raw[:KEPT], str(error)),))
    updates: list[TrackUpdate] = []
    rejected: list[RejectedEvent] = []
    for row in each(given) or [given]:
        fields = inside(row)
        number = text(fields, "billCode")
        if number:
            updates.append(_update(fields, number))
        else:
            rejected.append(RejectedEvent(shown(row), "no number"))
    return PushBatch(tuple(updates), tuple(rejected))


def _waybill(data: object, request: WaybillRequest, *, repeated: bool) -> WaybillIssued:
    fields = inside(data)
    number = text(fields, "billCode")
    if not number:
        raise unreadable("no number in the answer", doubt=True)
    return WaybillIssued(
        number=number,
        order_code=request.order_code,
        courier=COURIER,
        courier_order=text(fields, "orderId"),
        mark_destination=text(fields, "sortingCode"),
        sorting_code=text(fields, "sortingCode"),
        package_name=text(fields, "lastCenterName"),
        repeated=repeated,
    )


def _update(fields: Fields, number: str) -> TrackUpdate:
    events: list[CourierEvent] = []
    rejected: list[RejectedEvent] = []
    rows = [inside(row) for row in each(fields.get("details"))]
    for row in rows:
        try:
            events.append(_event(row))
        except ValueError as error:
            rejected.append(RejectedEvent(shown(row), str(error)))
    return TrackUpdate(
        courier=COURIER,
        number=number,
        events=tuple(sorted(events, key=lambda event: event.occurred_at)),
        order_code=text(fields, "txlogisticId"),
        rejected=tuple(rejected),
        deliverer=_deliverer(rows),
        pictures=tuple(one for row in rows for one in _pictures(row)),
    )


def _deliverer(rows: Sequence[Fields]) -> Deliverer | None:
    """Who has the parcel, where the latest scan is the one of its delivery."""
    latest = max(rows, key=lambda row: text(row, "scanTime") or "", default=None)
    if latest is None or code_table(NAME).get(_code(latest) or "") != "out_for_delivery":
        return None
    return named(text(latest, "staffName"), text(latest, "staffContact"))


def _pictures(row: Fields) -> Iterator[PictureLink]:
    """Photos and signature of a signature's scan; some answers name files without a server, which
    nobody can fetch."""
    try:
        at = courier_time(text(row, "scanTime") or "")
    except ValueError:
        at = None
    for field, kind in PICTURES.items():
        for url in (text(row, field) or "").split(","):
            if url.strip().lower().startswith(("https://", "http://")):
                yield PictureLink(kind, url.strip(), at)


def _event(row: Fields) -> CourierEvent:
    """One scan.

    Raises:
        ValueError: no time or no text.
    """
    words = text(row, "desc", "scanType")
    if words is None:
        raise ValueError("no text")
    code = _code(row)
    places = ("scanNetworkProvince", "scanNetworkCity", "scanNetworkArea")
    return CourierEvent(
        occurred_at=courier_time(text(row, "scanTime") or ""),
        text=words[:KEPT],
        code=code,
        location="".join(text(row, place) or "" for place in places) or None,
        detail=code_table(NAME).get(code) if code else None,
    )


def _code(row: Fields) -> str | None:
    """A problem's code is more exact than that of the scan it came with."""
    problem, scan = text(row, "problemType"), text(row, "scanTypeCode")
    for code in (f"problem:{problem}", f"scan:{scan}"):
        if code in code_table(NAME):
            return code
    name = text(row, "scanType")
    return names().get(name, name) if name else None


def _data(answer: bytes, *, doubt: bool) -> object:
    """The answer's data.

    Raises:
        CourierError: refused, or not readable.
    """
    try:
        fields = inside(decoded(answer))
    except ValueError as error:
        raise unreadable(str(error), doubt=doubt) from error
    if not fields:
        raise unreadable("no object", doubt=doubt)
    code = text(fields, "code")
    if code != "1":
        raise refusal(NAME, code, text(fields, "msg") or "")
    return fields.get("data")
