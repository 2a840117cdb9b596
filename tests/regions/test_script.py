"""If these break, addresses in traditional characters (Taiwan, Hong Kong) are not recognised."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yichuan.regions.script import simplified


def test_division_names() -> None:
    assert simplified("臺北市信義區") == "台北市信义区"
    assert simplified("廣東省廣州市") == "广东省广州市"
    assert simplified("深圳市") == "深圳市"


@given(st.text())
def test_length_stays(text: str) -> None:
    assert len(simplified(text)) == len(text)
