"""Personal data hidden on labels. Broken: a stranger reads a buyer's name and number off a box."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.waybills.labels.masking import Privacy, mask_address, mask_name, mask_phone
from yichuan.waybills.labels.model import Contact


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("王小明", "王**"),
        ("欧阳娜娜", "欧**"),
        ("李", "*"),
        ("", ""),
        ("陈**", "陈**"),
    ],
)
def test_name(name: str, masked: str) -> None:
    """The surname stays so that the courier can ask for somebody."""
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "usual", "strict"),
    [
        ("13812341234", "138****1234", "138******34"),
        ("+86 13812341234", "+86 138****1234", "+86 138******34"),
        ("0571-88123456", "0571-****3456", "0571-******56"),
        ("17000001111转6021", "170****1111转6021", "170******11转6021"),
        ("138****1234", "138****1234", "138****1234"),
        ("12345", "***45", "***45"),
        ("无", "无", "无"),
    ],
)
def test_phone(phone: str, usual: str, strict: str) -> None:
    """Middle digits are hidden, an extension without which nobody can call stays."""
    assert mask_phone(phone) == usual
    assert mask_phone(phone, 6) == strict


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("文一西路1号3号楼2单元1502室", "文一西路1号3号楼*单元*室"),
        ("解放路12-3-402", "解放路12-*"),
        ("人民路5号", "人民路5号"),
    ],
)
def test_address(address: str, masked: str) -> None:
    """Unit and room are hidden, the building stays."""
    assert mask_address(address) == masked


@given(st.text("0123456789 +-转", max_size=24), st.sampled_from([4, 6]))
def test_phone_never_shows_more_than_it_hides_nothing(phone: str, hidden: int) -> None:
    """Every number of three digits or more loses some, and nothing else moves."""
    masked = mask_phone(phone, hidden)
    assert len(masked) == len(phone)
    assert all(b in ("*", a) for a, b in zip(phone, masked, strict=True))
    if any(len(run) >= 3 for run in "".join(c if c.isdigit() else " " for c in phone).split()):
        assert "*" in masked


def test_contact_as_shown() -> None:
    """The address is hidden only by the national standard's form."""
    contact = Contact("张三", "13812341234", "文一西路1号2单元3室", "浙江省")
    assert contact.shown(Privacy.NONE) is contact
    usual, strict = contact.shown(Privacy.MASKED), contact.shown(Privacy.STRICT)
    assert (usual.name, usual.phone, usual.address) == ("张*", "138****1234", contact.address)
    assert (strict.phone, strict.address) == ("138******34", "文一西路1号*单元*室")
