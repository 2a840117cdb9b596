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
)
from yichuan.tracking.polling_leg import Leg, leg_of
from yichuan.tracking.polling_rates import (
    AFTER,
    ENOUGH,
    FURTHEST,
    PARTS,
    Counts,
    Phase,
    Stop,
    count,
    learned,
    phase_of,
    tables,
)
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
    leg=st.none()
    | st.builds(
        Leg,
        km=st.none() | st.floats(0, 5000),
        from_hub=st.booleans(),
        to_hub=st.booleans(),
        ready=st.booleans(),
    ),
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
    trunk = Leg(1500, from_hub=True, to_hub=True, ready=False)

    def wait(milestone: str, leg: Leg | None = None, hour: int = 12, silent: float = 0) -> float:
        since = NOON.replace(hour=hour)
        asked = since + silent * HOUR
        at = next_ask(Seen(milestone, "none", since, leg, asked))
        assert at is not None
        return (at - asked) / HOUR

    assert wait("out_for_delivery") < wait("ready_for_collection")
    assert wait("out_for_delivery") < 2.5
    assert wait("created") < 2
    on_trunk = wait("in_transit", trunk, silent=8)
    assert on_trunk > 1.4 * wait("in_transit")
    assert on_trunk > 1.4 * wait("in_transit", trunk, silent=36), "it is about to arrive"
    short = trunk._replace(km=200)
    assert on_trunk > 1.4 * wait("in_transit", short, silent=8)
    assert on_trunk > 1.4 * wait("in_transit", trunk._replace(from_hub=False), silent=1)
    assert wait("out_for_delivery", hour=23) > 1.08 * wait("out_for_delivery", hour=13)


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
    for phase, table in tables().phases.items():
        assert len(table.an_hour) == len(AFTER), phase
        assert len(table.by_day) == PARTS
        assert min(*table.an_hour, *table.by_day) > 0


@given(st.sampled_from(OPEN), st.sampled_from(sorted(details())), st.booleans(), st.booleans())
def test_whatever_a_scan_says_there_is_a_phase_for_it(
    milestone: str, detail: str, from_hub: bool, ready: bool
) -> None:
    known = tables().phases
    assert phase_of(milestone, detail).name in known
    for km in (None, 0.0, 5000.0):
        for to_hub in (False, True):
            phase = phase_of(milestone, detail, Leg(km, from_hub, to_hub, ready))
            assert phase.name in known
            assert 0 < phase.scale < 6


@pytest.mark.parametrize(
    ("words", "here", "low", "high", "ends"),
    [
        ("【广州转运中心】 已发出 下一站 【济南转运中心】", "广州市", 1400, 1700, "hub hub"),
        ("快件由【天津邮件处理中心】封发，发往【郑州邮件处理中心】", "天津市", 500, 700, "hub hub"),
        ("到达：江苏南通分拨中心 发往：江苏苏州分拨中心", "南通市", 50, 120, "hub hub"),
        ("货物从天津快运分拨装车发往郑州快运分拨", "天津市", 500, 700, "hub hub"),
        ("快件离开 【杭州东新路】 已发往 【重庆】", "杭州市", 1200, 1400, "branch hub"),
        ("运输中，离开【郑州枢纽中心】，下一部门【温州转运中心】", "郑州市", 800, 1100, "hub hub"),
        ("[西安分拨中心]从站点发出，本次转运目的地：西安长安区公司", "西安市", 0, 1, "hub branch"),
        ("【杭州转运中心】即将发往【北京转运中心】", "杭州市", 1000, 1300, "hub hub ready"),
        ("货物由温州前往厦门西柯途中", "温州市", 400, 550, "branch branch"),
        ("【广州转运中心】 已发出 下一站 【济南转运中心】", None, None, None, "hub hub"),
        ("快件已到达【北京转运中心】", "北京市", None, None, None),
    ],
)
def test_the_way_to_the_next_stop(
    words: str, here: str | None, low: float | None, high: float | None, ends: str | None
) -> None:
    leg = leg_of(words, here)
    if ends is None:
        assert leg is None
        return
    assert leg is not None
    assert [leg.from_hub, leg.to_hub] == [end == "hub" for end in ends.split()[:2]]
    assert leg.ready == ends.endswith("ready")
    if low is None or high is None:
        assert leg.km is None
    else:
        assert leg.km is not None
        assert low <= leg.km < high


def parcels(wait: float, number: int) -> dict[str, Counts]:
    """Parcels that are signed for so many hours after they went out for delivery at 9."""
    found: dict[str, Counts] = {}
    for day in range(number):
        out = NOON.replace(hour=9) + timedelta(days=day)
        stops = [Stop(out, Phase("out_for_delivery")), Stop(out + wait * HOUR, None)]
        count(stops, found)
    return found


def test_a_courier_s_own_parcels_move_its_rates_by_as_much_as_was_counted() -> None:
    """Few hardly, many nearly to what they say, none of them without bounds."""
    seen = Seen("out_for_delivery", "none", NOON.replace(hour=9))
    at_first = next_ask(seen)
    assert at_first is not None
    by_three = next_ask(seen, book=learned(parcels(7.5, 3), 3))
    by_many = next_ask(seen, book=learned(parcels(7.5, 2000), 2000))
    assert by_three is not None
    assert by_many is not None
    assert abs(by_three - at_first) < 0.5 * HOUR
    assert by_many > at_first + HOUR, "nothing comes before half past four"
    table = tables().phases["out_for_delivery"]
    moved = learned(parcels(7.5, 2000), 2000).phases["out_for_delivery"]
    for new, old in zip(moved.an_hour + moved.by_day, table.an_hour + table.by_day, strict=True):
        assert old / FURTHEST <= new * 1.0001
        assert new <= old * FURTHEST * 1.0001
    untouched = learned({}, ENOUGH)
    assert untouched.phases == tables().phases


def test_hours_are_counted_where_they_passed() -> None:
    """In the row and the part of the day they fell in; scans of one moment end one silence."""
    found: dict[str, Counts] = {}
    start = NOON.replace(hour=11)
    stops = [
        Stop(start, Phase("trunk", 2.0)),
        Stop(start + 4 * HOUR, Phase("in_transit")),
        Stop(start + 4.1 * HOUR, None),
    ]
    count(stops, found)
    assert list(found) == ["trunk"], "the second and the third came at one moment"
    trunk = found["trunk"]
    assert sum(trunk.scans) == 2
    assert sum(trunk.hours) == pytest.approx(2), "of a leg half as long"
    by_row = [sum(trunk.hours[r * PARTS : (r + 1) * PARTS]) for r in range(3)]
    assert by_row == pytest.approx([1, 1, 0])
    by_part = [sum(trunk.hours[p::PARTS]) for p in range(3, 6)]
    assert by_part == pytest.approx([0.5, 1.5, 0])


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
