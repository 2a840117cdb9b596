"""If these break, addresses without a city stay empty although their way of writing tells it."""

from __future__ import annotations

import pytest

from yichuan.regions.hints import by_company, by_habit, numerals_spelt
from yichuan.regions.parse import parse_address


@pytest.mark.parametrize(
    ("raw", "city"),
    [
        ("某某路12弄3号", "上海市"),
        ("工业园区某某路5号", "苏州市"),
        ("园区某某街5号", "苏州市"),
        ("某某工业园区某路5号", None),
        ("弄堂里3号", None),
    ],
)
def test_ways_of_writing(raw: str, city: str | None) -> None:
    found = by_habit(raw)
    assert (found.name if found else None) == city


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ("某某科技（杭州）有限公司", "杭州市"),
        ("昆明某某防水材料有限公司", "昆明市"),
        ("某路20号贵阳某某商贸有限公司", "贵阳市"),
        ("禾某家居(昆山)有限公司", "昆山市"),
        ("四川某某门窗有限公司", "四川省"),
        ("某某（中国）有限公司", None),
        ("昆明路20号", None),
    ],
)
def test_seat_of_a_company(raw: str, place: str | None) -> None:
    found = by_company(raw)
    assert (found.name if found else None) == place


def test_road_numbers_in_digits() -> None:
    assert numerals_spelt("凤城12路3号") == "凤城十二路3号"
    assert numerals_spelt("下沙20号大街") == "下沙20号大街"
    assert numerals_spelt("经5路") == "经五路"


@pytest.mark.parametrize("raw", ["某某路12弄3号", "某某科技（昆明）有限公司"])
def test_a_guess_is_marked_and_never_sure(raw: str) -> None:
    found = parse_address(raw)
    assert found.city
    assert found.confidence <= 0.5
    assert any(w.startswith("inferred") for w in found.warnings)
