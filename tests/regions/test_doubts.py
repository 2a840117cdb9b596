"""If these break, a label with an impossible address is printed without a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.regions.doubts import Doubt, doubts


@pytest.mark.parametrize(
    ("place", "address", "expected"),
    [
        (("广东省", "深圳市", "南山区"), "某路1号", ()),
        (("广东", "东莞", ""), "某镇某路1号", ()),
        (("上海市", "上海市", "徐汇区"), "某路一号楼", ()),
        (("湖北省", "仙桃市", "仙桃市"), "某村", ()),
        (("江苏省", "苏州市", "平江区"), "某路1号", ()),
        (("广东省", "杭州市", "西湖区"), "某路1号", (Doubt.CONFLICT,)),
        (("浙江省", "深圳市", "南山区"), "某路1号", (Doubt.CONFLICT,)),
        (("广东省", "深圳市", "朝阳区"), "某路1号", (Doubt.CONFLICT,)),
        (("广东省", "深圳市", "南山区"), "浙江省杭州市西湖区某路1号", (Doubt.CONFLICT,)),
        (("广东省", "深圳市", "南山区"), "杭州某餐馆1楼", ()),
        (("广东省", "深圳市", ""), "某路1号", (Doubt.UNKNOWN_DISTRICT,)),
        (("广东省", "深圳市", "某某区"), "某路1号", (Doubt.UNKNOWN_DISTRICT,)),
        (("", "", ""), "某路1号", (Doubt.UNKNOWN_DISTRICT,)),
        (("广东省", "深圳市", "南山区"), "某某花园", (Doubt.NO_NUMBER,)),
        (("广东省", "深圳市", ""), "", (Doubt.UNKNOWN_DISTRICT, Doubt.NO_NUMBER)),
    ],
)
def test_doubts(place: tuple[str, str, str], address: str, expected: tuple[Doubt, ...]) -> None:
    assert doubts(*place, address) == expected


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12), st.text(max_size=40))
def test_any_text_has_an_answer(province: str, city: str, district: str, address: str) -> None:
    assert set(doubts(province, city, district, address)) <= set(Doubt)
