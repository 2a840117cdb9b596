"""Files of invented rows, and taking them in."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yichuan.core.context import Context
from yichuan.imports import service
from yichuan.imports.service import Watch
from yichuan.imports.values import Kind, Owner, Report


def write(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """A CSV of dicts; the columns are those of all rows."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


async def take(
    context: Context,
    kind: Kind,
    path: Path,
    rows: Sequence[dict[str, Any]] | None = None,
    *,
    owner: Owner | None = None,
    again: bool = False,
    watch: Watch | None = None,
) -> Report:
    """Write rows into a file and import it."""
    if rows is not None:
        write(path, rows)
    source = service.open_source(path, kind, None, "system:test", owner)
    return await service.run(context, source, again=again, watch=watch)


async def rejected(context: Context, report: Report) -> list[tuple[int, str, str]]:
    """Line, code and column of what was rejected."""
    async with context.database.system() as session:
        found = await service.rejects_of(session, context.vault, report.run_id)
    return [(r.line, r.code, r.column) for r in found]


async def one(context: Context, statement: str, *args: object) -> tuple[Any, ...]:
    """The only row of a statement, as the system role."""
    async with context.database.hot_system.connection() as connection:
        cursor = await connection.execute(statement, args)  # type: ignore[arg-type]
        (row,) = await cursor.fetchall()
        return row
