"""If these break, a street named after a city (南京西路) sends a parcel to that city, or districts
written in short forms are lost."""

from __future__ import annotations

import pytest

from yichuan.regions.chain import Chain, read_chain
from yichuan.regions.divisions import Level


def read(text: str) -> Chain:
    chain = read_chain(text, 0)
    assert chain is not None
    return chain


def names(chain: Chain) -> list[str]:
    return [d.name for d in chain.here]


@pytest.mark.parametrize(
    ("text", "district", "rest"),
    [
        ("广东省深圳市南山区科苑", "南山区", "科苑"),
        ("广东深圳南山科苑", "南山区", "科苑"),
        ("广东 深圳 南山 科苑", "南山区", " 科苑"),
        ("江苏苏州昆山千灯", "昆山市", "千灯"),
        ("北京市北京市朝阳区望京", "朝阳区", "望京"),
        ("上海 上海 浦东区 金桥", "浦东新区", " 金桥"),
        ("重庆市县丰都县三合", "丰都县", "三合"),
        ("湖北省省直辖县级行政区划仙桃市干河", "仙桃市", "干河"),
        ("南通港闸区唐闸", "崇川区", "唐闸"),
        ("青岛市南区香港", "市南区", "香港"),
        ("四川.成都.郫县.团结", "郫都区", ".团结"),
        ("毕节地区毕节市麻园", "七星关区", "麻园"),
        ("河南省郑州市高新区莲花街", "郑州高新技术产业开发区", "莲花街"),
    ],
)
def test_runs_of_names(text: str, district: str, rest: str) -> None:
    chain = read(text)
    assert names(chain) == [district]
    assert text[chain.end :] == rest


@pytest.mark.parametrize(
    "text",
    [
        "南京西路100号",
        "上海路8号",
        "北京大道1号",
        "朝阳门外大街",
        "东方广场A座",
        "平安大厦",
        "城区人民路",
    ],
)
def test_roads_and_buildings_are_not_places(text: str) -> None:
    assert read_chain(text, 0) is None


def test_district_short_form_is_not_a_road() -> None:
    assert names(read("上海市静安寺路")) == ["上海市"]
    assert names(read("深圳宝安北路")) == ["深圳市"]


def test_shared_district_name_keeps_all_candidates() -> None:
    assert {d.adcode for d in read("鼓楼区中山路").here} == {"320106", "320302", "350102", "410204"}


def test_levels_in_the_other_order_narrow_down() -> None:
    assert [d.adcode for d in read("鼓楼区 福州市").here] == ["350102"]


def test_suffix_decides_the_level() -> None:
    assert read("恩施州利川").here[0].name == "利川市"
    assert read("恩施州").here[0].level is Level.CITY
    assert read("恩施市").here[0].level is Level.DISTRICT


def test_zone_keeps_its_text_and_lowers_trust() -> None:
    chain = read("苏州高新区狮山")
    assert names(chain) == ["虎丘区"]
    assert chain.zone
    assert chain.end == 2


def test_conflicts_are_named() -> None:
    chain = read("广东省杭州市西湖区")
    assert names(chain) == ["西湖区"]
    assert chain.conflict == "杭州市"
    outside = read("深圳市朝阳区建国路")
    assert names(outside) == ["深圳市"]
    assert outside.conflict == "朝阳区"
    assert outside.end == 3


def test_old_names_are_remembered() -> None:
    assert read("北京市崇文区").old == ["崇文区"]


def test_counties_that_moved_are_no_conflict() -> None:
    chain = read("四川省资阳市简阳市")
    assert [d.adcode for d in chain.here] == ["510185"]
    assert chain.conflict == ""
