"""Recognising what is old loses nothing and doubles nothing.

If these break, a scan is missing from a parcel's page, or is there twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from yichuan.couriers.connectors.base import CourierEvent, PushBatch, RejectedEvent, TrackUpdate
from yichuan.tracking import batch, lives
from yichuan.tracking.batch import (
    Gathered,
    Moved,
    Source,
    StoredTrack,
    Told,
    news_of,
)

START = datetime(2025, 11, 1, tzinfo=UTC)
AT = datetime(2025, 12, 1, tzinfo=UTC)
KEY = ("ZTO", "73100000001")
COHORT = date(2025, 11, 1)
SOURCE = Source("kdniao", UUID(int=1), 1)


def event(n: int, text: str = "运输中") -> CourierEvent:
    return CourierEvent(START + n * timedelta(hours=1), f"{text}{n}", "2", "深圳市", "in_transit")


def stored(moved: Moved) -> StoredTrack:
    return StoredTrack(
        moved.courier,
        moved.number,
        moved.cycle,
        moved.cohort,
        moved.milestone,
        moved.count,
        moved.digest,
        moved.row.history,
        moved.row.words,
        moved.row.state.last_event_at,
    )


def told(history: tuple[CourierEvent, ...]) -> Told:
    return Told(SOURCE, len(history), events=history)


def digest_of(history: tuple[CourierEvent, ...]) -> bytes:
    return told(history).digest(len(history))


def merge(
    cycles: list[StoredTrack], *histories: tuple[CourierEvent, ...], at: datetime = AT
) -> tuple[list[StoredTrack], list[str]]:
    """One batch: the number's cycles after it, and the texts of its new events."""
    news = news_of(KEY, cycles, [told(history) for history in histories])
    if news is None:
        return cycles, []
    changed = {moved.cycle: moved for moved in lives.moves(news, cycles, at=at, cohort=COHORT)}
    kept = [track for track in cycles if track.cycle not in changed]
    tracks = sorted([*kept, *map(stored, changed.values())], key=lambda track: track.cycle)
    return tracks, [e.text for moved in changed.values() for e in moved.new_events]


HISTORIES = st.lists(
    st.lists(st.integers(0, 9), max_size=12).map(lambda ns: tuple(event(n) for n in ns)),
    min_size=1,
    max_size=8,
)


@given(histories=HISTORIES, seed=st.integers(0, 99))
def test_every_event_is_new_exactly_once(
    histories: list[tuple[CourierEvent, ...]], seed: int
) -> None:
    rng = Random(seed)
    cycles: list[StoredTrack] = []
    new: list[str] = []
    waiting = list(histories)
    while waiting:
        some = [waiting.pop(0) for _ in range(min(len(waiting), rng.randint(1, 3)))]
        cycles, texts = merge(cycles, *some)
        new += texts
    assert sorted(new) == sorted({e.text for history in histories for e in history})
    assert [track.events for track in cycles] == ([len(new)] if new else [])


def test_a_history_that_grows_is_known_by_its_digest() -> None:
    whole = tuple(event(n) for n in range(11))
    cycles, _ = merge([], whole[:10])
    assert cycles[0].digest == digest_of(whole[:10])
    cycles, texts = merge(cycles, whole)
    assert texts == ["运输中10"]
    assert cycles[0].digest == digest_of(whole)
    assert merge(cycles, whole) == (cycles, [])


def test_a_digest_is_kept_only_for_the_whole() -> None:
    """Else an event told out of turn would hide another."""
    whole = tuple(event(n) for n in range(4))
    cycles, _ = merge([], whole[1:3])
    cycles, _ = merge(cycles, whole[:2])
    assert cycles[0].digest is None
    doubled = (*whole[:2], whole[1], whole[2])
    cycles, _ = merge(cycles, doubled)
    assert cycles[0].digest is None
    cycles, texts = merge(cycles, whole)
    assert (texts, cycles[0].digest) == (["运输中3"], digest_of(whole))


def test_what_names_no_parcel_is_put_aside() -> None:
    gathered = Gathered()
    odd = RejectedEvent("{}", "no time")
    updates = (
        TrackUpdate("zto ", " 7310 0000 001", (event(1),), rejected=(odd,)),
        TrackUpdate("ZTO", "73100000001", (event(1), event(2))),
        TrackUpdate("快递", "73100000001", (event(1),)),
        TrackUpdate("ZTO", "x" * 100, (event(1),)),
        TrackUpdate("YTO", "YT1234567", (), ok=False, reason="三天无轨迹"),
    )
    gathered.add(SOURCE, b"{}", PushBatch(updates, (odd,)))
    assert {key: len(found) for key, found in gathered.histories.items()} == {KEY: 2}
    assert gathered.stopped == {("YTO", "YT1234567"): "三天无轨迹"}
    assert sorted(bad.kind for bad in gathered.bad) == ["event", "record", "record", "record"]


def test_the_same_bad_thing_has_the_same_digest() -> None:
    one = batch.Bad(SOURCE, "event", "no time", b"{}", "ZTO", "1")
    other = batch.Bad(Source("kdniao", UUID(int=2), 9), "event", "no time", b"{}", "ZTO", "1")
    assert one.digest() == other.digest()
    assert one.digest() != batch.Bad(SOURCE, "event", "no time", b"{ }", "ZTO", "1").digest()
