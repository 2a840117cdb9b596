"""If these break, short forms (恩施, 恭城) and development zones are no longer recognised."""

from __future__ import annotations

import pytest

from yichuan.regions.names import short_forms, stem, zone_head, zone_trimmed


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("深圳市", "深圳"),
        ("内蒙古自治区", "内蒙古"),
        ("恩施土家族苗族自治州", "恩施"),
        ("积石山保安族东乡族撒拉族自治县", "积石山"),
        ("东乡族自治县", "东乡"),
        ("鄂温克族自治旗", "鄂温克"),
        ("浦东新区", "浦东"),
        ("神农架林区", "神农架"),
        ("六枝特区", "六枝"),
        ("香港特别行政区", "香港"),
        ("锡林郭勒盟", "锡林郭勒"),
        ("大兴安岭地区", "大兴安岭"),
        ("忠县", "忠"),
        ("无后缀", "无后缀"),
    ],
)
def test_stem_drops_kind_and_peoples(name: str, expected: str) -> None:
    assert stem(name) == expected


def test_short_forms_have_two_characters_at_least() -> None:
    assert short_forms("忠县") == ()
    assert short_forms("深圳市") == ("深圳",)


def test_autonomous_divisions_keep_the_form_with_peoples() -> None:
    assert short_forms("博尔塔拉蒙古自治州") == ("博尔塔拉蒙古", "博尔塔拉")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("高新技术产业开发区", ("", "高新区")),
        ("海港经济开发区", ("海港", "开发区")),
        ("经济技术开发区", ("", "开发区")),
        ("火炬高技术产业开发区", ("火炬", "高新区")),
        ("白沟新城", None),
        ("南山区", None),
    ],
)
def test_zone_head(name: str, expected: tuple[str, str] | None) -> None:
    assert zone_head(name) == expected


def test_zone_is_trimmed_of_province_and_city() -> None:
    assert zone_trimmed("河北唐山海港经济开发区", "河北省", "唐山市") == "海港经济开发区"
    assert zone_trimmed("蚌埠市经济开发区", "安徽省", "蚌埠市") == "经济开发区"
    assert zone_trimmed("北戴河新区", "河北省", "秦皇岛市") == "北戴河新区"
