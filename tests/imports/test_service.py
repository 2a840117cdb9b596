"""Importing files into the database. Broken, rows are lost, doubled, or in the wrong state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from conftest import Tenant
from imports.files import one, rejected, take, write
from yichuan.consumers import CONSUMERS
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.imports import service
from yichuan.imports.values import Owner

NOW = datetime.now(UTC)
YESTERDAY = (NOW - timedelta(days=1)).isoformat()


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def catalogue(context: Context) -> None:
    async with context.database.system() as session:
        await couriers.seed(session)


def box(number: str, **values: object) -> dict[str, Any]:
    plain = {"merchant": "M1", "shop": "旗舰店", "courier": "SF", "ship_method": "hub_waybill"}
    place = {"province": "四川", "city": "成都", "shipped_at": "2020-03-01 08:00"}
    return {"shipment_no": number, **plain, **place, **values}


async def test_a_year_of_history(context: Context, tmp_path: Path) -> None:
    rows = [
        box("H1", weight_kg="1.5", quantity="3"),
        box("H2", delivered_at="2020-03-03 10:00"),
        box("H3", merchant="M2", shop="", ship_method="self_pickup", courier="", city=""),
        box("H4", courier="顺丰速运"),
    ]
    report = await take(context, "shipments", tmp_path / "h.csv", rows)
    assert (report.rows, report.accepted, report.rejected) == (4, 4, 0)
    assert report.result == {"merchants_made": ["M1", "M2"]}
    found = await one(
        context,
        "SELECT s.milestone, s.detail, s.courier, s.ship_method, s.dest_province, s.dest_city,"
        " s.dest_adcode, s.weight_g, s.quantity, s.shipped_at = s.created_at, s.next_deadline,"
        " s.shop_name, o.state, o.order_no, p.ciphertext, p.city, s.source, h.code"
        " FROM shipments s JOIN sub_orders o ON o.recipient_id = s.recipient_id"
        " JOIN recipients p ON p.id = s.recipient_id JOIN shops h ON h.id = s.shop_id"
        " WHERE s.shipment_no = 'H1'",
    )
    assert found == (
        *("picked_up", "none", "SF", "hub_waybill", "四川省", "成都市", "510100"),
        *(1500, 3, True, None, "旗舰店", "shipped", "H1", None, "成都市", "import", "旗舰店"),
    )
    delivered = await one(
        context,
        "SELECT milestone, delivered_at = ended_at, delivered_at FROM shipments"
        " WHERE shipment_no = 'H2'",
    )
    assert delivered[:2] == ("delivered", True)
    assert delivered[2] == datetime(2020, 3, 3, 2, tzinfo=UTC)
    fetched = "SELECT courier, ship_method, milestone FROM shipments WHERE shipment_no = 'H3'"
    assert await one(context, fetched) == (None, "self_pickup", "picked_up")
    log = "SELECT count(*), min(kind), max(kind) FROM milestone_log WHERE topic = 'figures'"
    assert await one(context, log) == (4, "imported", "imported")
    await drain(context.database, CONSUMERS)
    assert await one(context, "SELECT count(*) FROM problems") == (0,)
    assert await one(context, "SELECT count(*) FROM outbox") == (0,)
    sums = "SELECT sum(shipped)::int, sum(delivered)::int FROM daily_rollups"
    assert await one(context, sums) == (4, 1)


async def test_a_finished_file_does_nothing_again(context: Context, tmp_path: Path) -> None:
    rows = [box("R1"), box("R2")]
    first = await take(context, "shipments", tmp_path / "r.csv", rows)
    second = await take(context, "shipments", tmp_path / "r.csv")
    assert (first.already, second.already) == (False, True)
    assert second.run_id == first.run_id
    forced = await take(context, "shipments", tmp_path / "r.csv", again=True)
    assert (forced.already, forced.accepted, forced.known) == (False, 0, 2)
    count = "SELECT count(*) FROM shipments WHERE shipment_no IN ('R1', 'R2')"
    assert await one(context, count) == (2,)
    longer = await take(context, "shipments", tmp_path / "r2.csv", [*rows, box("R3")])
    assert (longer.accepted, longer.known) == (1, 2)


async def test_a_later_file_brings_the_delivery(context: Context, tmp_path: Path) -> None:
    await take(context, "shipments", tmp_path / "d1.csv", [box("D1")])
    signed = box("D1", delivered_at="2020-03-05 09:00")
    report = await take(context, "shipments", tmp_path / "d2.csv", [signed])
    assert (report.accepted, report.known) == (0, 1)
    state = "SELECT milestone, delivered_at FROM shipments WHERE shipment_no = 'D1'"
    assert await one(context, state) == ("delivered", datetime(2020, 3, 5, 1, tzinfo=UTC))


async def test_rejects_have_their_reasons(context: Context, tmp_path: Path) -> None:
    rows = [
        box("B1", courier="NOBODY"),
        box("B2", shipped_at="2199-01-01"),
        box("B3", weight_kg="heavy"),
        box("B3"),
        box("B3"),
    ]
    report = await take(context, "shipments", tmp_path / "b.csv", rows)
    assert (report.accepted, report.rejected) == (1, 4)
    assert await rejected(context, report) == [
        (2, "unknown_courier", "courier"),
        (3, "bad_time", "shipped_at"),
        (4, "not_a_number", "weight_kg"),
        (6, "duplicate_key", "merchant+shipment_no"),
    ]
    async with context.database.read(None) as session:
        found = await service.rejects_of(session, context.vault, report.run_id)
    assert "NOBODY" in found[0].cells


async def test_people_are_sealed_and_found(context: Context, tmp_path: Path) -> None:
    person = {"recipient_name": "李雷", "recipient_phone": "13911112222", "address": "测试路9号"}
    await take(context, "shipments", tmp_path / "p.csv", [box("P1", shipped_at="", **person)])
    row = await one(
        context,
        "SELECT s.recipient_name, s.recipient_phone, p.wrapped_key, p.ciphertext, s.milestone,"
        " s.recipient_key IS NOT NULL, s.buyer_token IS NOT NULL"
        " FROM shipments s JOIN recipients p ON p.id = s.recipient_id WHERE s.shipment_no = 'P1'",
    )
    assert row[:2] == ("李*", "139****2222")
    assert row[4:] == ("created", True, True)
    clear = context.vault.open_record(row[2], row[3])
    assert clear == {"name": "李雷", "phone": "13911112222", "address": "测试路9号"}
    last4 = context.vault.blind("phone_last4", "2222").hex()
    token = "SELECT kind FROM search_tokens WHERE token = %s"
    assert await one(context, token, last4) == ("phone_last4",)


async def test_lines_fill_imported_boxes(context: Context, tmp_path: Path) -> None:
    await take(context, "shipments", tmp_path / "l.csv", [box("L1", quantity="9"), box("L2")])
    lines = [
        {"shipment_no": "L1", "sku": "K-1", "quantity": "2", "product_name": "保温杯"},
        {"shipment_no": "L1", "sku": "K-1", "quantity": "1", "product_name": ""},
        {"shipment_no": "L9", "sku": "K-2", "quantity": "1", "product_name": ""},
        {"shipment_no": "L2", "sku": "K-2", "quantity": "4", "product_name": ""},
    ]
    report = await take(context, "orders", tmp_path / "ll.csv", lines)
    assert (report.accepted, report.rejected) == (3, 1)
    assert await rejected(context, report) == [(4, "unknown_shipment", "shipment_no")]
    content = "SELECT goods, quantity FROM shipments WHERE shipment_no = %s"
    assert await one(context, content, "L1") == ("保温杯×2，K-1×1", 3)
    order = (
        "SELECT count(*), max(l.line_no), min(o.sub_order_no) FROM order_lines l"
        " JOIN sub_orders o ON o.id = l.sub_order_id WHERE o.sub_order_no = 'L1'"
    )
    assert await one(context, order) == (2, 2, "L1")
    sku = "SELECT count(*) FROM search_tokens WHERE token = 'K-2' AND kind = 'sku'"
    assert await one(context, sku) == (1,)
    again = await take(context, "orders", tmp_path / "ll.csv", again=True)
    assert (again.accepted, again.known) == (0, 3)
    assert await one(context, content, "L1") == ("保温杯×2，K-1×1", 3)


ORDER = {
    "merchant": "M7",
    "shop": "官方店",
    "recipient_name": "韩梅梅",
    "recipient_phone": "13700001111",
    "province": "浙江省",
    "city": "杭州市",
    "district": "余杭区",
    "address": "文一西路1号",
    "paid_at": YESTERDAY,
}


async def test_orders_wait_to_be_shipped_and_a_shipments_file_ships_them(
    context: Context, tmp_path: Path
) -> None:
    rows = [
        {**ORDER, "order_no": "W1", "sku": "A", "quantity": "1", "unit_price": "9.9"},
        {**ORDER, "order_no": "W1", "sku": "B", "quantity": "2", "unit_price": "1"},
        {**ORDER, "order_no": "W2", "sku": "A", "quantity": "1", "unit_price": ""},
    ]
    report = await take(context, "orders", tmp_path / "w.csv", rows)
    assert (report.accepted, report.rejected) == (3, 0)
    state = (
        "SELECT o.state, o.amount_minor, o.ship_by - o.paid_at, s.milestone, s.goods, s.id,"
        " s.next_deadline FROM sub_orders o JOIN shipment_lines l ON l.sub_order_id = o.id"
        " JOIN shipments s ON s.id = l.shipment_id WHERE o.sub_order_no = %s"
        " GROUP BY o.merchant_id, o.id, s.merchant_id, s.id"
    )
    waiting = await one(context, state, "W1")
    assert waiting[:5] == ("open", 1190, timedelta(hours=48), "created", "A×1，B×2")
    known = await take(context, "orders", tmp_path / "w3.csv", [rows[2]])
    assert (known.accepted, known.known) == (0, 1)
    shipped = {
        "shipment_no": "P-W1",
        "merchant": "M7",
        "order_no": "W1",
        "courier": "ZTO",
        "waybill_number": "75312345678901",
        "shipped_at": YESTERDAY,
    }
    report = await take(context, "shipments", tmp_path / "ws.csv", [shipped])
    assert report.accepted == 1
    await drain(context.database, CONSUMERS)
    after = await one(context, state, "W1")
    assert after[5] == waiting[5]
    assert (after[0], after[3], after[4], after[6]) == ("shipped", "in_transit", "A×1，B×2", None)
    row = await one(
        context,
        "SELECT s.shipment_no, s.ship_method, b.number FROM shipments s JOIN track_bindings b"
        " ON b.shipment_id = s.id WHERE s.id = %s",
        after[5],
    )
    assert row == ("P-W1", "own_number", "75312345678901")


async def test_an_order_split_by_a_batch_becomes_one(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 3)
    rows = [{**ORDER, "order_no": f"C{i // 2}", "sku": f"K{i}", "quantity": "1"} for i in range(14)]
    report = await take(context, "orders", tmp_path / "c.csv", rows)
    assert (report.accepted, report.rejected) == (14, 0)
    sums = await one(
        context,
        "SELECT count(DISTINCT o.id), count(*), max(l.line_no), count(DISTINCT s.shipment_id)"
        " FROM sub_orders o JOIN order_lines l ON l.sub_order_id = o.id"
        " JOIN shipment_lines s ON s.order_line_id = l.id WHERE o.sub_order_no ~ '^C[0-9]+$'",
    )
    assert sums == (7, 14, 2, 7)


async def test_main_orders_split_by_merchant(context: Context, tmp_path: Path) -> None:
    rows = [
        {**ORDER, "order_no": "X1", "merchant": merchant, "sku": "A", "quantity": "1"}
        for merchant in ("M7", "M8")
    ]
    await take(context, "orders", tmp_path / "x.csv", rows)
    found = await one(
        context,
        "SELECT count(*), count(DISTINCT order_id) FROM sub_orders WHERE order_no = 'X1'",
    )
    assert found == (2, 1)


async def test_several_boxes_of_one_order(context: Context, tmp_path: Path) -> None:
    rows = [
        box("Y1", order_no="Y", delivered_at="2020-03-03"),
        box("Y2", order_no="Y"),
    ]
    await take(context, "shipments", tmp_path / "y.csv", rows)
    state = "SELECT state FROM sub_orders WHERE sub_order_no = 'Y'"
    assert await one(context, state) == ("shipped",)
    assert await one(context, "SELECT count(*) FROM shipments WHERE order_no = 'Y'") == (2,)


async def test_a_merchant_imports_for_itself_only(
    context: Context, alpha: Tenant, beta: Tenant, tmp_path: Path
) -> None:
    owner = Owner(alpha.id, alpha.code, uploads=True)
    number = {"courier": "STO", "waybill_number": "773000000001", "shipped_at": YESTERDAY}
    rows: list[dict[str, Any]] = [
        {"shipment_no": "O1", **number, "delivered_at": NOW.isoformat()},
        {"shipment_no": "O2", "merchant": beta.code},
        {"shipment_no": "O3", "merchant": "NEW"},
    ]
    report = await take(context, "shipments", tmp_path / "o.csv", rows, owner=owner)
    assert (report.accepted, report.rejected) == (1, 2)
    assert {code for _, code, _ in await rejected(context, report)} == {"not_your_merchant"}
    assert report.result == {"deliveries_not_taken": 1}
    mine = "SELECT merchant_id, milestone FROM shipments WHERE shipment_no = 'O1'"
    assert await one(context, mine) == (alpha.id, "in_transit")
    assert await one(context, "SELECT count(*) FROM merchants WHERE code = 'NEW'") == (0,)
    thief = Owner(beta.id, beta.code, uploads=True)
    stolen = await take(
        context, "shipments", tmp_path / "t.csv", [{"shipment_no": "T1", **number}], owner=thief
    )
    assert await rejected(context, stolen) == [(2, "number_taken", "waybill_number")]
    same = await take(context, "shipments", tmp_path / "o.csv", owner=thief)
    assert not same.already
    assert same.run_id != report.run_id
    lines = [{"shipment_no": "O1", "sku": "S", "quantity": "1"}]
    foreign = await take(context, "orders", tmp_path / "f.csv", lines, owner=thief)
    assert await rejected(context, foreign) == [(2, "unknown_shipment", "shipment_no")]


async def test_who_must_use_the_platform_may_not_fill_in_numbers(
    context: Context, beta: Tenant, tmp_path: Path
) -> None:
    async with context.database.hot_system.connection() as connection:
        await connection.execute(
            "UPDATE merchants SET logistics_mode = 'platform' WHERE id = %s", (beta.id,)
        )
    rows = [
        {"shipment_no": "N1", "courier": "SF", "waybill_number": "SF900000001"},
        {
            "shipment_no": "N2",
            "courier": "SF",
            "waybill_number": "SF900000002",
            "shipped_at": "2020-01-01",
        },
    ]
    owner = Owner(beta.id, beta.code, uploads=True)
    report = await take(context, "shipments", tmp_path / "n.csv", rows, owner=owner)
    assert await rejected(context, report) == [(2, "platform_only", "waybill_number")]
    assert report.accepted == 1


async def test_rates_come_in_whole_or_not_at_all(context: Context, tmp_path: Path) -> None:
    rows = [
        {
            "card": "house",
            "role": "cost",
            "courier": "韵达速递",
            "dest_province": province,
            "base_price": price,
        }
        for province, price in (("四川", "2"), ("西藏", "12"), ("四川", "much"))
    ]
    report = await take(context, "rates", tmp_path / "rates.csv", rows)
    assert (report.accepted, report.rejected) == (2, 1)
    assert (report.result["cards"], report.result["card_rows"]) == (1, 2)
    card = "SELECT courier, rows FROM rate_cards WHERE name = 'house'"
    assert await one(context, card) == ("YD", 2)
    again = await take(context, "rates", tmp_path / "rates.csv", again=True)
    assert (again.accepted, again.rejected, again.result["replaced"]) == (2, 1, 1)


async def test_bills_are_reconciled_and_sign_for_boxes(context: Context, tmp_path: Path) -> None:
    await take(
        context,
        "shipments",
        tmp_path / "bs.csv",
        [box(f"Q{i}", courier="YD", weight_kg="0.8") for i in range(3)],
    )
    bill = {"bill_month": "202003", "courier": "YD", "province": "四川", "raw_weight_kg": "0.8"}
    lines = [
        {**bill, "shipment_no": "Q0", "payable": "2", "signed_at": "2020-03-04 12:00"},
        {**bill, "shipment_no": "Q1", "payable": "3.5", "signed_at": ""},
        {**bill, "shipment_no": "Q1", "payable": "3.5", "signed_at": ""},
        {**bill, "shipment_no": "gone", "payable": "2", "signed_at": ""},
    ]
    report = await take(context, "bills", tmp_path / "bill.csv", lines)
    assert report.accepted == 4
    assert (report.result["bills"], report.result["delivered"]) == (1, 1)
    found = await one(
        context,
        "SELECT lines, payable_minor, expected_minor, difference_minor, claim_minor, explained"
        " FROM bills WHERE courier = 'YD' AND bill_no = '202003'",
    )
    assert found == (4, 1100, 400, 700, 700, 2)
    box_of = (
        "SELECT milestone, cost_billed_minor, cost_expected_minor FROM shipments"
        " WHERE shipment_no = %s"
    )
    assert await one(context, box_of, "Q0") == ("delivered", 200, 200)
    assert await one(context, box_of, "Q1") == ("picked_up", 700, 200)
    assert await one(context, box_of, "Q2") == ("picked_up", None, None)
    again = await take(context, "bills", tmp_path / "bill.csv", again=True)
    assert (again.accepted, again.result["lines"]) == (4, 4)
    assert await one(context, "SELECT count(*) FROM bill_lines") == (4,)
    assert await one(context, box_of, "Q1") == ("picked_up", 700, 200)


async def test_bills_beside_lines_are_compared_when_the_lines_are_in(
    context: Context, tmp_path: Path
) -> None:
    """The weight that a bill is compared with comes from the lines of the file beside it."""
    await take(context, "shipments", tmp_path / "ws.csv", [box("W1", courier="YD")])
    line = {"shipment_no": "W1", "sku": "S", "quantity": "2", "weight_kg": "0.4"}
    lines = write(tmp_path / "wl.csv", [line])
    bill = {"bill_month": "202003", "courier": "YD", "province": "四川", "payable": "2"}
    bills = write(tmp_path / "wb.csv", [{**bill, "shipment_no": "W1"}])
    told: list[str] = []

    def watch(source: service.Source) -> service.Watch:
        return lambda _: told.append(source.kind)

    reports = await service.run_beside(
        context,
        [service.open_source(lines, "orders", None, "system:test")],
        [service.open_source(bills, "bills", None, "system:test")],
        watch,
    )
    assert [(r.kind, r.accepted) for r in reports] == [("orders", 1), ("bills", 1)]
    assert sorted(told) == ["bills", "orders"]
    found = await one(
        context,
        "SELECT expected_minor, chargeable_weight_g FROM bill_lines WHERE shipment_no = 'W1'",
    )
    assert found == (200, 800)


async def test_what_stops_one_lot_stops_the_other_and_both_go_on_later(
    context: Context, tmp_path: Path
) -> None:
    """Bills are not called finished without the lines that were to come before them."""
    await take(context, "shipments", tmp_path / "xs.csv", [box("X1", courier="YD")])
    lines = write(tmp_path / "xl.csv", [{"shipment_no": "X1", "sku": "S", "quantity": "1"}])
    row = {"bill_month": "202005", "courier": "YD", "payable": "2", "shipment_no": "X1"}
    sources = (
        [service.open_source(lines, "orders", None, "system:test")],
        [service.open_source(write(tmp_path / "xb.csv", [row]), "bills", None, "system:test")],
    )

    def broken(source: service.Source) -> service.Watch:
        def stop(_: service.Progress) -> None:
            if source.kind == "orders":
                raise RuntimeError("the power went")

        return stop

    with pytest.raises(RuntimeError):
        await service.run_beside(context, *sources, broken)
    states = "SELECT array_agg(status) FROM import_runs WHERE file_name IN ('xl.csv', 'xb.csv')"
    assert await one(context, states) == (["running", "running"],)
    reports = await service.run_beside(context, *sources, lambda _: None)
    assert [(r.accepted, r.rejected) for r in reports] == [(1, 0), (1, 0)]
    assert reports[1].result["lines"] == 1
