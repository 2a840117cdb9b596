"""CSV downloads. Broken, Excel shows garbage, or runs what a buyer wrote as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from yichuan.core.export import cell, csv_bytes, kilograms, yuan


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("=1+1", "'=1+1"),
        ("@cmd", "'@cmd"),
        ("-5", "'-5"),
        (-5, "-5"),
        (yuan(-105), "-1.05"),
        (yuan(None), ""),
        (kilograms(1250), "1.250"),
        (datetime(2026, 1, 1, 16, 30, tzinfo=UTC), "2026-01-02 00:30:00"),
        ("成都", "成都"),
    ],
)
def test_a_cell(value: object, text: str) -> None:
    assert cell(value) == text


async def test_the_file_comes_in_pieces() -> None:
    async def batches() -> AsyncIterator[list[list[object]]]:
        yield [["a,b", 1], ['c"d', None]]
        yield []
        yield [["e\nf", 2]]

    pieces = [piece async for piece in csv_bytes(["名", "数"], batches())]
    assert len(pieces) == 3
    text = b"".join(pieces).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["名", "数"],
        ["a,b", "1"],
        ['c"d', ""],
        ["e\nf", "2"],
    ]
