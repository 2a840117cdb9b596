"""If these break, 朝阳区 with a Beijing street is left open, or a shop's name moves a parcel."""

from __future__ import annotations

from yichuan.regions.divisions import Division, Level, by_adcode, packaged_rows
from yichuan.regions.evidence import (
    by_city,
    by_landmark,
    by_street,
    find_landmark,
    likeliest,
    prevailing,
)


def division(adcode: str) -> Division:
    found = by_adcode(adcode)
    assert found is not None
    return found


CHAOYANG = (division("110105"), division("220104"))
GULOU = tuple(division(code) for code in ("320106", "320302", "350102", "410204"))


def test_street_decides() -> None:
    assert by_street(CHAOYANG, "朝阳区酒仙桥1号", 3) is CHAOYANG[0]
    assert by_street(CHAOYANG, "朝阳区某大厦", 3) is None


def test_landmark_decides() -> None:
    assert by_landmark(CHAOYANG, "朝阳区三里屯1号", 3) is CHAOYANG[0]
    assert by_landmark(CHAOYANG, "朝阳区某大厦", 3) is None


def test_city_in_a_companys_name_decides_but_not_in_a_roads() -> None:
    assert by_city(GULOU, "鼓楼区徐州某某公司", 3) is GULOU[1]
    assert by_city(GULOU, "鼓楼区徐州路1号", 3) is None


def test_prevailing_only_where_one_clearly_prevails() -> None:
    assert prevailing(CHAOYANG) is CHAOYANG[0]
    assert prevailing(GULOU) is None


def test_landmark_counts_before_the_house_number_only() -> None:
    assert find_landmark("中关村某某楼") is division("110108")
    assert find_landmark("某某路8号中关村大厦") is None


def test_two_characters_must_begin_a_part() -> None:
    assert find_landmark("张江某某楼") is division("310115")
    assert find_landmark("老张江某某楼") is None


def test_likeliest_is_in_the_largest_economy_and_none_where_all_are_small() -> None:
    assert likeliest(GULOU) is GULOU[0]
    assert likeliest(()) is None
    assert likeliest([division("622921")]) is None


def test_economies_are_cities_each_once() -> None:
    rows = list(packaged_rows("economy.csv"))
    assert all(division(row["adcode"]).level is not Level.DISTRICT for row in rows)
    assert len({row["adcode"] for row in rows}) == len(rows)


def test_tables_point_to_divisions() -> None:
    for row in packaged_rows("landmarks.csv"):
        assert by_adcode(row["adcode"]) is not None, row
        assert row["alone"] in {"0", "1"}
    for row in packaged_rows("prevailing.csv"):
        assert division(row["adcode"]).name == row["name"]
        assert float(row["share"]) >= 0.75
