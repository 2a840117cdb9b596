"""Pipelined inserts. If these break, an order is written in part, or not at all."""

from __future__ import annotations

from uuid import uuid4

import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import text

from yichuan.core.context import Context
from yichuan.core.direct import write_within
from yichuan.core.models import IdempotencyKey, SchemaSetting
from yichuan.core.writing import inserts


async def test_rows_of_several_tables_commit_together(context: Context) -> None:
    async with context.database.system() as session:
        await write_within(
            session,
            *inserts(
                (
                    SchemaSetting,
                    [{"key": "a", "value": {"n": 1}}, {"key": "b", "value": {"n": "二"}}],
                ),
                (IdempotencyKey, [{"caller": "c", "key": "k", "request_hash": b"x"}]),
            ),
        )
    async with context.database.system() as session:
        rows = await session.execute(text("SELECT key, value FROM platform_settings ORDER BY key"))
        assert [(r.key, r.value["n"]) for r in rows] == [("a", 1), ("b", "二")]


async def test_a_refused_row_undoes_only_its_savepoint(context: Context) -> None:
    name = uuid4().hex
    async with context.database.system() as session:
        await write_within(session, *inserts((SchemaSetting, [{"key": name, "value": {}}])))
        with pytest.raises(UniqueViolation):
            async with session.begin_nested():
                await write_within(
                    session,
                    *inserts(
                        (SchemaSetting, [{"key": f"{name}-2", "value": {}}]),
                        (SchemaSetting, [{"key": name, "value": {}}]),
                    ),
                )
        await write_within(session, *inserts((SchemaSetting, [{"key": f"{name}-3", "value": {}}])))
    async with context.database.system() as session:
        found = await session.execute(
            text("SELECT key FROM platform_settings WHERE key LIKE :k ORDER BY key"),
            {"k": f"{name}%"},
        )
        assert [row.key for row in found] == [name, f"{name}-3"]


def test_unknown_columns_are_a_programming_error() -> None:
    with pytest.raises(KeyError):
        inserts((SchemaSetting, [{"nope": 1}]))
