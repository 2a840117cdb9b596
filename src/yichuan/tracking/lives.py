"""Which life of a number its news belong to: pure, no I/O.

Numbers are reused. What one push or answer brings may be about the parcel of now, about the one
before it, or about both. Nearly always all of a number's scans lie within 60 days: then there is
one life and nothing to look for. Otherwise the news fall into chunks at each rest of 60 days, and
a chunk goes to the nearest life within its rest, else begins a life of its own.

Cycles are numbered in the order of their lives: a life told after the one it came before gets the
number below, down to 0 and less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec

from yichuan.couriers.connectors.base import CourierEvent
from yichuan.tracking import memory
from yichuan.tracking.batch import (
    ENDED_REST,
    NOTHING,
    SILENT,
    SILENT_REST,
    Aside,
    Moved,
    News,
    StoredTrack,
    advance,
)
from yichuan.tracking.memory import Words
from yichuan.tracking.merge import FUTURE
from yichuan.tracking.values import END_MILESTONES
from yichuan.tracking.walk import time_of

Fresh = dict[bytes, CourierEvent]


def moves(
    news: News,
    cycles: Sequence[StoredTrack],
    *,
    at: datetime,
    cohort: date,
    mapped: Mapping[str, str] = NOTHING,
    aside: Aside = SILENT,
) -> list[Moved]:
    """The number's tracks after the news, those that changed; see `batch.advance`. What is told
    aside is about the latest life."""
    latest = cycles[-1] if cycles else None

    def moved(part: News, stored: StoredTrack | None, cycle: int, said: Aside = SILENT) -> Moved:
        return advance(part, stored, cycle, at=at, cohort=cohort, mapped=mapped, aside=said)

    if _one_life(news, cycles):
        return [moved(news, latest, latest.cycle if latest else 1, aside)]
    lives = _told_apart(news, cycles, at, lambda part, stored: moved(part, stored, 0).milestone)
    found: list[Moved] = []
    for life in lives:
        if life.fresh:
            said = aside if life is lives[-1] else SILENT
            one = moved(life.part(news), life.stored, life.cycle, said)
            # The digest is looked for in the latest track only.
            found.append(one if life is lives[-1] else msgspec.structs.replace(one, digest=None))
    return found


def _one_life(news: News, cycles: Sequence[StoredTrack]) -> bool:
    """Whether what the news add lies so close to the latest life that it is that one's for sure."""
    times = [event.occurred_at for event in news.fresh.values()]
    first = last = times[0]
    if len(times) > 1:
        first, last = min(times), max(times)
    if cycles:
        until = cycles[-1].last_event_at
        if until is None:
            return len(cycles) == 1 and cycles[0].events == 0 and last - first <= ENDED_REST
        if first >= until:
            return last - until <= ENDED_REST
        walk = news.words.walk
        if walk is None or walk.first is None:
            return False
        began = time_of(walk.first)
        if len(cycles) > 1 and first < began:
            return False
        first, last = min(first, began), max(last, until)
    return last - first <= ENDED_REST


@dataclass(eq=False)
class _Life:
    """A life of the number, with what the news add to it."""

    stored: StoredTrack | None
    first: datetime
    last: datetime
    ended: bool
    fresh: Fresh = field(default_factory=dict)
    cycle: int = 0

    def part(self, news: News) -> News:
        """The news of this life alone."""
        words = self.stored.recall() if self.stored else Words({}, {})
        return msgspec.structs.replace(news, fresh=self.fresh, words=words)

    def gap(self, other: _Life) -> timedelta | None:
        """How long it rested between the two; None: so long that they are two parcels'."""
        before, after = (self, other) if self.first <= other.first else (other, self)
        gap = max(after.first - before.last, timedelta(0))
        return gap if gap <= (ENDED_REST if before.ended else SILENT_REST) else None


Milestone = Callable[[News, StoredTrack | None], str]


def _told_apart(
    news: News, cycles: Sequence[StoredTrack], at: datetime, milestone: Milestone
) -> list[_Life]:
    """All lives of the number in their order, numbered."""
    lives = [life for track in cycles if (life := _stored(track, at)) is not None]
    present = {k: e for k, e in news.fresh.items() if e.occurred_at <= at + FUTURE}
    for fresh in _chunks(present):
        chunk = _Life(None, *_span(fresh), ended=False, fresh=fresh)
        chunk.ended = milestone(chunk.part(news), None) in END_MILESTONES
        gaps = [(gap, n) for n, life in enumerate(lives) if (gap := life.gap(chunk)) is not None]
        if gaps:
            _join(lives[min(gaps)[1]], chunk, news, milestone)
        else:
            lives.append(chunk)
    empty = cycles[-1] if cycles and not any(life.stored is cycles[-1] for life in lives) else None
    lives = _numbered(sorted(lives, key=lambda life: life.first), empty)
    forecasts = {k: e for k, e in news.fresh.items() if k not in present}
    if forecasts and (not lives or (empty is not None and lives[-1].stored is not empty)):
        number = empty.cycle if empty else 1
        lives.append(_Life(empty, at, at, ended=False, cycle=number))
    if forecasts:
        lives[-1].fresh |= forecasts
    return lives


def _stored(track: StoredTrack, at: datetime) -> _Life | None:
    """A track's life as far as it is known; None: it has not been scanned yet."""
    seconds = [scan.second for scan in memory.unpack(track.history, Words({}, {}))]
    times = [time for second in seconds if (time := time_of(second)) <= at + FUTURE]
    if not times:
        return None
    return _Life(track, min(times), max(times), track.milestone in END_MILESTONES)


def _chunks(present: Fresh) -> list[Fresh]:
    """Events between which nothing rested for 60 days, oldest first."""
    found: list[Fresh] = []
    before: datetime | None = None
    for key, event in sorted(present.items(), key=lambda one: (one[1].occurred_at, one[0])):
        if before is None or event.occurred_at - before > ENDED_REST:
            found.append({})
        found[-1][key] = event
        before = event.occurred_at
    return found


def _span(fresh: Fresh) -> tuple[datetime, datetime]:
    times = [event.occurred_at for event in fresh.values()]
    return min(times), max(times)


def _join(life: _Life, chunk: _Life, news: News, milestone: Milestone) -> None:
    life.fresh |= chunk.fresh
    life.first, life.last = min(life.first, chunk.first), max(life.last, chunk.last)
    life.ended = milestone(life.part(news), life.stored) in END_MILESTONES


def _numbered(lives: list[_Life], empty: StoredTrack | None) -> list[_Life]:
    """Give new lives numbers in their order; the last one takes the track that waits for it.

    A life for which there is no number, between two others, goes to the one before.
    """
    if empty and lives and lives[-1].stored is None:
        lives[-1].stored = empty
    known = [n for n, life in enumerate(lives) if life.stored]
    kept: list[_Life] = []
    for n, life in enumerate(lives):
        following = next((k for k in known if k >= n), None)
        stored = None if following is None else lives[following].stored
        if life.stored:
            life.cycle = life.stored.cycle
        elif kept and n > min(known, default=n):
            life.cycle = kept[-1].cycle + 1
            if stored and life.cycle >= stored.cycle:
                kept[-1].fresh |= life.fresh
                continue
        else:
            life.cycle = stored.cycle - (following or 0) + n if stored else n + 1
        kept.append(life)
    return kept
