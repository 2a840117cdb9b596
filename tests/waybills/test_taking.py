"""Taking numbers. If these break, merchants pay twice, ship held orders or print wrong labels."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import pypdfium2
import zxingcpp
from sqlalchemy import text

from conftest import Tenant
from orders.test_routes import order
from waybills.conftest import Setup
from yichuan.core.context import Context
from yichuan.identity.callers import Caller
from yichuan.waybills import taking


async def box(tenant: Tenant, number: str) -> tuple[str, str]:
    """A placed order: (sub-order id, shipment id)."""
    placed = (await tenant.client.post("/api/v1/orders", json=order(number, tenant))).json()
    sub = placed["sub_orders"][0]
    return sub["id"], sub["shipment_ids"][0]


async def take(tenant: Tenant, shipment: str, **wish: str) -> httpx.Response:
    return await tenant.client.post("/api/v1/waybills", json={"shipment_id": shipment} | wish)


async def test_a_number_with_a_reason_and_a_label(alpha: Tenant, accounts: Setup) -> None:
    _, shipment = await box(alpha, "W1")
    answer = await take(alpha, shipment)
    assert answer.status_code == 201, answer.text
    waybill = answer.json()
    assert waybill["state"] == "issued"
    assert waybill["number"]
    found = (await alpha.client.get(f"/api/v1/shipments/{shipment}")).json()
    assert found["ship_method"] == "hub_waybill"
    assert found["waybill_number"] == waybill["number"]
    assert found["shipped_at"] is None
    assert waybill["courier"] in found["dispatch_reason"]["en"]
    assert len(found["dispatch_reason"]["candidates"]) > 1
    label = await alpha.client.get(f"/api/v1/waybills/{waybill['id']}/label")
    assert label.headers["content-type"] == "application/pdf"
    page = pypdfium2.PdfDocument(label.content)[0]
    words = "".join(page.get_textpage().get_text_range().split())
    assert "张伟" in words
    assert "人民南路四段" in words
    codes = {c.text for c in zxingcpp.read_barcodes(page.render(scale=4).to_pil())}
    assert waybill["number"] in codes
    by_number = await alpha.client.get("/api/v1/shipments", params={"q": waybill["number"]})
    assert [row["id"] for row in by_number.json()["items"]] == [shipment]


async def test_taking_again_gives_the_same_number(
    alpha: Tenant, accounts: Setup, context: Context
) -> None:
    _, shipment = await box(alpha, "W2")
    answers = await asyncio.gather(*(take(alpha, shipment) for _ in range(4)))
    numbers = {answer.json()["number"] for answer in answers}
    assert len(numbers) == 1, [a.text for a in answers]
    async with context.database.system() as session:
        count = await session.scalar(
            text("SELECT count(*) FROM waybills WHERE shipment_id = :s"), {"s": shipment}
        )
    assert count == 1


async def test_a_held_order_gets_no_number(alpha: Tenant, accounts: Setup) -> None:
    sub, shipment = await box(alpha, "W3")
    await alpha.client.post(f"/api/v1/orders/{sub}/hold", json={"reason": "退款"})
    answer = await take(alpha, shipment)
    assert answer.status_code == 409
    assert "hold" in answer.json()["detail"]


async def test_hold_after_the_number_stops_the_label(alpha: Tenant, accounts: Setup) -> None:
    sub, shipment = await box(alpha, "W4")
    waybill = (await take(alpha, shipment)).json()
    assert (
        await alpha.client.post(f"/api/v1/orders/{sub}/hold", json={"reason": "退款"})
    ).status_code == 200
    label = await alpha.client.get(f"/api/v1/waybills/{waybill['id']}/label")
    assert label.status_code == 409


async def test_cancel_gives_the_number_back(alpha: Tenant, beta: Tenant, accounts: Setup) -> None:
    _, shipment = await box(alpha, "W5")
    waybill = (await take(alpha, shipment, courier="YTO")).json()
    assert waybill["courier"] == "YTO"
    path = f"/api/v1/waybills/{waybill['id']}/cancel"
    assert (await beta.client.post(path)).status_code == 404
    done = await alpha.client.post(path)
    assert (done.status_code, done.json()["state"]) == (200, "cancelled")
    found = (await alpha.client.get(f"/api/v1/shipments/{shipment}")).json()
    assert (found["waybill_number"], found["courier"]) == (None, None)
    again = (await take(alpha, shipment)).json()
    assert again["state"] == "issued"
    assert again["number"] != waybill["number"]


class LosesAnswers(httpx.AsyncBaseTransport):
    """Delivers every request, and loses the first answers on the way back."""

    def __init__(self, http: httpx.AsyncClient, lose: int) -> None:
        self._inner, self._left = http._transport, lose

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        if self._left > 0:
            self._left -= 1
            raise httpx.ReadTimeout("lost")
        return answer


async def test_a_lost_answer_buys_no_second_number(
    alpha: Tenant, accounts: Setup, context: Context, courier_http: httpx.AsyncClient
) -> None:
    """Both answers are lost; the resolver asks with the same order code and gets that number."""
    _, shipment = await box(alpha, "W6")
    caller = Caller(id="test", name="test", role="merchant", merchant_id=alpha.id)
    before = await courier_http.get("http://couriers.test/sim/stats")
    async with httpx.AsyncClient(transport=LosesAnswers(courier_http, 2)) as http:
        (lost,) = await taking.take(context, http, caller, [UUID(shipment)], courier="ZTO")
        assert lost.error is not None
        rows = (await alpha.client.get(f"/api/v1/shipments/{shipment}/waybills")).json()["items"]
        assert [row["state"] for row in rows] == ["requested"]
        assert await taking.resolve_lost(context, http) == 0, "too early: it may still come"
        async with context.database.system() as session:
            await session.execute(
                text("UPDATE waybills SET requested_at = now() - interval '1 hour'")
            )
        assert await taking.resolve_lost(context, http) == 1
    rows = (await alpha.client.get(f"/api/v1/shipments/{shipment}/waybills")).json()["items"]
    assert [row["state"] for row in rows] == ["issued"]
    found = (await alpha.client.get(f"/api/v1/shipments/{shipment}")).json()
    assert found["waybill_number"] == rows[0]["number"]
    after = await courier_http.get("http://couriers.test/sim/stats")
    assert issued(after) - issued(before) == 1


def issued(stats: httpx.Response) -> int:
    """Numbers the simulated couriers have allotted."""
    count: int = stats.json()["waybills"]
    return count


async def test_own_numbers_by_paste_answer_per_row(alpha: Tenant, accounts: Setup) -> None:
    _, first = await box(alpha, "W7")
    await box(alpha, "W8")
    rows = [
        {"shipment_id": first, "courier": "YTO", "number": "YT8800000000001"},
        {"order_no": "W8", "courier": "韵达", "number": "4310000000001"},
        {"order_no": "NOPE", "courier": "YTO", "number": "YT8800000000002"},
        {"order_no": "W8", "courier": "YTO", "number": "YT8800000000003"},
        {"shipment_id": first, "courier": "没听过", "number": "YT8800000000004"},
    ]
    answer = await alpha.client.post("/api/v1/shipments/own-numbers", json={"rows": rows})
    results = answer.json()["items"]
    assert [row["ok"] for row in results] == [True, True, False, False, False]
    assert [r["error"]["code"] for r in results[2:]] == ["not_found", "conflict", "invalid"]
    found = (await alpha.client.get(f"/api/v1/shipments/{first}")).json()
    assert (found["ship_method"], found["waybill_number"]) == ("own_number", "YT8800000000001")
    assert found["shipped_at"] is not None


async def test_own_numbers_tell_their_courier_or_ask(alpha: Tenant, accounts: Setup) -> None:
    """Without a courier, only a number that can be one courier's is taken."""
    boxes = [(await box(alpha, f"G{n}"))[1] for n in range(3)]
    numbers = ("YT8800000000011", "300512345678", "QQ-0000-1")
    rows = [{"shipment_id": b, "number": n} for b, n in zip(boxes, numbers, strict=True)]
    answer = await alpha.client.post("/api/v1/shipments/own-numbers", json={"rows": rows})
    sure, several, nobodys = answer.json()["items"]
    assert (sure["ok"], sure["courier"], sure["guessed"]) == (True, "YTO", True)
    assert sure["score"] > 0.95
    assert (several["ok"], several["courier"], nobodys["ok"]) == (False, None, False)
    assert "顺丰速运" in several["error"]["detail"]
    assert several["score"] < 0.95
    assert "认不出" in nobodys["error"]["detail"]
    found = [(await alpha.client.get(f"/api/v1/shipments/{one}")).json() for one in boxes]
    assert [one["courier"] for one in found] == ["YTO", None, None]
    assert found[1]["shipped_at"] is None
    # Said by the clerk, the very same number is taken.
    rows = [{"shipment_id": boxes[1], "courier": "安能快运", "number": numbers[1]}]
    answer = await alpha.client.post("/api/v1/shipments/own-numbers", json={"rows": rows})
    (told,) = answer.json()["items"]
    assert (told["ok"], told["guessed"], told["score"]) == (True, False, None)


