"""Daily rows as CSV that spreadsheet programs open as they should. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from yichuan.reports.schemas import DailyRow

COLUMNS: dict[str, str] = {
    "day": "日期",
    "merchant_name": "商家",
    "courier_name": "快递公司",
    "province": "省份",
    "created": "下单",
    "shipped": "发货",
    "picked_up": "揽收",
    "delivered": "签收",
    "returned": "退回",
    "problems": "异常",
    "fake_shipping": "虚假发货",
    "damaged_or_lost": "破损丢失",
    "on_time_shipping": "准时发货率",
    "pickup_in_time": "准时揽收率",
    "delivered_on_time": "准时签收率",
    "delivered_excused": "不可抗力迟到（不计入准时率）",
    "mean_transit_hours": "平均运输小时",
    "problem_rate": "异常率",
    "cost": "运费（元）",
}
BOM = "\ufeff"
"""Without it Excel takes UTF-8 for the local code page."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(cell: object) -> str:
    """A cell's text; what a spreadsheet would run as a formula is made plain text."""
    if cell is None:
        return ""
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA) else text


def csv_text(rows: Sequence[DailyRow], dimensions: Sequence[str]) -> str:
    """The rows under Chinese headings; dimensions that were not asked for are left out."""
    wanted = {"merchant_id": "merchant_name", "courier": "courier_name"}
    shown = {wanted.get(name, name) for name in dimensions}
    groups = ("day", "merchant_name", "courier_name", "province")
    names = [name for name in COLUMNS if name not in groups or name in shown]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([COLUMNS[name] for name in names])
    for row in rows:
        writer.writerow([safe(_cell(row, name)) for name in names])
    return BOM + out.getvalue()


def _cell(row: DailyRow, name: str) -> object:
    if name == "cost":
        if row.cost is None:
            return None
        fen = row.cost.amount_minor
        sign = "-" if fen < 0 else ""
        return float(f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}")
    value: object = getattr(row, name)
    return value
