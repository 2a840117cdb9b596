"""What a track's row remembers of its events, so that merging need not read them back.

Thirteen bytes per event: key, second, detail. Of the texts only those are kept that the state
depends on: signatures, corrections, and the latest one. With them `derive` finds the same state
as from the events themselves; a property test holds the two together.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from yichuan.tracking.details import Milestone, details
from yichuan.tracking.merge import FUTURE, TrackEvent, TrackState, derive

KEY_BYTES: Final = 8
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
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
"""Covers every text `merge` looks into while a parcel is out, signed for or on its way back."""


class _Words(msgspec.Struct, array_like=True):
    """Texts and cities by the place of their event in the history."""

    texts: dict[int, str]
    cities: dict[int, str]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Words).decode


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

    state: TrackState
    last_text: str | None
    history: bytes
    words: bytes | None


def second_of(at: datetime) -> int:
    """The second an event is remembered under.

    Raises:
        OverflowError: before 2000 or after 2136.
    """
    second = (at - EPOCH) // _SECOND
    if not 0 <= second < 2**32:
        raise OverflowError("time out of range")
    return second


def time_of(second: int) -> datetime:
    """The time of a remembered second."""
    return EPOCH + timedelta(0, second)


def keys_in(history: bytes) -> set[bytes]:
    """Keys of all events in a track's history."""
    return {history[at : at + KEY_BYTES] for at in range(0, len(history), SCAN_BYTES)}


def unpack(history: bytes, words: bytes | None) -> list[Scan]:
    """The events of a track's row, in the order in which they came."""
    known = _decode(words) if words else _Words({}, {})
    texts, cities = known.texts.get, known.cities.get
    return [
        Scan(key, second, NUMBERED[number], texts(place), cities(place))
        for place, (key, second, number) in enumerate(_SCAN.iter_unpack(history))
    ]


def remembered(
    history: bytes, words: bytes | None, new: Sequence[Scan], at: datetime
) -> Remembered:
    """A track's row after new events, at time `at`; events that lie in the future wait.

    Events without a text of their own are told apart by their place.
    """
    scans = [*unpack(history, words), *new]
    horizon = second_of(at + FUTURE)
    state = derive(
        [
            TrackEvent(time_of(second), text or f"\x00{place}", detail, str(place), city)
            for place, (_, second, detail, text, city) in enumerate(scans)
            if second <= horizon
        ]
    )
    added = b"".join([_SCAN.pack(key, second, _NUMBER[d]) for key, second, d, _, _ in new])
    return Remembered(state, _last_text(scans, horizon), history + added, _kept(scans, horizon))


def _kept(scans: Sequence[Scan], horizon: int) -> bytes | None:
    """The texts the state depends on, and the latest text and city with what may pass them."""
    text_from = max([s.second for s in scans if s.text and s.second <= horizon], default=0)
    city_from = max([s.second for s in scans if s.city and s.second <= horizon], default=0)
    words = _Words({}, {})
    for place, scan in enumerate(scans):
        if scan.text and (scan.second >= text_from or _telling(scan.detail, scan.text)):
            words.texts[place] = scan.text
        if scan.city and scan.second >= city_from:
            words.cities[place] = scan.city
    return _encode(words) if words.texts or words.cities else None


def _last_text(scans: Sequence[Scan], horizon: int) -> str | None:
    known = details()
    said = [(s.second, known[s.detail].rank, s.text) for s in scans if s.text]
    return max([one for one in said if one[0] <= horizon], default=(0, 0, None))[2]


def _telling(detail: str, text: str) -> bool:
    milestone = details()[detail].milestone
    return milestone is not None and (
        milestone is Milestone.delivered or _TELLING.search(text) is not None
    )
