"""Many plain inserts in one round trip.

The unit of work costs about half a millisecond a statement; taking an order writes a dozen tables.
Here the rows of several tables become writes that leave together (`core.direct`). A few rows go as
values; many go as one array per column, whatever their number in a single statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from yichuan.core import arrays
from yichuan.core.database import WriteSession
from yichuan.core.direct import Ask, Write, within
from yichuan.core.models import Base
from yichuan.core.trip import Insert

Rows = Sequence[Mapping[str, Any]]

MANY: Final = 24
"""Rows from which a statement takes arrays."""
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_SHORT = {"TIMESTAMP WITH TIME ZONE": "timestamptz"}


def _table(model: type[Base], names: Sequence[str]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    unknown = set(names) - set(table.c.keys())
    if unknown:
        raise KeyError(f"{table.name} has no column {sorted(unknown)}")
    return table


@lru_cache(maxsize=256)
def _statement(
    model: type[Base], names: tuple[str, ...], tail: str
) -> tuple[Insert, frozenset[str]]:
    """The INSERT of these columns, and which of them are JSON."""
    table = _table(model, names)
    places = f"({', '.join('%s' for _ in names)})"
    sql = Insert(f"INSERT INTO {table.name} ({', '.join(names)})", places, tail)
    return sql, frozenset(n for n in names if isinstance(table.c[n].type, JSONB))


@lru_cache(maxsize=256)
def _of_arrays(
    model: type[Base], names: tuple[str, ...], tail: str
) -> tuple[str, tuple[str, ...]] | None:
    """The INSERT of an array per column and the columns' types; None where one has no literal."""
    table = _table(model, names)
    kinds = [str(table.c[name].type.compile(dialect=_DIALECT)) for name in names]
    kinds = [_SHORT.get(kind, kind.lower()) for kind in kinds]
    if not set(kinds) <= arrays.OF_TYPE.keys():
        return None
    columns = ", ".join(f"%s::{kind}[]" for kind in kinds)
    sql = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM unnest({columns}){tail}"
    return sql, tuple(kinds)


def inserts(*groups: tuple[type[Base], Rows], tail: str = "") -> list[Write]:
    """The INSERTs of rows of several tables. All rows of a group name the same columns.

    Columns that are not named get the database's defaults (ids must be given). `tail` is added to
    every statement (`ON CONFLICT …`).

    Raises:
        KeyError: a table has no such column.
    """
    return [_insert(model, rows, f" {tail}" if tail else "") for model, rows in groups if rows]


async def insert_returning(
    session: WriteSession, model: type[Base], rows: Rows, tail: str
) -> list[TupleRow]:
    """Insert rows inside an open session's transaction and give what `tail` returns of them.

    Raises:
        psycopg.Error: what the database refuses; the transaction is then to be rolled back.
    """
    sql, columns = _of_columns(model, rows, f" {tail}")
    direct = await within(session)
    (found,) = await direct.ask(Ask(sql, columns, list))
    return found


def _insert(model: type[Base], rows: Rows, tail: str) -> Write:
    names = tuple(rows[0])
    if len(rows) >= MANY and _of_arrays(model, names, tail) is not None:
        sql, columns = _of_columns(model, rows, tail)
        return sql, [columns]
    single, json_names = _statement(model, names, tail)
    values = [[json_value(row[n]) if n in json_names else row[n] for n in names] for row in rows]
    return single, values


def _of_columns(model: type[Base], rows: Rows, tail: str) -> tuple[str, list[arrays.Array]]:
    names = tuple(rows[0])
    made = _of_arrays(model, names, tail)
    if made is None:
        raise KeyError(f"{model.__tablename__}: a column's type has no array literal")
    sql, kinds = made
    columns = [
        arrays.OF_TYPE[kind]([row[name] for row in rows])
        for name, kind in zip(names, kinds, strict=True)
    ]
    return sql, columns


def json_value(value: object) -> Jsonb | None:
    """A value as a `jsonb` parameter."""
    return None if value is None else Jsonb(value, dumps=msgspec.json.encode)
