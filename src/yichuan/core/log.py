"""The milestone log: appended in the transaction that changed something, read by consumers.

A plain `id > last` cursor misses rows whose transaction commits late. Here a row carries its
transaction id, and a reader only takes rows older than every running transaction
(`xid < pg_snapshot_xmin`), ordered by (xid, id): nothing can appear behind its cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import TextClause, text

from yichuan.core import arrays
from yichuan.core.database import SystemSession, WriteSession

Topic = Literal["track", "shipment", "figures", "handover"]
"""`figures`: only what is counted changes (costs, imported history). `handover`: a track may name
the parcel's next number. Nobody else need look."""


class Entry(Struct, frozen=True):
    """One line of the log."""

    topic: Topic
    kind: str
    merchant_id: UUID | None = None
    shipment_id: UUID | None = None
    courier: str | None = None
    number: str | None = None
    cycle: int | None = None
    milestone_from: str | None = None
    milestone: str | None = None
    detail: str | None = None
    occurred_at: datetime | None = None
    id: int = 0
    xid: int = 0


_FIELDS = (
    "topic",
    "kind",
    "merchant_id",
    "shipment_id",
    "courier",
    "number",
    "cycle",
    "milestone_from",
    "milestone",
    "detail",
    "occurred_at",
)
_READ = """
    SELECT {fields}, id, xid, wanted, count FROM (
        SELECT *, {only} AS wanted, count(*) OVER () AS count,
               lead(id) OVER (ORDER BY xid, id) IS NULL AS is_last
        FROM (
            SELECT {fields}, id, xid::text::bigint AS xid FROM milestone_log
            WHERE topic = :topic AND (xid, id) > (CAST(:xid AS text)::xid8, :last_id)
              AND xid < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY milestone_log.xid, milestone_log.id LIMIT :batch
        ) page
    ) entries WHERE wanted OR is_last ORDER BY xid, id
"""
"""The last entry comes in any case: the cursor goes there."""


class Page(Struct, frozen=True):
    """Entries behind a cursor, and where it stands after them."""

    entries: list[Entry]
    """Those that are wanted."""
    count: int
    """How many there were."""
    xid: int
    last_id: int


@lru_cache(maxsize=64)
def _read(only: str) -> TextClause:
    return text(_READ.format(fields=", ".join(_FIELDS), only=f"({only})"))


def entry_rows(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Log entries as rows (for `core.writing.inserts`)."""
    return [{name: getattr(entry, name) for name in _FIELDS} for entry in entries]


_KINDS = dict.fromkeys(_FIELDS, "text") | {
    "merchant_id": "uuid",
    "shipment_id": "uuid",
    "cycle": "bigint",
    "occurred_at": "timestamptz",
}
_APPEND = text(
    f"INSERT INTO milestone_log ({', '.join(_FIELDS)}) SELECT * FROM unnest("
    + ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _KINDS.items())
    + ")"
)


async def append(session: WriteSession, entries: Sequence[Entry]) -> None:
    """Append entries in the session's transaction, in their order."""
    if entries:
        columns = {
            name: arrays.OF_TYPE[kind]([getattr(entry, name) for entry in entries])
            for name, kind in _KINDS.items()
        }
        await session.execute(_APPEND, columns)


async def read_after(
    session: SystemSession, topic: Topic, xid: int, last_id: int, batch: int, only: str = "true"
) -> Page | None:
    """The next entries behind a cursor, oldest first; none that a late commit could precede.

    Args:
        only: SQL that says which of them are wanted, by the log's columns.

    Returns:
        None: there are none.
    """
    result = await session.execute(
        _read(only), {"topic": topic, "xid": str(xid), "last_id": last_id, "batch": batch}
    )
    rows = [tuple(row) for row in result]
    if not rows:
        return None
    *_, last_id, xid, _, count = rows[-1]
    return Page([Entry(*row[:-2]) for row in rows if row[-2]], count, xid, last_id)
