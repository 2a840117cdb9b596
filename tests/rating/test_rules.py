"""Chargeable weight. Broken, every fee above the first bracket is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.rating.rules import (
    DIVISORS,
    PROVINCES,
    ROUNDINGS,
    UnknownRounding,
    city_key,
    heavier_g,
    is_rounding,
    province_key,
    round_weight,
    volumetric_g,
)

NAMES = [*ROUNDINGS, "floor_100g", "ceil_2kg", "half_up_500g"]


@pytest.mark.parametrize(
    ("weight", "rule", "rounded"),
    [
        (1001, "ceil_1kg", 2000),
        (1000, "ceil_1kg", 1000),
        (1, "ceil_1kg", 1000),
        (1001, "ceil_500g", 1500),
        (1549, "half_up_100g", 1500),
        (1550, "half_up_100g", 1600),
        (1999, "floor_100g", 1900),
        (1234, "exact", 1234),
        (300, "jd_standard", 1000),
        (1049, "jd_standard", 1000),
        (1050, "jd_standard", 1100),
        (10_001, "jd_standard", 10_500),
        (100_499, "jd_standard", 100_000),
        (100_500, "jd_standard", 101_000),
    ],
)
def test_rounding(weight: int, rule: str, rounded: int) -> None:
    assert round_weight(weight, rule) == rounded


@given(st.sampled_from(NAMES), st.integers(0, 300_000), st.integers(0, 5_000))
def test_rounded_weight_never_falls(rule: str, weight: int, more: int) -> None:
    low, high = round_weight(weight, rule), round_weight(weight + more, rule)
    assert isinstance(low, int)
    assert low <= high
    assert round_weight(low, rule) == low


@pytest.mark.parametrize("name", ["", "ceil", "ceil_0kg", "up_1kg", "ceil_1lb"])
def test_unknown_rules(name: str) -> None:
    assert not is_rounding(name)
    with pytest.raises(UnknownRounding):
        round_weight(1, name)


def test_every_known_rule_is_a_rule() -> None:
    assert all(is_rounding(name) for name in NAMES)


def test_volumetric_weight() -> None:
    assert volumetric_g(6000, 6000) == 1000
    assert volumetric_g(1, 6000) == 1
    assert heavier_g(900, 6000, 6000) == 1000
    assert heavier_g(1100, 6000, 6000) == 1100
    assert heavier_g(900, 6000, None) == 900
    assert all(divisor.cm3_per_kg > 0 and divisor.source for divisor in DIVISORS)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("广东", "广东"),
        ("广东省", "广东"),
        ("内蒙古自治区", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("黑龙江省", "黑龙江"),
        ("香港特别行政区", "香港"),
        (" 北京市", "北京"),
        ("", ""),
        (None, ""),
        ("Bavaria", "Bavaria"),
    ],
)
def test_provinces(name: str | None, key: str) -> None:
    assert province_key(name) == key


def test_all_provinces_are_apart() -> None:
    assert len({name[:2] for name in PROVINCES}) == len(PROVINCES) == 34


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("成都市", "成都"),
        ("上海城区", "上海"),
        ("杭州", "杭州"),
        ("杭州市", "杭州"),
        ("大兴安岭地区", "大兴安岭"),
        ("锡林郭勒盟", "锡林郭勒"),
        ("红河哈尼族彝族自治州", "红河"),
        ("红河州", "红河"),
        ("海西蒙古族藏族自治州", "海西"),
        ("博尔塔拉蒙古自治州", "博尔塔拉"),
        ("黔西南布依族苗族自治州", "黔西南"),
        ("克孜勒苏柯尔克孜自治州", "克孜勒苏"),
        ("沙市", "沙市"),
        ("", ""),
    ],
)
def test_cities(name: str, key: str) -> None:
    assert city_key(name) == key
