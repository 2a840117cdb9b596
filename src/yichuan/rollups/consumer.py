"""Consumer `reports.rollup`: keeps the rollups in step with the shipments."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from msgspec.structs import fields
from sqlalchemy import TextClause, text

from yichuan.core import arrays
from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.core.log import Entry
from yichuan.exceptions import queries as problems
from yichuan.exceptions.queries import History
from yichuan.exceptions.thresholds import setting
from yichuan.rollups.counting import MEASURES, Changes, Limits, Line, line_of
from yichuan.shipments import facts
from yichuan.shipments.facts import ShipmentFacts

Key = tuple[UUID, UUID]
"""Merchant, shipment."""
PART = 5000
"""So many shipments are worked out at once."""
_TYPES: Final = {str: "text", date | None: "date", int: "bigint"}
_LINE: Final = {field.name: _TYPES[field.type] for field in fields(Line)}
_values = attrgetter(*_LINE)
_MINE: Final = {"merchant_id": "uuid", "shipment_id": "uuid"} | _LINE
_FLOW: Final = {"merchant_id": "uuid", "day": "date", "courier": "text", "province": "text"} | (
    dict.fromkeys(MEASURES, "int") | {"cost_minor": "bigint"}
)
_STOCK: Final = {"merchant_id": "uuid", "courier": "text", "stage": "text", "count": "bigint"}


def _upsert(table: str, columns: Mapping[str, str], key: Sequence[str], update: str) -> str:
    """SQL that writes arrays of rows; `update` is what becomes of a known row's column {c}."""
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())
    changes = ", ".join(update.format(c=name) for name in columns if name not in key)
    names = ", ".join(columns)
    return (
        f"INSERT INTO {table} AS t ({names}) SELECT * FROM unnest({arrays})"
        f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
    )


_PUT_LINES: Final = text(
    _upsert("rollup_counted", _MINE, ("merchant_id", "shipment_id"), "{c} = excluded.{c}")
)
_ADD_FLOWS: Final = text(
    _upsert("daily_rollups", _FLOW, tuple(_FLOW)[:4], "{c} = t.{c} + excluded.{c}")
)
_ADD_STOCK: Final = text(
    _upsert("stage_stock", _STOCK, tuple(_STOCK)[:3], "{c} = t.{c} + excluded.{c}")
)
_LINES: Final = text(
    """
    SELECT k.place, c.* FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
        WITH ORDINALITY AS k(merchant_id, shipment_id, place)
    CROSS JOIN LATERAL (
        SELECT {columns} FROM rollup_counted
        WHERE merchant_id = k.merchant_id AND shipment_id = k.shipment_id OFFSET 0
    ) c
""".format(columns=", ".join(_LINE))
)
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtext('yichuan.rollups'))")
"""Two consumers count, of two topics: a line must not be replaced twice at once."""


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Count what the entries' shipments are now instead of what they were."""
    await recount(
        session,
        {(e.merchant_id, e.shipment_id) for e in entries if e.merchant_id and e.shipment_id},
    )


async def recount(session: SystemSession, keys: Iterable[Key]) -> None:
    """Bring the rollups in step with these shipments, (merchant_id, shipment_id)."""
    wanted = facts.in_order(keys)
    if not wanted:
        return
    await session.execute(_ONE_AT_A_TIME)
    limits = await setting.get(session)
    allowed = Limits(limits.ship_hours, limits.pickup_hours)
    for begin in range(0, len(wanted), PART):
        await _recount(session, wanted[begin : begin + PART], allowed)


async def _recount(session: SystemSession, wanted: Sequence[Key], allowed: Limits) -> None:
    boxes = await facts.read(session, wanted)
    histories = await problems.histories(session, wanted)
    before = await _lines(session, wanted)
    changes = await asyncio.to_thread(_counted, boxes, histories, before, allowed)
    for statement, values in changes:
        await session.execute(statement, values)


def _counted(
    boxes: Sequence[ShipmentFacts],
    histories: Mapping[UUID, History],
    before: Mapping[UUID, Line],
    allowed: Limits,
) -> list[tuple[TextClause, dict[str, arrays.Array]]]:
    """What is to be written: a statement and its arrays for each table that changes."""
    changes, at = Changes(), now()
    changed: list[tuple[Any, ...]] = []
    for box in boxes:
        line = line_of(box, histories.get(box.id), allowed, at)
        if changes.replace(box.merchant_id, before.get(box.id), line):
            changed.append((box.merchant_id, box.id, *_values(line)))
    flows = [(*key, *amounts.values()) for key, amounts in changes.changed_flows()]
    stock = [(*key, amount) for key, amount in changes.changed_stock()]
    return [
        (statement, _arrays(columns, rows))
        for statement, columns, rows in (
            (_PUT_LINES, _MINE, changed),
            (_ADD_FLOWS, _FLOW, flows),
            (_ADD_STOCK, _STOCK, stock),
        )
        if rows
    ]


async def _lines(session: SystemSession, keys: Sequence[Key]) -> Mapping[UUID, Line]:
    """What is counted of the shipments so far, by shipment."""
    merchants, shipments = zip(*keys, strict=True)
    rows = await session.execute(
        _LINES, {"merchants": arrays.uuids(merchants), "shipments": arrays.uuids(shipments)}
    )
    return {keys[row[0] - 1][1]: Line(*row[1:]) for row in rows}


def _arrays(columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> dict[str, arrays.Array]:
    """Rows as array literals, column by column: adapting each value would cost more than both
    counting and writing them."""
    return {
        name: arrays.OF_TYPE[kind](values)
        for (name, kind), values in zip(columns.items(), zip(*rows, strict=True), strict=True)
    }
