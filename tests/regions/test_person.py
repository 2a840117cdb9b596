"""If these break, labels carry a part of the address as the recipient's name."""

from __future__ import annotations

import pytest

from yichuan.regions.contact import Part
from yichuan.regions.person import glued_name, leading_name, looks_like_place, pick_name, tidy_name


def parts(*texts: str) -> list[Part]:
    return [Part(0, len(t), t) for t in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张三", ("张三", "")),
        ("张三收", ("张三", "")),
        ("张三（收）", ("张三", "")),
        ("张三[1234]", ("张三", "1234")),
        ("收", ("收", "")),
    ],
)
def test_tidy_name(text: str, expected: tuple[str, str]) -> None:
    assert tidy_name(text) == expected


def test_polite_forms_and_surnames_are_names() -> None:
    assert pick_name(parts("某路1号", "陈女士"), set(), True) == 1
    assert pick_name(parts("欧阳修", "某路1号"), set(), True) == 0


def test_courtesies_are_not_names() -> None:
    assert pick_name(parts("某路1号", "谢谢"), set(), True) is None


def test_without_a_number_only_sure_names() -> None:
    assert pick_name(parts("某路", "科技园"), set(), False) is None
    assert pick_name(parts("某路88号3楼", "王五"), set(), False) == 1


def test_name_after_a_room_number() -> None:
    assert glued_name("某路1号301室李四") == "李四"
    assert glued_name("某路1号301室") == ""


def test_leading_name() -> None:
    assert leading_name("张三")
    assert not leading_name("我的地址是")


def test_looks_like_place() -> None:
    assert looks_like_place("幸福小区3栋")
    assert not looks_like_place("张三")
