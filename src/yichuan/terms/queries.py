"""Reading terms: the rows of a list, and everything at once for those who decide by them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, text, tuple_

from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.direct import Ask
from yichuan.core.errors import NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.identity.scope import in_scope, scoped
from yichuan.terms.areas import Area, Stop
from yichuan.terms.book import Registered, Rows, Trait
from yichuan.terms.claims import Standard
from yichuan.terms.closing import Closing
from yichuan.terms.goods import Goods
from yichuan.terms.models import GoodsClearance, Term

M = TypeVar("M", bound=Term)
Version = tuple[tuple[int, int], ...]

_SOURCES: dict[str, tuple[str, type[Any], str]] = {
    "areas": ("service_areas", Area, ""),
    "stops": (
        "service_suspensions",
        Stop,
        " WHERE until_at IS NULL OR until_at > now() - interval '1 day'",
    ),
    "goods": ("goods_rules", Goods, " WHERE enabled"),
    "traits": ("service_traits", Trait, ""),
    "real_names": ("real_names", Registered, ""),
    "closings": ("cut_offs", Closing, ""),
    "standards": ("compensations", Standard, ""),
}
"""Field of `Rows` → its table, what a row becomes, which rows count."""
# unscoped: every owner's terms are read at once, by the system role; `Terms` keeps them apart
_VERSION = text(
    " UNION ALL ".join(
        f"SELECT count(*), coalesce(sum(xmin::text::bigint), 0) FROM {table}"
        for table, _, _ in _SOURCES.values()
    )
)
"""Each write of a row gives it another transaction id; a row removed changes the count."""


async def version(session: SystemSession) -> Version:
    """Changes whenever any term does."""
    return tuple((int(row[0]), int(row[1])) for row in await session.execute(_VERSION))


async def everything(session: SystemSession) -> dict[UUID | None, Rows]:
    """Terms by owner (None: the platform), each in the order they were written."""
    found: dict[UUID | None, dict[str, list[Any]]] = {}
    for name, (table, kind, where) in _SOURCES.items():
        columns = ", ".join(kind.__slots__)
        rows = await session.execute(
            text(f"SELECT merchant_id AS owner, {columns} FROM {table}{where} ORDER BY id")
        )
        for owner, *values in rows:
            made = kind(*(tuple(v) if isinstance(v, list) else v for v in values))
            found.setdefault(owner, {}).setdefault(name, []).append(made)
    return {owner: Rows(**rows) for owner, rows in found.items()}


def readable(session: ReadSession, model: type[M]) -> ColumnElement[bool]:
    """Condition: the platform's rows and those of the session's merchants."""
    if session.merchants is None:
        return in_scope(session, model)
    return or_(model.merchant_id.is_(None), in_scope(session, model))


async def listing(
    session: ReadSession,
    model: type[M],
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    cursor: str | None,
) -> tuple[list[M], str | None]:
    """Terms of a kind, newest first, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query: Select[M] = select(model).where(readable(session, model), *conditions)
    key = tuple_(model.created_at, model.id)
    if cursor is not None:
        query = query.where(key < tuple_(*read_time_cursor(cursor)))
    query = query.order_by(model.created_at.desc(), model.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, time_cursor(rows[-1].created_at, rows[-1].id) if more else None


async def one(session: ReadSession, model: type[M], term_id: UUID) -> M:
    """One term that the caller may read.

    Raises:
        NotFound: unknown or another merchant's.
    """
    row = await session.scalar(select(model).where(readable(session, model), model.id == term_id))
    if row is None:
        raise NotFound("no such rule")
    return row


async def own(session: ReadSession, model: type[M], term_id: UUID) -> M:
    """One term that the caller may change: a merchant its own, the platform any.

    Raises:
        NotFound: unknown, another merchant's, or the platform's.
    """
    query = select(model).where(in_scope(session, model), model.id == term_id).with_for_update()
    row = await session.scalar(query)
    if row is None:
        raise NotFound("no such rule of yours")
    return row


_CLOSINGS = (
    f"SELECT {', '.join(Closing.__slots__)} FROM cut_offs"
    " WHERE courier IS NULL AND branch_code IS NULL"
    " AND (merchant_id IS NULL OR merchant_id = ANY(%s)) ORDER BY id"
)


def general_closings(owners: Collection[UUID]) -> Ask[list[Closing]]:
    """Cut-offs that hold whichever courier is chosen: the platform's and these merchants'."""
    return Ask(_CLOSINGS, (list(owners),), lambda rows: [Closing(*row) for row in rows])


_CLEARED = (
    "SELECT shipment_id, rule_id FROM goods_clearances"
    " WHERE merchant_id = ANY(%s) AND shipment_id = ANY(%s)"
)


def cleared(owners: Collection[UUID], ids: Collection[UUID]) -> Ask[dict[UUID, frozenset[UUID]]]:
    """Goods rules that boxes were let pass, by shipment; boxes without are left out."""

    def read(rows: Sequence[tuple[Any, ...]]) -> dict[UUID, frozenset[UUID]]:
        found: dict[UUID, set[UUID]] = {}
        for shipment_id, rule_id in rows:
            found.setdefault(shipment_id, set()).add(rule_id)
        return {shipment: frozenset(rules) for shipment, rules in found.items()}

    return Ask(_CLEARED, (list(owners), list(ids)), read)


async def clearances(session: ReadSession, shipment_id: UUID) -> list[GoodsClearance]:
    """Who let a box pass which rules, oldest first."""
    query = scoped(session, GoodsClearance).where(GoodsClearance.shipment_id == shipment_id)
    return list(await session.scalars(query.order_by(GoodsClearance.at, GoodsClearance.id)))
