"""Many plain inserts in one round trip.

The unit of work costs about half a millisecond a statement; taking an order writes a dozen tables.
Here the rows of several tables leave together, pipelined, inside the session's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB

from yichuan.core.database import WriteSession, raw_connection
from yichuan.core.models import Base

Rows = Sequence[Mapping[str, Any]]


@lru_cache(maxsize=256)
def _statement(table: Table, names: tuple[str, ...], tail: str) -> tuple[str, frozenset[str]]:
    """The INSERT of these columns, and which of them are JSON."""
    unknown = set(names) - set(table.c.keys())
    if unknown:
        raise KeyError(f"{table.name} has no column {sorted(unknown)}")
    places = ", ".join("%s" for _ in names)
    sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places}){tail}"
    return sql, frozenset(n for n in names if isinstance(table.c[n].type, JSONB))


async def insert_all(
    session: WriteSession, *groups: tuple[type[Base], Rows], tail: str = ""
) -> None:
    """Insert rows of several tables, in this order. All rows of a group name the same columns.

    Columns that are not named get the database's defaults (ids must be given). `tail` is added to
    every statement (`ON CONFLICT …`).

    Raises:
        psycopg.Error: what the database refuses; the transaction is then to be rolled back.
    """
    connection = await raw_connection(session)
    async with connection.pipeline():
        for model, rows in groups:
            if not rows:
                continue
            names = tuple(rows[0])
            table = model.__table__
            assert isinstance(table, Table)
            sql, json_names = _statement(table, names, f" {tail}" if tail else "")
            for row in rows:
                values = [Jsonb(row[n]) if n in json_names and row[n] is not None else row[n]
                          for n in names]  # fmt: skip
                await connection.execute(sql, values, prepare=True)
