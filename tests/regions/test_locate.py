"""If these break, an address without province or city is sent nowhere, or somewhere wrong with
full confidence."""

from __future__ import annotations

import pytest

from yichuan.regions.locate import GUESSED, PRIOR, Located, guess, locate


def found(text: str) -> Located:
    return locate(text, [0])


@pytest.mark.parametrize(
    ("text", "adcode"),
    [
        ("昆山市前进路1号", "320583"),
        ("我的地址是浙江绍兴柯桥区某路1号", "330603"),
        ("寮步镇某村1号", "441900"),
        ("南京汤山街道某村1号", "320115"),
        ("常熟沙家浜镇某村", "320581"),
        ("苏州是姑苏区某路1号", "320508"),
        ("某街3号（徐汇区）", "310104"),
        ("朝阳区酒仙桥某路1号", "110105"),
        ("鼓楼区某路1号福州市", "350102"),
        ("中关村某大厦", "110108"),
    ],
)
def test_finds_the_one_place(text: str, adcode: str) -> None:
    assert [d.adcode for d in found(text).here] == [adcode]


def test_shared_name_is_said_to_be_shared_and_the_likeliest_only_guessed() -> None:
    place = found("鼓楼区某路1号")
    assert place.warnings[0].startswith("ambiguous: 鼓楼区")
    assert place.warnings[1:] == [PRIOR]
    assert [d.adcode for d in place.here] == ["320106"]
    assert place.confidence <= GUESSED


def test_prevailing_district_is_a_guess() -> None:
    place = found("朝阳区某路1号")
    assert [d.adcode for d in place.here] == ["110105"]
    assert place.confidence <= 0.5
    assert place.warnings


def test_nothing_found() -> None:
    place = found("某路1号")
    assert place.here == ()
    assert place.confidence <= 0.1
    assert place.warnings == ["no_region"]


def test_place_of_a_name_of_two_cities_is_a_guess() -> None:
    likely = guess("软件大道某楼8号")
    assert likely is not None
    assert [d.adcode for d in likely.here] == ["320100"]
    assert likely.confidence <= GUESSED
    assert likely.warnings == [PRIOR]
    assert guess("解放南路1号") is None
    assert guess("中山东路1号") is None


@pytest.mark.parametrize(
    "text", ["黄浦江路1号", "长春桥路1号", "静安里26号楼", "密云一支路3号", "巢湖西路1号"]
)
def test_a_roads_name_is_not_the_district_it_begins_with(text: str) -> None:
    names = ("黄浦区", "长春市", "静安区", "密云区", "巢湖市")
    assert not [d.name for d in found(text).here if d.name in names]


@pytest.mark.parametrize(
    ("surer", "less"),
    [
        ("广东省深圳市南山区某路", "深圳南山某路"),
        ("南山区粤海街道某路", "广东省某路"),
        ("广东省深圳市南山区某路", "广东省杭州市西湖区某路"),
        ("湖北省襄阳市襄城区某路", "湖北省襄樊市襄城区某路"),
        ("深圳市某路", "寮步镇某村"),
    ],
)
def test_confidence_order(surer: str, less: str) -> None:
    assert found(surer).confidence > found(less).confidence


def test_of_two_addresses_the_first_counts() -> None:
    text = "上海市某路1号；江苏省苏州市昆山市某路2号"
    place = locate(text, [0, text.index("江")])
    assert [d.adcode for d in place.here] == ["310000"]


def test_company_name_before_the_address_does_not_count() -> None:
    text = "北京市某某公司 广东省深圳市南山区某路1号"
    place = locate(text, [0, text.index("广")])
    assert [d.adcode for d in place.here] == ["440305"]


def test_street_and_rest() -> None:
    text = "广东省深圳市南山区粤海街道某路1号"
    place = found(text)
    assert place.street == "粤海街道"
    assert text[place.end :] == "某路1号"
