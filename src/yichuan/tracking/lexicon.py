"""Compiles the word lists and rules that read courier texts; knows no courier and no status.

A lexicon row gives signals and the patterns that raise them. All patterns of a lexicon become one
regular expression that walks a text once, taking at each place the longest pattern first; what one
pattern has taken, a shorter one inside it no longer sees. So 请您准备签收 is a wish and not a
signature, and 派件员 is a person and not a delivery. The signals found in a text are the bits of
an integer, and the rules, in order, ask which bits are set and which are not.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

_QUANTIFIERS = "?*+{"
_SPECIAL = set(".^$*+?{}[]\\|()")
_CHINESE = range(0x4E00, 0x9FFF)
_ANY = "囗"
"""Stands for every Chinese character that no pattern names."""
_DIGITS = str.maketrans("123456789", "0" * 9)


@dataclass(frozen=True, slots=True)
class Entry:
    """One pattern and the signals it raises; none for words that only hide others."""

    pattern: str
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """`detail` when all of `all`, one of `any` (if given) and none of `none` are raised."""

    detail: str
    all: int
    any: int
    none: int
    line: int


class Signals:
    """Names of signals and their bits."""

    def __init__(self, names: Iterable[str]) -> None:
        self._bits = {name: 1 << place for place, name in enumerate(sorted(set(names)))}

    def mask(self, names: Iterable[str]) -> int:
        """The bits of several signals.

        Raises:
            KeyError: a name no lexicon raises.
        """
        found = 0
        for name in names:
            found |= self._bits[name]
        return found

    def names(self, mask: int) -> list[str]:
        """The signals of a mask, for tests and reports."""
        return [name for name, bit in self._bits.items() if mask & bit]


class Lexicon:
    """One language's patterns, compiled."""

    def __init__(self, entries: Iterable[Entry], signals: Signals) -> None:
        flat = sorted(
            ((variant, entry) for entry in entries for variant in _variants(entry.pattern)),
            key=lambda pair: -len(pair[0]),
        )
        heads: dict[str, list[str]] = {}
        self._by_head: dict[str, list[tuple[str, int]]] = {}
        for variant, entry in flat:
            length = 2 if variant[0] == "\\" else 1
            heads.setdefault(variant[:length], []).append(variant[length:])
            # Out of its text, a pattern bound to the end cannot be told from one that is not.
            if not variant.endswith("$"):
                raised = signals.mask(entry.signals)
                self._by_head.setdefault(variant[length - 1], []).append((variant, raised))
        self._blur = _names_only("".join(variant for variant, _ in flat))
        whole = "|".join(f"{head}(?:{'|'.join(rest)})" for head, rest in heads.items())
        self.find = re.compile(whole).findall
        self.bits = lru_cache(maxsize=8192)(self._bits_of)

    def _bits_of(self, words: str) -> int:
        """The signals of words one of the patterns has taken whole."""
        for pattern, mask in self._by_head[words[0]]:
            if _compiled(pattern).fullmatch(words):
                return mask
        return 0

    def blurred(self, text: str) -> str:
        """The text with characters that no pattern names made one, and digits too: what differs
        in it from parcel to parcel, names, phones and times, raises no signal."""
        return self._blur.sub(_ANY, text).translate(_DIGITS)

    def mask(self, text: str) -> int:
        """All signals of a text."""
        found = 0
        bits = self.bits
        for words in self.find(text):
            found |= bits(words)
        return found


def _names_only(patterns: str) -> re.Pattern[str]:
    """Finds a Chinese character that is in none of the patterns."""
    named = set(patterns) | {_ANY}
    others = "".join(one for code in _CHINESE if (one := chr(code)) not in named)
    return re.compile(f"[{others}]")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """One pattern alone; most are never asked for, so none is compiled before."""
    return re.compile(pattern)


def read_lexicon(name: str) -> list[Entry]:
    """Rows of a packaged lexicon: `signals,patterns`, macros as `=NAME`, comments with #."""
    entries: list[Entry] = []
    macros: dict[str, str] = {}
    for signals, patterns in _rows(name)[1:]:
        for macro, value in macros.items():
            patterns = patterns.replace(f"{{{macro}}}", value)  # noqa: PLW2901
        if signals.startswith("="):
            macros[signals[1:]] = patterns
        else:
            raised = tuple(signals.split())
            entries.extend(Entry(pattern, raised) for pattern in _split(patterns))
    return entries


def read_rules(name: str, signals: Signals) -> list[Rule]:
    """Rows of the packaged rules, in order: `detail,all,any,none,note`."""
    return [
        Rule(detail, _mask(signals, all_), _mask(signals, any_), _mask(signals, none), line)
        for line, (detail, all_, any_, none, _) in enumerate(_rows(name)[1:], 1)
    ]


def _mask(signals: Signals, names: str) -> int:
    return signals.mask(names.split())


def signals_of(*lexicons: list[Entry]) -> Signals:
    """The signals that lexicons can raise."""
    return Signals(signal for entries in lexicons for entry in entries for signal in entry.signals)


def _rows(name: str) -> list[list[str]]:
    source = resources.files(__package__).joinpath(name).read_text("utf-8")
    return list(csv.reader(line for line in source.splitlines() if not line.startswith("#")))


def _split(pattern: str) -> list[str]:
    """The alternatives of a pattern outside of brackets."""
    parts, depth, in_class, start = [], 0, False, 0
    for at, char in enumerate(pattern):
        if pattern[at - 1 : at] == "\\":
            continue
        if in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and not depth:
            parts.append(pattern[start:at])
            start = at + 1
    return [*parts, pattern[start:]]


def _variants(pattern: str) -> list[str]:
    """The pattern as alternatives that each begin with a plain character.

    The regular expression engine skips quickly to a place where one of them can begin, but only
    if all of them begin plainly.

    Raises:
        ValueError: it begins with something that cannot be written out.
    """
    head, rest = _head(pattern)
    if head is None:
        return [pattern]
    if rest[:1] == "?":
        spread = [*(option + rest[1:] for option in head), rest[1:]]
    elif rest[:1] and rest[0] in _QUANTIFIERS:
        raise ValueError(f"cannot begin with a repetition: {pattern}")
    else:
        spread = [option + rest for option in head]
    return [variant for option in spread for variant in _variants(option)]


def _head(pattern: str) -> tuple[list[str] | None, str]:
    """The options a pattern begins with, and what follows; None when it begins plainly."""
    if pattern.startswith("(?:"):
        end = _closing(pattern)
        return _split(pattern[3:end]), pattern[end + 1 :]
    if pattern.startswith("["):
        end = pattern.index("]")
        chars = pattern[1:end].replace("\\", "")
        return [re.escape(char) for char in chars], pattern[end + 1 :]
    if pattern[1:2] == "?":
        return [pattern[0]], pattern[1:]
    if pattern[0] == "\\" and pattern[1] in _SPECIAL:
        return None, ""
    if pattern[0] in _SPECIAL or (pattern[1:2] and pattern[1] in "*+{"):
        raise ValueError(f"must begin with a plain character: {pattern}")
    return None, ""


def _closing(pattern: str) -> int:
    """Where the group a pattern begins with ends."""
    depth, in_class = 0, False
    for at, char in enumerate(pattern):
        if in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char in "()":
            depth += 1 if char == "(" else -1
            if not depth:
                return at
    raise ValueError(f"group without end: {pattern}")
