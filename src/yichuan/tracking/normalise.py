"""What a courier's text says: one of the 32 details, or `none`.

The words are in `lexicon.csv` (Chinese) and `lexicon_en.csv`, the decisions in `rules.csv`; this
module only puts them together. Nothing in it depends on the courier: they share a language, and
sentences move from one courier's system to the other's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile
from typing import Final

from yichuan.tracking.details import NONE
from yichuan.tracking.lexicon import Lexicon, Rule, Signals, read_lexicon, read_rules, signals_of
from yichuan.tracking.places import is_city_hub, kinds_for_names
from yichuan.tracking.script import simplified

MAX_TEXT: Final = 600
"""Characters of a text that are read; a status stands in the first of them."""

GENERIC: Final = frozenset({NONE, "in_transit", "exception"})
"""Details that say so little that a courier's more exact code is believed instead."""

ARRIVALS: Final = frozenset({"arrived_at_destination"})
STARTS: Final = frozenset(
    {"order_created", "label_printed", "pickup_scheduled", "picked_up", "pickup_failed"}
)
BEFORE_LEAVING: Final = STARTS | {NONE}
ON_THE_WAY: Final = "arrived_at_hub"
MOVED: Final = frozenset({"departed_from_hub", ON_THE_WAY})
PASSING: Final = ARRIVALS | {NONE, "departed_from_hub", "in_transit"}
"""Details that may stand between two arrivals of one way."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Lexicons and rules together. Built from the packaged files, or from parts in a benchmark."""

    signals: Signals
    chinese: Lexicon
    english: Lexicon
    rules: tuple[Rule, ...]

    def mask(self, text: str) -> int:
        """The signals of a text."""
        if text.isascii():
            return self.english.mask(" ".join(text.lower().split()))
        plain = kinds_for_names(simplified("".join(text.split())))
        return _chinese_mask(self.chinese, self.chinese.blurred(plain))

    def decide(self, mask: int) -> str:
        """The detail of the first rule that fits."""
        rule = self.rule(mask)
        return NONE if rule is None else rule.detail

    def rule(self, mask: int) -> Rule | None:
        """The first rule that fits a set of signals."""
        for rule in self.rules:
            fits = mask & rule.all == rule.all and not mask & rule.none
            if fits and (not rule.any or mask & rule.any):
                return rule
        return None


@lru_cache(maxsize=16384)
def _chinese_mask(lexicon: Lexicon, blurred: str) -> int:
    return lexicon.mask(blurred)


@cache
def reader() -> Reader:
    """The packaged reader, compiled on first use (a few tenths of a second)."""
    chinese, english = read_lexicon("lexicon.csv"), read_lexicon("lexicon_en.csv")
    signals = signals_of(chinese, english)
    rules = tuple(read_rules("rules.csv", signals))
    return Reader(signals, Lexicon(chinese, signals), Lexicon(english, signals), rules)


def detail_of_text(text: str) -> str:
    """The detail a text states by itself, `none` when it states none."""
    return remembered(text[:MAX_TEXT])


@lru_cache(maxsize=16384)
def remembered(text: str) -> str:
    """As `detail_of_text`, for a text of bounded length: a full history repeats its texts."""
    detail = _decided(reader().mask(text))
    if detail == "arrived_at_destination" and is_city_hub(text):
        return "arrived_at_hub"
    return detail


@lru_cache(maxsize=16384)
def _decided(mask: int) -> str:
    return reader().decide(mask)


def detail_of_event(text: str, coded: str | None) -> str:
    """The detail of an event from its text and what its code maps to.

    The text is the more exact witness, and the honest one where a code calls a locker a signature;
    the code decides where the text says nothing or only that something moved or went wrong.
    """
    stated = detail_of_text(text)
    if coded is not None and coded not in GENERIC and stated in GENERIC:
        return coded
    return coded if stated == NONE and coded is not None else stated


def in_order(stated: Sequence[str]) -> list[str]:
    """Details of a history, oldest first, each seen with its neighbours.

    What stands around an arrival tells whether it was the destination's. A branch 网点 that scans a
    parcel in between its pick-up and the first move is the sending side; and who only afterwards
    picks it up, or whose next arrival is a hub's, was on the way, whatever the name sounds like
    (快件到达【池州】, then 【芜湖集散中心】). A history that begins in the middle is the sending
    side's if it shows more than the one move from a destination's branch to a smaller one.
    """
    details = list(stated)
    moved = next((place for place, detail in enumerate(details) if detail in MOVED), 0)
    way = list(takewhile(lambda detail: detail in PASSING | MOVED | STARTS, details))
    started, onward = way.count("departed_from_hub") > 1, False
    for place, detail in enumerate(details[:moved]):
        if detail not in BEFORE_LEAVING | ARRIVALS:
            break
        if detail in ARRIVALS and started:
            details[place] = ON_THE_WAY
        started = started or detail in STARTS
    for place in reversed(range(len(details))):
        if details[place] in ARRIVALS and onward:
            details[place] = ON_THE_WAY
        elif details[place] not in PASSING:
            onward = details[place] in STARTS or details[place] == ON_THE_WAY
    return details
