"""Waybill numbers: a user would see numbers that no courier's own system recognises."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.simulator.catalogue import UnknownCourierError, couriers
from yichuan.simulator.numbers import allot, s10_check_digit

SHAPES = {
    "SF": r"SF\d{13}",
    "ZTO": r"7[3-689]\d{12}",
    "YTO": r"YT\d{13}",
    "STO": r"77\d{13}",
    "YD": r"[34]\d{14}",
    "JD": r"JDV[A-Z]\d{11}|JD[XK]\d{12}",
    "EMS": r"(?:10|11|12)\d{11}|E[A-Z]\d{9}CN",
    "JTSD": r"JT\d{13}",
    "DBL": r"DPK\d{12}",
    "ANE": r"\d{12}",
    "ZTOKY": r"\d{12}",
}
"""Published shapes (Taobao's mail-number rules, as in the collected patterns)."""


def test_every_courier_has_a_published_shape() -> None:
    """Nobody is left out of the next test."""
    assert set(SHAPES) == set(couriers())


@given(seed=st.integers(), key=st.text(max_size=12), courier=st.sampled_from(sorted(SHAPES)))
def test_numbers_have_the_couriers_shape_and_repeat(seed: int, key: str, courier: str) -> None:
    """Same seed and key, same number; another attempt, another number."""
    number = allot(courier, seed, key)
    assert re.fullmatch(SHAPES[courier], number)
    assert allot(courier, seed, key) == number
    assert allot(courier, seed, key, attempt=1) != number


def test_s10_numbers_carry_the_right_check_digit() -> None:
    """The check digit of UPU S10's own example, RB47312482 9 GB, and of what we allot."""
    assert s10_check_digit("47312482") == "9"
    numbers = [allot("EMS", 1, str(i)) for i in range(40)]
    postal = [n for n in numbers if n.startswith("E")]
    assert postal
    assert all(n[10] == s10_check_digit(n[2:10]) for n in postal)


def test_unknown_courier() -> None:
    """A courier the network does not have is refused by name."""
    with pytest.raises(UnknownCourierError):
        allot("NOPE", 1, "x")
