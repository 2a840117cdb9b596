"""The scoped statement: every query on merchant-owned rows starts here.

Row-level security alone would hide foreign rows; starting from the caller's merchants as well
keeps the query on the right index (and, on Citus, on one shard).
"""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import InstrumentedAttribute

from yichuan.core.database import ReadSession

M = TypeVar("M")


def in_scope(session: ReadSession, model: type[object]) -> ColumnElement[bool]:
    """Condition: the row belongs to a merchant visible in this session."""
    merchants = session.merchants
    if merchants is None:
        return true()
    column: InstrumentedAttribute[UUID] = model.merchant_id  # type: ignore[attr-defined]
    return column == merchants[0] if len(merchants) == 1 else column.in_(merchants)


def scoped(session: ReadSession, model: type[M]) -> Select[M]:
    """`SELECT model` restricted to the session's merchants."""
    return select(model).where(in_scope(session, model))


def owner_of(session: ReadSession, wanted: UUID | None) -> UUID | None:
    """The merchant a list is narrowed to: a merchant caller's own whatever they ask for."""
    merchants = session.merchants
    if merchants is not None and len(merchants) == 1:
        return merchants[0]
    return wanted
