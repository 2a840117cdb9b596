"""Pushes sorted by number, and what each number's track becomes: pure, no I/O."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from uuid import UUID

import msgspec

from yichuan.couriers.connectors.base import (
    CourierEvent,
    Deliverer,
    PictureLink,
    PushBatch,
    RejectedEvent,
    TrackUpdate,
)
from yichuan.couriers.connectors.connector import Skimmed, Skimmer
from yichuan.tracking import memory, spoken, unknown
from yichuan.tracking.cities import city as city_of
from yichuan.tracking.details import Milestone
from yichuan.tracking.memory import Remembered, Scan, Words
from yichuan.tracking.merge import key_of
from yichuan.tracking.redact import redact
from yichuan.tracking.spoken import Expected
from yichuan.tracking.values import END_MILESTONES, normal_courier, normal_number
from yichuan.tracking.walk import second_of

Key = tuple[str, str]
"""Courier and number."""
BadKind = Literal["push", "record", "event", "signature"]

ENDED_REST: Final = timedelta(days=60)
"""An ended number that scans again after so long is a new parcel's."""
SILENT_REST: Final = timedelta(days=90)
"""The same for a number that fell silent on its way."""
SECOND: Final = timedelta(seconds=1)
"""Tracks remember whole ones."""
MAX_EVENTS: Final = 2000
"""Events of one track; no parcel has as many."""
MAX_TEXT: Final = 1000
MAX_BAD: Final = 100
"""Rows of one push that are quarantined one by one."""

NOTHING: Final[Mapping[str, str]] = {}
OUT: Final = Milestone.out_for_delivery

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


class Aside(NamedTuple):
    """What fields beside the scans say of a number."""

    deliverer: Deliverer | None = None
    expected_on: date | None = None


SILENT: Final = Aside()


class Told(msgspec.Struct):
    """What one push or answer says about a number: events, or rows that are read when asked for."""

    source: Source
    count: int
    """Events, or rows."""
    events: tuple[CourierEvent, ...] | None = None
    rows: Sequence[bytes] = ()
    skimmer: Skimmer | None = None
    bad: list[Bad] = []
    """Takes the rows that cannot be used."""

    def digest(self, count: int) -> bytes:
        """16 bytes that are the same for the same first `count` events, told in the same way."""
        told = b",".join(self.rows[:count]) if self.events is None else _encode(self.events[:count])
        return hashlib.blake2b(told, digest_size=16).digest()

    def read(self, key: Key, start: int) -> tuple[CourierEvent, ...]:
        """The events from a place on; what cannot be used is put aside."""
        if self.events is not None or self.skimmer is None:
            return (self.events or ())[start:]
        events, rejected = self.skimmer.events(self.rows[start:])
        self.bad += [_bad_event(self.source, one, *key) for one in rejected[:MAX_BAD]]
        return events


def _bad_event(source: Source, one: RejectedEvent, courier: str, number: str) -> Bad:
    return Bad(source, "event", one.reason, one.raw.encode("utf-8", "replace"), courier, number)


@dataclass(slots=True)
class Gathered:
    """A batch of pushes, by number."""

    histories: dict[Key, list[Told]] = field(default_factory=dict)
    connectors: dict[Key, str] = field(default_factory=dict)
    stopped: dict[Key, str] = field(default_factory=dict)
    """Numbers the courier no longer watches, and its words."""
    bad: list[Bad] = field(default_factory=list)
    asides: dict[Key, Aside] = field(default_factory=dict)
    pictures: dict[Key, list[PictureLink]] = field(default_factory=dict)

    def add(self, source: Source, content: bytes, push: PushBatch) -> None:
        """Sort in one push."""
        if not push.updates and push.rejected:
            self.bad.append(Bad(source, "push", push.rejected[0].reason, content))
            return
        for one in push.rejected[:MAX_BAD]:
            raw = one.raw.encode("utf-8", "replace")
            self.bad.append(Bad(source, "record", one.reason, raw))
        for update in push.updates:
            self.add_update(source, update)

    def add_update(self, source: Source, update: TrackUpdate) -> None:
        """Sort in what a courier says about one number."""
        courier, number = key = normal_courier(update.courier), normal_number(update.number)
        if not _names_a_parcel(courier, number):
            raw = msgspec.json.encode(update)
            self.bad.append(Bad(source, "record", "not a courier and number", raw))
            return
        self.bad += [_bad_event(source, one, *key) for one in update.rejected[:MAX_BAD]]
        if not update.ok:
            self.stopped[key] = update.reason or "stopped"
        if update.events:
            told = Told(source, len(update.events), events=update.events)
            self._take(key, source, told, update)
        if update.pictures:
            self.pictures.setdefault(key, []).extend(update.pictures)

    def _take(self, key: Key, source: Source, told: Told, said: TrackUpdate | Skimmed) -> None:
        self.histories.setdefault(key, []).append(told)
        self.connectors[key] = source.connector
        if said.deliverer is not None or said.estimated_delivery is not None:
            self.asides[key] = Aside(said.deliverer, said.estimated_delivery)

    def add_skimmed(self, source: Source, skimmer: Skimmer, pushed: Sequence[Skimmed]) -> None:
        """Sort in a push whose rows are not read yet."""
        for one in pushed:
            courier, number = key = normal_courier(one.courier), normal_number(one.number)
            if not _names_a_parcel(courier, number):
                events, rejected = skimmer.events(one.rows)
                odd = TrackUpdate(one.courier, one.number, events, rejected=rejected)
                self.add_update(source, odd)
                continue
            if not one.ok:
                self.stopped[key] = one.reason or "stopped"
            if one.rows:
                told = Told(source, len(one.rows), rows=one.rows, skimmer=skimmer, bad=self.bad)
                self._take(key, source, told, one)


