"""Scores from counts.

If this breaks, a merchant with three parcels is judged like one with three thousand, or nobody can
say why a score fell.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.scorecards.score import COURIER, MERCHANT, Metric, grade, moves, part, parts, total

NOTHING = {name: 0 for metric in (*MERCHANT, *COURIER) for name in (metric.amount, metric.base)}


def merchant(**counts: int) -> Decimal:
    return total(parts(MERCHANT, NOTHING | counts))


GOOD = {
    "shipments": 1000,
    "ship_due": 1000,
    "shipped_on_time": 990,
    "pickup_due": 1000,
    "picked_up_on_time": 990,
    "tickets_due": 20,
    "tickets_on_time": 20,
}


def test_best_worst_and_unknown() -> None:
    assert merchant(**GOOD) > 97
    late = GOOD | {"shipped_on_time": 500, "problems": 200, "fake_shipping": 60}
    assert merchant(**late) < 40
    assert 75 < merchant() < 90


def test_few_parcels_prove_little() -> None:
    """One late parcel of one hardly moves the score; the same share of a thousand sinks it."""
    one = merchant(ship_due=1, shipments=1)
    many = merchant(ship_due=1000, shipments=1000)
    assert merchant() - one < 7
    assert merchant() - many > 20


def test_weights_are_percentages() -> None:
    for metrics in (MERCHANT, COURIER):
        assert sum(m.weight for m in metrics) == 100
        assert all(m.full != m.zero for m in metrics)


def test_hours_in_transit_run_the_other_way() -> None:
    transit = next(m for m in COURIER if m.unit == "hours")
    fast = part(transit, NOTHING | {"transit_hours_sum": 40_000, "delivered": 1000})
    slow = part(transit, NOTHING | {"transit_hours_sum": 110_000, "delivered": 1000})
    assert fast.points == 100
    assert slow.points < 15
    assert fast.value == 40


@pytest.mark.parametrize(("score", "letter"), [("90", "A"), ("75", "B"), ("60", "C"), ("0", "D")])
def test_grades(score: str, letter: str) -> None:
    assert grade(Decimal(score)) == letter


metrics = st.sampled_from([*MERCHANT, *COURIER])


@given(metrics, st.integers(0, 5000), st.integers(0, 5000))
def test_points_stay_in_range_and_never_reward_worse(metric: Metric, base: int, bad: int) -> None:
    """One more late, broken or lost parcel never earns points."""
    amount = min(bad, base)
    better = part(metric, NOTHING | {metric.base: base, metric.amount: amount})
    more = amount + 1 if metric.full < metric.zero else max(0, amount - 1)
    worse = part(metric, NOTHING | {metric.base: base, metric.amount: more})
    assert 0 <= worse.points <= better.points <= 100


counted = st.fixed_dictionaries({name: st.integers(0, 1000) for name in sorted(NOTHING)})


@given(counted, counted)
def test_what_moved_a_score_adds_up_to_the_change(
    before: dict[str, int], after: dict[str, int]
) -> None:
    old, new = parts(MERCHANT, before), parts(MERCHANT, after)
    moved = moves(old, new)
    assert abs(sum(m.effect for m in moved) - float(total(new) - total(old))) <= 0.0101
    sizes = [abs(m.effect) for m in moved]
    assert sizes == sorted(sizes, reverse=True)
