"""Couriers' own status codes → unified details, one table beside each connector.

`codes.csv` of a connector has code, name (theirs), detail (one of the 32, or `none`) and source.
A code may carry the name of its list (`scan:1`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

Row = dict[str, str]


def code_rows(connector: str) -> list[Row]:
    """The rows of a connector's table; none where it has no table."""
    table = resources.files(__package__).joinpath(connector, "codes.csv")
    return read_rows(table.read_text("utf-8")) if table.is_file() else []


def read_rows(text: str) -> list[Row]:
    """The rows of a table."""
    return list(csv.DictReader(text.splitlines()))


@cache
def code_table(connector: str) -> Mapping[str, str]:
    """A connector's code → detail."""
    return details_by_code(code_rows(connector))


def detail_of(connector: str, code: str | None) -> str | None:
    """The detail a code means; None when there is no code or the table does not know it."""
    return code_table(connector).get(code.strip()) if code else None


def details_by_code(rows: Iterable[Row]) -> dict[str, str]:
    """Code → detail, also by the bare code (`scan:1` as `1`) where all its lists agree."""
    table = {row["code"]: row["detail"] for row in rows}
    bare: dict[str, set[str]] = {}
    for code, detail in table.items():
        if ":" in code:
            bare.setdefault(code.partition(":")[2], set()).add(detail)
    for short, found in bare.items():
        if len(found) == 1:
            table.setdefault(short, next(iter(found)))
    return table
