"""No phone and no recipient's name gets into stored texts. If these break, strangers read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.tracking.redact import for_strangers, redact

HIDDEN = [
    ("业务员王伟（13812345678）已揽件", "业务员王伟（138********）已揽件"),
    ("电话：138 1234 5678 转 1234", "电话：****"),
    ("请致电+86-13812345678", "请致电138********"),
    ("联系138****5678取件", "联系138********取件"),
    ("网点电话0755-81234567，投诉95338", "网点电话****，投诉95338"),
    ("尾号5678的快件", "尾号****的快件"),
    ("收件人：王小二，已派送", "收件人：王**，已派送"),
]
KEPT = [
    "运单号751234567890123已到达",
    "【北京市】快件已抵达【北京中转部】",
    "2025-11-01 12:30:45 到达，重量12.345kg",
    "请凭取货码8-2-3011到丰巢取件",
    "航班CA1234，车牌粤B12345",
]


@pytest.mark.parametrize(("text", "stored"), HIDDEN)
def test_phones_and_names_are_masked(text: str, stored: str) -> None:
    assert redact(text, "none") == stored


@pytest.mark.parametrize("text", KEPT)
def test_other_numbers_stay(text: str) -> None:
    assert redact(text, "in_transit") == text


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("已签收，签收人：张三丰", "已签收，签收人：张**"),
        ("您的快件已被 李明 签收", "您的快件已被 李* 签收"),
        ("已签收，签收人：本人", "已签收，签收人：本人"),
        ("由门卫代收", "由门卫代收"),
        ("已签收，签收人：家人", "已签收，签收人：家人"),
    ],
)
def test_who_signed_is_said_by_role_not_by_name(text: str, stored: str) -> None:
    assert redact(text, "delivered") == stored


def test_strangers_do_not_learn_the_locker_code() -> None:
    text = "已放入【翠湖花园丰巢柜】，请凭取件码 8-2-3011 领取，密码：4711"
    shown = for_strangers(text)
    assert "3011" not in shown
    assert "4711" not in shown
    assert "翠湖花园丰巢柜" in shown


@given(
    before=st.text("件已到达【】，a ", max_size=8),
    number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    after=st.text("请保持畅通）。 ", max_size=8),
)
def test_no_mobile_number_passes(before: str, number: str, after: str) -> None:
    stored = redact(before + number + after, "none")
    assert number not in stored
    assert number[-4:] not in stored
    assert redact(stored, "none") == stored
