"""What a track's row remembers of its events, so that merging need not read them back.

Thirteen bytes per event: key, second, detail. Of the texts only those are kept that the state
depends on: signatures, corrections, and the latest one. With them `derive` finds the same state
as from the events themselves; a property test holds the two together.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from yichuan.tracking.details import Milestone, details
from yichuan.tracking.merge import FUTURE, TrackEvent, TrackState, derive

KEY_BYTES: Final = 8
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
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

_TELLING = re.compile(r"重新|再次|二次|继续|误|取消|撤销|更正|停止|终止|redeliver", re.IGNORECASE)
"""Covers every text `merge` looks into while a parcel is out, signed for or on its way back."""


class _Words(msgspec.Struct, array_like=True):
    """Texts and cities by the place of their event in the history."""

    texts: dict[int, str]
    cities: dict[int, str]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Words).decode


@dataclass(frozen=True, slots=True)
class Scan:
    """An event as remembered."""

    key: bytes
    second: int
    """Seconds since 2000-01-01 UTC."""
    detail: str
    text: str | None = None
    """Redacted; None where the state does not depend on it."""
    city: str | None = None
    """None as well where a later event names one."""


def second_of(at: datetime) -> int:
    """The second an event is remembered under.

    Raises:
        OverflowError: before 2000 or after 2136.
    """
    second = (at - EPOCH) // timedelta(seconds=1)
    if not 0 <= second < 2**32:
        raise OverflowError("time out of range")
    return second


def time_of(second: int) -> datetime:
    """The time of a remembered second."""
    return EPOCH + timedelta(seconds=second)


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


def pack(scans: Sequence[Scan], at: datetime) -> tuple[bytes, bytes | None]:
    """A track's `history` and `words` at time `at`."""
    horizon = second_of(at + FUTURE)
    history = b"".join([_SCAN.pack(s.key, s.second, _NUMBER[s.detail]) for s in scans])
    text_from = max([s.second for s in scans if s.text and s.second <= horizon], default=0)
    city_from = max([s.second for s in scans if s.city and s.second <= horizon], default=0)
    words = _Words({}, {})
    for place, scan in enumerate(scans):
        if scan.text and (scan.second >= text_from or _telling(scan)):
            words.texts[place] = scan.text
        if scan.city and scan.second >= city_from:
            words.cities[place] = scan.city
    return history, _encode(words) if words.texts or words.cities else None


def state_of(scans: Sequence[Scan], at: datetime) -> TrackState:
    """What is true at time `at`; events that still lie in the future wait."""
    state = derive(
        TrackEvent(
            time_of(scan.second),
            scan.text or f"\x00{place}",
            scan.detail,
            code=scan.key.hex(),
            city=scan.city,
            received_at=at,
        )
        for place, scan in enumerate(scans)
    )
    return replace(state, last_text=_last_text(scans, at))


def _last_text(scans: Sequence[Scan], at: datetime) -> str | None:
    horizon = second_of(at + FUTURE)
    known = details()
    said = [(s.second, known[s.detail].rank, s.text) for s in scans if s.text]
    return max([one for one in said if one[0] <= horizon], default=(0, 0, None))[2]


def _telling(scan: Scan) -> bool:
    milestone = details()[scan.detail].milestone
    if milestone is None or not scan.text:
        return False
    return milestone is Milestone.delivered or bool(_TELLING.search(scan.text))
