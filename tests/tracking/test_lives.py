"""Numbers are reused: each parcel keeps its own scans, whenever and with whatever they come.

If these break, a buyer reads the way of somebody else's parcel below her own number, or a parcel on
its way is shown as delivered last spring.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tracking.test_batch import merge
from yichuan.couriers.connectors.base import CourierEvent
from yichuan.tracking import memory
from yichuan.tracking.batch import StoredTrack
from yichuan.tracking.memory import Words
from yichuan.tracking.walk import second_of

START = datetime(2025, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
KINDS = ("picked_up", "in_transit", "out_for_delivery", "delivered", "refused", "none")
Life = tuple[CourierEvent, ...]


def scan(day: float, detail: str = "in_transit") -> CourierEvent:
    return CourierEvent(START + day * DAY, f"{detail} {day}", None, None, detail)


def life(*days: float, ended: bool = True) -> Life:
    scans = [scan(day) for day in days]
    return (*scans, scan(days[-1] + 1, "delivered")) if ended else (*scans,)


def told(*batches: Life, cycles: list[StoredTrack] | None = None) -> list[StoredTrack]:
    """The number's cycles after these batches, in their order."""
    cycles = cycles or []
    for batch in batches:
        cycles, _ = merge(cycles, batch, at=AT)
    return cycles


def shown(cycles: list[StoredTrack]) -> list[tuple[str, list[tuple[bytes, int, str]]]]:
    """What each cycle is, but for the order in which its scans came and its number."""
    found = []
    for track in cycles:
        scans = memory.unpack(track.history, Words({}, {}))
        found.append((track.milestone, sorted((s.key, s.second, s.detail) for s in scans)))
    return found


def days_of(cycles: list[StoredTrack]) -> list[tuple[int, list[int]]]:
    """Cycle, and on which days it was scanned."""
    zero = second_of(START)
    return [
        (t.cycle, sorted((s.second - zero) // 86400 for s in memory.unpack(t.history, t.recall())))
        for t in cycles
    ]


@st.composite
def two_lives(draw: st.DrawFn) -> tuple[Life, Life]:
    """Each of at most 60 days, with more than 90 between them."""
    scans = st.tuples(st.floats(0, 60).map(lambda n: round(n, 2)), st.sampled_from(KINDS))
    both = [draw(st.lists(scans, min_size=1, max_size=7, unique=True)) for _ in range(2)]
    pause = max(day for day, _ in both[0]) + draw(st.floats(90.1, 200)) - min(d for d, _ in both[1])
    return (
        tuple(scan(day, kind) for day, kind in both[0]),
        tuple(scan(round(day + pause, 2), kind) for day, kind in both[1]),
    )


@given(lives=two_lives(), rng=st.randoms(use_true_random=False))
def test_two_lives_are_the_same_in_whatever_order_and_portions(
    lives: tuple[Life, Life], rng: Random
) -> None:
    straight = told(*lives)
    assert shown(told((*lives[0], *lives[1]))) == shown(straight)
    waiting = [*lives[0], *lives[1], *rng.sample([*lives[0], *lives[1]], 1)]
    rng.shuffle(waiting)
    cycles: list[StoredTrack] = []
    while waiting:
        size = rng.randint(1, 4)
        cycles, waiting = told(tuple(waiting[:size]), cycles=cycles), waiting[size:]
    assert shown(cycles) == shown(straight)
    assert len(cycles) == 2
    assert cycles[0].cycle < cycles[1].cycle


def test_a_rest_of_60_days_after_the_end_or_90_of_silence() -> None:
    assert len(told(life(0, 1), (scan(20, "picked_up"),))) == 1
    assert len(told(life(0, 1), (scan(70, "picked_up"),))) == 2
    assert len(told(life(0, 1, ended=False), (scan(70),))) == 1
    assert len(told(life(0, 1, ended=False), (scan(92),))) == 2
    assert len(told((*life(0, 1), *life(70)))) == 2
    assert len(told((*life(0, 1, ended=False), *life(70)))) == 1
    assert len(told(life(70), life(0, 1))) == 2, "the old parcel's after the new one's"


def test_old_scans_go_to_the_old_cycle() -> None:
    cycles = told(life(0, 2), life(100, ended=False), (scan(1), scan(101)))
    assert days_of(cycles) == [(1, [0, 1, 2, 3]), (2, [100, 101])]
    assert [track.milestone for track in cycles] == ["delivered", "in_transit"]


def test_a_life_told_after_the_one_it_came_before_keeps_its_place() -> None:
    cycles = told(life(400), life(200), life(0))
    assert days_of(cycles) == [(-1, [0, 1]), (0, [200, 201]), (1, [400, 401])]
    both = told((*life(0), *life(200), *life(400)))
    assert [cycle for cycle, _ in days_of(both)] == [1, 2, 3]
    assert shown(both) == shown(cycles)


def test_a_life_between_two_goes_to_the_one_before() -> None:
    assert days_of(told(life(0), life(400), life(200))) == [(1, [0, 1, 200, 201]), (2, [400, 401])]


def test_a_track_that_waits_for_its_parcel_gets_the_last_life() -> None:
    """Bound before its first scan; its courier answers with last year's parcel too."""
    first = told((scan(0),))[0]
    empty = ("created", 0, None, b"", None, None)
    waiting = StoredTrack("ZTO", first.number, 1, first.cohort, *empty)
    cycles = told((*life(0), *life(200)), cycles=[waiting])
    assert days_of(cycles) == [(0, [0, 1]), (1, [200, 201])]
    second = StoredTrack("ZTO", first.number, 2, first.cohort, *empty)
    cycles = told((scan(0.5),), cycles=[*told(life(0)), second])
    assert days_of(cycles) == [(1, [0, 0, 1]), (2, [])], "late scans of the old one"
    assert days_of(told((scan(200),), cycles=cycles)) == [(1, [0, 0, 1]), (2, [200])]


def test_a_forecast_goes_with_the_last_life() -> None:
    ahead = CourierEvent(AT + 40 * DAY, "预计送达", None, None, "delivered")
    cycles = told((*life(0), *life(200, ended=False), ahead))
    assert [(t.events, t.milestone) for t in cycles] == [(2, "delivered"), (2, "in_transit")]
    assert [t.events for t in told((ahead,), (scan(3),))] == [2]


def test_a_history_of_both_is_known_again() -> None:
    both = (*life(0, 1), *life(200, 201))
    cycles = told(both)
    assert told(both, cycles=cycles) is cycles
