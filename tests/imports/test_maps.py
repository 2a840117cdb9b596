"""The mapping files of the warehouse year. Broken, the demonstration on real data loses rows.

Needs YICHUAN_DATA; without it these tests are skipped and say so.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from yichuan.core.mapping import load_mapping
from yichuan.core.mapplan import MappedFile
from yichuan.imports.rows import ORDERS, SHIPMENTS, OrderRow, ShipmentRow

DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data")) / "other"
MAPS = Path(__file__).parents[2] / "bench" / "maps"
pytestmark = pytest.mark.skipif(
    not (DATA / "cw_shipments.csv.gz").is_file(),
    reason=f"REAL DATA NOT CHECKED: no datasets in {DATA}, set YICHUAN_DATA",
)


def test_all_shipments_come_in() -> None:
    mapping = load_mapping(MAPS / "cw_shipments.toml")
    rows: list[ShipmentRow] = []
    for batch in MappedFile(DATA / "cw_shipments.csv.gz", SHIPMENTS, mapping).batches():
        assert not batch.rejects
        rows += batch.rows
    assert len(rows) >= 56_815
    assert len({row.merchant for row in rows}) >= 15
    assert len({(row.merchant, row.shop) for row in rows}) >= 53
    methods = Counter(row.ship_method for row in rows)
    assert set(methods) == {"hub_waybill", "self_pickup", "own_fleet"}
    couriers = {row.courier for row in rows if row.ship_method == "hub_waybill"}
    assert couriers == {"HTKY", "YD", "SF", "ZTOKY", "ZTO"}
    assert all(row.courier is None for row in rows if row.ship_method != "hub_waybill")
    assert all(row.weight_g != 0 for row in rows)
    assert all(row.shipped_at is not None for row in rows)


def test_all_lines_come_in() -> None:
    mapping = load_mapping(MAPS / "cw_lines.toml")
    rows: list[OrderRow] = []
    for batch in MappedFile(DATA / "cw_lines.csv.gz", ORDERS, mapping).batches():
        assert not batch.rejects
        rows += batch.rows
    assert len(rows) >= 60_442
    assert all(row.shipment_no and row.sku and row.quantity > 0 for row in rows)
