"""The truth of a track, from all its events together.

`derive` sorts the events by time, then by the rank of what they say, and walks a small state
machine over them (`tracking.walk`). It does not matter in which order, in how many pushes or how
often the events came. Every event is kept; an event that may not move the state simply does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from yichuan.tracking.details import NONE, Milestone, details
from yichuan.tracking.walk import Walk, second_of, time_of

FUTURE: Final = timedelta(days=1)
"""How far after its receipt an event's time may lie; later ones wait, they are forecasts."""


@dataclass(frozen=True, slots=True)
class TrackEvent:
    """One scan as stored: aware time, text, the courier's code, and what both say."""

    occurred_at: datetime
    text: str
    detail: str
    code: str | None = None
    city: str | None = None
    received_at: datetime | None = None
    """When it first reached us; None: do not ask whether it lies in the future."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong now, lying over the milestone."""

    kind: str
    party: str
    must_act: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class TrackState:
    """What is true of a track. Times are the scans' own."""

    milestone: str | None = None
    """None: nothing has been said yet."""
    detail: str = NONE
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None
    picked_up_at: datetime | None = None
    out_for_delivery_at: datetime | None = None
    """The first time it went out."""
    delivered_at: datetime | None = None
    returned_at: datetime | None = None
    signed_by: str | None = None
    """Personal data."""
    sign_kind: str | None = None
    problem: Problem | None = None
    last_text: str | None = None
    last_city: str | None = None


def derive(events: Iterable[TrackEvent]) -> TrackState:
    """The state that all events together show.

    Raises:
        KeyError: an event with a detail that is none of ours.
    """
    walk, known = Walk(), details()
    ordered = _ordered(events)
    for event in ordered:
        walk.take(second_of(event.occurred_at), known[event.detail], event.text)
    return state_of(
        walk,
        last_text=next((e.text for e in reversed(ordered) if e.text), None),
        last_city=next((e.city for e in reversed(ordered) if e.city), None),
    )


def state_of(walk: Walk, last_text: str | None, last_city: str | None) -> TrackState:
    """Where a walk stands, in words and times."""
    if walk.first is None:
        return TrackState()
    delivered = walk.milestone is Milestone.delivered
    wrong = walk.problem
    return TrackState(
        milestone=walk.milestone.name if walk.milestone else None,
        detail=walk.detail,
        first_event_at=_time(walk.first),
        last_event_at=_time(walk.last),
        picked_up_at=_time(walk.picked_up),
        out_for_delivery_at=_time(walk.out),
        delivered_at=_time(walk.delivered) if delivered else None,
        returned_at=_time(walk.returned) if walk.milestone is Milestone.returned else None,
        signed_by=walk.signed_by if delivered else None,
        sign_kind=walk.sign_kind if delivered else None,
        problem=Problem(wrong.kind, wrong.party, wrong.must_act, time_of(walk.raised_at))
        if wrong
        else None,
        last_text=last_text,
        last_city=last_city,
    )


def _time(second: int | None) -> datetime | None:
    return None if second is None else time_of(second)


def _ordered(events: Iterable[TrackEvent]) -> list[TrackEvent]:
    """Each event once, those that drive the state, oldest first; equal times by rank."""
    once: dict[tuple[datetime, str, str | None], TrackEvent] = {}
    for event in events:
        same = once.setdefault((event.occurred_at, event.text, event.code), event)
        if same is not event:
            once[event.occurred_at, event.text, event.code] = _both(same, event)
    known = details()
    present = [event for event in once.values() if not _in_future(event)]
    present.sort(
        key=lambda e: (e.occurred_at, known[e.detail].rank, e.detail, e.text, e.code or "")
    )
    return present


def _both(one: TrackEvent, other: TrackEvent) -> TrackEvent:
    """The same scan received twice: the more telling reading, the later receipt."""
    known = details()
    best = max(one, other, key=lambda e: (known[e.detail].rank, e.detail, e.city or ""))
    receipts = (one.received_at, other.received_at)
    given = [at for at in receipts if at is not None]
    return replace(best, received_at=max(given) if len(given) == len(receipts) else None)


def _in_future(event: TrackEvent) -> bool:
    return event.received_at is not None and event.occurred_at > event.received_at + FUTURE


def event_key(event: TrackEvent) -> bytes:
    """16 bytes that are the same for the same scan: its time, text and code."""
    return key_of(event.occurred_at, event.code, event.text)


def key_of(at: datetime, code: str | None, text: str) -> bytes:
    """The same for a scan that is not stored yet."""
    seen = f"{at.timestamp():.6f}\0{code or ''}\0{text}"
    return hashlib.blake2b(seen.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def history_digest(events: Sequence[TrackEvent]) -> bytes:
    """16 bytes that are the same for the same set of scans, in any order and with repeats."""
    whole = hashlib.blake2b(digest_size=16)
    for key in sorted({event_key(event) for event in events}):
        whole.update(key)
    return whole.digest()
