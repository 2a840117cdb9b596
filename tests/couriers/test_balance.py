"""How long an account's numbers last. If this breaks, the morning's batch meets an empty branch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Tenant
from waybills.conftest import Setup
from yichuan.core.context import Context
from yichuan.couriers import service
from yichuan.couriers.balance import Point, days_left, per_day

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def points(*balances: int, hours: float = 24) -> list[Point]:
    first = NOW - timedelta(hours=hours * (len(balances) - 1))
    return [Point(first + timedelta(hours=hours * n), left) for n, left in enumerate(balances)]


@pytest.mark.parametrize(
    ("told", "rate"),
    [
        (points(100, 90, 80), 10),
        (points(100, 90, 590, 580), 20 / 3),  # a refill is no use
        (points(100, 100), 0),
        (points(100, 0, hours=6), None),  # not yet a day
        (points(100), None),
        ([], None),
        ([Point(NOW - timedelta(days=40), 9000), *points(100, 90)], 10),  # long ago
    ],
)
def test_the_present_rate(told: list[Point], rate: float | None) -> None:
    assert per_day(told, NOW) == (None if rate is None else pytest.approx(rate))


def test_days_left() -> None:
    assert (days_left(50, 10.0), days_left(50, 0.0), days_left(None, 1.0)) == (5.0, None, None)


@given(st.lists(st.integers(0, 10_000), max_size=20))
def test_a_rate_is_never_negative(balances: list[int]) -> None:
    rate = per_day(points(*balances), NOW)
    assert rate is None or 0 <= rate <= 10_000


async def test_an_owner_sees_how_its_numbers_went(
    platform: httpx.AsyncClient, alpha: Tenant, accounts: Setup, context: Context
) -> None:
    account = accounts.accounts["ZTO"]
    url = f"/api/v1/courier-accounts/{account}/balances"
    for left in (500, 480):
        async with context.database.system() as session:
            await service.note_balance(session, UUID(account), left)
    found = (await platform.get(url)).json()
    assert [point["balance"] for point in found["points"]] == [500, 480]
    assert (found["balance"], found["per_day"], found["days_left"]) == (480, None, None)
    assert (await alpha.client.get(url)).status_code == 404  # lent: the platform's business
