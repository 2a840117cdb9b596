"""Couriers' bills over HTTP. Broken, merchants read the platform's costs, or claims get lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest_asyncio

from conftest import Tenant
from costs.boxes import box, line
from yichuan.core.context import Context
from yichuan.core.ids import new_id
from yichuan.costs import service


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def bill(context: Context, platform: httpx.AsyncClient, alpha: Tenant) -> str:
    """A bill of five lines, reconciled against one card."""
    card = {"card": "YD", "role": "cost", "courier": "YD", "dest_province": "江苏"}
    stored = await platform.post(
        "/api/v1/rate-cards", json={"rows": [{**card, "base_price": "2.00"}]}
    )
    assert stored.status_code == 201
    for number in ("G1", "G2"):
        await box(context, alpha, number)
    signed = datetime(2024, 5, 8, tzinfo=UTC)
    async with context.database.system() as session:
        lines = [
            line("G1", 200, signed_at=signed),
            line("G2", 200),
            line("G2", 200),
            line("=HYPERLINK()", 700),
            line("G2", 260, adjustment_fen=60),
        ]
        await service.add_lines(session, new_id(), lines)
        done = await service.reconcile_bills(session)
    assert (done.bills, done.lines, done.delivered) == (1, 5, 1)
    listed = (await platform.get("/api/v1/bills")).json()["items"]
    found: str = listed[0]["id"]
    return found


async def test_a_bill_and_its_findings(platform: httpx.AsyncClient, bill: str) -> None:
    found = (await platform.get(f"/api/v1/bills/{bill}")).json()
    assert (found["courier"], found["bill_no"], found["period"]) == ("YD", "T-2405", "202405")
    assert found["lines"] == 5
    assert found["payable"]["amount_minor"] == 1560
    reasons = {
        f["reason"]: (f["lines"], f["difference"]["amount_minor"]) for f in found["findings"]
    }
    assert reasons == {
        "match": (2, 0),
        "duplicate": (1, 200),
        "not_our_shipment": (1, 700),
        "unknown_surcharge": (1, 60),
    }
    assert found["claim"]["amount_minor"] == 960
    assert found["findings"][0]["zh"] == "一致"


async def test_lines_are_paged_and_filtered(platform: httpx.AsyncClient, bill: str) -> None:
    path = f"/api/v1/bills/{bill}/lines"
    first = (await platform.get(path, params={"limit": 3})).json()
    second = (await platform.get(path, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    numbers = [row["line_no"] for row in first["items"] + second["items"]]
    assert numbers == [1, 2, 3, 4, 5]
    assert second["next_cursor"] is None
    twice = (await platform.get(path, params={"reason": "duplicate"})).json()["items"]
    assert [(row["line_no"], row["claim"], row["reason_en"]) for row in twice] == [
        (3, True, "billed before")
    ]
    odd = (await platform.get(path, params={"different": "true"})).json()["items"]
    assert [row["line_no"] for row in odd] == [3, 4, 5]
    assert odd[1]["shipment_id"] is None
    assert (await platform.get(path, params={"cursor": "x"})).status_code == 422


async def test_differences_go_to_the_courier(platform: httpx.AsyncClient, bill: str) -> None:
    answer = await platform.get(f"/api/v1/bills/{bill}/differences.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("行号,包裹号,运单号")
    assert len(lines) == 4
    assert "'=HYPERLINK()" in lines[2]
    assert ",7.00,0.00,7.00,非我方包裹,是," in lines[2]


async def test_totals_by_month_and_courier(platform: httpx.AsyncClient, bill: str) -> None:
    (total,) = (await platform.get("/api/v1/bills/totals")).json()["items"]
    assert (total["period"], total["courier"], total["lines"]) == ("202405", "YD", 5)
    later = {"period_from": "202406"}
    assert (await platform.get("/api/v1/bills/totals", params=later)).json()["items"] == []


async def test_costs_and_signatures_reach_the_boxes(
    platform: httpx.AsyncClient, alpha: Tenant
) -> None:
    async def seen(client: httpx.AsyncClient, number: str) -> dict[str, Any]:
        listed = await client.get("/api/v1/shipments", params={"q": number})
        box_id = listed.json()["items"][0]["id"]
        found: dict[str, Any] = (await client.get(f"/api/v1/shipments/{box_id}")).json()
        return found

    first, second = await seen(platform, "G1"), await seen(platform, "G2")
    assert first["milestone"] == "delivered"
    assert first["cost_billed"] == {"amount_minor": 200, "currency": "CNY"}
    assert second["cost_billed"]["amount_minor"] == 660
    mine = await seen(alpha.client, "G1")
    assert "200" not in str({k: v for k, v in mine.items() if "cost" in k})


async def test_a_new_card_changes_the_verdict(platform: httpx.AsyncClient, bill: str) -> None:
    row = {"card": "YD", "role": "cost", "courier": "YD", "dest_province": "江苏"}
    await platform.post("/api/v1/rate-cards", json={"rows": [{**row, "base_price": "1.50"}]})
    done = (await platform.post(f"/api/v1/bills/{bill}/reconcile")).json()
    assert (done["bills"], done["lines"]) == (1, 5)
    found = (await platform.get(f"/api/v1/bills/{bill}")).json()
    assert "match" not in {finding["reason"] for finding in found["findings"]}
    nothing = (await platform.post("/api/v1/bills/reconcile")).json()
    assert nothing["bills"] == 0


async def test_bills_are_the_platforms_alone(
    alpha: Tenant, nobody: httpx.AsyncClient, bill: str
) -> None:
    paths = ["", "/totals", f"/{bill}", f"/{bill}/lines", f"/{bill}/differences.csv"]
    for path in paths:
        assert (await alpha.client.get(f"/api/v1/bills{path}")).status_code == 403
        assert (await nobody.get(f"/api/v1/bills{path}")).status_code == 401
    assert (await alpha.client.post("/api/v1/bills/reconcile")).status_code == 403
    assert (await alpha.client.post(f"/api/v1/bills/{bill}/reconcile")).status_code == 403


async def test_a_courier_without_a_card_gets_one_from_its_bill(
    context: Context, platform: httpx.AsyncClient, alpha: Tenant
) -> None:
    """Its lines say why nothing is expected; the guessed card explains all but the odd one."""
    for number in range(6):
        await box(context, alpha, f"S{number}", courier="STO")
    async with context.database.system() as session:
        lines = [
            line(f"S{n}", 480 if n == 5 else 320, courier="STO", bill_no="STO-2405")
            for n in range(6)
        ]
        await service.add_lines(session, new_id(), lines)
        await service.reconcile_bills(session)
    (bill,) = (await platform.get("/api/v1/bills", params={"courier": "STO"})).json()["items"]
    assert [(f["reason"], f["lines"]) for f in bill["findings"]] == [("no_rate", 6)]
    url = f"/api/v1/bills/{bill['id']}/suggested-card"
    seen = (await platform.get(url)).json()
    assert (seen["courier"], seen["lines"], seen["reproduced"]) == ("STO", 6, 5)
    assert [(r["first"]["amount_minor"], r["step"]) for r in seen["rows"]] == [(320, None)]
    assert (await alpha.client.get(url)).status_code == 403
    done = await platform.post(url)
    assert (done.status_code, done.json()["explained"]) == (201, 5)
    found = (await platform.get(f"/api/v1/bills/{bill['id']}")).json()
    assert {f["reason"]: f["lines"] for f in found["findings"]} == {"match": 5, "overcharged": 1}