def _names_a_parcel(courier: str, number: str) -> bool:
    return bool(_COURIER.fullmatch(courier) and _NUMBER.fullmatch(number))


class StoredTrack(msgspec.Struct):
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
    place: bytes = b""
    """`ctid` of the row's version, as PostgreSQL sends it."""
    version: bytes = b""
    """Its `xmin`: as long as both are the same, so is the row."""

    def recall(self) -> Words:
        """The row's words, decoded anew."""
        return memory.recalled(self.words)


class NewEvent(msgspec.Struct):
    """An event that was not known."""

    key: bytes
    second: int
    """Since 2000-01-01 UTC."""
    text: str
    code: str | None
    detail: str
    city: str | None
    unread: tuple[str, ...] = ()
    """What of it no table knows: its code, the shape of its text (`tracking.unknown`)."""


class Moved(msgspec.Struct):
    """A track with its new events and its new state."""

    courier: str
    number: str
    cycle: int
    cohort: date
    read: tuple[bytes, bytes] | None
    """Place and version of the row it was read from; None: it is new."""
    milestone_from: str | None
    milestone: str
    count: int
    digest: bytes | None
    row: Remembered
    new_events: list[NewEvent]
    deliverer: Deliverer | None = None
    """Of the news; only while it is out for delivery."""
    expected: Expected | None = None
    """Of the news."""

    @property
    def is_new(self) -> bool:
        """Whether there is no row yet."""
        return self.read is None


class News(msgspec.Struct):
    """What a batch brings for one number."""

    key: Key
    fresh: dict[bytes, CourierEvent]
    """The unknown events by key."""
    longest: Told
    """The longest history of the batch."""
    longest_keys: Sequence[bytes]
    """Keys of its events; of those behind the known ones, when it began with all of these."""
    words: Words
    """Of the latest cycle."""


def news_of(key: Key, cycles: Sequence[StoredTrack], histories: Iterable[Told]) -> News | None:
    """The events that none of the number's cycles has; None when there are none."""
    latest = cycles[-1] if cycles else None
    known: set[bytes] | None = None
    fresh: dict[bytes, CourierEvent] = {}
    longest: Told | None = None
    longest_keys: Sequence[bytes] = ()
    words = latest.recall() if latest else Words({}, {})
    top = _top(latest, words) if len(cycles) == 1 else None
    for told in histories:
        rest = told.read(key, _known_first(latest, told))
        keys = [
            key_of(event.occurred_at, event.code, event.text)[: memory.KEY_BYTES] for event in rest
        ]
        if longest is None or told.count >= longest.count:
            longest, longest_keys = told, keys
        for event_id, event in zip(keys, rest, strict=True):
            if event_id in fresh:
                continue
            if top is None or event.occurred_at < top:
                if known is None:
                    known = {k for track in cycles for k in memory.keys_in(track.history)}
                if event_id in known:
                    continue
            fresh[event_id] = event
    if not fresh or longest is None:
        return None
    return News(key, fresh, longest, longest_keys, words)


def _top(latest: StoredTrack | None, words: Words) -> datetime | None:
    """From when on nothing is known of a number; None where that must be looked up."""
    if latest is None or latest.last_event_at is None or memory.top_of(words) is None:
        return None
    return latest.last_event_at + SECOND


def _known_first(latest: StoredTrack | None, told: Told) -> int:
    """How many events a history begins with that are all the known ones; 0 when it does not."""
    if latest is None or latest.digest is None or told.count < latest.events:
        return 0
    return latest.events if told.digest(latest.events) == latest.digest else 0


