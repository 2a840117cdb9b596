"""`yichuan rate`. Broken, a shell script pays a bill that was never checked."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from yichuan.rating.commands import OUT_COLUMNS, rate_app

RATES = (
    "card,role,courier,dest_province,weight_to_kg,first_weight_kg,first_price,step_kg,step_price\n"
    "甲,cost,YD,广东,,1,5.00,1,2.00\n"
    "乙,cost,SF,广东,20,1,12.00,1,3.00\n"
    "丙,price,*,广东,,1,8.00,1,3.00\n"
)
BILLS = (
    "月,快递,单号,运单,省,重,应付\n"
    "202009,韵达,S1,W1,广东,1.5,7.00\n"
    "202009,韵达,S2,W2,广东,2.5,9.00\n"
    "202009,韵达,S3,=W3,广东,1,6.00\n"
    "202009,韵达,S4,W4,广东,一,7.00\n"
)
BILLS_MAP = """
rows = "bills"
[tables.courier]
"韵达" = "YD"
[columns]
bill_month = "月"
courier = { from = "快递", table = "courier" }
shipment_no = "单号"
waybill_number = "运单"
province = "省"
raw_weight_kg = "重"
payable = "应付"
"""
SHIPMENTS = (
    "shipment_no,merchant,courier,province,weight_kg\n"
    "S1,M1,YD,广东,1.48\nS2,M1,YD,广东,1.2\nS3,M1,YD,广东,0\n"
)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "rates.csv": RATES,
        "bills.csv": BILLS,
        "bills.toml": BILLS_MAP,
        "shipments.csv": SHIPMENTS,
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rate_app, list(arguments))


QUOTE = ("quote", "--rates", "rates.csv", "--to-province", "广东省")


def test_quotes_cheapest_first(files: Path) -> None:
    result = run(*QUOTE, "--weight-kg", "1.2", "--json")
    assert result.exit_code == 0, result.output
    quotes = json.loads(result.stdout)["quotes"]
    assert [(q["courier"], q["total"]) for q in quotes] == [
        ("YD", {"amount_minor": 700, "currency": "CNY"}),
        ("SF", {"amount_minor": 1500, "currency": "CNY"}),
    ]
    assert sum(part["amount_minor"] for part in quotes[0]["lines"]) == 700
    assert "合计 7.00 元" in quotes[0]["explanation_zh"]


def test_quote_in_words_and_by_price(files: Path) -> None:
    result = run(*QUOTE, "--weight-kg", "1.2kg", "--role", "price", "--courier", "JD")
    assert result.exit_code == 0, result.output
    assert "11.00 CNY" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (*QUOTE, "--weight-kg", "25", "--courier", "SF"),
        (*QUOTE, "--weight-kg", "heavy"),
        (*QUOTE, "--weight-kg", "1", "--role", "gift"),
        (*QUOTE, "--weight-kg", "1", "--size-cm", "30x20"),
        (*QUOTE, "--weight-kg", "1", "--rates-map", "bills.toml"),
        (*QUOTE, "--weight-kg", "1", "--rates-map", "a.toml", "--rates-map", "b.toml"),
        ("quote", "--rates", "none.csv", "--to-province", "广东", "--weight-kg", "1"),
        ("quote", "--rates", "rates.csv", "--to-province", "湖南", "--weight-kg", "1"),
    ],
)
def test_no_quote_is_no_success(files: Path, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 1


def test_a_bill_is_reconciled(files: Path) -> None:
    result = run(
        *("reconcile", "--rates", "rates.csv", "--bills", "bills.csv", "--bills-map"),
        *("bills.toml", "--shipments", "shipments.csv", "--out", "out.csv", "--json"),
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["lines"], found["explained"], found["rejected"]) == (3, 2, 1)
    assert found["due_minor"] == 2200
    with (files / "out.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == OUT_COLUMNS
    assert [(r["line"], r["expected"], r["difference"], r["reason"]) for r in rows] == [
        ("2", "7.00", "0.00", "match"),
        ("3", "7.00", "2.00", "weight_higher_than_ours"),
        ("4", "5.00", "1.00", "overcharged"),
    ]
    assert rows[2]["waybill_number"] == "'=W3"
    rejects = (files / "bills.csv.rejects.csv").read_text("utf-8-sig")
    assert "not_a_number" in rejects
    assert "S4" in rejects


def test_a_bill_in_words(files: Path) -> None:
    result = run(
        *("reconcile", "--rates", "rates.csv", "--bills", "bills.csv"),
        *("--bills-map", "bills.toml", "--out", "out.csv"),
    )
    assert result.exit_code == 0, result.output
    assert "explained" in result.stdout
    assert (files / "out.csv").exists()
