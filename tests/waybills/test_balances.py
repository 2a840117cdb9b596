"""Balances in the morning. If these break, a branch runs dry in the middle of the batch and nobody
was told, or every branch is asked all day long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import httpx
from sqlalchemy import text

from waybills.conftest import Setup
from yichuan.core.context import Context
from yichuan.waybills import balances


def test_a_day_begins_at_its_hour_in_china() -> None:
    six_here = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
    assert balances.day_began(datetime(2026, 3, 1, 21, 59, tzinfo=UTC), 6) is None
    assert balances.day_began(six_here, 6) == six_here


async def test_every_branch_is_asked_once_and_low_ones_are_told(
    context: Context, courier_http: httpx.AsyncClient, accounts: Setup, platform: httpx.AsyncClient
) -> None:
    early = replace(context, settings=context.settings.model_copy(update={"balance_hour": 0}))
    low = accounts.accounts["ZTO"]
    await platform.patch(f"/api/v1/courier-accounts/{low}", json={"balance_alert": 10_000})
    answered = await balances.refresh(early, courier_http)
    assert answered > 0
    assert await balances.refresh(early, courier_http) == 0
    rows = (await platform.get("/api/v1/courier-accounts?courier=ZTO")).json()["items"]
    assert rows[0]["balance"] == 500
    told = (await platform.get("/api/v1/alerts")).json()["items"]
    assert ["500" in one["title_zh"] for one in told if one["kind"] == "low_balance"] == [True]
    async with context.database.system() as session:
        asked = text("SELECT sum(calls) FROM connector_calls WHERE operation = 'balance'")
        assert await session.scalar(asked) == len(accounts.accounts)
