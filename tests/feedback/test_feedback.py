"""What buyers say. If these break, a stranger or the merchant itself rates deliveries, a report
reaches nobody, or one angry evening fills the queue."""

from __future__ import annotations

import httpx
import pytest

from conftest import Tenant
from exceptions.boxes import change
from feedback.parcels import TAIL, delivered
from yichuan.core.context import Context
from yichuan.feedback.service import PER_DAY


async def test_a_delivery_is_rated_once_by_its_buyer(
    context: Context, alpha: Tenant, beta: Tenant, nobody: httpx.AsyncClient
) -> None:
    """Not before it arrived, not with wrong digits, not twice; phones in the words are taken out;
    only its merchant and the platform read it."""
    box, link = await delivered(context, alpha, milestone="in_transit")
    wish = {"phone_last4": TAIL, "stars": 4, "tags": ["fast"], "words": "很快，电话13900001111"}
    assert (await nobody.post(f"{link}/rating", json=wish)).status_code == 409
    async with context.database.system() as session:
        await change(session, alpha.id, box, milestone="delivered")
    wrong = await nobody.post(f"{link}/rating", json=wish | {"phone_last4": "0000"})
    assert wrong.status_code == 403
    assert (await nobody.post(f"{link}/rating", json=wish | {"stars": 6})).status_code == 422
    assert (await nobody.post(f"{link}/rating", json=wish)).status_code == 204
    assert (await nobody.post(f"{link}/rating", json=wish | {"stars": 1})).status_code == 409
    seen = (await nobody.get(f"{link}.json", params={"phone_last4": TAIL})).json()["rating"]
    assert (seen["stars"], seen["tags"]) == (4, ["fast"])
    assert "13900001111" not in seen["words"]
    assert (await nobody.get(f"{link}.json")).json()["rating"] is None
    path = "/api/v1/ratings"
    (row,) = (await alpha.client.get(path, params={"shipment_id": str(box)})).json()["items"]
    assert (row["stars"], row["courier"]) == (4, "ZTO")
    assert (await beta.client.get(path, params={"shipment_id": str(box)})).json()["items"] == []


async def test_ratings_are_counted_narrowed_and_exported(
    context: Context, beta: Tenant, alpha: Tenant, nobody: httpx.AsyncClient
) -> None:
    """A merchant finds what went wrong, and nothing of others is in its figures."""
    for stars, words in ((5, "好"), (2, "=1+1 太慢"), (1, "破了")):
        _, link = await delivered(context, beta, courier="STO")
        wish = {"phone_last4": TAIL, "stars": stars, "tags": ["slow"], "words": words}
        assert (await nobody.post(f"{link}/rating", json=wish)).status_code == 204
    path, mine = "/api/v1/ratings", {"courier": "STO"}
    found = (await beta.client.get(f"{path}/summary", params=mine)).json()
    assert (found["count"], found["mean"], found["tags"]) == (3, 2.67, {"slow": 3})
    assert found["stars"] == {"1": 1, "2": 1, "3": 0, "4": 0, "5": 1}
    bad = (await beta.client.get(path, params=mine | {"max_stars": 2})).json()["items"]
    assert [row["stars"] for row in bad] == [1, 2]
    file = await beta.client.get(f"{path}/export.csv", params=mine | {"max_stars": 2})
    lines = file.text.splitlines()
    assert len(lines) == 3
    assert "'=1+1 太慢" in lines[2]
    others = (await alpha.client.get(f"{path}/summary", params=mine)).json()
    assert (others["count"], others["mean"]) == (0, None)


async def test_a_report_opens_a_ticket_and_the_next_joins_it(
    context: Context, alpha: Tenant, nobody: httpx.AsyncClient
) -> None:
    """The buyer sees how it stands, but nothing of what others write in the case."""
    box, link = await delivered(context, alpha)
    wish = {"phone_last4": TAIL, "kind": "wrong_address", "words": "门牌写错了"}
    assert (await nobody.post(f"{link}/reports", json=wish)).status_code == 204
    assert (await nobody.post(f"{link}/reports", json=wish)).status_code == 204
    found = await alpha.client.get("/api/v1/tickets", params={"shipment_id": str(box)})
    (ticket,) = found.json()["items"]
    stands = (ticket["kind"], ticket["party"], ticket["state"])
    assert stands == (
        "address_issue",
        "merchant",
        "open",
    )
    case = (await alpha.client.get(f"/api/v1/tickets/{ticket['id']}")).json()
    said = [m["body"] for m in case["messages"] if m["actor_name"] == "买家"]
    assert said == ["门牌写错了", "门牌写错了"]
    await alpha.client.post(
        f"/api/v1/tickets/{ticket['id']}/close", json={"body": "内部说明", "outcome": "reshipped"}
    )
    answer = await nobody.get(f"{link}.json", params={"phone_last4": TAIL})
    states = {(r["kind"], r["state"], r["outcome"]) for r in answer.json()["reports"]}
    assert states == {("wrong_address", "closed", "reshipped")}
    assert "内部说明" not in answer.text
    assert (await nobody.get(f"{link}.json")).json()["reports"] == []


async def test_reports_are_limited(
    context: Context, alpha: Tenant, nobody: httpx.AsyncClient
) -> None:
    """So many a day for one parcel; and not received is said of signed parcels only."""
    box, link = await delivered(context, alpha, milestone="in_transit")
    wish = {"phone_last4": TAIL, "kind": "not_received"}
    assert (await nobody.post(f"{link}/reports", json=wish)).status_code == 409
    wish["kind"] = "other"
    for _ in range(PER_DAY):
        assert (await nobody.post(f"{link}/reports", json=wish)).status_code == 204
    last = await nobody.post(f"{link}/reports", json=wish)
    assert (last.status_code, last.json()["code"]) == (429, "too_many_reports")
    assert box


@pytest.mark.parametrize("door", ["rating", "reports"])
async def test_guesses_are_counted_here_too(
    context: Context, alpha: Tenant, nobody: httpx.AsyncClient, door: str
) -> None:
    """Nobody finds the digits through these doors."""
    _, link = await delivered(context, alpha)
    wish = {"stars": 5, "kind": "other"}
    codes = [
        (await nobody.post(f"{link}/{door}", json=wish | {"phone_last4": f"000{n}"})).status_code
        for n in range(6)
    ]
    assert codes == [403] * 5 + [429]
    right = await nobody.post(f"{link}/{door}", json=wish | {"phone_last4": TAIL})
    assert right.status_code == 429
