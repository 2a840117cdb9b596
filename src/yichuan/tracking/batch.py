"""Pushes sorted by number, and what each number's track becomes: pure, no I/O."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec

from yichuan.couriers.connectors.base import CourierEvent, PushBatch, RejectedEvent, TrackUpdate
from yichuan.tracking import memory, unknown
from yichuan.tracking.cities import city as city_of
from yichuan.tracking.details import NONE
from yichuan.tracking.memory import Remembered, Scan
from yichuan.tracking.merge import FUTURE, TrackEvent, event_key
from yichuan.tracking.redact import redact
from yichuan.tracking.values import END_MILESTONES, normal_courier, normal_number

Key = tuple[str, str]
"""Courier and number."""
BadKind = Literal["push", "record", "event", "signature"]

ENDED_REST: Final = timedelta(days=60)
"""An ended number that scans again after so long is a new parcel's."""
SILENT_REST: Final = timedelta(days=90)
"""The same for a number that fell silent on its way."""
MAX_EVENTS: Final = 2000
"""Events of one track; no parcel has as many."""
MAX_TEXT: Final = 1000
MAX_BAD: Final = 100
"""Rows of one push that are quarantined one by one."""

NOTHING: Final[Mapping[str, str]] = {}

_COURIER = re.compile(r"[A-Z0-9_]{1,20}", re.ASCII)
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z_./-]{2,59}", re.ASCII)
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Source:
    """Where something came from: an inbox row, or nothing but a connection (a query)."""

    connector: str
    connection_id: UUID
    inbox_id: int | None = None


@dataclass(frozen=True, slots=True)
class Bad:
    """Something that could not be used."""

    source: Source
    kind: BadKind
    reason: str
    raw: bytes
    courier: str | None = None
    number: str | None = None

    def digest(self) -> bytes:
        """The same for the same thing, however often it comes."""
        whole = hashlib.blake2b(digest_size=16)
        for part in (self.source.connector, self.kind, self.courier, self.number, self.reason):
            whole.update(f"{part}\0".encode())
        whole.update(self.raw)
        return whole.digest()


@dataclass(slots=True)
class Gathered:
    """A batch of pushes, by number."""

    histories: dict[Key, list[tuple[CourierEvent, ...]]] = field(default_factory=dict)
    connectors: dict[Key, str] = field(default_factory=dict)
    stopped: dict[Key, str] = field(default_factory=dict)
    """Numbers the courier no longer watches, and its words."""
    bad: list[Bad] = field(default_factory=list)

    def add(self, source: Source, content: bytes, push: PushBatch) -> None:
        """Sort in one push."""
        if not push.updates and push.rejected:
            self.bad.append(Bad(source, "push", push.rejected[0].reason, content))
            return
        self._reject(source, "record", push.rejected)
        for update in push.updates:
            self.add_update(source, update)

    def add_update(self, source: Source, update: TrackUpdate) -> None:
        """Sort in what a courier says about one number."""
        courier, number = key = normal_courier(update.courier), normal_number(update.number)
        if not _COURIER.fullmatch(courier) or not _NUMBER.fullmatch(number):
            raw = msgspec.json.encode(update)
            self.bad.append(Bad(source, "record", "not a courier and number", raw))
            return
        self._reject(source, "event", update.rejected, courier, number)
        if not update.ok:
            self.stopped[key] = update.reason or "stopped"
        if update.events:
            self.histories.setdefault(key, []).append(update.events)
            self.connectors[key] = source.connector

    def _reject(
        self,
        source: Source,
        kind: BadKind,
        rejected: Sequence[RejectedEvent],
        courier: str | None = None,
        number: str | None = None,
    ) -> None:
        for one in rejected[:MAX_BAD]:
            raw = one.raw.encode("utf-8", "replace")
            self.bad.append(Bad(source, kind, one.reason, raw, courier, number))


@dataclass(frozen=True, slots=True)
class StoredTrack:
    """A track's row, as far as merging reads it."""

    courier: str
    number: str
    cycle: int
    cohort: date
    milestone: str
    events: int
    digest: bytes | None
    history: bytes
    words: bytes | None
    last_event_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that was not known."""

    key: bytes
    occurred_at: datetime
    text: str
    code: str | None
    detail: str
    city: str | None
    unread: tuple[str, ...] = ()
    """What of it no table knows: its code, the shape of its text (`tracking.unknown`)."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A track with its new events and its new state."""

    courier: str
    number: str
    cycle: int
    cohort: date
    is_new: bool
    milestone_from: str | None
    milestone: str
    count: int
    digest: bytes | None
    row: Remembered
    new_events: list[NewEvent]


@dataclass(frozen=True, slots=True)
class News:
    """What a batch brings for one number."""

    key: Key
    fresh: dict[bytes, CourierEvent]
    """The unknown events by key."""
    longest: tuple[CourierEvent, ...]
    """The longest history of the batch."""
    longest_keys: tuple[bytes, ...]
    """Keys of its events; of those behind the known ones, when it began with all of these."""


