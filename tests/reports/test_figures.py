"""Figures and exports, without a database.

If these break, a number opens the wrong parcels, or a spreadsheet runs what a name contains.
"""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from yichuan.core.money import Money
from yichuan.reports.export import csv_text, safe
from yichuan.reports.figures import drill_days, funnel, rates, share, trend
from yichuan.reports.schemas import DailyRow
from yichuan.rollups.counting import MEASURES

SUMS = dict.fromkeys(MEASURES, 0) | {
    "created": 10,
    "shipped": 8,
    "ship_due": 8,
    "shipped_on_time": 6,
    "delivered": 4,
    "transit_hours": 150,
    "problems": 2,
    "cost_minor": 123456,
}
TODAY = date(2026, 3, 10)


def test_rates_need_something_to_count() -> None:
    found = rates(SUMS)
    assert (found["on_time_shipping"], found["problem_rate"]) == (0.75, 0.25)
    assert found["mean_transit_hours"] == 37.5
    assert found["pickup_in_time"] is None
    assert found["cost"] == Money(amount_minor=123456)
    assert share(1, 3) == 0.3333


def test_funnel_shows_today_and_what_stands_there() -> None:
    standing = {"created": 3, "in_transit": 5, "arriving": 2, "delivered": 99}
    stages = {s.key: s for s in funnel(TODAY, SUMS, standing, {"merchant_id": "m"})}
    assert list(stages) == [
        "paid",
        "shipped",
        "picked_up",
        "in_transit",
        "out_for_delivery",
        "delivered",
    ]
    assert (stages["paid"].today, stages["paid"].standing) == (10, 3)
    assert (stages["in_transit"].today, stages["in_transit"].standing) == (None, 7)
    assert (stages["delivered"].today, stages["delivered"].standing) == (4, None)
    drill = stages["in_transit"].standing_drill
    assert drill is not None
    assert drill.query == {"milestone": ["in_transit", "arriving"], "merchant_id": "m"}


def test_a_day_opens_the_parcels_of_that_day_in_china() -> None:
    query = drill_days("returned", date(2026, 2, 27), date(2026, 2, 28), {"courier": "-"}).query
    assert query == {
        "ended_from": "2026-02-27T00:00:00+08:00",
        "ended_to": "2026-03-01T00:00:00+08:00",
        "milestone": ["returned"],
        "courier": "-",
    }


def test_trend_has_a_row_for_days_without_anything() -> None:
    rows = trend([date(2026, 3, 9), TODAY], {TODAY: SUMS}, {})
    assert [(r.day, r.created) for r in rows] == [(date(2026, 3, 9), 0), (TODAY, 10)]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-2", "'-2"),
        (-2, "-2"),
        (None, ""),
        ("浙江省", "浙江省"),
    ],
)
def test_cells_are_never_formulas(cell: object, text: str) -> None:
    assert safe(cell) == text


def test_csv_opens_in_excel_with_what_was_asked_for() -> None:
    row = DailyRow(**rates(SUMS), day=TODAY, courier="ZTO", courier_name="中通快递")
    text = csv_text([row], ["day", "courier"])
    assert text.startswith("\ufeff")
    header, cells = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    line = dict(zip(header, cells, strict=True))
    assert (line["日期"], line["快递公司"], line["运费（元）"]) == (
        "2026-03-10",
        "中通快递",
        "1234.56",
    )
    assert "商家" not in line
    assert "省份" not in line
