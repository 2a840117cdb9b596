"""When a courier is asked next. If these break, merchants' parcels stand still on their pages while
the courier moves them, or a day's queries are burnt on parcels that sleep."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.core.clock import CHINA
from yichuan.tracking.details import Milestone, details
from yichuan.tracking.polling import (
    FORGOTTEN,
    LEAST,
    LONGEST,
    REFUSALS,
    Seen,
    next_ask,
    next_look,
    rates,
)
from yichuan.tracking.polling_leg import leg_km
from yichuan.tracking.polling_share import bundles, shares
from yichuan.tracking.values import END_MILESTONES

NOON = datetime(2026, 3, 4, 12, tzinfo=CHINA)
HOUR = timedelta(hours=1)
OPEN = sorted(m.name for m in Milestone if m.name not in END_MILESTONES)

moments = st.floats(0, 24 * 14).map(lambda hours: NOON + timedelta(hours=hours))
numbers = st.builds(
    Seen,
    milestone=st.sampled_from(OPEN),
    detail=st.sampled_from(sorted(details())),
    since=moments,
    leg_km=st.none() | st.floats(0, 5000),
    asked_at=st.none() | moments,
    pushed=st.booleans(),
    failures=st.integers(0, 9),
    refusals=st.integers(0, REFUSALS - 1),
)
stretches = st.floats(1, 16)


@given(numbers, stretches)
def test_an_open_number_is_asked_for_later_but_not_too_soon_nor_too_late(
    seen: Seen, stretch: float
) -> None:
    at = next_ask(seen, stretch)
    begin = max(seen.since, seen.asked_at or seen.since)
    assert at is not None
    assert at > begin
    if seen.asked_at is not None:
        assert at >= seen.asked_at + LEAST
    if not seen.pushed and not seen.failures:
        assert at <= begin + max(LONGEST, (begin - seen.since) / 4) * stretch


@given(numbers, stretches)
def test_pushes_and_stretch_and_failures_only_spare_calls(seen: Seen, stretch: float) -> None:
    plain = replace(seen, pushed=False, failures=0)
    soonest = next_ask(plain)
    assert soonest is not None
    for other in (replace(plain, pushed=True), replace(plain, failures=3)):
        later = next_ask(other)
        assert later is not None
        assert later >= soonest
    stretched = next_ask(plain, stretch)
    assert stretched is not None
    assert stretched >= soonest


@given(numbers, moments, stretches)
def test_a_look_never_comes_after_the_call_that_is_due(
    seen: Seen, at: datetime, stretch: float
) -> None:
    due, look = next_ask(seen, stretch), next_look(seen, at, stretch)
    assert due is not None
    assert look is not None
    assert look <= due


@given(numbers, st.sampled_from(sorted(END_MILESTONES)))
def test_an_ended_number_is_never_asked_for(seen: Seen, end: str) -> None:
    ended = replace(seen, milestone=end)
    assert next_ask(ended) is None
    looks, at = 0, seen.since
    while (look := next_look(ended, at)) is not None:
        assert look > at
        looks, at = looks + 1, look
    assert looks == 2


@pytest.mark.parametrize("milestone", OPEN)
def test_a_number_that_never_moves_again_costs_few_calls_and_is_forgotten(milestone: str) -> None:
    seen, calls = Seen(milestone, "none", NOON), 0
    while (at := next_ask(seen)) is not None:
        seen, calls = replace(seen, asked_at=at), calls + 1
    assert seen.asked_at is not None
    assert FORGOTTEN < seen.asked_at - NOON < FORGOTTEN * 2
    assert calls < 90


def test_the_phase_sets_the_pace() -> None:
    """Fast on delivery day and before it is picked up, slow on a long road, slower at night."""

    def wait(
        milestone: str, detail: str = "none", km: float | None = None, hour: int = 12
    ) -> float:
        since = NOON.replace(hour=hour)
        at = next_ask(Seen(milestone, detail, since, km))
        assert at is not None
        return (at - since) / HOUR

    assert wait("out_for_delivery") < wait("ready_for_collection")
    assert wait("out_for_delivery") < 2.5
    assert wait("created") < 2
    assert wait("in_transit", "departed_from_hub", 2000) > 2 * wait("in_transit", "arrived_at_hub")
    assert wait("in_transit", "departed_from_hub", 2000) > wait("in_transit", "x", 100)
    assert wait("ready_for_collection", hour=22) > 1.3 * wait("ready_for_collection", hour=8)


def test_a_pushed_number_is_asked_for_once_it_is_oddly_silent() -> None:
    seen = Seen("in_transit", "arrived_at_hub", NOON, pushed=True)
    first = next_ask(seen)
    assert first is not None
    assert timedelta(hours=6) < first - NOON < timedelta(days=2)
    again = next_ask(replace(seen, asked_at=first))
    assert again is not None
    assert again > first


def test_refusals_end_it_and_failures_only_delay_it() -> None:
    seen = Seen("created", "none", NOON, asked_at=NOON, failures=50)
    assert next_ask(seen) is not None
    assert next_ask(replace(seen, refusals=REFUSALS)) is None
    assert next_look(replace(seen, refusals=REFUSALS), NOON) is None


def test_every_phase_has_rates_for_the_whole_day() -> None:
    for phase, table in rates().items():
        assert table.after[0] == 0, phase
        assert list(table.after) == sorted(table.after)
        assert len(table.an_hour) == len(table.after)
        assert len(table.by_day) == 8
        assert min(*table.an_hour, *table.by_day) > 0


@pytest.mark.parametrize(
    ("words", "here", "low", "high"),
    [
        ("【广州转运中心】 已发出 下一站 【济南转运中心】", "广州市", 1400, 1700),
        ("快件由【天津邮件处理中心】封发，发往【郑州邮件处理中心】", "天津市", 500, 700),
        ("到达：江苏南通分拨中心 发往：江苏苏州分拨中心", "南通市", 50, 120),
        ("货物从天津快运分拨装车发往郑州快运分拨", "天津市", 500, 700),
        ("【杭州转运中心】即将发往【北京转运中心】", "杭州市", None, None),
        ("快件已到达【北京转运中心】", "北京市", None, None),
        ("【广州转运中心】 已发出 下一站 【济南转运中心】", None, None, None),
    ],
)
def test_the_way_to_the_next_stop(
    words: str, here: str | None, low: float | None, high: float | None
) -> None:
    km = leg_km(words, here)
    if low is None or high is None:
        assert km is None
    else:
        assert km is not None
        assert low < km < high


@given(st.dictionaries(st.integers(), st.integers(0, 50), max_size=12), st.integers(0, 200))
def test_no_merchant_starves_another(waiting: dict[int, int], budget: int) -> None:
    """Nobody gets more than it has waiting or than another who still waits, but for odd ones; and
    nothing of the budget is left while somebody waits."""
    given_ = shares(waiting, budget)
    assert sum(given_.values()) == min(budget, sum(waiting.values()))
    assert all(0 <= n <= waiting[key] for key, n in given_.items())
    for key, n in given_.items():
        if n < waiting[key]:
            assert max(given_.values()) <= n + 1


@given(st.dictionaries(st.integers(), st.lists(st.integers(), max_size=9)), st.integers(1, 4))
def test_queries_hold_numbers_of_one_kind(items: dict[int, list[int]], size: int) -> None:
    made = bundles(items, size)
    assert all(0 < len(some) <= size for _, some in made)
    assert {k: [n for kind, some in made for n in some if kind == k] for k in items} == items
