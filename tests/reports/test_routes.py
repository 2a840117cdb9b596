"""The first screens and the daily report, from parcels to figures.

If these break, people work on numbers that no list can show, or see another merchant's.
"""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio

from conftest import Tenant
from exceptions.boxes import box, tell
from yichuan.core.clock import CHINA, now
from yichuan.core.consumers import Consumer, drain
from yichuan.core.context import Context
from yichuan.exceptions import detect
from yichuan.exceptions.thresholds import Thresholds, setting
from yichuan.rollups import consumer
from yichuan.scorecards import service as scorecards

CONSUMERS = (
    Consumer("exceptions.detect", "shipment", detect.handle),
    Consumer("reports.rollup", "shipment", consumer.handle),
)
URL = "/api/v1/reports"
TODAY = now().astimezone(CHINA).date()


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def parcels(context: Context, alpha: Tenant, beta: Tenant) -> None:
    """ALPHA: one to print, one printed, one soon late, one late, five stalled with ZTO in one
    province, one delivered. BETA: one to print."""
    at = now()
    async with context.database.system() as session:
        await setting.put(session, Thresholds(storm_minimum=5))
    far = {"ship_by": at + timedelta(days=2)}
    await box(context, alpha.id, **far)
    await box(context, alpha.id, printed_at=at, waybill_number="7", courier="ZTO", **far)
    await box(context, alpha.id, ship_by=at + timedelta(hours=2))
    await box(context, alpha.id, ship_by=at - timedelta(hours=2))
    await box(context, beta.id, **far)
    moving: dict[str, Any] = {"courier": "ZTO", "ship_method": "hub_waybill"}
    shipped = at - timedelta(hours=80)
    for _ in range(5):
        made = await box(context, alpha.id, shipped_at=shipped, picked_up_at=shipped, **moving)
        last = at - timedelta(hours=60)
        await tell(context, alpha.id, made, milestone="in_transit", last_event_at=last)
    made = await box(context, alpha.id, shipped_at=shipped, picked_up_at=shipped, **moving)
    await tell(context, alpha.id, made, milestone="delivered", delivered_at=at, ended_at=at)
    for _ in range(2):
        await drain(context.database, CONSUMERS)
        await detect.review_due(context.database)
    async with context.database.system() as session:
        await scorecards.recompute(session, TODAY)


def by_key(figures: list[dict[str, Any]]) -> dict[str, int]:
    return {figure["key"]: figure["value"] for figure in figures}


async def count(client: httpx.AsyncClient, drill: dict[str, Any]) -> int:
    """How many rows the list behind a figure has."""
    query = drill["query"] | {"limit": 200}
    found = await client.get(f"/api/v1/{drill['path']}", params=query)
    assert found.status_code == 200, found.text
    return len(found.json()["items"])


async def test_overview_says_what_needs_me(platform: httpx.AsyncClient) -> None:
    seen = (await platform.get(f"{URL}/overview")).json()
    needs = seen["needs"]
    assert by_key(needs["breaches"])["ship_by"] == 1
    assert by_key(needs["problems"]) == {"stalled": 5, "late_ship": 1}
    assert by_key(needs["tickets"]) == {"to_answer": 5, "overdue": 0}
    (storm,) = needs["storms"]
    assert (storm["courier"], storm["kind"], storm["count"]) == ("ZTO", "stalled", 5)
    assert (storm["province"], storm["city"]) == ("浙江省", "杭州市")
    stages = {stage["key"]: stage for stage in seen["funnel"]}
    assert stages["paid"]["today"] == 11
    assert stages["paid"]["standing"] == 5
    assert stages["in_transit"]["standing"] == 5
    assert stages["delivered"]["today"] == 1
    assert len(seen["trend"]) == 30
    assert seen["trend"][-1]["created"] == 11


