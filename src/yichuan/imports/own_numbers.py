"""填单号发货 by file: box, courier and number, under the titles that exports of shops use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yichuan.core.cells import Column, Kind, Reading
from yichuan.core.mapping import FileMapping, Rule
from yichuan.core.mapplan import Plan, RowTable
from yichuan.core.tabular import BadFile, Batch, Reject, TableFile, reject

MAX_ROWS = 5000
NUMBER = re.compile(r"^[0-9A-Za-z-]{5,40}$")
"""Letters, digits and hyphens; no courier's number is shorter or longer."""


@dataclass(frozen=True, slots=True)
class NumberLine:
    """One row: a shipment or order number, the courier as written, the number."""

    order_no: str
    courier: str | None
    """None: its number tells it."""
    waybill_number: str


TABLE: RowTable[NumberLine] = RowTable(
    name="own_numbers",
    zh="自有运单号",
    en="Own numbers: one row per box",
    columns=(
        Column("order_no", Kind.REFERENCE, "订单号", "shipment or order number", required=True),
        Column("courier", Kind.TEXT, "快递公司", "code or name; empty: recognised by the number"),
        Column("waybill_number", Kind.REFERENCE, "运单号", "the courier's number", required=True),
    ),
    row=NumberLine,
)
TITLES: dict[str, tuple[str, ...]] = {
    "order_no": (
        "shipment_no",
        "order_no",
        "sub_order_no",
        "包裹号",
        "包裹编号",
        "订单号",
        "订单编号",
        "子单号",
        "主订单编号",
    ),
    "courier": ("courier", "快递公司", "物流公司", "快递", "承运商", "快递公司编码"),
    "waybill_number": (
        "waybill_number",
        "waybill",
        "number",
        "运单号",
        "快递单号",
        "物流单号",
        "运单编号",
    ),
}
"""Titles of our columns, the most specific first: a file with both names the box by 包裹号."""


@dataclass(frozen=True, slots=True)
class NumberFile:
    """The rows of a file, and those that could not be read; both with their lines."""

    rows: list[tuple[int, NumberLine]]
    rejects: list[Reject]


def _titled(header: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The file's titles of each of our columns, as far as it has them."""
    titles = {name.strip().lower(): name for name in header}
    found = {
        column: tuple(titles[name] for name in names if name in titles)
        for column, names in TITLES.items()
    }
    return {column: names for column, names in found.items() if names}


def lines(path: Path) -> tuple[list[str], int]:
    """The rows of a file as one would paste them, cells divided by tabs, to be looked through.

    Of a file with titles only our columns, in our order; of any other every cell. Returns the
    lines and how many rows had no number yet.

    Raises:
        BadFile: not a table, or too many rows.
    """
    file = TableFile(path)
    titled = _titled(file.header)
    ours = {"order_no", "waybill_number"} <= titled.keys()
    places = [[at] for at in range(len(file.header))]
    if ours:
        places = [[file.header.index(n) for n in titled.get(column, ())] for column in TITLES]
    texts = [] if ours else ["\t".join(file.header)]
    empty = 0
    for batch in file.batches():
        _check_length(file, batch)
        for cells in batch.cells:
            picked = [next((cells[at] for at in some if cells[at]), "") for some in places]
            if ours and not picked[-1]:
                empty += 1
            else:
                texts.append("\t".join(picked))
    return texts, empty


def _check_length(file: TableFile, batch: Batch) -> None:
    if batch.done > MAX_ROWS:
        file.close()
        raise BadFile(f"more than {MAX_ROWS} rows: split the file", rows=batch.done)


def read(path: Path) -> NumberFile:
    """Read a file of own numbers.

    Raises:
        BadFile: not a table, a title is missing, or too many rows.
    """
    file = TableFile(path)
    titled = _titled(file.header)
    for column, names in TITLES.items():
        if column not in titled and column != "courier":
            raise BadFile(f"no column {' / '.join(names[:4])}", column=column)
    rules = {column: Rule(sources=titles, reading=Reading()) for column, titles in titled.items()}
    plan = Plan(TABLE, FileMapping(rows=TABLE.name, columns=rules), file.header)
    rows: list[tuple[int, NumberLine]] = []
    rejects: list[Reject] = []
    for batch in file.batches():
        _check_length(file, batch)
        found_rows = plan.run(batch)
        rejects += found_rows.rejects
        for line, row, cells in zip(
            found_rows.lines, found_rows.rows, found_rows.cells, strict=True
        ):
            if NUMBER.match(row.waybill_number):
                rows.append((line, row))
            else:
                value = row.waybill_number
                rejects.append(reject(line, "no_match", cells, "waybill_number", value))
    return NumberFile(rows, rejects)
