"""Many plain inserts in one round trip.

The unit of work costs about half a millisecond a statement; taking an order writes a dozen tables.
Here the rows of several tables become writes that leave together (`core.direct`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from psycopg.types.json import Jsonb
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB

from yichuan.core.direct import Write
from yichuan.core.models import Base
from yichuan.core.trip import Insert

Rows = Sequence[Mapping[str, Any]]


@lru_cache(maxsize=256)
def _statement(table: Table, names: tuple[str, ...], tail: str) -> tuple[Insert, frozenset[str]]:
    """The INSERT of these columns, and which of them are JSON."""
    unknown = set(names) - set(table.c.keys())
    if unknown:
        raise KeyError(f"{table.name} has no column {sorted(unknown)}")
    places = f"({', '.join('%s' for _ in names)})"
    sql = Insert(f"INSERT INTO {table.name} ({', '.join(names)})", places, tail)
    return sql, frozenset(n for n in names if isinstance(table.c[n].type, JSONB))


def inserts(*groups: tuple[type[Base], Rows], tail: str = "") -> list[Write]:
    """The INSERTs of rows of several tables. All rows of a group name the same columns.

    Columns that are not named get the database's defaults (ids must be given). `tail` is added to
    every statement (`ON CONFLICT …`).
    """
    made: list[Write] = []
    for model, rows in groups:
        if not rows:
            continue
        names = tuple(rows[0])
        table = model.__table__
        assert isinstance(table, Table)
        sql, json_names = _statement(table, names, f" {tail}" if tail else "")
        made.append(
            (
                sql,
                [
                    [json_value(row[n]) if n in json_names else row[n] for n in names]
                    for row in rows
                ],
            )
        )
    return made


def json_value(value: object) -> Jsonb | None:
    """A value as a `jsonb` parameter."""
    return None if value is None else Jsonb(value, dumps=msgspec.json.encode)