async def test_every_figure_opens_as_many_parcels_as_it_says(
    platform: httpx.AsyncClient, alpha: Tenant
) -> None:
    seen = (await platform.get(f"{URL}/overview")).json()
    needs = seen["needs"]
    for figure in [*needs["breaches"], *needs["problems"], *needs["tickets"]]:
        assert await count(platform, figure["drill"]) == figure["value"], figure
    for storm in needs["storms"]:
        assert await count(platform, storm["drill"]) == storm["count"]
    for stage in seen["funnel"]:
        if stage["standing_drill"]:
            assert await count(platform, stage["standing_drill"]) == stage["standing"], stage
        if stage["today_drill"]:
            assert await count(platform, stage["today_drill"]) == stage["today"], stage
    provinces = (await platform.get(f"{URL}/provinces")).json()
    by = {"by": ["courier", "province", "merchant_id"]}
    daily = (await platform.get(f"{URL}/daily", params=by)).json()["items"]
    theirs = (await alpha.client.get(f"{URL}/daily")).json()["items"]
    assert sum(row["problems"] for row in daily) == 6
    asked = [*((platform, row) for row in [*seen["trend"][-5:], *provinces, *daily])]
    for client, row in [*asked, *((alpha.client, row) for row in theirs)]:
        for measure, drill in row["drills"].items():
            assert await count(client, drill) == row[measure], (measure, row)
    mine = (await alpha.client.get(f"{URL}/today")).json()
    names = ("to_print", "to_hand_over", "to_answer", "overdue")
    for figure in [*(mine[name] for name in names), *mine["problems"], *mine["breaches"]]:
        assert await count(alpha.client, figure["drill"]) == figure["value"], figure


async def test_merchants_see_their_own_day(
    alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    mine = (await alpha.client.get(f"{URL}/today")).json()
    found = {name: mine[name]["value"] for name in ("to_print", "to_hand_over", "to_answer")}
    assert found == {"to_print": 3, "to_hand_over": 1, "to_answer": 1}
    assert by_key(mine["breaches"])["ship_by"] == 1
    assert mine["score"]["score"] > 0
    theirs = (await beta.client.get(f"{URL}/today", params={"merchant_id": str(alpha.id)})).json()
    assert (theirs["to_print"]["value"], theirs["problems"]) == (1, [])
    asked = await platform.get(f"{URL}/today", params={"merchant_id": str(beta.id)})
    assert asked.json()["to_print"]["value"] == 1
    assert (await platform.get(f"{URL}/today")).status_code == 422
    assert (await alpha.client.get(f"{URL}/overview")).status_code == 403


async def test_daily_rows_by_any_dimension(
    alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    by = {"by": ["merchant_id", "courier"]}
    rows = (await platform.get(f"{URL}/daily", params=by)).json()["items"]
    assert {(r["merchant_name"], r["courier"], r["created"]) for r in rows} == {
        ("商家 ALPHA", "-", 3),
        ("商家 ALPHA", "ZTO", 7),
        ("商家 BETA", "-", 1),
    }
    mine = (await beta.client.get(f"{URL}/daily", params={"merchant_id": str(alpha.id)})).json()
    assert [r["created"] for r in mine["items"]] == [1]
    days = {"begin": "2026-01-10", "end": "2026-01-01"}
    assert (await platform.get(f"{URL}/daily", params=days)).status_code == 422


async def test_daily_export_is_a_file_of_the_callers_rows(beta: Tenant) -> None:
    got = await beta.client.get(f"{URL}/daily", params={"format": "csv", "by": ["day", "province"]})
    assert got.headers["content-type"].startswith("text/csv")
    assert "attachment" in got.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(got.text.removeprefix("\ufeff"))))
    assert [(r["日期"], r["省份"], r["下单"]) for r in rows] == [(str(TODAY), "浙江省", "1")]


async def test_provinces(platform: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    (row,) = (await platform.get(f"{URL}/provinces")).json()
    assert (row["province"], row["shipped"], row["delivered"]) == ("浙江省", 6, 1)
    assert row["mean_transit_hours"] == 80
    assert (await nobody.get(f"{URL}/provinces")).status_code == 401
