"""Fault rates: a user would get a world with more or less trouble than asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.simulator.faults import PARCEL_FAULTS, Fault, FaultRates


@given(roll=st.floats(0, 1, exclude_max=True))
def test_no_rate_no_fault(roll: float) -> None:
    """A world without faults has none; one with a single certain fault has only that."""
    assert FaultRates.none().draw(roll) is Fault.NONE
    assert all(FaultRates.only(**{f: 1.0}).draw(roll) is f for f in PARCEL_FAULTS)


@pytest.mark.parametrize(
    "rates", [{"lost": -0.1}, {"stall": 1.1}, {"lost": 0.6, "refused": 0.6}, {"locker": 0.8}]
)
def test_impossible_rates_are_refused(rates: dict[str, float]) -> None:
    """Below 0, above 1, or exclusive ones adding up to more than 1."""
    with pytest.raises(ValueError, match=r"between 0 and 1|add up"):
        FaultRates(**rates)