def begins_anew(milestone: str, last_event_at: datetime | None, first_at: datetime) -> bool:
    """Whether what begins at `first_at` is the number's next parcel: the last one lay still
    for 60 days after its end, or for 90 days without one."""
    if last_event_at is None:
        return False
    rest = ENDED_REST if milestone in END_MILESTONES else SILENT_REST
    return first_at - last_event_at > rest


def advance(
    news: News,
    stored: StoredTrack | None,
    cycle: int,
    *,
    at: datetime,
    cohort: date,
    mapped: Mapping[str, str] = NOTHING,
    aside: Aside = SILENT,
) -> Moved:
    """One track after news that are all about its life (`tracking.lives` tells lives apart);
    `cohort` is the month in which a new one begins, `mapped` what operators made of codes and texts
    that its courier's connector cannot read, `aside` what was told beside the scans."""
    known = stored.events if stored else 0
    fresh = list(news.fresh.items())[: MAX_EVENTS - known]
    events = [_read(key, event, mapped) for key, event in fresh]
    scans = [Scan(e.key, e.second, e.detail, e.text, e.city) for e in events]
    words = news.words if stored else Words({}, {})
    row = memory.remembered(stored.history if stored else b"", words, scans, at)
    milestone = row.walk.milestone
    return Moved(
        courier=news.key[0],
        number=news.key[1],
        cycle=cycle,
        cohort=stored.cohort if stored else cohort,
        read=(stored.place, stored.version) if stored else None,
        milestone_from=stored.milestone if stored else None,
        milestone=milestone.name if milestone else "created",
        count=known + len(scans),
        digest=_whole_digest(news, known, row.history),
        row=row,
        new_events=events,
        deliverer=_deliverer(fresh, events, row, aside) if milestone is OUT else None,
        expected=_expected(fresh, row, aside),
    )


def _deliverer(
    fresh: Sequence[tuple[bytes, CourierEvent]],
    events: Sequence[NewEvent],
    row: Remembered,
    aside: Aside,
) -> Deliverer | None:
    """Who has it, by its latest way to the recipient."""
    since = row.walk.since or 0
    out = [
        (scan.second, event.text)
        for (_, event), scan in zip(fresh, events, strict=True)
        if scan.detail == OUT.name and scan.second >= since
    ]
    return (spoken.deliverer(max(out)[1]) if out else None) or aside.deliverer


def _expected(
    fresh: Sequence[tuple[bytes, CourierEvent]], row: Remembered, aside: Aside
) -> Expected | None:
    """When it is to come: the latest scan's words, else the day that a field names."""
    told = [event for _, event in fresh if "预计" in event.text]
    if told:
        latest = max(told, key=lambda event: event.occurred_at)
        found = spoken.expected(latest.text, latest.occurred_at)
        if found is not None and second_of(latest.occurred_at) >= (row.walk.last or 0):
            return found
    return spoken.whole_day(aside.expected_on) if aside.expected_on else None


def _read(key: bytes, event: CourierEvent, mapped: Mapping[str, str]) -> NewEvent:
    """An unknown event as it is stored: what it says, where, and its text without persons."""
    words, code, coded = event.text, event.code, event.detail
    if mapped:
        detail, text, city, unread = _words(words, code, coded, event.location, mapped)
    else:
        detail, text, city, unread = _remembered_words(words, code, coded, event.location)
    return NewEvent(key, second_of(event.occurred_at), text, code, detail, city, unread)


def _words(
    words: str, code: str | None, coded: str | None, location: str | None, mapped: Mapping[str, str]
) -> tuple[str, str, str | None, tuple[str, ...]]:
    """Detail, redacted text, city, and what of it nobody could read."""
    detail = unknown.read(words, code, coded, mapped)
    text = redact(words[:MAX_TEXT], detail)
    unread = tuple(unknown.unread(text, code, coded, detail, mapped))
    return detail, text, city_of(words, location), unread


@lru_cache(maxsize=8192)
def _remembered_words(
    words: str, code: str | None, coded: str | None, location: str | None
) -> tuple[str, str, str | None, tuple[str, ...]]:
    """Parcels that lie on one van are told of in the same words."""
    return _words(words, code, coded, location, NOTHING)


def _whole_digest(news: News, known: int, history: bytes) -> bytes | None:
    """The digest of the longest history when it holds each of the track's events once, else None.

    The first `known` events of the packed history were there before.
    """
    keys, count = news.longest_keys, news.longest.count
    if count * memory.SCAN_BYTES != len(history) or len(set(keys)) != len(keys):
        return None
    told = history if len(keys) == count else history[known * memory.SCAN_BYTES :]
    if len(keys) * memory.SCAN_BYTES != len(told) or not memory.keys_in(told).issuperset(keys):
        return None
    return news.longest.digest(count)


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
