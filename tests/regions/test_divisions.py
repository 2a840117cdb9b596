"""If these break, addresses get wrong official names, or pickers show wrong lists."""

from __future__ import annotations

from yichuan.regions.divisions import (
    Level,
    PointSource,
    Region,
    by_adcode,
    centre,
    cities,
    districts,
    divisions,
    parents,
    provinces,
    region,
)


def test_there_are_34_provinces() -> None:
    assert len(provinces()) == 34


def test_every_division_hangs_on_a_known_parent() -> None:
    table = divisions()
    for division in table.values():
        if division.level is Level.PROVINCE:
            assert division.parent == "100000"
        else:
            assert table[division.parent].adcode[:2] == division.adcode[:2]


def test_headings_of_the_statistics_bureau_are_gone() -> None:
    names = {d.name for d in divisions().values()}
    assert not names & {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}


def test_every_point_lies_in_china() -> None:
    for division in divisions().values():
        assert 3 < division.lat < 54, division
        assert 73 < division.lon < 136, division


def test_municipality_is_its_own_city() -> None:
    assert region("110105") == Region("北京市", "北京市", "朝阳区", "110105")
    assert region("500229") == Region("重庆市", "重庆市", "城口县", "500229")
    assert region("310000") == Region("上海市", "上海市", "", "310000")


def test_county_run_by_its_province_is_repeated_as_city() -> None:
    assert region("429004") == Region("湖北省", "仙桃市", "仙桃市", "429004")
    assert region("659001") == Region("新疆维吾尔自治区", "石河子市", "石河子市", "659001")


def test_hong_kong_is_its_own_city() -> None:
    assert region("810007") == Region("香港特别行政区", "香港特别行政区", "九龙城区", "810007")


def test_city_without_districts() -> None:
    assert region("441900") == Region("广东省", "东莞市", "", "441900")
    assert districts("441900") == ()


def test_parents_are_nearest_first() -> None:
    assert [p.name for p in parents("440305")] == ["深圳市", "广东省"]
    assert parents("440000") == ()
    assert parents("999999") == ()


def test_cities_and_districts_for_pickers() -> None:
    assert [c.name for c in cities("110000")] == ["北京市"]
    assert "仙桃市" in {c.name for c in cities("420000")}
    assert [c.name for c in cities("820000")] == ["澳门特别行政区"]
    assert "南山区" in {d.name for d in districts("440300")}
    assert [d.name for d in districts("429004")] == ["仙桃市"]


def test_centre_says_how_it_is_known() -> None:
    point = centre("440305")
    assert point is not None
    assert point.source is PointSource.OWN
    assert abs(point.lat - 22.53) < 0.1
    assert centre("000000") is None
    zone = by_adcode("410172")
    assert zone is not None
    assert zone.source is PointSource.PARENT
