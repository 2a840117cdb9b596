"""The mapping files and the Yunda contract on a real warehouse year.

Broken, the real files no longer come in whole, or a real contract is priced otherwise than its
courier billed it. Needs YICHUAN_DATA; without it these tests are skipped and say so.
"""

import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from yichuan.core.mapping import load_mapping
from yichuan.core.mapplan import MappedFile, RowTable
from yichuan.rating.cards import RateBook, build_book
from yichuan.rating.reconcile import OurShipment, reconcile
from yichuan.rating.rows import BILLS, KNOWN_SHIPMENTS, RATES, BillRow, RateCardRow

DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))
MAPS = Path(__file__).parents[2] / "bench" / "maps"
pytestmark = pytest.mark.skipif(
    not (DATA / "other" / "cw_carrier_bills.csv.gz").is_file(),
    reason=f"REAL DATA NOT CHECKED: no datasets in {DATA}, set YICHUAN_DATA",
)
CARDS = {
    "cn_yunda_vip_2020_sichuan": "cn_yunda_vip_2020_sichuan",
    "cn_cloudwarehouse_merchant_rates": "cn_cloudwarehouse_merchant_rates",
    "cn_ltl_anneng_2025": "cn_ltl_anneng",
    "cn_ltl_xinliang_2025": "cn_ltl_xinliang",
    "cn_sf_sto_wuxi_2025": "cn_sf_sto_wuxi",
}
BY_WORDS = {"内蒙古", "海南", "西藏", "新疆"}
"""Provinces the contract prices by a rule in words."""


@cache
def read(name: str, mapping: str, kind: str) -> tuple[list[Any], int, int]:
    """Rows, rejects and data rows of a real file."""
    tables: dict[str, RowTable[Any]] = {"b": BILLS, "r": RATES, "s": KNOWN_SHIPMENTS}
    path = DATA / ("rates" if kind == "r" else "other") / name
    file = MappedFile(path, tables[kind], load_mapping(MAPS / f"{mapping}.toml"))
    rows: list[Any] = []
    rejected = done = 0
    for batch in file.batches():
        rows += batch.rows
        rejected += len(batch.rejects)
        done = batch.done
    return rows, rejected, done


@cache
def yunda() -> tuple[RateBook, list[BillRow], list[OurShipment]]:
    cards: list[RateCardRow] = read(
        "cn_yunda_vip_2020_sichuan.csv", "cn_yunda_vip_2020_sichuan", "r"
    )[0]
    bills = [
        b for b in read("cw_carrier_bills.csv.gz", "cw_carrier_bills", "b")[0] if b.courier == "YD"
    ]
    shipments = [
        OurShipment(row.shipment_no, row.courier or "", "", row.province or "", row.city or "")
        for row in read("cw_shipments.csv.gz", "cw_shipments", "s")[0]
    ]
    book, problems = build_book(cards)
    assert not problems
    return book, bills, shipments


@pytest.mark.parametrize("name", CARDS)
def test_every_real_rate_table_comes_in_whole(name: str) -> None:
    rows, rejected, _ = read(f"{name}.csv", CARDS[name], "r")
    book, problems = build_book(rows)
    assert rows
    assert rejected == 0
    assert not problems
    assert book.cards


def test_the_real_year_comes_in_whole() -> None:
    for name, kind, least in (("cw_shipments", "s", 56_815), ("cw_carrier_bills", "b", 37_684)):
        rows, rejected, done = read(f"{name}.csv.gz", name, kind)
        assert rejected == 0
        assert len(rows) == done >= least


def test_real_bills_name_their_destinations() -> None:
    bills = read("cw_carrier_bills.csv.gz", "cw_carrier_bills", "b")[0]
    nowhere = Counter(b.courier for b in bills if not (b.province or b.city or b.area))
    assert sum(nowhere.values()) <= 60


def test_the_yunda_contract_explains_the_real_bills() -> None:
    """Billed amounts against the contract: all lines up to 5.5 kg, 99 % above, all by words."""
    book, bills, shipments = yunda()
    checks = reconcile(bills, book, shipments)
    priced: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for check in checks:
        bill = bills[check.index]
        if check.reason == "not_our_shipment":
            continue
        assert bill.raw_weight_g is not None
        words = bill.province in BY_WORDS
        part = "words" if words else "light" if bill.raw_weight_g <= 5_500 else "heavy"
        priced[part] += 1
        agreed[part] += check.reason in {"match", "wrong_zone"}
    assert priced["light"] >= 10_200
    assert priced["heavy"] >= 50
    assert priced["words"] >= 400
    assert agreed["light"] == priced["light"]
    assert agreed["words"] == priced["words"]
    assert agreed["heavy"] * 100 >= priced["heavy"] * 99
