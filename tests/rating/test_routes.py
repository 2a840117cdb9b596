"""Rate cards and quotes over HTTP. Broken, merchants see what couriers charge the platform."""

from __future__ import annotations

from typing import Any

import httpx

from conftest import Tenant

WISH = {"dest_province": "浙江省", "dest_city": "杭州市", "weight_g": 2300}


def rows(card: str, role: str, courier: str, first: str, **more: object) -> dict[str, Any]:
    """A row of first and further weight in the documented columns."""
    return {
        "card": card,
        "role": role,
        "courier": courier,
        "dest_province": "浙江",
        "first_weight_kg": 1,
        "first_price": first,
        "step_kg": "1",
        "step_price": "1.5",
        **more,
    }


async def test_cards_come_in_and_price(platform: httpx.AsyncClient) -> None:
    body = {
        "rows": [
            rows("house", "cost", "ZTO", "3.00"),
            rows("house", "cost", "ZTO", "nothing"),
            {"card": "house", "role": "cost", "courier": "ZTO"},
        ]
    }
    stored = await platform.post("/api/v1/rate-cards", json=body)
    assert stored.status_code == 201, stored.text
    answer = stored.json()
    assert [(r["index"], r["code"]) for r in answer["refused"]] == [
        (1, "not_a_number"),
        (2, "no_price"),
    ]
    card = answer["cards"][0]
    assert (card["name"], card["rows"], card["valid_from"]) == ("house", 1, "2000-01-01")
    detail = (await platform.get(f"/api/v1/rate-cards/{card['id']}")).json()
    assert detail["items"][0]["first_price_fen"] == 300
    quotes = (await platform.post("/api/v1/quotes", json=WISH)).json()
    (cost,) = [item for item in quotes["items"] if item["role"] == "cost"]
    assert cost["total"] == {"amount_minor": 600, "currency": "CNY"}
    assert [line["amount"]["amount_minor"] for line in cost["lines"]] == [300, 300]
    assert "2.3 kg" in cost["explanation_en"]
    assert "计费重量" in cost["explanation_zh"]
    assert [miss["reason"] for miss in quotes["missing"]] == ["no_card"]


async def test_merchants_see_prices_and_their_own_contracts_only(
    platform: httpx.AsyncClient, alpha: Tenant, beta: Tenant
) -> None:
    body = {
        "rows": [
            rows("list", "price", "ZTO", "6"),
            rows("list", "cost", "ZTO", "2"),
            rows("alpha", "price", "ZTO", "5", merchant="ALPHA"),
            rows("alpha contract", "cost", "ZTO", "2.5", merchant="ALPHA"),
        ]
    }
    ids = {
        card["name"] + card["role"]: card["id"]
        for card in (await platform.post("/api/v1/rate-cards", json=body)).json()["cards"]
    }
    mine = (await alpha.client.post("/api/v1/quotes", json=WISH)).json()["items"]
    assert [(q["role"], q["card"], q["total"]["amount_minor"]) for q in mine] == [
        ("price", "alpha", 800),
        ("cost", "alpha contract", 550),
    ]
    foreign = {"merchant_id": str(alpha.id), **WISH}
    theirs = (await beta.client.post("/api/v1/quotes", json=foreign)).json()
    assert [(q["role"], q["card"]) for q in theirs["items"]] == [("price", "list")]
    cards = (await alpha.client.get("/api/v1/rate-cards")).json()["items"]
    assert {card["name"] for card in cards} == {"alpha", "alpha contract"}
    assert (await beta.client.get("/api/v1/rate-cards")).json()["items"] == []
    for name in ("listcost", "alphaprice"):
        assert (await beta.client.get(f"/api/v1/rate-cards/{ids[name]}")).status_code == 404
    assert (await alpha.client.post("/api/v1/rate-cards", json=body)).status_code == 403
    removed = await alpha.client.delete(f"/api/v1/rate-cards/{ids['listprice']}")
    assert removed.status_code == 403
    gone = await platform.delete(f"/api/v1/rate-cards/{ids['listprice']}")
    assert gone.status_code == 204
    assert (await platform.get(f"/api/v1/rate-cards/{ids['listprice']}")).status_code == 404


async def test_rows_of_a_card_are_paged(platform: httpx.AsyncClient) -> None:
    body = {"rows": [rows("many", "cost", "STO", "3", dest_city=f"市{i:02d}") for i in range(7)]}
    card = (await platform.post("/api/v1/rate-cards", json=body)).json()["cards"][0]
    seen: list[int] = []
    cursor = None
    while True:
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await platform.get(f"/api/v1/rate-cards/{card['id']}", params=params)).json()
        seen += [row["position"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == list(range(1, 8))
    bad = await platform.get(f"/api/v1/rate-cards/{card['id']}", params={"cursor": "x"})
    assert bad.status_code == 422


async def test_nobody_gets_nothing(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get("/api/v1/rate-cards")).status_code == 401
    assert (await nobody.post("/api/v1/quotes", json=WISH)).status_code == 401
