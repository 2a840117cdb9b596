"""What a track's row remembers of its events, so that merging need not read them back.

Thirteen bytes per event: key, second, detail. Of the texts only those are kept that the state
depends on: signatures, corrections, and the latest one. With them a walk over the remembered
events finds the same state as `derive` from the events themselves; a property test holds the two
together.

Nearly every push brings what happened last. So the row also keeps where the walk stands, and what
is later than all that is known goes on from there, at the price of one event and not of all.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from yichuan.tracking.details import Milestone, details
from yichuan.tracking.merge import FUTURE, TrackState, state_of
from yichuan.tracking.walk import WALK, Walk, second_of

KEY_BYTES: Final = 8
_SCAN = struct.Struct("<8sIB")
SCAN_BYTES: Final = _SCAN.size

NUMBERED: Final = (
    "none",
    "order_created",
    "order_cancelled",
    "label_printed",
    "pickup_scheduled",
    "picked_up",
    "pickup_failed",
    "arrived_at_hub",
    "departed_from_hub",
    "in_transit",
    "transferred_to_carrier",
    "arrived_at_destination",
    "customs_declared",
    "customs_held",
    "customs_inspection",
    "customs_released",
    "customs_duty_paid",
    "clearance_completed",
    "out_for_delivery",
    "delivery_attempted",
    "delivered",
    "delivery_to_locker",
    "awaiting_pickup",
    "signed_by_third_party",
    "exception",
    "damaged",
    "lost",
    "address_issue",
    "recipient_unavailable",
    "refused",
    "return_initiated",
    "in_return_transit",
    "returned_to_sender",
)
"""Details by the number they are stored under. Only ever append."""
_NUMBER: Final = {name: place for place, name in enumerate(NUMBERED)}

_TELLING = re.compile(
    r"重新|再次|二次|继续|误|取消|取出|取回|撤销|更正|停止|终止|退|返|redeliver|return",
    re.IGNORECASE,
)
"""Covers every text `walk` looks into while a parcel is out, signed for or on its way back."""
_PERHAPS = re.compile(r"[重再二继误取撤更停终退返rR]")
"""How each of its words begins: most texts have none of them, which is soon seen."""


class Words(msgspec.Struct, array_like=True):
    """What a row keeps beside keys and times. Texts and cities by the place of their event."""

    texts: dict[int, str]
    cities: dict[int, str]
    walk: Walk | None = None
    """Where the walk stands after all events; None while some of them lie in the future."""
    text_at: int = -1
    """Place of the latest text."""
    city_at: int = -1
    """Place of the latest city."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Words).decode


class Scan(NamedTuple):
    """An event as remembered."""

    key: bytes
    second: int
    """Seconds since 2000-01-01 UTC."""
    detail: str
    text: str | None = None
    """Redacted; None where the state does not depend on it."""
    city: str | None = None
    """None as well where a later event names one."""


class Remembered(NamedTuple):
    """What is true of a track, and what its row keeps."""

    walk: Walk
    last_text: str | None
    last_city: str | None
    history: bytes
    words: bytes

    @property
    def state(self) -> TrackState:
        """The same in words and times."""
        return state_of(self.walk, self.last_text, self.last_city)


def recalled(words: bytes | None) -> Words:
    """The words of a row, to be given to `remembered`."""
    return _decode(words) if words else Words({}, {})


def top_of(words: Words) -> int | None:
    """The second of the latest event; None where only the history tells."""
    walk = words.walk
    return None if walk is None or walk.version != WALK else walk.last


def keys_in(history: bytes) -> set[bytes]:
    """Keys of all events in a track's history."""
    return {history[at : at + KEY_BYTES] for at in range(0, len(history), SCAN_BYTES)}


def unpack(history: bytes, words: Words) -> list[Scan]:
    """The events of a track's row, in the order in which they came."""
    texts, cities = words.texts.get, words.cities.get
    return [
        Scan(key, second, NUMBERED[number], texts(place), cities(place))
        for place, (key, second, number) in enumerate(_SCAN.iter_unpack(history))
    ]


def remembered(history: bytes, words: Words, new: Sequence[Scan], at: datetime) -> Remembered:
    """A track's row after new events, at time `at`; events that lie in the future wait.

    `words` is the row's own, and used up.
    """
    horizon = second_of(at + FUTURE)
    added = b"".join([_SCAN.pack(key, second, _NUMBER[d]) for key, second, d, _, _ in new])
    whole = history + added
    if _follow(words, history, new, horizon):
        walk = _go_on(words, whole, new)
    else:
        words, walk = _anew([*unpack(history, words), *new], horizon)
    text, city = words.texts.get(words.text_at), words.cities.get(words.city_at)
    return Remembered(walk, text, city, whole, _encode(words))


def _follow(words: Words, history: bytes, new: Sequence[Scan], horizon: int) -> bool:
    """Whether the new events lie one after the other behind all that is known."""
    last = top_of(words) if history else -1
    if last is None:
        return False
    for scan in new:
        if scan.second <= last:
            return False
        last = scan.second
    return last <= horizon


def _go_on(words: Words, whole: bytes, new: Sequence[Scan]) -> Walk:
    """Take the new events from where the walk stands."""
    walk, known = words.walk or Walk(), details()
    place = len(whole) // SCAN_BYTES - len(new)
    for scan in new:
        walk.take(scan.second, known[scan.detail], scan.text or "")
        if scan.text:
            # The others were found telling when a later one came.
            latest = words.texts.get(words.text_at)
            if latest is not None and not _telling(_detail(whole, words.text_at), latest):
                del words.texts[words.text_at]
            words.texts[place] = scan.text
            words.text_at = place
        if scan.city:
            words.cities = {place: scan.city}
            words.city_at = place
        place += 1
    words.walk = walk
    return walk


def _detail(history: bytes, place: int) -> str:
    return NUMBERED[history[(place + 1) * SCAN_BYTES - 1]]


def _anew(scans: Sequence[Scan], horizon: int) -> tuple[Words, Walk]:
    """Walk over all events, and keep what a later walk will need of them."""
    walk, known = Walk(), details()
    order = [
        (second, known[detail].rank, text or "", key, place)
        for place, (key, second, detail, text, _) in enumerate(scans)
        if second <= horizon
    ]
    order.sort()
    words = _kept(scans, horizon)
    for second, _, text, _, place in order:
        scan = scans[place]
        walk.take(second, known[scan.detail], text)
        words.text_at = place if text else words.text_at
        words.city_at = place if scan.city else words.city_at
    words.walk = walk if len(order) == len(scans) else None
    return words, walk


def _kept(scans: Sequence[Scan], horizon: int) -> Words:
    """The texts the state depends on, and the latest text and city with what may pass them."""
    text_from = max([s.second for s in scans if s.text and s.second <= horizon], default=0)
    city_from = max([s.second for s in scans if s.city and s.second <= horizon], default=0)
    words = Words({}, {})
    for place, scan in enumerate(scans):
        if scan.text and (scan.second >= text_from or _telling(scan.detail, scan.text)):
            words.texts[place] = scan.text
        if scan.city and scan.second >= city_from:
            words.cities[place] = scan.city
    return words


def _telling(detail: str, text: str) -> bool:
    milestone = details()[detail].milestone
    if milestone is None or milestone is Milestone.delivered:
        return milestone is not None
    return _PERHAPS.search(text) is not None and _TELLING.search(text) is not None
