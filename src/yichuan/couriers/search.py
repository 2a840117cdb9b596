"""Searching the catalogue: pure. The table is small enough to look at every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TypeAlias

from yichuan.couriers.catalogue import Entry, entries, plain

RANKS = (EQUAL, BEGINS, CONTAINS) = (0, 1, 2)
Facets: TypeAlias = Mapping[str, Callable[[Entry], Collection[str]]]
"""Name of a property → its values of a courier."""


@dataclass(frozen=True, slots=True)
class _Keys:
    """What a courier is found by, all plain."""

    whole: frozenset[str]
    """Codes, here and elsewhere, and names."""
    begun: str
    """Those, and the name in pinyin and its first letters: found from their beginning."""
    names: str
    """Found by any part."""


def _joined(keys: Iterable[str]) -> str:
    """Keys as one text, searched in one step: each behind a NUL, which no plain text has."""
    return "".join(f"\0{key}" for key in keys)


@cache
def _keys() -> Mapping[str, _Keys]:
    found = {}
    for entry in entries().values():
        codes = [plain(code) for code in (entry.code, *entry.kuaidi100, *entry.track17)]
        names = [key for name in entry.names if (key := plain(name))]
        spelt = [t for t in (entry.pinyin.replace(" ", ""), entry.initials) if len(t) > 1]
        found[entry.code] = _Keys(
            whole=frozenset(codes + names),
            begun=_joined(names + codes + spelt),
            names=_joined(names),
        )
    return found


@cache
def _values(read: Callable[[Entry], Collection[str]]) -> Mapping[str, tuple[str, ...]]:
    """A facet's values by courier; they come with the program and stay."""
    return {code: tuple(read(entry)) for code, entry in entries().items()}


def _ranked(wanted: str, pool: Iterable[Entry]) -> list[tuple[int, Entry]]:
    """Couriers that answer a search, and how well (0 best): by code, name, alias, other systems'
    code or pinyin. `wanted` is plain."""
    keys_of, start, found = _keys(), _joined([wanted]), []
    for entry in pool:
        keys = keys_of[entry.code]
        if start in keys.begun:
            found.append((EQUAL if wanted in keys.whole else BEGINS, entry))
        elif wanted in keys.names:
            found.append((CONTAINS, entry))
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """Couriers that fit, each with its rank, and how many there are per value of each facet."""

    rows: list[tuple[int, Entry]]
    counts: dict[str, dict[str, int]]
    """A facet's counts follow all filters but its own: what choosing another value would give."""


def look(
    q: str | None,
    facets: Facets,
    wanted: Mapping[str, str],
    within: Iterable[Entry] | None = None,
) -> Found:
    """Couriers that a text and the wanted facet values describe, in the catalogue's order."""
    text = plain(q) if q else ""
    if q and not text:
        return Found([], {name: {} for name in facets})
    pool = entries().values() if within is None else within
    answers = _ranked(text, pool) if text else [(EQUAL, entry) for entry in pool]
    values = {name: _values(read) for name, read in facets.items()}
    fit: list[tuple[int, Entry]] = []
    but_for: dict[str, list[str]] = {name: [] for name in facets}  # one value alone keeps these out
    for place, entry in answers if wanted else ():
        missed = [name for name, value in wanted.items() if value not in values[name][entry.code]]
        if not missed:
            fit.append((place, entry))
        elif len(missed) == 1:
            but_for[missed[0]].append(entry.code)
    rows = fit if wanted else answers
    codes = [entry.code for _, entry in rows]
    counts = {
        name: dict(Counter(chain.from_iterable(map(of.__getitem__, codes + but_for[name]))))
        for name, of in values.items()
    }
    return Found(rows, counts)
