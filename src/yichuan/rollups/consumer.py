"""Consumer `reports.rollup`: keeps the rollups in step with the shipments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text

from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.core.log import Entry
from yichuan.exceptions import queries as problems
from yichuan.exceptions.thresholds import setting
from yichuan.rollups.counting import MEASURES, Changes, Limits, Line, Troubles, line_of
from yichuan.shipments import facts

Key = tuple[UUID, UUID]
"""Merchant, shipment."""
_TYPES: Final = {"str": "text", "date | None": "date", "int": "bigint"}
_LINE: Final = {field.name: _TYPES[str(field.type)] for field in fields(Line)}
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
_LINES: Final = text(f"""
    SELECT merchant_id, shipment_id, {", ".join(_LINE)}
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
        AS k(merchant_id, shipment_id)
    JOIN rollup_counted USING (merchant_id, shipment_id)
""")


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Count what the entries' shipments are now instead of what they were."""
    await recount(
        session,
        {(e.merchant_id, e.shipment_id) for e in entries if e.merchant_id and e.shipment_id},
    )


async def recount(session: SystemSession, keys: Iterable[Key]) -> None:
    """Bring the rollups in step with these shipments, (merchant_id, shipment_id)."""
    wanted = sorted(keys)
    boxes = await facts.read(session, wanted)
    if not boxes:
        return
    limits = await setting.get(session)
    allowed = Limits(limits.ship_hours, limits.pickup_hours)
    histories = await problems.histories(session, wanted)
    before = await _lines(session, wanted)
    changes, at = Changes(), now()
    changed: list[tuple[Any, ...]] = []
    for box in boxes:
        history = histories.get(box.id)
        had = Troubles(history.first_at, history.kinds, history.parties) if history else None
        line = line_of(box, had, allowed, at)
        if changes.replace(box.merchant_id, before.get((box.merchant_id, box.id)), line):
            values = (getattr(line, name) for name in _LINE)
            changed.append((box.merchant_id, box.id, *values))
    flows = [(*key, *amounts.values()) for key, amounts in changes.changed_flows()]
    stock = [(*key, amount) for key, amount in changes.changed_stock()]
    await _write(session, _PUT_LINES, _MINE, changed)
    await _write(session, _ADD_FLOWS, _FLOW, flows)
    await _write(session, _ADD_STOCK, _STOCK, stock)


async def _lines(session: SystemSession, keys: Sequence[Key]) -> Mapping[Key, Line]:
    arrays = {"merchants": [m for m, _ in keys], "shipments": [s for _, s in keys]}
    rows = await session.execute(_LINES, arrays)
    return {(row[0], row[1]): Line(*row[2:]) for row in rows}


async def _write(
    session: SystemSession,
    statement: TextClause,
    columns: Mapping[str, str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    if rows:
        arrays = dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
        await session.execute(statement, arrays)
