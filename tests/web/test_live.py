"""Server-sent events: what changes reaches whoever may see it, once, also after a broken line.

If these break, lists in the console stand still, or a merchant sees that others' parcels move.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box, tell
from web.browser import served
from yichuan.core.context import Context
from yichuan.core.database import Merchants
from yichuan.web import live
from yichuan.web.live import RESET, Follower, Told, TooManyListeners, position_of

URL = "/api/v1/events/stream"


@pytest_asyncio.fixture
async def follower(context: Context) -> AsyncIterator[Follower]:
    made = Follower(context.database)
    yield made
    made.close()


async def first(
    follower: Follower, merchants: Merchants, since: str | None, count: int
) -> list[Told]:
    found: list[Told] = []
    async with asyncio.timeout(20):
        async for told in follower.listen("test", merchants, position_of(since)):
            found.append(told)
            if len(found) >= count:
                break
    return found


async def listening(
    follower: Follower, merchants: Merchants, count: int
) -> asyncio.Task[list[Told]]:
    """Somebody who listens from now on."""
    task = asyncio.create_task(first(follower, merchants, None, count))
    async with asyncio.timeout(60):
        while follower._cursor is None:
            await asyncio.sleep(0.01)
    return task


def said(told: Told) -> tuple[str, str | None]:
    body = json.loads(told.data)
    return body["kind"], body["milestone"]


async def test_each_hears_of_its_own_and_the_platform_of_all(
    context: Context, alpha: Tenant, beta: Tenant, follower: Follower
) -> None:
    mine = await listening(follower, (alpha.id,), 2)
    all_of_it = await listening(follower, None, 4)
    for merchant in (beta, alpha):
        made = await box(context, merchant.id)
        await tell(context, merchant.id, made, milestone="picked_up")
    assert {UUID(json.loads(told.data)["merchant_id"]) for told in await mine} == {alpha.id}
    assert len({told.merchant_id for told in await all_of_it}) == 2


async def test_a_broken_line_goes_on_where_it_ended(
    context: Context, alpha: Tenant, follower: Follower
) -> None:
    task = await listening(follower, (alpha.id,), 1)
    made = await box(context, alpha.id)
    (created,) = await task
    for milestone in ("picked_up", "in_transit", "delivered"):
        await tell(context, alpha.id, made, milestone=milestone)
    missed = await first(follower, (alpha.id,), created.id, 3)
    assert [said(told)[1] for told in missed] == ["picked_up", "in_transit", "delivered"]
    again = await first(follower, (alpha.id,), missed[0].id, 2)
    assert [told.id for told in again] == [told.id for told in missed[1:]]


async def test_who_missed_too_much_is_told_to_load_anew(
    context: Context, alpha: Tenant, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BATCH", 2)
    made = await box(context, alpha.id)
    for milestone in ("picked_up", "in_transit", "delivered"):
        await tell(context, alpha.id, made, milestone=milestone)
    assert await first(follower, (alpha.id,), "0-0", 1) == [RESET]


async def test_a_slow_listener_costs_no_memory(context: Context, alpha: Tenant) -> None:
    follower = Follower(context.database)
    slow = follower.listen("test", None, None)
    made = await box(context, alpha.id)
    waiting = asyncio.create_task(anext(slow))
    async with asyncio.timeout(60):
        while follower._cursor is None:
            await asyncio.sleep(0.01)
    await tell(context, alpha.id, made, milestone="picked_up")
    await asyncio.wait_for(waiting, 20)
    follower._put([Told("shipment", alpha.id, "{}", (1, n)) for n in range(live.RING * 3)])
    assert len(follower._ring) == live.RING
    assert await anext(slow) is RESET
    await slow.aclose()
    assert (follower._listeners, follower._task) == ({}, None)


async def test_progress_of_print_jobs(context: Context, alpha: Tenant, follower: Follower) -> None:
    task = await listening(follower, (alpha.id,), 2)
    insert = (
        "INSERT INTO print_jobs (merchant_id, id, size, total, actor)"
        " VALUES (:m, gen_random_uuid(), '76x130', 5, 'test') RETURNING id"
    )
    async with context.database.system() as session:
        job = await session.scalar(text(insert), {"m": alpha.id})
    await asyncio.sleep(live.POLL_SECONDS * 2)
    async with context.database.system() as session:
        await session.execute(
            text("UPDATE print_jobs SET succeeded = 3, state = 'running' WHERE id = :id"),
            {"id": job},
        )
    told = [json.loads(one.data) for one in await task]
    assert [(t["job_id"], t["succeeded"], t["state"]) for t in told] == [
        (str(job), 0, "queued"),
        (str(job), 3, "running"),
    ]


async def test_one_caller_cannot_take_every_stream(context: Context) -> None:
    follower = Follower(context.database)
    follower._listeners["greedy"] = live.MOST_OF_ONE
    with pytest.raises(TooManyListeners):
        follower.admit("greedy")
    follower.admit("modest")


async def test_over_http_with_the_id_to_go_on_from(
    context: Context, alpha: Tenant, beta: Tenant, app: FastAPI, nobody: httpx.AsyncClient
) -> None:
    made = await box(context, alpha.id)
    async with served(app) as address:
        headers = {"authorization": alpha.client.headers["authorization"], "last-event-id": "0-0"}
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as client:
            async with client.stream("GET", URL) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                event: dict[str, Any] = {}
                async for line in answer.aiter_lines():
                    name, _, value = line.partition(": ")
                    event[name] = value
                    if line == "" and str(made) in event.get("data", ""):
                        break
    assert event["event"] == "shipment"
    assert position_of(event["id"]) is not None
    assert (await nobody.get(URL)).status_code == 401
    ended = await beta.client.get(URL, params={"seconds": 0}, headers={"last-event-id": "0-0"})
    assert ended.status_code == 200
    assert str(alpha.id) not in ended.text


@pytest.mark.parametrize("junk", ["", "x", "1", "-", "1-", "-1", "1-x", "١-١", "9" * 40 + "-1"])
def test_an_id_that_is_none_starts_from_now(junk: str) -> None:
    assert position_of(junk) is None
