"""What couriers say in passing. If these break, a buyer is given a hotline, the recipient's own
number or a forecast for another parcel's day as what to rely on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.tracking.spoken import FARTHEST, deliverer, expected

AT = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
"""09:00 on 28 November on the couriers' clock."""
NAMED = [
    ("快件正在派送途中,请您准备签收(派件人:李某,电话:13800001111)", "李某", "13800001111", ""),
    ("【成都市】派件员：王师傅 电话：138 0000 1111 当前正在为您派件", "王师傅", "13800001111", ""),
    ("【余杭公司】 派件人 :李某某 派件中 派件员电话13800001111", "李某某", "13800001111", ""),
    ("正在派送，快递员张某（+86-13800001111转1234），投诉电话95338", "张某", "13800001111", "1234"),
    ("投诉电话：021-12345678，派件员李某13800001111正在派送", "李某", "13800001111", ""),
    ("派送中，联系电话010-12345678", "", "01012345678", ""),
]
NOBODY = [
    "正在派送，请保持电话畅通",
    "派送中，派件员李某，电话138****1111",
    "正在派送，客服电话：13800001111",
    "正在派送，网点联系电话：0571-12345678",
    "正在派送，收件人电话13800001111",
    "运单号751380000111123正在派送",
]
TOLD = [
    ("派送途中，预计今日18:00前送达，请您保持电话畅通", None, "11-28 18:00"),
    ("快件预计11月29日14:00-18:00送达", "11-29 14:00", "11-29 18:00"),
    ("预计明天下午2点到6点为您派送", "11-29 14:00", "11-29 18:00"),
    ("预计将于2026-11-30送达", "11-30 00:00", "11-30 23:59"),
    ("预计1月2日送达", "01-02 00:00", "01-02 23:59"),
]
UNTOLD = [
    "快件离开【杭州转运中心】，预计明天到达【成都转运中心】",
    "预计11月27日送达",
    "预计2月30日送达",
    "预计今日25:00前送达",
    "预计18:00至14:00送达",
    "预计派送",
]


@pytest.mark.parametrize(("text", "name", "phone", "extension"), NAMED)
def test_the_delivery_persons_phone(text: str, name: str, phone: str, extension: str) -> None:
    found = deliverer(text)
    assert found is not None
    assert (found.name, found.phone, found.extension) == (name, phone, extension)
    assert found.virtual is bool(extension)


def test_a_number_that_hides_another_says_so() -> None:
    found = deliverer("派件员李某，电话：13800001111，顺丰已开启“安全呼叫”保护您的电话隐私")
    assert found is not None
    assert found.virtual


@pytest.mark.parametrize("text", NOBODY)
def test_other_phones_are_not_theirs(text: str) -> None:
    assert deliverer(text) is None


@pytest.mark.parametrize(("text", "begin", "end"), TOLD)
def test_when_it_is_to_come(text: str, begin: str | None, end: str) -> None:
    found = expected(text, AT)
    assert found is not None
    shown = [at and f"{at:%m-%d %H:%M}" for at in found]
    assert shown == [begin, end]


@pytest.mark.parametrize("text", UNTOLD)
def test_what_makes_no_forecast(text: str) -> None:
    assert expected(text, AT) is None


PIECES = st.sampled_from(
    ["预计", "今日", "13", "99", ":", "月", "日", "-", "前", "送达", "派件员", "电话", "1", "转"]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=14).map("".join))
def test_any_text_is_read(text: str) -> None:
    found = expected(text, AT)
    assert found is None or AT < found.end < AT + FARTHEST
    who = deliverer(text)
    assert who is None or who.phone.isdigit()
