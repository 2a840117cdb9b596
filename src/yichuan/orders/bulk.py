"""Orders, recipients and lines by the thousand, for imports. Runs on the system role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.bulk import Stage, copy_text, fill
from yichuan.core.database import SystemSession
from yichuan.core.vault import Vault
from yichuan.orders.recipients import Person, recipient_values

__all__ = [
    "KnownSubOrder",
    "NewLine",
    "NewOrder",
    "Person",
    "encode",
    "encode_lines",
    "known",
    "line_counts",
    "main_orders",
    "of_boxes",
    "write",
    "write_lines",
]

_FACTS = {
    "merchant_id": "uuid",
    "order_id": "uuid",
    "main": "boolean",
    "sub_order_id": "uuid",
    "recipient_id": "uuid",
    "order_no": "text",
    "sub_order_no": "text",
    "shop_id": "uuid",
    "shop_name": "text",
    "buyer_ref": "text",
    "state": "text",
    "remark": "text",
    "placed_at": "timestamptz",
    "paid_at": "timestamptz",
    "ship_by": "timestamptz",
    "promised_at": "timestamptz",
}
_RECIPIENT = {
    "wrapped_key": "bytea",
    "ciphertext": "bytea",
    "key_version": "bigint",
    "name_masked": "text",
    "phone_masked": "text",
    "phone_index": "bytea",
    "phone_last4_index": "bytea",
    "recipient_token": "text",
    "phone_valid_until": "timestamptz",
    "province": "text",
    "city": "text",
    "district": "text",
    "adcode": "text",
}
_ORDERS = Stage("stage_orders", {**_FACTS, **_RECIPIENT})
_SUB_ORDER = (
    "merchant_id, order_id, order_no, sub_order_no, shop_id, shop_name, recipient_id, buyer_ref,"
    " state, remark, placed_at, paid_at, ship_by, promised_at"
)
_PERSON = ", ".join(_RECIPIENT)
_WRITE = (
    "INSERT INTO orders (id, order_no, source, buyer_ref, placed_at)"
    " SELECT order_id, order_no, 'import', buyer_ref, placed_at FROM stage_orders WHERE main",
    f"INSERT INTO recipients (id, merchant_id, {_PERSON})"
    f" SELECT recipient_id, merchant_id, {_PERSON} FROM stage_orders",
    f"INSERT INTO sub_orders (id, {_SUB_ORDER})"
    f" SELECT sub_order_id, {_SUB_ORDER} FROM stage_orders",
)


class NewOrder(Struct, frozen=True):
    """A sub-order to be written, with its recipient; `main`: its main order is new too."""

    merchant_id: UUID
    order_id: UUID
    sub_order_id: UUID
    recipient_id: UUID
    order_no: str
    sub_order_no: str
    who: Person
    placed_at: datetime
    main: bool = True
    state: str = "open"
    shop_id: UUID | None = None
    shop_name: str | None = None
    buyer_ref: str | None = None
    remark: str | None = None
    paid_at: datetime | None = None
    ship_by: datetime | None = None
    promised_at: datetime | None = None


_facts = attrgetter(*_FACTS)
_NOBODY = (None, None, 1, None, None, None, None, None, None)
"""The personal columns of a recipient of whom only the region is known."""


def _rows(vault: Vault, orders: Iterable[NewOrder]) -> list[tuple[Any, ...]]:
    rows = []
    for order in orders:
        who = order.who
        if who.name or who.phone or who.address or who.token:
            values = recipient_values(vault, order.merchant_id, who)
            person = tuple(values[name] for name in _RECIPIENT)
        else:
            person = (*_NOBODY, who.province, who.city, who.district, who.adcode)
        rows.append((*_facts(order), *person))
    return rows


def encode(vault: Vault, orders: Iterable[NewOrder]) -> bytes:
    """Orders as `write` takes them, personal data sealed."""
    return copy_text(_ORDERS, _rows(vault, orders))


async def write(session: SystemSession, content: bytes) -> None:
    """Write main orders, recipients and sub-orders (`encode`).

    Raises:
        psycopg.errors.UniqueViolation: a merchant's sub-order number exists already.
    """
    if not content:
        return
    connection = await fill(session, _ORDERS, content)
    for statement in _WRITE:
        await connection.execute(statement)


_LINES = Stage(
    "stage_order_lines",
    {
        "merchant_id": "uuid",
        "id": "uuid",
        "sub_order_id": "uuid",
        "line_no": "bigint",
        "sku": "text",
        "name": "text",
        "category": "text",
        "quantity": "bigint",
        "unit_price_minor": "bigint",
        "weight_g": "bigint",
    },
)
_WRITE_LINES = (
    f"INSERT INTO order_lines ({_LINES.names}) SELECT {_LINES.names} FROM stage_order_lines"
)
_ADD_AMOUNTS = """
    UPDATE sub_orders s SET amount_minor = s.amount_minor + l.amount
    FROM (SELECT merchant_id, sub_order_id, sum(quantity * unit_price_minor) AS amount
          FROM stage_order_lines WHERE unit_price_minor > 0 GROUP BY 1, 2) l
    WHERE s.merchant_id = l.merchant_id AND s.id = l.sub_order_id
