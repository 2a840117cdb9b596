"""Keeping bills. Broken, the same line is paid twice because it came on two bills."""

from __future__ import annotations

from typing import Any

from conftest import Tenant
from costs.boxes import box, line
from imports.files import one
from yichuan.core.context import Context
from yichuan.core.ids import new_id
from yichuan.costs import service


async def add(context: Context, import_id: Any, *lines: Any) -> None:
    async with context.database.system() as session:
        await service.add_lines(session, import_id, lines)


async def reconcile(context: Context) -> service.Reconciled:
    async with context.database.system() as session:
        return await service.reconcile_bills(session)


async def test_a_box_billed_on_two_bills_is_found(context: Context, alpha: Tenant) -> None:
    await box(context, alpha, "D1")
    await add(context, new_id(), line("D1", 300, bill_no="B1"))
    await reconcile(context)
    await add(context, new_id(), line("D1", 300, bill_no="B2", bill_month="202406"))
    await reconcile(context)
    reason = (
        "SELECT l.reason FROM bill_lines l JOIN bills b ON b.id = l.bill_id WHERE b.bill_no = %s"
    )
    assert await one(context, reason, "B1") == ("no_rate",)
    assert await one(context, reason, "B2") == ("duplicate",)
    cost = "SELECT cost_billed_minor FROM shipments WHERE shipment_no = 'D1'"
    assert await one(context, cost) == (600,)


async def test_lines_of_two_files_make_one_bill(context: Context) -> None:
    first, second = new_id(), new_id()
    await add(context, first, line(None, 100, bill_no="B3"), line(None, 200, bill_no="B3"))
    await add(context, second, line(None, 400, bill_no="B3"))
    await reconcile(context)
    sums = "SELECT lines, payable_minor FROM bills WHERE bill_no = 'B3'"
    assert await one(context, sums) == (3, 700)
    async with context.database.system() as session:
        assert await service.withdraw(session, first) == 2
    await reconcile(context)
    assert await one(context, sums) == (1, 400)


async def test_a_bill_without_number_is_its_month(context: Context) -> None:
    await add(context, new_id(), line(None, 100, bill_no=None, bill_month="202301"))
    found = "SELECT bill_no, period FROM bills WHERE period = '202301'"
    assert await one(context, found) == ("202301", "202301")


async def test_numbers_match_however_they_are_written(context: Context, alpha: Tenant) -> None:
    await box(context, alpha, "E1")
    async with context.database.hot_system.connection() as connection:
        await connection.execute(
            "UPDATE shipments SET waybill_number = 'YD99' WHERE shipment_no = 'E1'"
        )
        await connection.execute(
            "INSERT INTO search_tokens (merchant_id, token, target_id, kind)"
            " SELECT merchant_id, 'YD99', id, 'waybill' FROM shipments WHERE shipment_no = 'E1'"
        )
    await add(context, new_id(), line(None, 100, bill_no="B5", waybill_number=" yd99 "))
    await reconcile(context)
    matched = (
        "SELECT s.shipment_no FROM bill_lines l JOIN bills b ON b.id = l.bill_id"
        " JOIN shipments s ON s.id = l.shipment_id WHERE b.bill_no = 'B5'"
    )
    assert await one(context, matched) == ("E1",)
