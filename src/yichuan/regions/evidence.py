"""What else in an address tells where it is: well-known places, streets, and how many live where.

`data/landmarks.csv` (business districts, parks, metro stations, buildings, roads of the large
cities) is compiled from general knowledge and checked against a public list of company addresses
(cpca's tests, MIT): a name stands alone only where at least two thirds of those addresses that hold
it, and mostly all, are in that city; the others (`alone` 0) only help to choose between candidates.
`data/prevailing.csv`: of districts that share a name, the one with at least three quarters of the
people (share by the 2020 census, rounded); a guess, and marked as one.
`data/economy.csv`: the prior for what is left open, gross domestic product of the larger cities in
2023 (100 million CNY, rounded, from their communiqués): firms, and the parcels that go to them, are
where it is made. A weaker guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from yichuan.regions.chain import ROAD, under
from yichuan.regions.divisions import (
    SELF_CITY,
    Division,
    Level,
    by_adcode,
    divisions,
    packaged_rows,
)
from yichuan.regions.names import stem
from yichuan.regions.streets import street_stem, street_tables
from yichuan.regions.usage import Use, used_as

FEW: Final = 2
"""A name that more cities have says too little even for a guess (of one or two cities about six
guesses in ten are right, of three or more two)."""
_DIGIT = re.compile(r"\d")
_SIDE = re.compile(r"(?<=..)[东南西北中一二三四五](?=[路街]\Z)")
_INSIDE = re.compile(r"[一-龥](?<![省市区县旗镇乡村道路街巷园号])")
_ROAD_END = re.compile(r"[路街道巷](?:[东西南北中段])?\Z")


class Landmark(NamedTuple):
    """A known place's division; `alone`: enough to say where an address is."""

    division: Division
    alone: bool


class Landmarks(NamedTuple):
    """Known places by name, and lengths of names by their first two characters, longest first."""

    places: dict[str, tuple[Landmark, ...]]
    lengths: dict[str, tuple[int, ...]]


@lru_cache(maxsize=1)
def landmarks() -> Landmarks:
    """The table, read on first use."""
    table = divisions()
    places: dict[str, tuple[Landmark, ...]] = {}
    lengths: dict[str, set[int]] = {}
    for row in packaged_rows("landmarks.csv"):
        name, place = row["name"], Landmark(table[row["adcode"]], row["alone"] == "1")
        places[name] = (*places.get(name, ()), place)
        lengths.setdefault(name[:2], set()).add(len(name))
    return Landmarks(places, {k: tuple(sorted(v, reverse=True)) for k, v in lengths.items()})


def _known_places(text: str, start: int, end: int) -> Iterator[tuple[Landmark, int, int]]:
    places, lengths = landmarks()
    for position in range(start, end):
        for length in lengths.get(text[position : position + 2], ()):
            found = places.get(text[position : position + length])
            if found is not None:
                for place in found:
                    yield place, position, position + length
                break


@lru_cache(maxsize=1)
def _prevailing() -> frozenset[str]:
    return frozenset(row["adcode"] for row in packaged_rows("prevailing.csv"))


def find_landmark(text: str, start: int = 0, within: Division | None = None) -> Division | None:
    """The division of the known place in the text (below `within`, if given).

    Names before the first house number count first; behind it only buildings' long names do, since
    many buildings bear the name of a far road or town. Without `within` a name of two characters
    must begin a part (花桥, but not 荷花桥). Where the names speak for several cities, the one most
    known places of the text lie in is taken, else the first.
    """
    number = _DIGIT.search(text, start)
    split = number.start() if number else len(text)
    hits = [
        place.division
        for place, begin, end in _known_places(text, start, split)
        if place.alone and _counts(text, begin, end, place.division, within)
    ]
    if not hits and split < len(text):
        hits = [
            place.division
            for place, begin, end in _known_places(text, split, len(text))
            if place.alone
            and end - begin >= 4
            and not _ROAD_END.search(text, begin, end)
            and _counts(text, begin, end, place.division, within)
        ]
    if not hits or within is not None or len({_city_code(d) for d in hits}) == 1:
        return hits[0] if hits else None
    return _most_spoken_for(text, start, hits)


