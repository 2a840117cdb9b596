"""Every row that is not BETA's, as a digest: what BETA does must leave them byte for byte."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from sqlalchemy import text

from isolation.filling import Hub, Things
from yichuan.tables import metadata

MAY_MOVE: dict[str, tuple[str, ...]] = {
    "courier_accounts": ("balance", "balance_at"),  # numbers of lent accounts are for everyone
    "courier_connections": ("last_ok_at", "last_error"),
}
"""Columns of the platform's rows that a merchant's honest work changes."""
NOT_COMPARED = frozenset({"connector_calls", "idempotency_keys", "alembic_version"})
"""Counters of everybody's calls, and what is keyed by the caller itself."""

Rows = dict[str, Counter[str]]


def _statement() -> str:
    parts = []
    for table in metadata.sorted_tables:
        if table.name in NOT_COMPARED:
            continue
        row = "to_jsonb(t)"
        if table.name in MAY_MOVE:
            less = "".join(f" - '{name}'" for name in MAY_MOVE[table.name])
            row = f"CASE WHEN merchant_id IS NULL THEN {row}{less} ELSE {row} END"
        others = " AND merchant_id IS DISTINCT FROM :beta" if "merchant_id" in table.c else ""
        parts.append(
            f"SELECT '{table.name}', md5(({row})::text) FROM {table.name} t"
            f" WHERE t::text !~ :numbers{others}"
        )
    return " UNION ALL ".join(parts)


async def rows_of_others(hub: Hub, beta: Things) -> Rows:
    """Digests of rows by table. What names BETA's own waybill numbers is BETA's."""
    found: Rows = {}
    values = beta.values
    mine = {"beta": UUID(values["merchant_id"])}
    mine |= {"numbers": f"{values['number']}|{values['own_number']}"}
    async with hub.context.database.system() as session:
        for table, digest in await session.execute(text(_statement()), mine):
            found.setdefault(table, Counter())[digest] += 1
    return found


def changes(before: Rows, after: Rows) -> list[str]:
    """Tables where a row of others is not as it was, or a new one stands in their name."""
    found = []
    for table in sorted(before | after):
        was, is_now = before.get(table, Counter()), after.get(table, Counter())
        if was - is_now:
            found.append(f"{table}: {(was - is_now).total()} rows changed or gone")
        elif is_now - was and "merchant_id" in metadata.tables[table].c:
            found.append(f"{table}: {(is_now - was).total()} new rows that are not BETA's")
    return found