"""


class NewLine(Struct, frozen=True):
    """A line of a sub-order. Weight per piece in grams, price per piece in minor units."""

    merchant_id: UUID
    id: UUID
    sub_order_id: UUID
    line_no: int
    sku: str
    quantity: int
    name: str | None = None
    category: str | None = None
    unit_price_minor: int | None = None
    weight_g: int | None = None


_line = attrgetter(*_LINES.columns)


def encode_lines(lines: Iterable[NewLine]) -> bytes:
    """Lines as `write_lines` takes them."""
    return copy_text(_LINES, list(map(_line, lines)))


async def write_lines(session: SystemSession, content: bytes) -> None:
    """Write order lines (`encode_lines`) and add what they cost to their sub-orders."""
    if not content:
        return
    connection = await fill(session, _LINES, content)
    await connection.execute(_WRITE_LINES)
    await connection.execute(_ADD_AMOUNTS)


@dataclass(frozen=True, slots=True)
class KnownSubOrder:
    """A sub-order that is there already. `lines`: how many it has."""

    id: UUID
    order_no: str
    recipient_id: UUID
    state: str
    created_at: datetime
    lines: int


_KNOWN = text("""
    SELECT k.merchant_id, k.number, s.id, s.order_no, s.recipient_id, s.state, s.created_at,
           (SELECT count(*) FROM order_lines l
            WHERE l.merchant_id = k.merchant_id AND l.sub_order_id = s.id) AS lines
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:numbers AS text[])) AS k(merchant_id, number)
    CROSS JOIN LATERAL (
        SELECT sub_order_no, id, order_no, recipient_id, state, created_at FROM sub_orders
        WHERE merchant_id = k.merchant_id AND sub_order_no >= k.number
        ORDER BY sub_order_no LIMIT 1
    ) s
    WHERE s.sub_order_no = k.number
""")
"""The next number in order is the one or it is not there: only the unique index has that order. Of
a table that is just being filled the planner knows nothing, and would else go through all of a
merchant's rows by another index, once per number."""


async def known(
    session: SystemSession, pairs: Iterable[tuple[UUID, str]]
) -> dict[tuple[UUID, str], KnownSubOrder]:
    """Sub-orders by merchant and sub-order number; unknown ones are left out."""
    wanted = list(dict.fromkeys(pairs))
    if not wanted:
        return {}
    rows = await session.execute(
        _KNOWN,
        {
            "merchants": arrays.uuids([m for m, _ in wanted]),
            "numbers": arrays.texts([n for _, n in wanted]),
        },
    )
    return {
        (row.merchant_id, row.number): KnownSubOrder(
            row.id, row.order_no, row.recipient_id, row.state, row.created_at, row.lines
        )
        for row in rows
    }


async def main_orders(
    session: SystemSession, numbers: Iterable[str], since: datetime
) -> dict[str, UUID]:
    """Main orders by number that imports made since a moment: further sub-orders join them."""
    rows = await session.execute(
        text(
            "SELECT order_no, id FROM orders WHERE order_no = ANY(CAST(:numbers AS text[]))"
            " AND source = 'import' AND created_at >= :since ORDER BY created_at"
        ),
        {"numbers": arrays.texts(set(numbers)), "since": since},
    )
    return {row.order_no: row.id for row in rows}


_KEYS = """
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:numbers AS text[]), CAST(:recipients AS uuid[]))
        WITH ORDINALITY AS b(merchant_id, order_no, recipient_id, place)
"""
_OF_BOXES = text(f"""
    SELECT b.place, s.id {_KEYS} CROSS JOIN LATERAL (
        SELECT id FROM sub_orders
        WHERE merchant_id = b.merchant_id AND sub_order_no = b.order_no
          AND recipient_id = b.recipient_id OFFSET 0
    ) s
""")
_OF_MAIN_ORDERS = text(f"""
    SELECT b.place, s.id {_KEYS} JOIN orders o ON o.order_no = b.order_no
    JOIN sub_orders s ON s.order_id = o.id AND s.merchant_id = b.merchant_id
        AND s.recipient_id = b.recipient_id
""")
BoxKey = tuple[UUID, str, UUID]
"""Merchant, main order number, recipient."""


async def of_boxes(session: SystemSession, keys: Sequence[BoxKey]) -> list[UUID | None]:
    """The sub-order that each box without lines belongs to."""
    found: list[UUID | None] = [None] * len(keys)
    for statement in (_OF_BOXES, _OF_MAIN_ORDERS):  # mostly sub-order and order share a number
        left = [place for place, known in enumerate(found) if known is None]
        if left:
            rows = await session.execute(
                statement,
                {
                    "merchants": arrays.uuids([keys[place][0] for place in left]),
                    "numbers": arrays.texts([keys[place][1] for place in left]),
                    "recipients": arrays.uuids([keys[place][2] for place in left]),
                },
            )
            for place, sub_order_id in rows:
                found[left[place - 1]] = sub_order_id
    return found


async def line_counts(session: SystemSession, subs: Sequence[tuple[UUID, UUID]]) -> dict[UUID, int]:
    """How many lines sub-orders have, by (merchant, sub-order)."""
    rows = await session.execute(
        text(
            "SELECT l.sub_order_id, count(*) AS lines"
            " FROM unnest(CAST(:merchants AS uuid[]), CAST(:subs AS uuid[])) AS k(merchant_id, id)"
            " JOIN order_lines l ON l.merchant_id = k.merchant_id AND l.sub_order_id = k.id"
            " GROUP BY 1"
        ),
        {
            "merchants": arrays.uuids([m for m, _ in subs]),
            "subs": arrays.uuids([s for _, s in subs]),
        },
    )
    return {row.sub_order_id: row.lines for row in rows}
