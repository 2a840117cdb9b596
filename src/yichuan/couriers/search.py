"""Searching the catalogue: pure. The table is small enough to look at every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from yichuan.couriers.catalogue import Entry, entries, plain

RANKS = (EQUAL, BEGINS, CONTAINS) = (0, 1, 2)
Facets: TypeAlias = Mapping[str, Callable[[Entry], Collection[str]]]
"""Name of a property → its values of a courier."""


@dataclass(frozen=True, slots=True)
class _Keys:
    """What a courier is found by."""

    codes: tuple[str, ...]
    """Here and elsewhere, plain: found from their beginning."""
    names: tuple[str, ...]
    """Found by any part."""
    spelt: tuple[str, ...]
    """Its name in pinyin, and the first letters of it."""


@cache
def _keys() -> Mapping[str, _Keys]:
    found = {}
    for entry in entries().values():
        codes = (entry.code, *entry.kuaidi100, *entry.track17)
        spelt = (entry.pinyin.replace(" ", ""), entry.initials)
        found[entry.code] = _Keys(
            codes=tuple(plain(code) for code in codes),
            names=tuple(key for name in entry.names if (key := plain(name))),
            spelt=tuple(text for text in spelt if len(text) > 1),
        )
    return found


def rank(entry: Entry, wanted: str) -> int | None:
    """How well a courier answers a search (0 best), by code, name, alias, other systems' code or
    pinyin; None when not at all. `wanted` is plain."""
    keys = _keys()[entry.code]
    if wanted in keys.codes or wanted in keys.names:
        return EQUAL
    if any(key.startswith(wanted) for key in (*keys.names, *keys.codes, *keys.spelt)):
        return BEGINS
    return CONTAINS if any(wanted in name for name in keys.names) else None


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
    rows: list[tuple[int, Entry]] = []
    counts: dict[str, Counter[str]] = {name: Counter() for name in facets}
    for entry in entries().values() if within is None else within:
        place = rank(entry, text) if text else EQUAL
        if place is None:
            continue
        values = {name: read(entry) for name, read in facets.items()}
        missed = [name for name, value in wanted.items() if value not in values[name]]
        if not missed:
            rows.append((place, entry))
        for name in missed if len(missed) == 1 else () if missed else facets:
            counts[name].update(values[name])
    return Found(rows, {name: dict(count) for name, count in counts.items()})
