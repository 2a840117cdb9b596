"""If these break, old names (襄樊, 崇文区) and nicknames (呼市) lead nowhere."""

from __future__ import annotations

import pytest

from yichuan.regions.divisions import by_adcode, divisions, packaged_rows
from yichuan.regions.index import ALIAS, EXACT, SHORT, name_index, needs_context
from yichuan.regions.parse import parse_address


def test_every_old_name_points_to_a_division_of_today() -> None:
    rows = list(packaged_rows("old_names.csv"))
    assert len(rows) > 700
    kinds = {"renamed", "merged", "split", "upgraded", "moved", "nickname", "zone"}
    for row in rows:
        today = by_adcode(row["adcode"])
        assert today is not None, row
        assert today.name == row["today"], row
        assert row["kind"] in kinds
        assert row["since"] == "" or 1950 < int(row["since"]) < 2030
        assert any(code.startswith(row["within"]) for code in divisions())


OLD = [row for row in packaged_rows("old_names.csv") if row["kind"] != "zone"]
"""A zone may name no more than its city."""


@pytest.mark.parametrize("row", OLD[::5])
def test_old_names_are_read_inside_their_city(row: dict[str, str]) -> None:
    within = by_adcode(row["within"].ljust(6, "0"))
    assert within is not None
    parsed = parse_address(f"{within.name}{row['name']}建设路1号")
    assert parsed.adcode == row["adcode"]


def test_names_are_ordered_by_quality() -> None:
    for found in name_index().names.values():
        qualities = [c.quality for c in found]
        assert qualities == sorted(qualities)


def test_lengths_cover_every_name_longest_first() -> None:
    index = name_index()
    for name in index.names:
        assert len(name) in index.lengths[name[:2]]
    assert all(list(v) == sorted(v, reverse=True) for v in index.lengths.values())


def test_kinds_of_names() -> None:
    names = name_index().names
    assert [c.quality for c in names["深圳市"]] == [EXACT]
    assert names["深圳"][0].quality == SHORT
    assert names["襄樊市"][0].quality == ALIAS
    assert names["襄樊市"][0].division.name == "襄阳市"


def test_general_words_need_context() -> None:
    assert needs_context("城区")
    assert needs_context("开发区")
    assert not needs_context("南山区")
