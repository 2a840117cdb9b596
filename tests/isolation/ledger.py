"""Every row that is not BETA's, as a digest: what BETA does must leave them byte for byte."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Table, text

from isolation.filling import Hub, Things
from yichuan.tables import metadata

MAY_MOVE: dict[str, tuple[str, ...]] = {
    "courier_accounts": ("balance", "balance_at"),  # numbers of lent accounts are for everyone
    "courier_connections": ("last_ok_at", "last_error"),
}
"""Columns of the platform's rows that a merchant's honest work changes."""
NOT_COMPARED = frozenset({"connector_calls", "idempotency_keys", "alembic_version"})
"""Counters of everybody's calls, and what is keyed by the caller itself."""
TABLES = {t.name: t for t in metadata.sorted_tables if t.name not in NOT_COMPARED}

Rows = dict[str, Counter[str]]


def _digests(table: Table) -> str:
    row = "to_jsonb(t)"
    if table.name in MAY_MOVE:
        less = "".join(f" - '{name}'" for name in MAY_MOVE[table.name])
        row = f"CASE WHEN merchant_id IS NULL THEN {row}{less} ELSE {row} END"
    others = " AND merchant_id IS DISTINCT FROM :beta" if "merchant_id" in table.c else ""
    return (
        f"SELECT '{table.name}', md5(({row})::text) FROM {table.name} t"
        f" WHERE t::text !~ :numbers{others}"
    )


def _mark(table: Table) -> str:
    """What moves with any row: how many there are, and who wrote last."""
    return f"SELECT '{table.name}', count(*), max(xmin::text::bigint) FROM {table.name}"


def _all(part: Callable[[Table], str], names: Iterable[str]) -> str:
    return " UNION ALL ".join(part(TABLES[name]) for name in names)


@dataclass
class Ledger:
    """Digests of the rows that are not BETA's by table. What names BETA's own waybill numbers is
    BETA's."""

    hub: Hub
    beta: Things
    rows: Rows = field(default_factory=dict)
    _marks: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    async def changes(self) -> list[str]:
        """Since the last time, tables where a row of others is not as it was, or where a new one
        stands in their name. Only tables in which anybody wrote are compared row by row."""
        async with self.hub.context.database.system() as session:
            found = await session.execute(text(_all(_mark, TABLES)))
            marks = {name: (count, last) for name, count, last in found}
            moved = [name for name in marks if marks[name] != self._marks.get(name)]
            now: Rows = {}
            if moved:
                values = self.beta.values
                mine = {"beta": UUID(values["merchant_id"])}
                mine |= {"numbers": f"{values['number']}|{values['own_number']}"}
                for table, digest in await session.execute(text(_all(_digests, moved)), mine):
                    now.setdefault(table, Counter())[digest] += 1
        said = [line for name in moved for line in self._told(name, now.get(name, Counter()))]
        self._marks = marks
        self.rows |= {name: now.get(name, Counter()) for name in moved}
        return said

    def _told(self, table: str, is_now: Counter[str]) -> Iterable[str]:
        was = self.rows.get(table, Counter())
        if was - is_now:
            yield f"{table}: {(was - is_now).total()} rows changed or gone"
        elif is_now - was and "merchant_id" in TABLES[table].c:
            yield f"{table}: {(is_now - was).total()} new rows that are not BETA's"


async def opened(hub: Hub, beta: Things) -> Ledger:
    """A ledger of the rows as they are now."""
    ledger = Ledger(hub, beta)
    await ledger.changes()
    return ledger
