"""Scorecards as operators and merchants see them.

If these break, a merchant reads a rival's score, or a late month goes unnoticed.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import httpx
import pytest_asyncio
from sqlalchemy import insert

from conftest import Tenant
from yichuan.core.clock import CHINA, now
from yichuan.core.context import Context
from yichuan.rollups.models import DailyRollup
from yichuan.scorecards import service

TODAY = now().astimezone(CHINA).date()
URL = "/api/v1/scorecards"


def rollup(merchant_id: UUID, days_ago: int, on_time: int) -> dict[str, object]:
    """A hundred parcels of a day, so many of them in time."""
    return {
        "merchant_id": merchant_id,
        "day": TODAY - timedelta(days=days_ago),
        "courier": "ZTO",
        "province": "浙江省",
        "created": 100,
        "shipped": 100,
        "ship_due": 100,
        "shipped_on_time": on_time,
        "pickup_due": 100,
        "picked_up_on_time": 99,
        "delivered": 90,
        "delivered_with_promise": 90,
        "delivered_on_time": 80,
        "transit_hours": 90 * 50,
        "courier_problems": 3,
    }


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def scored(context: Context, alpha: Tenant, beta: Tenant) -> None:
    async with context.database.system() as session:
        rows = [
            rollup(alpha.id, 10, 99),
            rollup(alpha.id, 1, 40),
            rollup(beta.id, 10, 100),
            rollup(beta.id, 40, 0),  # outside the window
        ]
        await session.execute(insert(DailyRollup), rows)
        for day in (TODAY - timedelta(days=7), TODAY, TODAY):
            assert await service.recompute(session, day) == (2, 1)


async def test_platform_sees_the_lowest_first(
    platform: httpx.AsyncClient, alpha: Tenant, beta: Tenant
) -> None:
    items = (await platform.get(f"{URL}/merchants")).json()["items"]
    assert [i["merchant_id"] for i in items] == [str(alpha.id), str(beta.id)]
    assert items[0]["change"] < -5
    assert items[1]["change"] == 0
    assert items[1]["shipments"] == 100
    assert items[1]["score"] > 90
    first = (await platform.get(f"{URL}/merchants", params={"limit": 1})).json()
    after = {"limit": 1, "cursor": first["next_cursor"]}
    second = (await platform.get(f"{URL}/merchants", params=after)).json()
    assert [i["merchant_id"] for i in second["items"]] == [str(beta.id)]


async def test_a_card_says_what_moved_it(alpha: Tenant) -> None:
    card = (await alpha.client.get(f"{URL}/merchants/{alpha.id}")).json()
    assert card["moves"][0]["key"] == "on_time_shipping"
    total = sum(m["effect"] for m in card["moves"])
    assert abs(total - (card["score"] - card["before"])) < 0.1
    assert [p["day"] for p in card["history"]] == [
        str(TODAY - timedelta(days=7)),
        str(TODAY),
    ]
    shipping = card["parts"][0]
    assert (shipping["amount"], shipping["base"], shipping["value"]) == (139, 200, 0.695)


async def test_a_merchant_sees_its_own_only(
    alpha: Tenant, beta: Tenant, nobody: httpx.AsyncClient
) -> None:
    items = (await beta.client.get(f"{URL}/merchants")).json()["items"]
    assert [i["merchant_id"] for i in items] == [str(beta.id)]
    assert (await beta.client.get(f"{URL}/merchants/{alpha.id}")).status_code == 404
    assert (await nobody.get(f"{URL}/merchants")).status_code == 401


async def test_couriers_are_scored_over_all_merchants(
    alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    """Merchants read how good a courier is, not how much others ship."""
    (row,) = (await platform.get(f"{URL}/couriers")).json()["items"]
    assert (row["courier"], row["shipments"]) == ("ZTO", 300)
    (row,) = (await alpha.client.get(f"{URL}/couriers")).json()["items"]
    assert (row["courier"], row["shipments"]) == ("ZTO", None)
    assert {part["base"] for part in row["parts"]} == {None}
    card = (await alpha.client.get(f"{URL}/couriers/ZTO")).json()
    by_key = {p["key"]: p for p in card["parts"]}
    assert by_key["transit_hours"]["value"] == 50
    assert by_key["delivered_on_time"]["value"] == round(240 / 270, 4)
    assert (await alpha.client.get(f"{URL}/couriers/XX")).status_code == 404
