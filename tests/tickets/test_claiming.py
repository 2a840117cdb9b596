"""The claim beside a ticket. Broken, a claim lapses, or a merchant reads what couriers charge."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import httpx

from conftest import Tenant
from exceptions.boxes import box
from orders.test_routes import order
from tickets.test_routes import opened, wish
from waybills.conftest import Setup, accounts, courier_http, network
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.tickets import service

__all__ = ["accounts", "courier_http", "network"]


async def test_a_ticket_shows_the_claim_its_rule_and_the_days_left(
    context: Context, alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient, accounts: Setup
) -> None:
    shipped = now() - timedelta(days=2)
    made = await box(
        context,
        alpha.id,
        courier="ZTO",
        service="1",
        ship_method="own_number",
        shipped_at=shipped,
        cost_expected_minor=850,
    )
    async with context.database.system() as session:
        ticket = await service.open_ticket(session, wish(alpha.id, made, "service"))
    path = f"/api/v1/tickets/{ticket}/claim"
    none = (await alpha.client.get(path)).json()["claim"]
    assert (none["rule_id"], none["standard_zh"]) == (None, "没有适用的理赔标准")
    term = {"kind": "compensation", "courier": "ZTO", "trouble": "damaged", "insured": False}
    pays = {"freight_percent": 300, "claim_days": 7, "source": "合同第 5 条"}
    rule = await platform.post("/api/v1/terms", json={"term": term | pays})
    claim = (await platform.get(path)).json()["claim"]
    assert claim["rule_id"] == rule.json()["id"]
    assert claim["amount"] == {"amount_minor": 2550, "currency": "CNY"}
    assert claim["standard_zh"] == "未保价破损：运费的 3 倍"
    assert claim["source"] == "合同第 5 条"
    assert claim["days_left"] == 6
    mine = (await alpha.client.get(path)).json()["claim"]
    assert mine["amount"]["amount_minor"] == 2550, "its own number: its own contract"
    assert (await beta.client.get(path)).status_code == 404


async def test_what_a_lent_account_costs_stays_the_platforms(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient, accounts: Setup
) -> None:
    body = order("CLAIM", alpha)
    body["sub_orders"][0]["lines"][1]["unit_price"] = {"amount_minor": 100, "currency": "CNY"}
    placed = (await alpha.client.post("/api/v1/orders", json=body)).json()
    shipment = placed["sub_orders"][0]["shipment_ids"][0]
    taken = await alpha.client.post(
        "/api/v1/waybills", json={"shipment_id": shipment, "courier": "YTO"}
    )
    assert taken.status_code == 201, taken.text
    term = {"kind": "compensation", "courier": "YTO", "trouble": "damaged", "insured": False}
    pays = {"freight_percent": 500, "cap_minor": 700, "claim_days": 7}
    await platform.post("/api/v1/terms", json={"term": term | pays})
    async with context.database.system() as session:
        (ticket,) = await service.open_tickets(
            session, [wish(alpha.id, UUID(shipment), "merchant")]
        )
    path = f"/api/v1/tickets/{ticket}/claim"
    mine = (await alpha.client.get(path)).json()["claim"]
    assert (mine["withheld"], mine["amount"], mine["freight"]) == (True, None, None)
    assert mine["goods_value"]["amount_minor"] == 3 * 5900 + 100
    theirs = (await platform.get(path)).json()["claim"]
    assert theirs["withheld"] is False


async def test_other_tickets_have_no_claim(context: Context, alpha: Tenant) -> None:
    ticket = await opened(context, alpha.id)
    answer = await alpha.client.get(f"/api/v1/tickets/{ticket}/claim")
    assert answer.json() == {"claim": None}, "its box has no courier yet"
