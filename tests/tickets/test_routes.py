"""Tickets as merchants and staff use them.

If these break, a merchant reads the staff's notes or another merchant's case, or a case that
nobody needs any more stays in the queue.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.tickets import queries, service
from yichuan.tickets.case import Party

URL = "/api/v1/tickets"


async def opened(
    context: Context, merchant_id: UUID, party: Party = "merchant", severity: int = 2
) -> UUID:
    """A ticket about a new shipment."""
    made = await box(context, merchant_id)
    async with context.database.system() as session:
        return await service.open_ticket(session, wish(merchant_id, made, party, severity))


def wish(
    merchant_id: UUID, shipment_id: UUID, party: Party, severity: int = 2
) -> service.NewTicket:
    return service.NewTicket(
        merchant_id=merchant_id,
        shipment_id=shipment_id,
        shipment_no=f"YC{shipment_id.hex[:8].upper()}",
        problem_id=None,
        kind="damaged",
        subject="破损",
        party=party,
        severity=severity,
        body="外包装破损",
    )


async def post(client: httpx.AsyncClient, ticket: UUID, verb: str, **body: Any) -> httpx.Response:
    return await client.post(f"{URL}/{ticket}/{verb}", json=body)


async def test_conversation_between_merchant_and_service(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    ticket = await opened(context, alpha.id)
    answered = (await post(alpha.client, ticket, "reply", body="已补发")).json()
    assert (answered["state"], answered["overdue"]) == ("answered", False)
    noted = (await post(platform, ticket, "note", body="这家总是这样")).json()
    assert [m["kind"] for m in noted["messages"]] == ["opened", "message", "note"]
    mine = (await alpha.client.get(f"{URL}/{ticket}")).json()
    assert [m["kind"] for m in mine["messages"]] == ["opened", "message"]
    asked = (await post(platform, ticket, "reply", body="单号是多少？")).json()
    assert (asked["state"], asked["party"]) == ("open", "merchant")
    closed = (await post(platform, ticket, "close", body="", outcome="reshipped")).json()
    assert (closed["state"], closed["outcome"]) == ("closed", "reshipped")
    late = await post(alpha.client, ticket, "reply", body="还没到")
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    again = (await post(alpha.client, ticket, "reopen", body="还没到")).json()
    assert (again["state"], again["outcome"], again["closed_at"]) == ("open", None, None)
    given = (await post(alpha.client, ticket, "hand-over")).json()
    assert given["party"] == "service"
    assert (await post(alpha.client, ticket, "hand-over")).status_code == 409


async def test_a_merchant_sees_and_touches_its_own_only(
    context: Context, alpha: Tenant, beta: Tenant, nobody: httpx.AsyncClient
) -> None:
    ticket = await opened(context, alpha.id)
    detail = (await alpha.client.get(f"{URL}/{ticket}")).json()
    assert (await beta.client.get(f"{URL}/{ticket}")).status_code == 404
    for verb in ("reply", "close", "reopen", "hand-over"):
        assert (await post(beta.client, ticket, verb, body="x")).status_code == 404
    assert (await post(alpha.client, ticket, "note", body="x")).status_code == 403
    for query in ({}, {"q": detail["ticket_no"]}, {"merchant_id": str(alpha.id)}):
        found = (await beta.client.get(URL, params=query)).json()["items"]
        assert all(item["merchant_id"] == str(beta.id) for item in found)
    assert (await nobody.get(URL)).status_code == 401


async def test_the_database_itself_hides_staff_notes(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    ticket = await opened(context, alpha.id)
    await post(platform, ticket, "note", body="内部")
    count = text("SELECT count(*) FROM ticket_messages WHERE kind = 'note'")
    async with context.database.read((alpha.id,)) as session:
        assert await session.scalar(count) == 0
    async with context.database.read(None) as session:
        assert (await session.scalar(count) or 0) >= 1


async def test_list_is_sorted_by_clock_and_filtered(
    context: Context, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    slow = await opened(context, beta.id, severity=1)
    fast = await opened(context, beta.id, "service", severity=3)
    async with context.database.system() as session:
        row = await queries.get(session, fast)
        row.due_at -= timedelta(hours=2)
        number = row.ticket_no
    mine = {"merchant_id": str(beta.id), "state": "open"}
    items = (await platform.get(URL, params=mine)).json()["items"]
    assert [i["id"] for i in items] == [str(fast), str(slow)]
    assert [i["overdue"] for i in items] == [True, False]
    first = (await platform.get(URL, params=mine | {"limit": 1})).json()
    second = (await platform.get(URL, params=mine | {"cursor": first["next_cursor"]})).json()
    assert [i["id"] for i in second["items"]] == [str(slow)]
    for query, expected in (
        ({"overdue": True}, [fast]),
        ({"party": "merchant"}, [slow]),
        ({"q": number.lower()}, [fast]),
    ):
        found = (await platform.get(URL, params=mine | query)).json()["items"]
        assert [i["id"] for i in found] == [str(t) for t in expected]
    assert (await platform.get(URL, params={"cursor": "nonsense"})).status_code == 422


async def test_a_cleared_problem_closes_what_nobody_touched(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    touched, left = await opened(context, alpha.id), await opened(context, alpha.id)
    await post(platform, touched, "note", body="打过电话")
    async with context.database.system() as session:
        cleared = [(alpha.id, touched, "delivered"), (alpha.id, left, "delivered")]
        await service.problems_cleared(session, cleared)
    states = {}
    for ticket in (touched, left):
        detail = (await platform.get(f"{URL}/{ticket}")).json()
        assert detail["messages"][-1]["kind"] == "problem_cleared"
        states[ticket] = (detail["state"], detail["outcome"])
    assert states == {touched: ("open", None), left: ("closed", "cleared")}


@pytest.mark.parametrize("answered", [True, False])
async def test_first_responses_count_for_the_merchant(
    context: Context, beta: Tenant, answered: bool
) -> None:
    """What the score reads: owed and in time."""
    ticket = await opened(context, beta.id)
    if answered:
        await post(beta.client, ticket, "reply", body="在处理")
    async with context.database.system() as session:
        row = await queries.get(session, ticket)
        end = row.first_due_at + timedelta(seconds=1)
        at = end + timedelta(days=1)
        counted = await queries.responses(session, row.first_due_at, end, at)
        early = await queries.responses(session, row.first_due_at, end, row.opened_at)
    assert counted[beta.id] == (1, 1 if answered else 0)
    assert early.get(beta.id) == ((1, 1) if answered else None)


async def test_ticket_numbers_can_be_read_out() -> None:
    numbers = {service.ticket_number(now()) for _ in range(500)}
    assert len(numbers) == 500
    assert all(len(n) == 15 and not set(n[8:]) & set("01IO") for n in numbers)


async def test_a_repeated_reply_is_written_once(context: Context, alpha: Tenant) -> None:
    ticket = await opened(context, alpha.id)
    headers = {"Idempotency-Key": "r-1"}
    for _ in range(2):
        got = await alpha.client.post(
            f"{URL}/{ticket}/reply", json={"body": "在查"}, headers=headers
        )
        assert [m["kind"] for m in got.json()["messages"]] == ["opened", "message"]
    other = await alpha.client.post(f"{URL}/{ticket}/reply", json={"body": "x"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
