"""Quotas of lent accounts. If these break, one merchant empties the platform's account in the
morning, is refused numbers it has a right to, or sees or lifts somebody's limit."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from conftest import Tenant
from waybills.conftest import Setup
from waybills.test_taking import box, take
from yichuan.couriers.quotas import Left

DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))
LIMITS = st.none() | st.integers(0, 50)


@given(LIMITS, LIMITS, DAYS, DAYS, st.integers(0, 60), st.integers(0, 60))
def test_no_limit_is_ever_exceeded_and_none_outlives_its_month(
    per_day: int | None, per_month: int | None, day: date, on: date, today: int, before: int
) -> None:
    left = Left(per_day, per_month, day, today, today + before).left(on)
    used_day = today if day == on else 0
    used_month = today + before if (day.year, day.month) == (on.year, on.month) else 0
    if left is None:
        assert (per_day, per_month) == (None, None)
        return
    assert left >= 0
    for limit, used in ((per_day, used_day), (per_month, used_month)):
        assert limit is None or left == 0 or used + left <= limit
    if not any(
        limit is not None and used >= limit
        for limit, used in ((per_day, used_day), (per_month, used_month))
    ):
        assert left > 0


async def allow(platform: httpx.AsyncClient, account: str, who: Tenant, **wish: Any) -> Any:
    path = f"/api/v1/courier-accounts/{account}/quotas/{who.id}"
    answer = await platform.put(path, json=wish)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_batches_at_once_take_no_more_than_the_quota(
    platform: httpx.AsyncClient, alpha: Tenant, beta: Tenant, accounts: Setup
) -> None:
    account = accounts.accounts["YTO"]
    boxes = [(await box(alpha, f"Q{i}"))[1] for i in range(6)]
    await allow(platform, account, alpha, per_day=3, per_month=100)
    ahead = await alpha.client.post(
        "/api/v1/print-jobs/preflight", json={"shipment_ids": boxes, "courier": "YTO"}
    )
    answers = await asyncio.gather(*(take(alpha, one, courier="YTO") for one in boxes))
    issued = [a.json() for a in answers if a.status_code == 201]
    refused = [a.text for a in answers if a.status_code != 201]
    assert (len(issued), len(refused)) == (3, 3), [a.text for a in answers]
    assert all("额度已用完" in text for text in refused), refused
    assert ahead.status_code == 200, ahead.text
    assert ahead.json()["ready"] == 3
    assert ["额度已用完" in one["zh"] for one in ahead.json()["blockers"]] == [True]
    (mine,) = (await alpha.client.get("/api/v1/courier-account-quotas")).json()["items"]
    assert (mine["used_today"], mine["used_this_month"], mine["left"]) == (3, 3, 0)
    assert (await beta.client.get("/api/v1/courier-account-quotas")).json()["items"] == []
    # a number given back may be taken again, once
    await alpha.client.post(f"/api/v1/waybills/{issued[0]['id']}/cancel")
    left = [b for b in boxes if b not in {i["shipment_id"] for i in issued}]
    again = [(await take(alpha, one, courier="YTO")).status_code for one in left]
    assert sorted(again) == [201, 409, 409]
    # taking freely, dispatch finds other couriers; and the limit is lifted
    assert (await take(alpha, left[-1])).status_code == 201
    assert (await allow(platform, account, alpha))["left"] is None


async def test_only_the_platform_lends_and_only_its_own(
    platform: httpx.AsyncClient, alpha: Tenant, accounts: Setup
) -> None:
    account = accounts.accounts["ZTO"]
    path = f"/api/v1/courier-accounts/{account}/quotas/{alpha.id}"
    assert (await alpha.client.put(path, json={"per_day": 9})).status_code == 403
    wrong = await platform.put(path, json={"per_day": 9, "per_month": 3})
    assert wrong.status_code == 422
    nobody = f"/api/v1/courier-accounts/{account}/quotas/{accounts.connection}"
    assert (await platform.put(nobody, json={"per_day": 9})).status_code == 404
