"""Documented import tables. Broken, `--columns`, the documents and the reader disagree."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields

from yichuan.core.mapplan import Mapped, MappedFile, RowTable
from yichuan.imports.rows import BILLS, ORDERS, RATES, SHIPMENTS, TABLES, describe
from yichuan.rating.rows import KNOWN_SHIPMENTS

ALL = [*TABLES.values(), KNOWN_SHIPMENTS]


def taken(path: Path, table: RowTable[Any], text: str) -> Mapped[Any]:
    path.write_text(text, "utf-8")
    (batch,) = MappedFile(path, table).batches()
    return batch


@pytest.mark.parametrize("table", ALL, ids=lambda table: str(table.row.__name__))
def test_columns_stand_in_the_order_of_the_row(table: RowTable[Any]) -> None:
    row: Any = table.row
    assert [column.attribute for column in table.columns] == [item.name for item in fields(row)]


@pytest.mark.parametrize("table", ALL, ids=lambda table: str(table.row.__name__))
def test_columns_have_a_title_in_both_languages_and_no_title_twice(table: RowTable[Any]) -> None:
    names = [column.name for column in table.columns]
    titles = [column.zh for column in table.columns]
    assert len(set(names)) == len(names)
    assert len(set(titles)) == len(titles)
    assert all(column.zh and column.en for column in table.columns)
    assert all(rule.zh and rule.en for rule in table.rules)


def test_a_required_column_never_gives_none() -> None:
    for table in ALL:
        row: Any = table.row
        optional = {item.name for item in fields(row) if "None" in str(item.type)}
        for column in table.columns:
            assert column.required == (column.attribute not in optional), column.name


def test_the_reconciled_columns_are_columns_of_shipments() -> None:
    whole = {column.name: column.kind for column in SHIPMENTS.columns}
    assert all(whole[column.name] == column.kind for column in KNOWN_SHIPMENTS.columns)
    assert KNOWN_SHIPMENTS.name == SHIPMENTS.name


def test_description_is_plain_data() -> None:
    first = describe(SHIPMENTS)[0]
    assert first["name"] == "shipment_no"
    assert first["required"] is True
    assert {"name", "type", "required", "zh", "en", "choices"} == first.keys()


def test_a_shipment(tmp_path: Path) -> None:
    text = (
        "shipment_no,merchant,ship_method,courier,shipped_at,delivered_at,weight_kg,quantity\n"
        "S1,M1,hub_waybill,SF,2020-01-01 08:00,2020-01-02 08:00,0,2\n"
        "S2,M1,self_pickup,,,,1.25,\n"
        "S3,M1,,,2020-01-02,,,\n"
        "S4,M1,,SF,2020-01-02,2020-01-01,,\n"
        "S1,M1,,SF,,,,\n"
        "S1,M2,,SF,,,,\n"
        "S5,M1,by_air,SF,,,,\n"
        "S6,M1,,,,,,\n"
    )
    batch = taken(tmp_path / "s.csv", SHIPMENTS, text)
    assert [(row.shipment_no, row.merchant) for row in batch.rows] == [
        ("S1", "M1"),
        ("S2", "M1"),
        ("S1", "M2"),
        ("S6", "M1"),
    ]
    assert batch.rows[0].weight_g is None
    assert batch.rows[0].shipped_at == datetime(2020, 1, 1, tzinfo=UTC)
    assert batch.rows[1].weight_g == 1250
    assert [(r.line, r.code) for r in batch.rejects] == [
        (4, "no_courier"),
        (5, "delivered_before_shipped"),
        (6, "duplicate_key"),
        (8, "bad_choice"),
    ]


def test_order_lines_belong_to_an_order_or_a_shipment(tmp_path: Path) -> None:
    text = (
        "order_no,merchant,shipment_no,sku,quantity,unit_price,recipient_phone\n"
        "O1,M1,,K1,1,9.90,13900000000\n"
        ",,S1,K1,2,,\n"
        "O1,,,K1,1,,\n"
        "O1,M1,,K1,0,,\n"
        "O1,M1,,,1,,\n"
        "O1,M1,,K1,1,,1.39E+10\n"
    )
    batch = taken(tmp_path / "o.csv", ORDERS, text)
    assert [(row.order_no, row.shipment_no, row.unit_price_fen) for row in batch.rows] == [
        ("O1", None, 990),
        (None, "S1", None),
    ]
    assert [(r.line, r.code) for r in batch.rejects] == [
        (4, "no_order"),
        (5, "too_small"),
        (6, "required"),
        (7, "excel_mangled"),
    ]


def test_rate_rows_must_have_one_price_that_can_be_reckoned(tmp_path: Path) -> None:
    text = (
        "card,role,courier,weight_from_kg,weight_to_kg,first_weight_kg,first_price,step_kg,"
        "step_price,base_price,per_kg,rounding,valid_from,valid_to\n"
        "c,cost,YD,0,1,1,7.70,1,1.1,,,ceil_1kg,,\n"
        "c,cost,YD,1,,,,,,3.1,0.375,ceil_1kg,,\n"
        "c,cost,YD,,,,,,,,,,,\n"
        "c,cost,YD,,,,3,,,2,,,,\n"
        "c,cost,YD,,,,3,1,,,,,,\n"
        "c,cost,YD,,,,3,1,1,,,,,\n"
        "c,cost,YD,2,1,,3,,,,,,,\n"
        "c,cost,YD,,,,3,,,,,round,,\n"
        "c,cost,YD,,,,3,,,,,,2020-02-01,2020-01-01\n"
    )
    batch = taken(tmp_path / "r.csv", RATES, text)
    assert len(batch.rows) == 2
    assert batch.rows[1].per_kg_centifen == 3750
    assert [(r.line, r.code) for r in batch.rejects] == [
        (4, "no_price"),
        (5, "price_twice"),
        (6, "step_incomplete"),
        (7, "step_incomplete"),
        (8, "empty_bracket"),
        (9, "bad_rounding"),
        (10, "bad_period"),
    ]


def test_bill_lines(tmp_path: Path) -> None:
    text = (
        "bill_month,courier,shipment_no,fee,adjustment,payable\n"
        "2020-09,SF,S1,10,-3,7\n"
        "2020-09,SF,S1,10,-3,\n"
        ",SF,S1,10,,\n"
        "2020-09,SF,S1,,,\n"
    )
    batch = taken(tmp_path / "b.csv", BILLS, text)
    assert [row.due_fen for row in batch.rows] == [700, 700]
    assert [(r.line, r.code) for r in batch.rejects] == [(4, "no_bill"), (5, "no_amount")]
