"""Shipments, their contents and state by the thousand, for imports. Runs on the system role.

Every box that is written or changed gets one `imported` entry in the log, whose consumers count
it but tell nobody: the past is no news.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg.types.json import Jsonb
from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.bulk import Stage, copy_text, fill
from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.core.errors import Conflict
from yichuan.core.log import Topic
from yichuan.shipments.planning import GOODS_TEXT, normal

_SHIPPED = {
    "shipment_no": "text",
    "ship_method": "text",
    "courier": "text",
    "service": "text",
    "waybill_number": "text",
    "milestone": "text",
    "pieces": "bigint",
    "weight_g": "bigint",
    "shipped_at": "timestamptz",
    "delivered_at": "timestamptz",
    "ended_at": "timestamptz",
}
"""How a box left and arrived."""
_BOX = {
    "merchant_id": "uuid",
    "id": "uuid",
    **_SHIPPED,
    "order_no": "text",
    "shop_id": "uuid",
    "shop_name": "text",
    "recipient_id": "uuid",
    "recipient_key": "bytea",
    "recipient_name": "text",
    "recipient_phone": "text",
    "quantity": "bigint",
    "origin_city": "text",
    "dest_province": "text",
    "dest_city": "text",
    "dest_district": "text",
    "dest_adcode": "text",
    "promised_at": "timestamptz",
    "buyer_token": "text",
    "created_at": "timestamptz",
}
_BOXES = Stage("stage_shipments", {**_BOX, "topic": "text"})
_TOKENS = Stage(
    "stage_search_tokens",
    {
        "merchant_id": "uuid",
        "token": "text",
        "target_id": "uuid",
        "kind": "text",
        "at": "timestamptz",
    },
)
_NAMES = ", ".join(_BOX)
_INSERT = f"INSERT INTO shipments ({_NAMES}, source) SELECT {_NAMES}, 'import' FROM stage_shipments"
_FILL_IN = f"""
    UPDATE shipments s
    SET {", ".join(f"{name} = coalesce(n.{name}, s.{name})" for name in _SHIPPED)},
        promised_at = coalesce(n.promised_at, s.promised_at),
        next_deadline = CASE WHEN n.shipped_at IS NULL THEN s.next_deadline END,
        next_deadline_at = CASE WHEN n.shipped_at IS NULL THEN s.next_deadline_at END,
        sequence = s.sequence + 1
    FROM (
        SELECT b.* FROM stage_shipments b CROSS JOIN LATERAL (
            SELECT FROM shipments
            WHERE merchant_id = b.merchant_id AND id = b.id
              AND milestone = 'created' AND shipped_at IS NULL OFFSET 0 FOR UPDATE
        ) waits
    ) n
    WHERE s.merchant_id = n.merchant_id AND s.id = n.id
"""
"""The lateral look-up, here and below, is one index search per box: `shipped_at IS NULL` as a plain
condition lets the planner expect hardly a row of a new table, and read all of it once per box."""
_EVENTS = """
    INSERT INTO shipment_events (merchant_id, id, shipment_id, kind, actor, detail)
    SELECT merchant_id, id, id, 'imported', %s, %s FROM stage_shipments
"""
"""The event takes the box's own id, which no other event has."""
_LOG = """
    INSERT INTO milestone_log
        (topic, kind, merchant_id, shipment_id, courier, number, milestone, detail, occurred_at)
    SELECT topic, 'imported', merchant_id, id, courier, waybill_number, milestone, 'none',
           coalesce(delivered_at, shipped_at, created_at)
    FROM stage_shipments
"""
_NEW_TOKENS = (
    f"INSERT INTO search_tokens ({_TOKENS.names}) SELECT {_TOKENS.names} FROM stage_search_tokens"
)
_ADD_TOKENS = _NEW_TOKENS + " ON CONFLICT DO NOTHING"


