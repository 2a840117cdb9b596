"""Split and merge. If these break, goods are doubled, lost or sent to the wrong buyer."""

from __future__ import annotations

from conftest import Tenant
from orders.test_routes import order


async def place(tenant: Tenant, number: str, **recipient: str) -> str:
    answer = await tenant.client.post("/api/v1/orders", json=order(number, tenant, **recipient))
    box: str = answer.json()["sub_orders"][0]["shipment_ids"][0]
    return box


async def pieces(tenant: Tenant, box: str) -> dict[str, int]:
    found = (await tenant.client.get(f"/api/v1/shipments/{box}")).json()
    return {line["sku"]: line["quantity"] for line in found["lines"]}


async def test_split_keeps_every_piece(alpha: Tenant, beta: Tenant) -> None:
    box = await place(alpha, "R1")
    found = (await alpha.client.get(f"/api/v1/shipments/{box}")).json()
    cup = next(line["id"] for line in found["lines"] if line["sku"] == "CUP-1")
    wish = {"boxes": [[{"shipment_line_id": cup, "quantity": 2}]]}
    assert (await beta.client.post(f"/api/v1/shipments/{box}/split", json=wish)).status_code == 404
    made = await alpha.client.post(f"/api/v1/shipments/{box}/split", json=wish)
    assert made.status_code == 200, made.text
    old, new = made.json()["ids"]
    assert await pieces(alpha, old) == {"CUP-1": 1, "LID-2": 1}
    assert await pieces(alpha, new) == {"CUP-1": 2}
    fresh = (await alpha.client.get(f"/api/v1/shipments/{new}")).json()
    assert (fresh["goods"], fresh["weight_g"]) == ("保温杯×2", 800)
    too_many = {"boxes": [[{"shipment_line_id": cup, "quantity": 9}]]}
    answer = await alpha.client.post(f"/api/v1/shipments/{old}/split", json=too_many)
    assert answer.status_code == 422


async def test_merge_only_for_the_same_recipient(alpha: Tenant) -> None:
    first, second = await place(alpha, "R2"), await place(alpha, "R3")
    other = await place(alpha, "R4", phone="13700000000")
    groups = (await alpha.client.get("/api/v1/shipments/merge-suggestions")).json()
    assert any({first, second} <= set(group["shipment_ids"]) for group in groups)
    wrong = await alpha.client.post(
        "/api/v1/shipments/merge", json={"shipment_ids": [first, other]}
    )
    assert wrong.status_code == 409
    done = await alpha.client.post(
        "/api/v1/shipments/merge", json={"shipment_ids": [first, second]}
    )
    assert done.json() == {"id": first}
    box = (await alpha.client.get(f"/api/v1/shipments/{first}")).json()
    assert box["quantity"] == 8
    ended = (await alpha.client.get(f"/api/v1/shipments/{second}")).json()
    assert ended["milestone"] == "cancelled"
    by_order = (await alpha.client.get("/api/v1/shipments", params={"q": "R3"})).json()["items"]
    assert first in {row["id"] for row in by_order}


async def test_lists_page_and_count(alpha: Tenant) -> None:
    for number in range(5):
        await place(alpha, f"P{number}")
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await alpha.client.get("/api/v1/shipments", params=params)).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) >= 5
    counts = (await alpha.client.get("/api/v1/shipments/counts")).json()
    assert counts["to_ship"] >= 5
    bad = await alpha.client.get("/api/v1/shipments", params={"cursor": "rubbish"})
    assert bad.status_code == 422


async def test_the_most_urgent_box_stands_first(alpha: Tenant) -> None:
    params: dict[str, str | int] = {"queue": "to_print", "sort": "ship_by", "limit": 2}
    seen: list[dict[str, str | None]] = []
    while True:
        page = (await alpha.client.get("/api/v1/shipments", params=params)).json()
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    clocks = [row["ship_by"] or "9999" for row in seen]
    assert len({row["id"] for row in seen}) == len(seen) > 2
    assert clocks == sorted(clocks)
    refused = await alpha.client.get("/api/v1/shipments", params={"sort": "ship_by"})
    assert refused.status_code == 422
