"""The milestone log: appended in the transaction that changed something, read by consumers.

A plain `id > last` cursor misses rows whose transaction commits late. Here a row carries its
transaction id, and a reader only takes rows older than every running transaction
(`xid < pg_snapshot_xmin`), ordered by (xid, id): nothing can appear behind its cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text

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
_READ = text(
    f"SELECT {', '.join(_FIELDS)}, id, xid::text::bigint AS xid FROM milestone_log"
    " WHERE topic = :topic AND (xid, id) > (CAST(:xid AS text)::xid8, :last_id)"
    " AND xid < pg_snapshot_xmin(pg_current_snapshot())"
    " ORDER BY milestone_log.xid, milestone_log.id LIMIT :batch"
)


def entry_rows(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Log entries as rows (for `core.writing.inserts`)."""
    return [{name: getattr(entry, name) for name in _FIELDS} for entry in entries]


_KINDS = {"merchant_id": "uuid", "shipment_id": "uuid", "cycle": "bigint"} | {
    "occurred_at": "timestamptz"
}
_APPEND = text(
    f"INSERT INTO milestone_log ({', '.join(_FIELDS)}) SELECT * FROM unnest("
    + ", ".join(f"CAST(:{name} AS {_KINDS.get(name, 'text')}[])" for name in _FIELDS)
    + ")"
)


async def append(session: WriteSession, entries: Sequence[Entry]) -> None:
    """Append entries in the session's transaction, in their order."""
    if entries:
        columns = {name: [getattr(entry, name) for entry in entries] for name in _FIELDS}
        await session.execute(_APPEND, columns)


async def read_after(
    session: SystemSession, topic: Topic, xid: int, last_id: int, batch: int
) -> list[Entry]:
    """The next entries behind a cursor, oldest first; none that a late commit could precede."""
    result = await session.execute(
        _READ, {"topic": topic, "xid": str(xid), "last_id": last_id, "batch": batch}
    )
    return [Entry(*row) for row in result]
