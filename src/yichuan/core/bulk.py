"""Many rows at once: COPY into a temporary table, from which INSERT … SELECT goes on.

Row-level security forbids COPY into guarded tables; a temporary table has none and writes no WAL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from yichuan.core.database import Connection, WriteSession, raw_connection


@dataclass(frozen=True, slots=True)
class Stage:
    """A temporary table: name and columns with their SQL types, in the order of the rows."""

    name: str
    columns: Mapping[str, str]

    @property
    def names(self) -> str:
        """The columns, for an INSERT and its SELECT."""
        return ", ".join(self.columns)


async def fill(
    session: WriteSession, stage: Stage, rows: Iterable[Sequence[Any]], *, analyze: bool = False
) -> Connection:
    """Make the stage anew in the session's transaction and fill it; it is gone at its end.

    Args:
        analyze: gather statistics, where the stage is joined with big tables.

    Returns:
        The session's psycopg connection, to run statements on the stage.
    """
    connection = await raw_connection(session)
    name = sql.Identifier(stage.name)
    fields = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
        for column, kind in stage.columns.items()
    )
    await connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(name))
    await connection.execute(
        sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(name, fields)
    )
    async with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} FROM STDIN").format(name)) as copy,
    ):
        for row in rows:
            await copy.write_row(row)
    if analyze:
        await connection.execute(sql.SQL("ANALYZE {}").format(name))
    return connection