class ImportedBox(Struct, frozen=True):
    """A box as a file tells of it; `shipments.models.Shipment` says what the fields mean."""

    merchant_id: UUID
    id: UUID
    shipment_no: str
    milestone: str
    recipient_id: UUID
    created_at: datetime
    ship_method: str | None = None
    courier: str | None = None
    service: str | None = None
    waybill_number: str | None = None
    pieces: int = 1
    weight_g: int | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    ended_at: datetime | None = None
    order_no: str | None = None
    shop_id: UUID | None = None
    shop_name: str | None = None
    recipient_key: bytes | None = None
    recipient_name: str | None = None
    recipient_phone: str | None = None
    quantity: int = 1
    origin_city: str | None = None
    dest_province: str | None = None
    dest_city: str | None = None
    dest_district: str | None = None
    dest_adcode: str | None = None
    promised_at: datetime | None = None
    buyer_token: str | None = None
    phone_tokens: tuple[tuple[str, str], ...] = ()
    """(kind, token) of the blind phone indexes."""
    topic: Topic = "shipment"
    """Who is told by the log. `figures` for history that moves nothing: only those who count."""


_box = attrgetter(*_BOXES.columns)


def _tokens(boxes: Iterable[ImportedBox]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for box in boxes:
        found = {normal(box.shipment_no): "shipment_no"}
        if box.order_no:
            found.setdefault(normal(box.order_no), "order_no")
        if box.waybill_number:
            found.setdefault(normal(box.waybill_number), "waybill")
        for kind, token in box.phone_tokens:
            found.setdefault(token, kind)
        rows += [
            (box.merchant_id, token, box.id, kind, box.created_at) for token, kind in found.items()
        ]
    return rows


@dataclass(frozen=True, slots=True)
class Encoded:
    """Boxes ready to be copied."""

    count: int
    boxes: bytes
    tokens: bytes


def encode(boxes: Sequence[ImportedBox]) -> Encoded:
    """Boxes as `write` and `fill_in` take them."""
    return Encoded(
        len(boxes),
        copy_text(_BOXES, list(map(_box, boxes))),
        copy_text(_TOKENS, _tokens(boxes)),
    )


class Overtaken(Conflict):
    """What was planned no longer fits: the boxes changed meanwhile."""

    code = "overtaken"
    title, title_zh = "The shipments changed meanwhile", "包裹状态已变化"


async def write(session: SystemSession, boxes: Encoded, actor: str, file_name: str) -> None:
    """Write new boxes, without contents.

    Raises:
        psycopg.errors.UniqueViolation: a merchant's shipment number exists already.
    """
    await _write(session, boxes, actor, file_name, _INSERT, _NEW_TOKENS)


async def fill_in(session: SystemSession, boxes: Encoded, actor: str, file_name: str) -> None:
    """Ship boxes that were planned from orders: number, courier, waybill and times come in.

    `id` is the planned box's; what a box does not say stays as it is.

    Raises:
        Overtaken: a box was shipped or cancelled meanwhile.
    """
    await _write(session, boxes, actor, file_name, _FILL_IN, _ADD_TOKENS)


async def _write(
    session: SystemSession,
    boxes: Encoded,
    actor: str,
    file_name: str,
    statement: str,
    tokens: str,
) -> None:
    if not boxes.count:
        return
    connection = await fill(session, _BOXES, boxes.boxes)
    done = await connection.execute(statement)
    if done.rowcount != boxes.count:
        raise Overtaken("boxes were shipped or cancelled meanwhile")
    await connection.execute(_EVENTS, (actor, Jsonb({"file": file_name})))
    await connection.execute(_LOG)
    await fill(session, _TOKENS, boxes.tokens)
    await connection.execute(tokens)


_LINES = Stage(
    "stage_shipment_lines",
    {
        "merchant_id": "uuid",
        "id": "uuid",
        "shipment_id": "uuid",
        "sub_order_id": "uuid",
        "order_line_id": "uuid",
        "quantity": "bigint",
        "sku": "text",
        "name": "text",
        "category": "text",
        "weight_g": "bigint",
        "unit_price_minor": "bigint",
    },
)
_ADD_LINES = (
    f"INSERT INTO shipment_lines ({_LINES.names}) SELECT {_LINES.names} FROM stage_shipment_lines"
)
_SKU_TOKENS = """
    INSERT INTO search_tokens (merchant_id, token, target_id, kind)
    SELECT DISTINCT merchant_id, upper(regexp_replace(sku, '\\s+', '', 'g')), shipment_id, 'sku'
    FROM stage_shipment_lines
    ON CONFLICT DO NOTHING
"""
_CONTENTS = f"""
    UPDATE shipments s
    SET quantity = c.quantity, weight_g = coalesce(s.weight_g, c.weight_g),
        goods = CASE WHEN length(c.goods) <= {GOODS_TEXT} THEN c.goods
                ELSE left(c.goods, {GOODS_TEXT - 1}) || '…' END
    FROM (
        SELECT n.merchant_id, n.shipment_id, found.*
        FROM (SELECT DISTINCT merchant_id, shipment_id FROM stage_shipment_lines) n
        CROSS JOIN LATERAL (
            SELECT sum(l.quantity) AS quantity,
                   CASE WHEN bool_and(l.weight_g IS NOT NULL)
                        THEN sum(l.weight_g * l.quantity) END AS weight_g,
                   string_agg(coalesce(l.name, l.sku) || '×' || l.quantity, '，' ORDER BY l.id)
                       AS goods
            FROM shipment_lines l
            WHERE l.merchant_id = n.merchant_id AND l.shipment_id = n.shipment_id
        ) found
    ) c
    WHERE s.merchant_id = c.merchant_id AND s.id = c.shipment_id
"""


class BoxLine(Struct, frozen=True):
    """Pieces of an order line in a box. Weight per piece in grams, price in minor units."""

    merchant_id: UUID
    id: UUID
    shipment_id: UUID
    sub_order_id: UUID
    order_line_id: UUID
    quantity: int
    sku: str
    name: str | None = None
    category: str | None = None
    weight_g: int | None = None
    unit_price_minor: int | None = None


_line = attrgetter(*_LINES.columns)


def encode_lines(lines: Iterable[BoxLine]) -> bytes:
    """Lines as `write_lines` takes them."""
    return copy_text(_LINES, list(map(_line, lines)))


async def write_lines(session: SystemSession, content: bytes) -> None:
    """Put lines (`encode_lines`) into boxes; goods text, quantity and an unknown weight follow."""
    if not content:
        return
    connection = await fill(session, _LINES, content, analyze=True)
    await connection.execute(_ADD_LINES)
    await connection.execute(_SKU_TOKENS)
    await connection.execute(_CONTENTS)


_DELIVER = text("""
    WITH old AS (
        SELECT s.merchant_id, s.id, s.milestone, n.at
        FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]),
                    CAST(:times AS timestamptz[])) AS n(merchant_id, id, at)
        CROSS JOIN LATERAL (
            SELECT merchant_id, id, milestone FROM shipments
            WHERE merchant_id = n.merchant_id AND id = n.id
              AND delivered_at IS NULL AND ended_at IS NULL OFFSET 0 FOR UPDATE
        ) s
    ), done AS (
        UPDATE shipments s
        SET milestone = 'delivered', delivered_at = o.at, ended_at = o.at,
            next_deadline = NULL, next_deadline_at = NULL, sequence = s.sequence + 1
        FROM old o WHERE s.merchant_id = o.merchant_id AND s.id = o.id
        RETURNING s.merchant_id, s.id, s.courier, s.waybill_number, o.milestone AS before, o.at
    )
    INSERT INTO milestone_log (topic, kind, merchant_id, shipment_id, courier, number,
                               milestone_from, milestone, detail, occurred_at)
    SELECT 'shipment', 'imported', merchant_id, id, courier, waybill_number, before, 'delivered',
           'none', at
    FROM done
""")


async def deliver(
    session: SystemSession, signed: Iterable[tuple[UUID, UUID, datetime]], batch: int = 5000
) -> int:
    """Open boxes that were signed for, by the evidence of a file: (merchant, shipment, when).

    Returns how many were open.
    """
    at = now()
    rows = sorted(row for row in signed if row[2] <= at)
    done = 0
    for begin in range(0, len(rows), batch):
        part = rows[begin : begin + batch]
        result = await session.execute(
            _DELIVER,
            {
                "merchants": arrays.uuids([row[0] for row in part]),
                "shipments": arrays.uuids([row[1] for row in part]),
                "times": arrays.times([row[2] for row in part]),
            },
        )
        done += result.rowcount  # type: ignore[attr-defined]
    return done
