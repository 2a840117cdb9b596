"""Places: a user would see parcels travel to the wrong city, or refused though served."""

from __future__ import annotations

import pytest

from yichuan.simulator.geo import UnknownPlaceError, cities, distance_km, find_city


@pytest.mark.parametrize(
    ("name", "province", "found"),
    [
        ("杭州市", "浙江省", "杭州市"),
        ("杭州", "", "杭州市"),
        ("330100", "", "杭州市"),
        ("440305", "", "深圳市"),
        ("市辖区", "北京市", "北京市"),
        ("北京市", "北京", "北京市"),
        ("吉林市", "吉林省", "吉林市"),
        ("恩施州", "湖北省", "恩施土家族苗族自治州"),
        ("仙桃市", "湖北省", "武汉市"),
        ("无此市", "新疆维吾尔自治区", "乌鲁木齐市"),
    ],
)
def test_names_as_people_write_them(name: str, province: str, found: str) -> None:
    """Full, short, by code; what the table lacks goes to the province's capital."""
    assert find_city(name, province).name == found


@pytest.mark.parametrize(("name", "province"), [("", ""), ("纽约", ""), ("纽约", "美国")])
def test_places_nobody_serves(name: str, province: str) -> None:
    """They are refused and not guessed."""
    with pytest.raises(UnknownPlaceError):
        find_city(name, province)


def test_distances_are_real() -> None:
    """Beijing to Shanghai is about 1,070 km, and every city has a point in China."""
    assert 1050 < distance_km(find_city("北京"), find_city("上海")) < 1090
    assert len(cities()) > 300
    assert all(18 < c.lat < 54 and 73 < c.lon < 136 for c in cities())
