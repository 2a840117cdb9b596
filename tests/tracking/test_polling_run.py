"""Couriers are asked for numbers whose pushes do not come. If these break, such parcels never move
on anybody's page, one merchant's flood keeps others waiting, or a contract's quota is broken."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from tracking.parcels import Line, make_line, trace
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.tracking import asking, ingest, polling_rows, service
from yichuan.tracking.batch import Source
from yichuan.tracking.polling_learning import Books
from yichuan.tracking.polling_run import PAUSES, Poller, poll_due, route
from yichuan.tracking.values import NewBinding

HOUR = timedelta(hours=1)
LATE = timedelta(hours=5)


@dataclass
class Courier:
    """A courier's door: what it was asked, and what it answers."""

    asked: list[str] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    always: dict[str, Any] | None = None

    def client(self) -> httpx.AsyncClient:
        def answer(request: httpx.Request) -> httpx.Response:
            fields = httpx.QueryParams(request.content.decode())
            asked = json.loads(fields["RequestData"])
            number = asked["LogisticCode"]
            self.asked.append(number)
            said = self.always or self.answers.get(number, {"Success": True, "Traces": []})
            return httpx.Response(200, json={**asked, **said})

        return httpx.AsyncClient(transport=httpx.MockTransport(answer))

    def tells(self, number: str, *scans: tuple[datetime, str]) -> None:
        self.answers[number] = {
            "Success": True,
            "State": "2",
            "Traces": [trace(at, words) for at, words in scans],
        }


@pytest.fixture
def courier() -> Courier:
    return Courier()


@pytest_asyncio.fixture(loop_scope="session")
async def line(context: Context) -> AsyncIterator[Line]:
    """The only connection there is, which never pushed."""
    async with context.database.system() as session:
        await couriers.seed(session)
        for table in ("track_subscriptions", "courier_accounts", "courier_connections"):
            await session.execute(text(f"DELETE FROM {table}"))
    made = await make_line(context)
    yield made
    async with context.database.system() as session:
        await session.execute(text("DELETE FROM track_subscriptions"))
        await session.execute(
            text("DELETE FROM courier_connections WHERE id = :id"), {"id": made.id}
        )


async def given(context: Context, tenant: Tenant, *numbers: str, ago: timedelta = LATE) -> None:
    """Numbers that a merchant ships under, given to us some time ago and due to be looked at."""
    shipment = await box(context, tenant.id)
    bindings = [NewBinding(tenant.id, shipment, "ZTO", number) for number in numbers]
    async with context.database.system() as session:
        await service.bind(session, bindings)
        values = {"ago": ago, "numbers": list(numbers)}
        await session.execute(
            text("UPDATE tracks SET created_at = now() - :ago WHERE number = ANY(:numbers)"), values
        )
        await session.execute(
            text("UPDATE track_subscriptions SET poll_at = now() - :ago"
                 " WHERE number = ANY(:numbers)"), values,
        )  # fmt: skip


async def polled(context: Context, courier: Courier) -> int:
    async with courier.client() as http:
        return await poll_due(context, http)


async def told(context: Context, line: Line, number: str, *scans: tuple[datetime, str]) -> None:
    update = TrackUpdate("ZTO", number, tuple(CourierEvent(at, words) for at, words in scans))
    await ingest.merge_updates(context, Source("kdniao", line.id), [update])


async def one(context: Context, sql: str, **values: Any) -> Any:
    async with context.database.system() as session:
        return (await session.execute(text(sql), values)).one()


async def subscription(context: Context, number: str) -> Any:
    return await one(context, "SELECT * FROM track_subscriptions WHERE number = :n", n=number)


async def change(context: Context, sql: str, **values: Any) -> None:
    async with context.database.system() as session:
        await session.execute(text(sql), values)


async def overdue(context: Context) -> None:
    """Everything is to be looked at again now."""
    await change(context, "UPDATE track_subscriptions SET poll_at = now() - interval '1 minute'"
                 " WHERE poll_at IS NOT NULL")  # fmt: skip


@contextmanager
def at_once(number: int) -> Iterator[None]:
    """The protocol takes so many numbers in one query."""
    known = registry.connector("kdniao")
    assert known is not None
    object.__setattr__(known, "track_at_once", number)
    try:
        yield
    finally:
        object.__setattr__(known, "track_at_once", 1)