def _counts(text: str, begin: int, end: int, place: Division, within: Division | None) -> bool:
    if within is not None:
        return under(place, within)
    return end - begin > 2 or begin == 0 or text[begin - 1] == " "


def _city_code(division: Division) -> str:
    """Digits that the divisions of one city share."""
    return division.adcode[: 2 if division.adcode[:2] + "0000" in SELF_CITY else 4]


def _most_spoken_for(text: str, start: int, hits: list[Division]) -> Division:
    votes: dict[str, int] = {}
    for place, _, _ in _known_places(text, start, len(text)):
        code = _city_code(place.division)
        votes[code] = votes.get(code, 0) + 1
    return max(hits, key=lambda d: votes[_city_code(d)])


def by_city(candidates: tuple[Division, ...], text: str, start: int) -> Division | None:
    """Of several divisions the one whose city is named in its short form further on.

    Not as a road's name (上海路), but also inside a company's (杭州高新东方科技园).
    """
    hits = []
    for division in candidates:
        above = by_adcode(division.parent)
        short = stem(above.name) if above else ""
        at = text.find(short, start) if len(short) >= 2 else -1
        if at >= 0 and ROAD.match(text, at + len(short)) is None:
            hits.append(division)
    return hits[0] if len(hits) == 1 else None


def by_street(candidates: tuple[Division, ...], text: str, start: int) -> Division | None:
    """Of several divisions the only one whose streets' names occur in the rest of the text."""
    rest = text[start:]
    table = street_tables().by_district
    hits = []
    for division in candidates:
        stems = (street_stem(name) for name in table.get(division.adcode, "").split())
        longest = max((len(s) for s in stems if len(s) >= 2 and s in rest), default=0)
        hits.append((longest, division))
    hits.sort(key=lambda hit: -hit[0])
    if hits[0][0] == 0 or (len(hits) > 1 and hits[1][0] == hits[0][0]):
        return None
    return hits[0][1]


def by_landmark(candidates: tuple[Division, ...], text: str, start: int) -> Division | None:
    """Of several divisions the one in (or around) which the known places of the text lie."""
    votes: dict[str, int] = {}
    for place, _, _ in _known_places(text, start, len(text)):
        for division in candidates:
            here = place.division
            if here is division or under(division, here) or here.parent == division.parent:
                votes[division.adcode] = votes.get(division.adcode, 0) + 1
    best = sorted(candidates, key=lambda d: -votes.get(d.adcode, 0))
    first, second = (votes.get(d.adcode, 0) for d in best[:2])
    return best[0] if first > second else None


def prevailing(candidates: tuple[Division, ...]) -> Division | None:
    """The division most people mean by the shared name, or None when no one clearly prevails."""
    found = [d for d in candidates if d.adcode in _prevailing()]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1)
def _economy() -> dict[str, int]:
    """GDP by the digits that the divisions of one city share."""
    sizes = {}
    for row in packaged_rows("economy.csv"):
        length = 2 if row["adcode"] in SELF_CITY else 4
        sizes[row["adcode"][:length]] = int(row["gdp"])
    return sizes


def likeliest(candidates: Iterable[Division]) -> Division | None:
    """Of several divisions the one in the city with the largest economy; None if none is large."""
    sizes = _economy()
    best = max(candidates, key=lambda d: sizes.get(_city_code(d), 0), default=None)
    return best if best is not None and _city_code(best) in sizes else None


def common_place(text: str) -> Division | None:
    """The likeliest city of a name before the house number that several cities have (软件大道).

    Not of the end of a longer name (中|山东路), nor of one that every town has.
    """
    number = _DIGIT.search(text)
    split = number.start() if number else len(text)
    hits = [
        place.division
        for place, begin, end in _known_places(text, 0, split)
        if not _INSIDE.match(text, begin - 1, begin)
        and not used_as(_SIDE.sub("", text[begin:end]), Use.EVERYWHERE)
    ]
    if len({_city_code(division) for division in hits}) > FEW:
        return None
    found = likeliest(hits)
    return None if found is None else _city(found)


def _city(division: Division) -> Division:
    above = by_adcode(division.parent)
    return above if division.level is Level.DISTRICT and above is not None else division
