"""What a connection may be asked for. If these break, a day's queries are gone by noon, a contract
is exceeded, or everything waits though nothing is short."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yichuan.core.clock import CHINA
from yichuan.couriers.allowance import BURST, KEPT, LATE, SLOWEST, grant, paced

MIDNIGHT = datetime(2026, 3, 4, tzinfo=CHINA)


@given(st.integers(0, 100_000), st.integers(0, 200_000), st.floats(0, 23.99))
def test_the_quota_is_never_exceeded_nor_spent_far_ahead(
    per_day: int, used: int, hour: float
) -> None:
    at = MIDNIGHT + timedelta(hours=hour)
    now = grant(per_day, used, at)
    assert now >= 0
    if now:
        assert used + now <= per_day * (1 - KEPT) + 1e-6
        assert used + now <= per_day * (hour / 24 + BURST) + 1e-6


def test_the_whole_of_our_part_can_be_spent_in_a_day() -> None:
    used = 0
    for minute in range(24 * 60):
        used += grant(1000, used, MIDNIGHT + timedelta(minutes=minute))
    assert used == 1000 * (1 - KEPT)


@given(st.floats(1, SLOWEST), st.floats(0, 1e6), st.floats(0, 1e4))
def test_the_pace_stays_within_bounds(stretch: float, late: float, seconds: float) -> None:
    after = paced(stretch, late, seconds)
    assert 1 <= after <= SLOWEST
    assert after >= stretch or late <= LATE