def news_of(
    key: Key, cycles: Sequence[StoredTrack], histories: Iterable[tuple[CourierEvent, ...]]
) -> News | None:
    """The events that none of the number's cycles has; None when there are none."""
    latest = cycles[-1] if cycles else None
    known: set[bytes] | None = None
    fresh: dict[bytes, CourierEvent] = {}
    longest: tuple[CourierEvent, ...] = ()
    longest_keys: tuple[bytes, ...] = ()
    for history in histories:
        rest = _after_known(latest, history)
        keys = tuple([_key(event) for event in rest])
        if len(history) >= len(longest):
            longest, longest_keys = history, keys
        if keys and known is None:
            known = {k for track in cycles for k in memory.keys_in(track.history)}
        for event_id, event in zip(keys, rest, strict=True):
            if known is not None and event_id not in known:
                fresh.setdefault(event_id, event)
    return News(key, fresh, longest, longest_keys) if fresh else None


def _after_known(
    latest: StoredTrack | None, history: tuple[CourierEvent, ...]
) -> tuple[CourierEvent, ...]:
    """What follows the events that are known, when the history begins with all of them."""
    if latest is None or latest.digest is None or len(history) < latest.events:
        return history
    if digest_of(history[: latest.events]) != latest.digest:
        return history
    return history[latest.events :]


def digest_of(history: tuple[CourierEvent, ...]) -> bytes:
    """16 bytes that are the same for the same events in the same order."""
    return hashlib.blake2b(_encode(history), digest_size=16).digest()


def _key(event: CourierEvent) -> bytes:
    seen = TrackEvent(event.occurred_at, event.text, NONE, event.code)
    return event_key(seen)[: memory.KEY_BYTES]


def begins_anew(milestone: str, last_event_at: datetime | None, first_at: datetime) -> bool:
    """Whether what begins at `first_at` is the number's next parcel: the last one lay still
    for 60 days after its end, or for 90 days without one."""
    if last_event_at is None:
        return False
    rest = ENDED_REST if milestone in END_MILESTONES else SILENT_REST
    return first_at - last_event_at > rest


def _first_at(news: News, at: datetime) -> datetime | None:
    """When the news begin, forecasts left aside."""
    times = [event.occurred_at for event in news.fresh.values()]
    return min([t for t in times if t <= at + FUTURE], default=None)


def advance(
    news: News,
    latest: StoredTrack | None,
    *,
    at: datetime,
    cohort: date,
    mapped: Mapping[str, str] = NOTHING,
) -> Moved:
    """The track after the news; `cohort` is the month in which a new one begins, `mapped` what
    operators made of codes and texts that its courier's connector cannot read."""
    stored, cycle = latest, latest.cycle if latest else 1
    first = _first_at(news, at)
    if (
        latest is not None
        and first is not None
        and begins_anew(latest.milestone, latest.last_event_at, first)
    ):
        stored, cycle = None, cycle + 1
    known = stored.events if stored else 0
    fresh = list(news.fresh.items())[: MAX_EVENTS - known]
    events = [_read(key, event, mapped) for key, event in fresh]
    scans = [Scan(e.key, memory.second_of(e.occurred_at), e.detail, e.text, e.city) for e in events]
    row = memory.remembered(
        stored.history if stored else b"", stored.words if stored else None, scans, at
    )
    return Moved(
        courier=news.key[0],
        number=news.key[1],
        cycle=cycle,
        cohort=stored.cohort if stored else cohort,
        is_new=stored is None,
        milestone_from=stored.milestone if stored else None,
        milestone=row.state.milestone or "created",
        count=known + len(scans),
        digest=_whole_digest(news, known, row.history),
        row=row,
        new_events=events,
    )


def _read(key: bytes, event: CourierEvent, mapped: Mapping[str, str]) -> NewEvent:
    """An unknown event as it is stored: what it says, where, and its text without persons."""
    detail = unknown.read(event.text, event.code, event.detail, mapped)
    text = redact(event.text[:MAX_TEXT], detail)
    return NewEvent(
        key=key,
        occurred_at=event.occurred_at.replace(microsecond=0),
        text=text,
        code=event.code,
        detail=detail,
        city=city_of(event.text, event.location),
        unread=tuple(unknown.unread(text, event.code, event.detail, detail, mapped)),
    )


def _whole_digest(news: News, known: int, history: bytes) -> bytes | None:
    """The digest of the longest history when it holds each of the track's events once, else None.

    The first `known` events of the packed history were there before.
    """
    keys = news.longest_keys
    if len(news.longest) * memory.SCAN_BYTES != len(history) or len(set(keys)) != len(keys):
        return None
    told = history if len(keys) == len(news.longest) else history[known * memory.SCAN_BYTES :]
    if len(keys) * memory.SCAN_BYTES != len(told) or not memory.keys_in(told).issuperset(keys):
        return None
    return digest_of(news.longest)


def unknown_words(
    moved: Iterable[Moved], connectors: Mapping[Key, str]
) -> list[tuple[str, str, str, str]]:
    """(connector, courier, code or shape of the text, sample) of events nobody could read."""
    return [
        (
            connectors.get((track.courier, track.number), ""),
            track.courier,
            code,
            redact(event.text[:200], "delivered"),
        )
        for track in moved
        for event in track.new_events
        for code in event.unread
    ]
