"""If these break, orders that come with province, city and district in everyday forms get no
adcode."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.regions.lookup import Region, by_adcode, region, resolve
from yichuan.regions.names import stem

DISTRICTS = [
    d
    for code in ("110105", "440305", "422801", "540602", "652701", "429004", "441900", "710107")
    if (d := by_adcode(code)) is not None
]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("内蒙古", "", ""), "150000"),
        (("内蒙古自治区", "", ""), "150000"),
        (("新疆", "博尔塔拉蒙古", ""), "652700"),
        (("", "恩施州", ""), "422800"),
        (("", "", "成都"), "510100"),
        (("内蒙", "呼市", ""), "150100"),
        (("湖北省", "省直辖县级行政区划", "仙桃市"), "429004"),
        (("海南", "省直辖", "琼海"), "469002"),
        (("北京", "北京市", "朝阳区"), "110105"),
        (("重庆", "县", "城口县"), "500229"),
        (("安徽", "巢湖市", "无为县"), "340281"),
        (("台湾", "台北", ""), "710100"),
        (("山东", "莱芜市", ""), "370116"),
        (("西藏", "那曲地区", "那曲县"), "540602"),
        (("广東省", "廣州市", "越秀區"), "440104"),
        (("江苏", "苏州", "工业园区"), "320576"),
    ],
)
def test_usual_forms(texts: tuple[str, str, str], expected: str) -> None:
    found = resolve(*texts)
    assert found is not None
    assert found.region == region(expected)
    assert found.unknown == ()


def test_missing_levels_are_filled_in() -> None:
    found = resolve(district="昆山市")
    assert found is not None
    assert found.region == Region("江苏省", "苏州市", "昆山市", "320583")


def test_unknown_district_leaves_the_city() -> None:
    found = resolve("四川", "成都", "不存在区")
    assert found is not None
    assert found.region.adcode == "510100"
    assert found.unknown == ("不存在区",)


def test_conflict_is_named() -> None:
    found = resolve("广东", "杭州市")
    assert found is not None
    assert found.conflict == "杭州市"
    assert found.region.city == "杭州市"


def test_old_names_are_named() -> None:
    found = resolve("湖北", "襄樊市")
    assert found is not None
    assert found.renamed == ("襄樊市",)


@pytest.mark.parametrize("texts", [("", "", ""), ("x", "y", "z"), ("", "", "朝阳区")])
def test_nothing_or_more_than_one_is_none(texts: tuple[str, str, str]) -> None:
    assert resolve(*texts) is None


@given(st.sampled_from(DISTRICTS), st.booleans(), st.booleans())
def test_full_and_short_forms_agree(division: object, short: bool, spaced: bool) -> None:
    official = region(division.adcode)  # type: ignore[attr-defined]
    assert official is not None
    form = stem if short else str
    gap = " " if spaced else ""
    found = resolve(form(official.province) + gap, form(official.city), official.district)
    assert found is not None
    assert found.region == official


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_never_raises(province: str, city: str, district: str) -> None:
    found = resolve(province, city, district)
    assert found is None or by_adcode(found.region.adcode) is not None
