"""Many rows at once: COPY into a temporary table, from which INSERT … SELECT goes on.

Row-level security forbids COPY into guarded tables; a temporary table has none and writes no WAL.
Rows are written column by column into COPY's text format, and lists into array literals: adapting
one value after the other would cost more than the insert itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from yichuan.core.database import Connection, WriteSession, raw_connection

_NULL = "\\N"
_SPECIAL = ("\\", "\t", "\n", "\r")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


@dataclass(frozen=True, slots=True)
class Stage:
    """A temporary table: name and columns with their SQL types, in the order of the rows."""

    name: str
    columns: Mapping[str, str]

    @property
    def names(self) -> str:
        """The columns, for an INSERT and its SELECT."""
        return ", ".join(self.columns)


def _texts(values: Sequence[Any]) -> list[str]:
    joined = "".join([v for v in values if v is not None])
    if "\0" in joined or any(mark in joined for mark in _SPECIAL):
        return [_NULL if v is None else v.translate(_ESCAPES) for v in values]
    return [_NULL if v is None else v for v in values]


def _uuids(values: Sequence[Any]) -> list[str]:
    return [_NULL if v is None else f"{v.int:032x}" for v in values]  # half of what `hex` costs


def _times(values: Sequence[Any]) -> list[str]:
    return [_NULL if v is None else v.isoformat() for v in values]


def _blobs(values: Sequence[Any]) -> list[str]:
    return [_NULL if v is None else f"\\\\x{v.hex()}" for v in values]


def _plain(values: Sequence[Any]) -> list[str]:
    return [_NULL if v is None else str(v) for v in values]


_WRITERS: dict[str, Callable[[Sequence[Any]], list[str]]] = {
    "uuid": _uuids,
    "text": _texts,
    "timestamptz": _times,
    "bytea": _blobs,
    "bigint": _plain,
    "boolean": _plain,
}
"""SQL type → COPY text of a column's values."""


def copy_text(stage: Stage, rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows in COPY's text format. Worth a thread where there are thousands.

    Raises:
        KeyError: a column's type is not one of uuid, text, timestamptz, bytea, bigint, boolean.
        ValueError: a row is not as long as the stage.
    """
    if not rows:
        return b""
    kinds = stage.columns.values()
    columns = [
        _WRITERS[kind](values) for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)
    ]
    return ("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n").encode()


async def fill(
    session: WriteSession, stage: Stage, content: bytes, *, analyze: bool = False
) -> Connection:
    """Make the stage anew in the session's transaction and fill it; it is gone at its end.

    Args:
        content: rows as `copy_text` writes them.
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
        await copy.write(content)
    if analyze:
        await connection.execute(sql.SQL("ANALYZE {}").format(name))
    return connection
