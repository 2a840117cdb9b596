"""Transactions of few round trips. If these break, an order is kept by half, a number is given
out that nobody wrote down, or one merchant reads another's rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from conftest import Tenant
from yichuan.core import direct
from yichuan.core.context import Context
from yichuan.core.direct import Ask, Direct, Write
from yichuan.core.models import SchemaSetting
from yichuan.core.writing import inserts


def setting(key: str) -> list[Write]:
    return inserts((SchemaSetting, [{"key": key, "value": {"n": 1}}]))


def _keys(rows: Sequence[Any]) -> set[str]:
    return {row[0] for row in rows}


async def kept(context: Context, *keys: str) -> set[str]:
    async with direct.serving_all(context.database) as asking:
        (found,) = await asking.ask(
            Ask("SELECT key FROM platform_settings WHERE key = ANY(%s)", (list(keys),), _keys)
        )
        return found


async def test_writes_commit_together_and_questions_see_them(context: Context) -> None:
    one, two = uuid4().hex, uuid4().hex
    async with direct.serving_all(context.database) as acting:
        acting.write(*setting(one))
        (seen,) = await acting.ask(
            Ask("SELECT key FROM platform_settings WHERE key = %s", (one,), _keys)
        )
        assert seen == {one}
        assert not await kept(context, one)
        acting.write(*setting(two))
    assert await kept(context, one, two) == {one, two}


async def test_the_last_question_commits_what_it_sees(context: Context) -> None:
    one = uuid4().hex
    last = Ask("SELECT key FROM platform_settings WHERE key = %s", (one,), _keys)
    async with direct.serving_all(context.database) as acting:
        acting.write(*setting(one))
        assert await acting.ask_last(last) == {one}
        assert await kept(context, one) == {one}
    with pytest.raises(psycopg.errors.UniqueViolation):  # noqa: PT012
        async with direct.serving_all(context.database) as acting:
            acting.write(*setting(one))
            await acting.ask_last(last)


async def test_any_error_keeps_nothing(context: Context) -> None:
    one, two, three = uuid4().hex, uuid4().hex, uuid4().hex
    async with direct.serving_all(context.database) as acting:
        acting.write(*setting(one))
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with direct.serving_all(context.database) as acting:
            acting.write(*setting(two), *setting(one))
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with direct.serving_all(context.database) as acting:
            acting.write(*setting(three))
            await acting.ask(Ask("SELECT 1", (), list))
            raise RuntimeError
    assert await kept(context, one, two, three) == {one}
    async with direct.serving_all(context.database) as acting:  # the connections are clean again
        acting.write(*setting(two))
    assert await kept(context, two) == {two}


async def test_the_scope_is_the_callers_and_ends_with_the_transaction(
    context: Context, alpha: Tenant, beta: Tenant
) -> None:
    async def visible(asking: Direct) -> set[str]:
        (found,) = await asking.ask(Ask("SELECT id::text FROM merchants", (), _keys))
        return found

    for tenant in (alpha, beta):
        async with direct.reading(context.database, (tenant.id,)) as asking:
            assert await visible(asking) == {str(tenant.id)}
            assert await visible(asking) == {str(tenant.id)}
        async with direct.writing(context.database, (tenant.id,)) as asking:
            assert await visible(asking) == {str(tenant.id)}
    async with context.database.hot.connection() as connection:
        rows = await (await connection.execute("SELECT id FROM merchants")).fetchall()
        assert not rows


async def test_reading_cannot_write(context: Context, alpha: Tenant) -> None:
    async with direct.reading(context.database, (alpha.id,)) as asking:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await asking.ask(
                Ask("UPDATE merchants SET name = 'x' WHERE id = %s RETURNING 1", (alpha.id,), list)
            )