async def test_a_batch_prints_what_it_can(
    alpha: Tenant, accounts: Setup, context: Context, courier_http: httpx.AsyncClient
) -> None:
    good = [(await box(alpha, f"J{n}"))[1] for n in range(3)]
    sub, held = await box(alpha, "J9")
    await alpha.client.post(f"/api/v1/orders/{sub}/hold", json={"reason": "退款"})
    wish = {"shipment_ids": [*good, held], "size": "100x150"}
    before = (await alpha.client.post("/api/v1/print-jobs/preflight", json=wish)).json()
    assert before["ready"] == 3
    assert [b["code"] for b in before["blockers"]] == ["hold"]
    assert sum(a["needed"] for a in before["accounts"]) == 3
    assert before["doubts"] == []
    job = (await alpha.client.post("/api/v1/print-jobs", json=wish)).json()["jobs"][0]
    await taking_job(context, courier_http, alpha, job["id"])
    done = (await alpha.client.get(f"/api/v1/print-jobs/{job['id']}")).json()
    assert (done["state"], done["succeeded"], done["failed"]) == ("done", 3, 1)
    assert [item["state"] for item in done["items"]] == ["done", "done", "done", "failed"]
    assert all(item["waybill_number"] and item["order_no"] for item in done["items"][:3])
    pdf = await alpha.client.get(f"/api/v1/print-jobs/{job['id']}/labels")
    assert len(pypdfium2.PdfDocument(pdf.content)) == 3
    shipped = await alpha.client.post(
        "/api/v1/shipments/hand-over", json={"shipment_ids": [*good, held]}
    )
    assert [row["ok"] for row in shipped.json()["items"]] == [True, True, True, False]


