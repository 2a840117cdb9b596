"""Files of own numbers. Broken, boxes stay unshipped, or get other boxes' numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from yichuan.core.tabular import BadFile
from yichuan.imports import own_numbers
from yichuan.imports.number_template import as_csv, as_xlsx, row_of
from yichuan.imports.own_numbers import NumberLine


def test_titles_in_chinese(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("订单编号,物流公司,物流单号\nD1,圆通速递,YT1234567890123\n", "gb18030")
    found = own_numbers.read(path)
    assert found.rows == [(2, NumberLine("D1", "圆通速递", "YT1234567890123"))]
    assert found.rejects == []


def test_the_shipment_number_comes_before_the_order_number(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("订单号,包裹号,courier,waybill_number\nD1,P1,SF,SF12345\nD2,,SF,SF12346\n")
    assert [row.order_no for _, row in own_numbers.read(path).rows] == ["P1", "D2"]


def test_spreadsheets_and_what_they_damage(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["order_no", "courier", "waybill_number"])
    sheet.append(["D1", "ZTO", 75312345678901])
    sheet.append(["D2", "ZTO", 7.5312345678901234e17])
    sheet.append(["D3", "ZTO", "单号"])
    sheet.append(["D4", "", "75312345678902"])
    path = tmp_path / "n.xlsx"
    book.save(path)
    found = own_numbers.read(path)
    assert [row.waybill_number for _, row in found.rows] == ["75312345678901", "75312345678902"]
    assert [row.courier for _, row in found.rows] == ["ZTO", None]
    assert [(r.line, r.code) for r in found.rejects] == [(3, "excel_mangled"), (4, "no_match")]


def test_a_filled_template_comes_back(tmp_path: Path) -> None:
    """What the clerk leaves empty is left out; long numbers keep their end."""
    box = {"shipment_no": "P1", "order_no": "D1", "recipient_name": "王**", "goods": "=cmd"}
    box |= {"dest_province": "浙江省", "dest_city": None}
    rows = [row_of(box), row_of(box | {"shipment_no": "P2"})]
    path = tmp_path / "n.xlsx"
    path.write_bytes(as_xlsx(rows, ["中通快递", "圆通速递"]))
    book = load_workbook(path)
    sheet = book.worksheets[0]
    assert sheet["E2"].value == "'=cmd"
    sheet["F2"], sheet["G2"] = "中通快递", "753123456789012345"
    book.save(path)
    assert own_numbers.lines(path) == (["P1\t中通快递\t753123456789012345"], 1)
    assert [row.order_no for _, row in own_numbers.read(path).rows] == ["P1"]
    path = tmp_path / "n.csv"
    path.write_bytes(as_csv(rows))
    assert own_numbers.lines(path) == ([], 2)


def test_a_sheet_without_titles_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("D1,SF,SF12345\nD2,,SF12346\n")
    assert own_numbers.lines(path) == (["D1\tSF\tSF12345", "D2\t\tSF12346"], 0)


def test_the_courier_may_be_left_out(tmp_path: Path) -> None:
    """Its number tells it later."""
    path = tmp_path / "n.csv"
    path.write_text("订单号,运单号\nD1,YT1234567890123\n")
    assert own_numbers.read(path).rows == [(2, NumberLine("D1", None, "YT1234567890123"))]


def test_what_is_no_such_file(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("订单号,快递公司\nD1,SF\n")
    with pytest.raises(BadFile, match="waybill_number"):
        own_numbers.read(path)
    rows = "".join(f"D{i},SF,SF{i:06d}\n" for i in range(own_numbers.MAX_ROWS + 1))
    path.write_text(f"order_no,courier,waybill_number\n{rows}")
    with pytest.raises(BadFile, match="more than"):
        own_numbers.read(path)
