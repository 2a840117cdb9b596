"""A number was asked for, the answer was lost, and the courier cannot be asked again.

If these break, a paid number is bought twice or lost, or a parcel waits for ever for one that was
never made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from conftest import Tenant
from waybills.conftest import Setup
from waybills.test_taking import box, take
from yichuan.core.context import Context
from yichuan.couriers.connectors.base import CourierError
from yichuan.couriers.connectors.connector import Client
from yichuan.couriers.connectors.kdniao.client import KdniaoClient
from yichuan.waybills.taking import resolve_lost

API = "/api/v1/waybills"


class Calls:
    """How often a courier was asked for a number."""

    issued = 0


@pytest.fixture
def losing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """A courier that loses its answers and cannot be asked what became of them."""
    calls = Calls()

    async def issue(self: Client, request: object) -> Any:
        calls.issued += 1
        raise CourierError("no_answer", outcome="unknown")

    with monkeypatch.context() as patch:
        patch.setattr(KdniaoClient, "issue", issue)
        patch.setattr(KdniaoClient, "recover", Client.recover)
        yield calls


async def lost(tenant: Tenant, number: str) -> tuple[str, str]:
    """A box whose number was lost: its shipment and its waybill."""
    _, shipment = await box(tenant, number)
    answer = await take(tenant, shipment, courier="YTO")
    assert (answer.status_code, answer.json()["reason"]) == (502, "cannot_recover"), answer.text
    rows = (await tenant.client.get(f"/api/v1/shipments/{shipment}/waybills")).json()["items"]
    assert [row["state"] for row in rows] == ["requested"]
    return shipment, rows[0]["id"]


async def say(
    client: httpx.AsyncClient, waybill: str, outcome: str, number: str | None = None, **more: str
) -> httpx.Response:
    wish = {"outcome": outcome, "number": number} | more
    return await client.post(f"{API}/{waybill}/settle", json=wish)


async def both_steps(client: httpx.AsyncClient, waybill: str, *wish: str) -> httpx.Response:
    first = await say(client, waybill, *wish)
    assert (first.status_code, first.json()["done"]) == (200, False), first.text
    assert first.json()["waybill"]["state"] == "requested", "nothing is done at the first step"
    return await say(client, waybill, *wish, confirmation=first.json()["confirmation"])


async def test_the_number_that_was_found_goes_on(
    alpha: Tenant, beta: Tenant, accounts: Setup, context: Context, losing: Calls,
    courier_http: httpx.AsyncClient,
) -> None:  # fmt: skip
    shipment, waybill = await lost(alpha, "ST1")
    found = (await alpha.client.get(f"{API}/in-doubt")).json()["items"]
    assert waybill in [row["id"] for row in found]
    assert all(row["order_code"].startswith("YC") and row["shipment_no"] for row in found)
    assert not (await beta.client.get(f"{API}/in-doubt")).json()["items"]
    assert (await say(beta.client, waybill, "none")).status_code == 404
    async with context.database.system() as session:
        old = {"id": waybill}
        await session.execute(
            text("UPDATE waybills SET requested_at = now() - interval '1 hour' WHERE id = :id"), old
        )
    assert await resolve_lost(context, courier_http) == 0, "the worker leaves it to people"
    doubted = await say(alpha.client, waybill, "found", "SF1234567890123")
    assert "YTO" in doubted.json()["doubts"][0]["en"]
    wrong = await say(alpha.client, waybill, "found", "YT8800000000301", confirmation="x")
    assert wrong.status_code == 409
    done = await both_steps(alpha.client, waybill, "found", "YT8800000000301")
    assert (done.status_code, done.json()["done"]) == (200, True), done.text
    assert (done.json()["waybill"]["state"], done.json()["waybill"]["number"]) == (
        "issued",
        "YT8800000000301",
    )
    again = await say(alpha.client, waybill, "found", "YT8800000000301")
    assert again.json()["done"] is True
    other = await say(alpha.client, waybill, "none")
    assert other.status_code == 409
    row = (await alpha.client.get(f"/api/v1/shipments/{shipment}")).json()
    assert (row["waybill_number"], row["courier"]) == ("YT8800000000301", "YTO")
    taken = (await take(alpha, shipment)).json()
    assert (taken["number"], losing.issued) == ("YT8800000000301", 1)
    label = await alpha.client.get(f"{API}/{waybill}/label")
    assert label.headers["content-type"] == "application/pdf"
    async with context.database.system() as session:
        bound = await session.scalar(
            text("SELECT count(*) FROM track_bindings WHERE number = 'YT8800000000301'")
        )
        noted = await session.scalar(
            text("SELECT count(*) FROM audit_log WHERE action = 'waybill.settled'")
        )
    assert (bound, noted) == (1, 1)


async def test_none_was_made_and_one_is_asked_for_anew(
    alpha: Tenant, accounts: Setup, losing: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipment, waybill = await lost(alpha, "ST2")
    assert (await take(alpha, shipment)).status_code == 502
    assert losing.issued == 1, "asking again buys nothing"
    done = await both_steps(alpha.client, waybill, "none")
    assert (done.json()["done"], done.json()["waybill"]["state"]) == (True, "failed")
    assert (await say(alpha.client, waybill, "none")).json()["done"] is True
    late = await say(alpha.client, waybill, "found", "YT8800000000302")
    assert late.status_code == 409
    assert (await take(alpha, shipment, courier="YTO")).status_code == 502
    assert losing.issued == 2, "by a person's act"


async def test_another_parcels_number_is_refused(
    alpha: Tenant, beta: Tenant, accounts: Setup, losing: Calls, platform: httpx.AsyncClient
) -> None:
    _, waybill = await lost(alpha, "ST3")
    _, theirs = await box(beta, "ST4")
    own = {"shipment_id": theirs, "method": "own_number", "courier": "YTO"}
    shipped = await platform.post("/api/v1/shipments", json=own | {"number": "YT8800000000304"})
    assert shipped.status_code == 201, shipped.text
    refused = await say(alpha.client, waybill, "found", "YT8800000000304")
    assert refused.status_code == 409
    assert (await say(platform, waybill, "found")).status_code == 422
    done = await both_steps(platform, waybill, "found", "YT8800000000303")
    assert done.json()["waybill"]["number"] == "YT8800000000303", "the operator may settle it too"
