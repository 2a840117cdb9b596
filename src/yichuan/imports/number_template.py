"""The table that clerks fill with numbers (填单号发货): their boxes that wait, one row each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from yichuan.core.export import BOM, cell

TITLES = ("包裹号", "订单号", "收件人", "目的地", "商品", "快递公司", "运单号")
"""Read back by their names, see `own_numbers.TITLES`; the last two are to be filled in."""
WIDTHS = (22, 22, 12, 22, 40, 16, 26)
SPARE_ROWS = 500
"""Empty rows below that take long numbers and offer couriers too."""
TEXT = "@"
"""Excel's format of text: as numbers, waybills of more than 15 digits lose their end."""


def row_of(box: Mapping[str, Any]) -> tuple[str, ...]:
    """One row of the shipments list as a row of the table, masked as there."""
    place = "".join(box[name] or "" for name in ("dest_province", "dest_city"))
    texts = (box["shipment_no"], box["order_no"], box["recipient_name"], place, box["goods"])
    return (*map(cell, texts), "", "")


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """The table as CSV that Excel opens: UTF-8 with a byte order mark."""
    out = io.StringIO()
    out.write(BOM)
    csv.writer(out).writerows([TITLES, *rows])
    return out.getvalue().encode()


def as_xlsx(rows: Sequence[Sequence[str]], couriers: Sequence[str]) -> bytes:
    """The table as XLSX: cells are text, and the couriers' names are offered in theirs."""
    from openpyxl import Workbook  # 5 MB that most web processes never need
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    sheet.title = "填单号"
    sheet.append(TITLES)
    for row in rows:
        sheet.append(row)
    last = len(rows) + 1 + SPARE_ROWS
    for letter, width in zip("ABCDEFG", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
        for (one,) in sheet[f"{letter}2:{letter}{last}"]:
            one.number_format = TEXT
    sheet.freeze_panes = "A2"
    if couriers:
        names = book.create_sheet("快递公司")
        for name in couriers:
            names.append([name])
        offered = DataValidation("list", f"=快递公司!$A$1:$A${len(couriers)}", allow_blank=True)
        offered.showErrorMessage = False
        sheet.add_data_validation(offered)
        offered.add(f"F2:F{last}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
