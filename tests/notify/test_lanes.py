"""Room of a lane: a receiver that hangs must not take the others' turn.

If these break, one dead address delays every other mall's events.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yichuan.notify.lanes import FIRST_REST, LONGEST_REST, MOST_ROOM, RESTS_AFTER, Lane, Lanes


def after(lane: Lane, at: float, *, good: bool) -> Lane:
    lane.running += 1
    lane.ended(at, good=good)
    return lane


def test_failures_take_the_room_and_then_the_lane_rests() -> None:
    lane = Lane()
    for _ in range(RESTS_AFTER):
        after(lane, 100.0, good=False)
    assert lane.room == 1
    assert not lane.is_open(100.0 + FIRST_REST - 0.1)
    assert lane.is_open(100.0 + FIRST_REST)


def test_one_success_ends_the_rest() -> None:
    lane = Lane()
    for _ in range(RESTS_AFTER + 20):
        after(lane, 0.0, good=False)
    assert lane.rests_until == LONGEST_REST
    assert after(lane, LONGEST_REST, good=True).is_open(LONGEST_REST)


@given(st.lists(st.booleans(), max_size=200))
def test_room_stays_within_its_bounds(outcomes: list[bool]) -> None:
    lane, at = Lane(), 0.0
    for good in outcomes:
        at = max(at, lane.rests_until) + 1
        assert lane.is_open(at)
        after(lane, at, good=good)
        assert 1 <= lane.room <= MOST_ROOM
        assert lane.rests_until - at <= LONGEST_REST


def test_memory_is_bounded_and_keeps_what_fails() -> None:
    lanes = Lanes()
    after(lanes.of("bad"), 0.0, good=False)
    for number in range(5_000):
        lanes.of(f"lane-{number}")
    assert len(lanes.known) <= 1_001
    assert lanes.of("bad").failures == 1