async def test_a_silent_number_is_asked_for_and_its_answer_merged(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    await given(context, alpha, "70000001")
    courier.tells("70000001", (now() - 4 * HOUR, "已揽收"), (now() - HOUR, "派送中"))
    assert await polled(context, courier) == 1
    row = await one(context, "SELECT milestone, events FROM tracks WHERE number = '70000001'")
    assert (row.milestone, row.events) == ("out_for_delivery", 2)
    row = await subscription(context, "70000001")
    assert row.poll_connection_id == line.id
    assert row.poll_merchant_id == alpha.id
    assert row.poll_calls == 1
    assert row.poll_error is None
    assert now() < row.poll_at < now() + 3 * HOUR
    assert await polled(context, courier) == 0
    assert courier.asked == ["70000001"]
    used = await one(context, "SELECT polls_used FROM courier_connections WHERE id = :i", i=line.id)
    assert used.polls_used == 1


async def test_a_number_is_not_asked_for_while_its_pushes_come_nor_after_its_end(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    await change(context, "UPDATE courier_connections SET last_push_at = now()")
    await given(context, alpha, "70000011", "70000012", "70000013")
    await told(context, line, "70000011", (now() - 2 * HOUR, "已揽收"))
    await told(context, line, "70000012", (now() - 40 * HOUR, "已揽收"))
    await told(context, line, "70000013", (now() - 2 * HOUR, "已签收，签收人：本人"))
    await overdue(context)
    assert await polled(context, courier) == 1
    assert courier.asked == ["70000012"], "only the oddly silent one"
    pushed = await subscription(context, "70000011")
    assert now() < pushed.poll_at <= now() + 3 * HOUR
    ended = await subscription(context, "70000013")
    assert ended.poll_at > now() + 24 * HOUR
    await told(context, line, "70000012", (now() - HOUR, "派送中"))
    await overdue(context)
    assert await polled(context, courier) == 0, "a push sets the next call back"


async def test_pushes_that_should_have_come_cast_doubt_on_the_connection(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    """Its numbers are asked for like any others until it pushes again."""
    numbers = [f"7000002{n}" for n in range(4)]
    await change(context, "UPDATE courier_connections SET last_push_at = now() - interval '1 hour'")
    await given(context, alpha, *numbers)
    for number in numbers[:3]:
        await told(context, line, number, (now() - 40 * HOUR, "已揽收"))
        courier.tells(number, (now() - 40 * HOUR, "已揽收"), (now() - 5 * HOUR, "派送中"))
    await told(context, line, numbers[3], (now() - 4 * HOUR, "派送中"))
    await overdue(context)
    assert await polled(context, courier) == 3
    await overdue(context)
    courier.asked.clear()
    assert await polled(context, courier) == 1
    assert courier.asked == [numbers[3]]
    await change(context, "UPDATE courier_connections SET last_push_at = now()")
    await overdue(context)
    assert await polled(context, courier) == 0


async def test_no_merchant_starves_another(
    context: Context, line: Line, alpha: Tenant, beta: Tenant, courier: Courier
) -> None:
    """Alpha's two hundred numbers were due long before beta's three: those are asked at once."""
    await given(context, alpha, *(f"71{n:06}" for n in range(200)), ago=10 * HOUR)
    await given(context, beta, "72000001", "72000002", "72000003")
    asked = await polled(context, courier)
    assert 3 < asked <= 20
    assert {"72000001", "72000002", "72000003"} <= set(courier.asked)
    assert len(courier.asked) == asked == len(set(courier.asked))


async def test_the_quota_of_a_day_and_its_pace_hold(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    await given(context, alpha, *(f"73{n:06}" for n in range(30)), ago=10 * HOUR)
    await change(context, "UPDATE courier_connections SET polls_per_day = 6")
    for _ in range(4):
        await polled(context, courier)
    assert 1 <= len(courier.asked) <= 5, "a tenth stays back for people"
    stretch = await one(context, "SELECT polls_stretch AS s FROM courier_connections")
    assert stretch.s > 1, "all are asked less often, so that the quota reaches for all"
    await change(context, "UPDATE courier_connections SET polls_per_day = 0, polls_used = 0")
    courier.asked.clear()
    assert await polled(context, courier) == 0
    assert courier.asked == []


async def test_two_workers_never_ask_for_the_same_number(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    await given(context, alpha, *(f"74{n:06}" for n in range(30)))
    async with courier.client() as http:
        await route(context, Books())
        line_now = (await lines(context))[0]
        pollers = [Poller(context, http) for _ in range(3)]
        for poller in pollers:
            await poller.round(line_now)
    assert max(Counter(courier.asked).values()) == 1
    assert len(courier.asked) == 30


async def lines(context: Context) -> Any:
    from yichuan.couriers import allowance

    async with context.database.system() as session:
        return await allowance.lines(session)


async def test_a_crash_gives_claimed_numbers_back(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    await given(context, alpha, "70000031")
    await route(context, Books())
    await overdue(context)
    async with context.database.system() as session:
        claimed = await polling_rows.claim(session, line.id, {alpha.id: 5})
    assert [row.number for row in claimed] == ["70000031"]
    assert await polled(context, courier) == 0, "somebody has it in hand"
    lease = (await subscription(context, "70000031")).poll_at - now()
    assert timedelta(0) < lease <= timedelta(seconds=polling_rows.LEASE)
    await overdue(context)
    assert await polled(context, courier) == 1


async def test_errors_of_a_number_slow_it_and_end_it(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    await given(context, alpha, "70000041")
    courier.answers["70000041"] = {"Success": False, "Reason": "快递单号格式错误"}
    for _ in range(6):
        await overdue(context)
        await change(context, "UPDATE track_subscriptions SET poll_asked_at = poll_asked_at"
                     " - interval '1 day' WHERE poll_asked_at IS NOT NULL")  # fmt: skip
        await polled(context, courier)
    row = await subscription(context, "70000041")
    assert len(courier.asked) == 4
    assert row.poll_refusals == 4
    assert "单号" in row.poll_error
    assert row.poll_at is None


async def test_an_error_of_the_connection_pauses_it_and_no_number(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    await given(context, alpha, "70000051", "70000052")
    courier.always = {"Success": False, "Reason": "超出查询次数限制", "ResultCode": "405"}
    await polled(context, courier)
    asked = len(courier.asked)
    row = await subscription(context, "70000051")
    assert (row.poll_failures, row.poll_asked_at) == (0, None)
    paused = await one(context, "SELECT * FROM courier_connections")
    assert paused.polls_paused_until > now() + PAUSES["quota_exceeded"] / 2
    assert paused.polls_paused_why.startswith("quota_exceeded")
    assert paused.polls_used == 0
    assert await polled(context, courier) == 0
    assert len(courier.asked) == asked


async def test_several_numbers_in_one_query_and_one_that_is_refused(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    """One bad number does not refuse the others of its query for good."""
    await given(context, alpha, "70000061", "70000062", "70000063")
    courier.tells("70000061", (now() - 4 * HOUR, "已揽收"))
    courier.tells("70000063", (now() - 4 * HOUR, "已揽收"))
    courier.answers["70000062"] = {"Success": False, "Reason": "快递单号格式错误"}
    with at_once(10):
        assert await polled(context, courier) == 3
    assert (await subscription(context, "70000061")).poll_error is None
    assert (await subscription(context, "70000062")).poll_refusals == 1
    row = await one(context, "SELECT count(*) AS n FROM tracks WHERE milestone = 'picked_up'"
                    " AND number IN ('70000061', '70000063')")  # fmt: skip
    assert row.n == 2


async def test_numbers_of_a_connection_that_is_off_go_to_another(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    await given(context, alpha, "70000071")
    await route(context, Books())
    await change(context, "UPDATE courier_connections SET enabled = false")
    async with courier.client() as http:
        poller = Poller(context, http)
        await poller.step()
        row = await subscription(context, "70000071")
        assert row.poll_connection_id is None
        other = await make_line(context, alpha.id)
        await overdue(context)
        await route(context, Books())
        await poller.close()
    assert (await subscription(context, "70000071")).poll_connection_id == other.id
    await change(context, "DELETE FROM courier_connections WHERE id = :id", id=other.id)


async def test_people_see_when_a_number_is_asked_for_and_how_its_connection_stands(
    context: Context,
    line: Line,
    alpha: Tenant,
    beta: Tenant,
    platform: httpx.AsyncClient,
    courier: Courier,
) -> None:
    await given(context, alpha, "70000091")
    path = "/api/v1/tracks/ZTO/70000091/asking"
    seen = (await alpha.client.get(path)).json()
    assert (seen["mode"], seen["asked_at"]) == ("nobody", None), "not settled yet"
    courier.tells("70000091", (now() - 4 * HOUR, "已揽收"))
    await polled(context, courier)
    seen = (await alpha.client.get(path)).json()
    assert (seen["mode"], seen["calls"], seen["last_error"]) == ("polled", 1, None)
    assert datetime.fromisoformat(seen["next_at"]) > now()
    assert (await beta.client.get(path)).status_code == 404
    await change(context, "UPDATE courier_connections SET polls_per_day = 50")
    stand = (await platform.get(f"/api/v1/courier-connections/{line.id}/polling")).json()
    assert stand["possible"]
    assert (stand["followed"], stand["due"], stand["used_today"], stand["per_day"]) == (1, 0, 1, 50)
    assert (await beta.client.get(f"/api/v1/courier-connections/{line.id}/polling")).is_error
    await told(context, line, "70000091", (now(), "已签收，签收人：本人"))
    seen = (await alpha.client.get(path)).json()
    assert (seen["mode"], seen["next_at"]) == ("ended", None)


async def test_asking_by_hand_counts_and_sets_the_poller_back(
    context: Context, line: Line, alpha: Tenant, courier: Courier
) -> None:
    await given(context, alpha, "70000081")
    async with courier.client() as http:
        await asking.ask(
            context, http, courier="ZTO", number="70000081", phone_last4="", merchant_id=alpha.id
        )
        assert await poll_due(context, http) == 0
    assert courier.asked == ["70000081"]
    used = await one(context, "SELECT polls_used FROM courier_connections")
    assert used.polls_used == 1
