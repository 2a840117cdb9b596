"""A scan that names the parcel's next number 转单 or its way back under a new one 退回新单号.

The merge and a late binding say in the log where to look (topic `handover`); consumer
`tracking.handovers` looks (`tracking.following`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from yichuan.core import arrays
from yichuan.core.database import Connection
from yichuan.couriers.catalogue import entries as catalogue
from yichuan.couriers.recognise import recognise
from yichuan.tracking.batch import Moved
from yichuan.tracking.values import Leg, normal_number

_NEXT = re.compile(
    r"(?:新|转[单寄运投]?|退[回件]?)(?:的|后)?(?:新)?(?:运|快递|物流|面)?单号码?"
    r"\s*[为是]?\s*[:：]?\s*[【\[(（「]?\s*(?P<number>[A-Z]{0,6}\d[0-9A-Z]{7,25})(?![0-9A-Z])",
    re.IGNORECASE,
)
_BACK = re.compile(r"退[回件货]|返[回件]")
_ON = re.compile(r"转[寄投交单运]")

_NOTE: Final = (
    "INSERT INTO milestone_log (topic, kind, courier, number, cycle) SELECT 'handover', 'named', *"
    " FROM unnest(%s::text[], %s::text[], %s::bigint[])"
)


@dataclass(frozen=True, slots=True)
class Next:
    """A parcel's next number."""

    courier: str
    number: str
    leg: Leg


@dataclass(frozen=True, slots=True)
class Named:
    """A number that a scan names, as far as it can be understood."""

    number: str
    courier: str | None
    """None: which courier's it is cannot be told."""
    leg: Leg | None
    """None: 退回/转寄 leaves open which of the two it is."""

    @property
    def sure(self) -> Next | None:
        """The number, where nothing about it is in doubt."""
        if self.courier is None or self.leg is None:
            return None
        return Next(self.courier, self.number, self.leg)


def named(words: str) -> Named | None:
    """The number under which a scan says that the parcel goes on, or goes back."""
    found = _NEXT.search(words) if "单号" in words else None
    if found is None:
        return None
    before = words[: found.end("number")]
    back, on = bool(_BACK.search(before)), bool(_ON.search(before))
    number = normal_number(found["number"])
    courier = _courier(number, words[: found.start("number")])
    return Named(number, courier, None if back and on else "return" if back else "out")


def next_number(words: str) -> Next | None:
    """The same where courier and direction are certain, else None."""
    found = named(words)
    return found.sure if found else None


def _courier(number: str, before: str) -> str | None:
    """The likeliest courier that the text names, else the one whose the number surely is."""
    guess = recognise(number)
    known = catalogue()
    for candidate in guess.candidates:
        entry = known.get(candidate.courier)
        if entry is not None and any(len(n) > 1 and n in before for n in entry.names):
            return candidate.courier
    return guess.certain


async def note(connection: Connection, moved: Sequence[Moved]) -> None:
    """Say in the log which tracks name a next number, in the merge's transaction."""
    naming = [t for t in moved if any(named(e.text) for e in t.new_events)]
    if naming:
        keys = (
            arrays.texts([track.courier for track in naming]),
            arrays.texts([track.number for track in naming]),
            arrays.numbers([track.cycle for track in naming]),
        )
        await connection.execute(_NOTE, keys)
