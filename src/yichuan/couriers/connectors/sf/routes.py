"""SF's tracks → ours: answers of 路由查询 and pushes 路由推送. Times are China's.

Push fields: open.sf-express.com/Api/ApiDetails?level3=404 (RoutePushService); the same shapes in
public receivers, for instance stored copies of two shops' tests of `Body.WaybillRoute`.
"""

from __future__ import annotations

from yichuan.couriers.connectors.base import CourierEvent, PushBatch, RejectedEvent, TrackUpdate
from yichuan.couriers.connectors.codes import detail_of
from yichuan.couriers.connectors.fields import KEPT, Fields, decoded, each, inside, shown, text
from yichuan.couriers.connectors.scans import unread, update
from yichuan.couriers.connectors.times import courier_time


def track(found: Fields, number: str) -> TrackUpdate:
    """The history of the number asked for; none yet is an update without events."""
    rows = [inside(item) for item in each(found.get("routeResps"))]
    mine = next((row for row in rows if text(row, "mailNo") == number), {})
    return update("SF", number, each(mine.get("routes")), _event)


def push(content: bytes) -> PushBatch:
    """What a push says: scans of one or several numbers, grouped by number."""
    try:
        rows = each(inside(inside(decoded(content)).get("Body")).get("WaybillRoute"))
    except ValueError as error:
        return unread(content, str(error))
    grouped: dict[str, list[object]] = {}
    orders: dict[str, str] = {}
    rejected: list[RejectedEvent] = []
    for row in rows:
        fields = inside(row)
        number = text(fields, "mailno", "mailNo")
        if number is None:
            rejected.append(RejectedEvent(shown(row), "no number"))
            continue
        grouped.setdefault(number, []).append(row)
        orders[number] = text(fields, "orderid", "orderId") or orders.get(number, "")
    updates = (
        update("SF", number, scans, _event, orders[number] or None)
        for number, scans in grouped.items()
    )
    return PushBatch(tuple(updates), tuple(rejected))


def _event(fields: Fields) -> CourierEvent:
    code = text(fields, "opCode", "opcode")
    return CourierEvent(
        occurred_at=courier_time(text(fields, "acceptTime") or ""),
        text=(text(fields, "remark") or "")[:KEPT],
        code=code,
        location=text(fields, "acceptAddress"),
        detail=detail_of("sf", code),
    )