async def test_a_doubtful_address_is_named_and_printed(alpha: Tenant, accounts: Setup) -> None:
    sub, shipment = await box(alpha, "J7")
    wish = {
        "name": "李雷",
        "phone": "13911112222",
        "province": "广东省",
        "city": "深圳市",
        "district": "南山区",
        "address": "浙江省杭州市西湖区某某花园",
    }
    assert (await alpha.client.post(f"/api/v1/orders/{sub}/address", json=wish)).is_success
    batch = {"shipment_ids": [shipment], "size": "100x150"}
    before = (await alpha.client.post("/api/v1/print-jobs/preflight", json=batch)).json()
    assert (before["ready"], before["blockers"]) == (1, [])
    found = [(doubt["code"], doubt["shipment_ids"]) for doubt in before["doubts"]]
    assert found == [("address_conflict", [shipment]), ("no_house_number", [shipment])]


async def taking_job(
    context: Context, http: httpx.AsyncClient, tenant: Tenant, job_id: str
) -> None:
    """What the worker does with the queued job."""
    from yichuan.waybills import printing

    async with context.database.system() as session:
        args = await session.scalar(
            text("SELECT args FROM procrastinate_jobs WHERE args->>'job_id' = :j"), {"j": job_id}
        )
    assert args["merchant_id"] == str(tenant.id)
    await printing.run_job(context, http, tenant.id, UUID(job_id), None)


async def test_the_account_test_button(alpha: Tenant, platform: httpx.AsyncClient,
                                       accounts: Setup) -> None:  # fmt: skip
    answer = await platform.post(f"/api/v1/courier-accounts/{accounts.accounts['ZTO']}/test")
    assert answer.json()["ok"] is True
    assert answer.json()["balance"] <= 500
    listed = (await alpha.client.get("/api/v1/courier-accounts")).json()["items"]
    assert {row["merchant_id"] for row in listed} == {None}
    assert not any("password" in key or "secret" in key for key in listed[0])
