"""If these break, towns and streets stay in the detail, and 常平镇 no longer tells Dongguan."""

from __future__ import annotations

import pytest

from yichuan.regions.divisions import by_adcode
from yichuan.regions.streets import owners_of, read_street, street_stem, street_tables


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("粤海街道", "粤海"),
        ("常平镇", "常平"),
        ("长哨营满族乡", "长哨营"),
        ("黄村地区", "黄村"),
        ("松山湖", "松山湖"),
    ],
)
def test_stem(name: str, expected: str) -> None:
    assert street_stem(name) == expected


@pytest.mark.parametrize(
    ("text", "district", "name", "rest"),
    [
        ("粤海街道科技园", "440305", "粤海街道", "科技园"),
        ("粤海街道办事处科技园", "440305", "粤海街道", "科技园"),
        (" 粤海街道办 科技园", "440305", "粤海街道", " 科技园"),
        ("容桂镇红旗路", "440606", "容桂街道", "红旗路"),
        ("南城区鸿福路", "441900", "南城街道", "鸿福路"),
        ("没听过镇一村", "440305", "没听过镇", "一村"),
    ],
)
def test_reads_the_official_name(text: str, district: str, name: str, rest: str) -> None:
    found = read_street(text, 0, district)
    assert found is not None
    assert (found.name, text[found.end :]) == (name, rest)


@pytest.mark.parametrize("text", ["科技园1号", "城镇路5号", "", "人民路8号大镇", "粤海路1号"])
def test_nothing_where_no_street_stands(text: str) -> None:
    assert read_street(text, 0, "440305") is None


def test_owner_of_a_unique_town() -> None:
    assert owners_of("寮步", "镇") == ("441900",)
    assert owners_of("没听过", "镇") == ()
    assert len(owners_of("城关", "镇")) > 20


def test_every_table_row_belongs_to_a_division() -> None:
    assert all(by_adcode(code) is not None for code in street_tables().by_district)
