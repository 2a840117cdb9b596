"""If these break, telephone numbers stay in the address, or house numbers are taken for them."""

from __future__ import annotations

import pytest

from yichuan.regions.contact import Label, cut


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("张三 13800000000 某路", "13800000000"),
        ("张三 138 0000 0000 某路", "13800000000"),
        ("张三 138-0000-0000 某路", "13800000000"),
        ("张三 +86 13800000000", "13800000000"),
        ("张三 86-13800000000", "13800000000"),
        ("张三 008613800000000", "13800000000"),
        ("张三 013800000000", "13800000000"),
        ("张三１３８００００００００", "13800000000"),
        ("张三 13800000000-1234", "13800000000-1234"),
        ("张三 13800000000转1234", "13800000000-1234"),
        ("张三 13800000000 分机 1234", "13800000000-1234"),
        ("张三 138****0000", "138****0000"),
        ("二单元20213800000000 张三", "13800000000"),
        ("张三 0755-26000000", "0755-26000000"),
        ("张三 (010)62000000转8001", "010-62000000-8001"),
        ("张三 01062000000", "010-62000000"),
        ("张三 400-800-1234", "400-800-1234"),
        ("陈大文 +852 9123 4567", "+852-9123-4567"),
        ("林某 0912-345-678", "0912-345-678"),
    ],
)
def test_phones(text: str, phone: str) -> None:
    assert cut(text).phones[0] == phone


@pytest.mark.parametrize(
    "text",
    ["某路88号2701-2710室", "某路1号", "邮编518000", "订单20230000000001", "12345678901234567"],
)
def test_no_phones(text: str) -> None:
    assert cut(text).phones == []


def test_mobile_comes_before_landline() -> None:
    assert cut("0755-26000000 / 13800000000").phones == ["13800000000", "0755-26000000"]


def test_extension_is_not_a_room() -> None:
    found = cut("13800000000-1201室某路")
    assert found.phones == ["13800000000"]


def test_labelled_lines() -> None:
    found = cut(
        "收货人: 张三\n手机号码: 13800000000\n所在地区: 广东省深圳市\n详细地址: 某路1号 2楼"
    )
    assert [(p.label, p.text) for p in found.parts] == [
        (Label.NAME, "张三"),
        (Label.REGION, "广东省深圳市"),
        (Label.DETAIL, "某路1号"),
        (Label.DETAIL, "2楼"),
    ]


def test_strong_labels_need_no_colon() -> None:
    found = cut("收货人张三手机号码13800000000所在地区广东省深圳市详细地址某路1号")
    assert [p.label for p in found.parts] == [Label.NAME, Label.REGION, Label.DETAIL]
    assert found.phones == ["13800000000"]


def test_weak_words_without_colon_are_text() -> None:
    assert [p.label for p in cut("某某手机城地址大厦").parts] == [Label.NONE]


def test_postcode_and_order_number_are_taken_out() -> None:
    found = cut("200801009999，张三，某路1号，518000")
    assert found.postcode == "518000"
    assert [p.text for p in found.parts] == ["张三", "某路1号"]
    assert cut("张三，某路1号，000000").postcode == ""


def test_notes_are_dropped() -> None:
    assert [p.text for p in cut("某路1号 备注：放门口").parts] == ["某路1号"]


def test_parts_beside_the_number_are_marked() -> None:
    found = cut("某路1号 张三 13800000000 李四 某村")
    assert [p.text for p in found.parts if p.near_phone] == ["张三", "李四"]
