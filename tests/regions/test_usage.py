"""If these break, 浦东张江 is no longer Pudong, or 平安大厦 becomes a district in Qinghai."""

from __future__ import annotations

from yichuan.regions.divisions import packaged_rows
from yichuan.regions.index import name_index
from yichuan.regions.usage import Use, used_as


def test_uses() -> None:
    assert used_as("浦东", Use.WELL_KNOWN)
    assert used_as("平安", Use.MISLEADING)
    assert not used_as("浦东", Use.MISLEADING)
    assert not used_as("某某", Use.WELL_KNOWN)


def test_table_holds_known_uses_of_known_names_once() -> None:
    rows = list(packaged_rows("usage.csv"))
    assert {row["use"] for row in rows} == {use.value for use in Use}
    assert len({row["name"] for row in rows}) == len(rows)
    for row in rows:
        if row["use"] == Use.WELL_KNOWN:
            assert row["name"] in name_index().names, row
