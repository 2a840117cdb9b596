"""The tables of China's administrative divisions: by code, parents, centre points, lists.

Codes are GB/T 2260 adcodes as of 2023-06-30 (National Bureau of Statistics), with the bureau's
development zones (codes ending in 71-79). Loaded once, on first use.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files


class Level(StrEnum):
    """Where a division stands."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"


class PointSource(StrEnum):
    """How a division's centre point is known."""

    OWN = "A"
    """The division's own point, as map services give it (looks like GCJ-02, 0.7 km off at most)."""
    PREDECESSOR = "P"
    """The point of the division it was made from."""
    ROUGH = "K"
    """Rounded to 0.1 degree (about 10 km)."""
    PARENT = "F"
    """The parent's point: says nothing about where in the parent it lies."""


@dataclass(frozen=True, slots=True)
class Division:
    """One administrative division. `lat` and `lon` are degrees of its centre."""

    adcode: str
    name: str
    """Official full name, 广东省 / 深圳市 / 南山区."""
    parent: str
    """Adcode of the division above; `100000` above a province. Counties run by their province
    directly (省直辖县级) and Hong Kong's and Macau's districts hang on the province."""
    level: Level
    lat: float
    lon: float
    source: PointSource


@dataclass(frozen=True, slots=True)
class Region:
    """Official names from the province down; "" below the last known level.

    The city of a municipality, of Hong Kong and of Macau is its own name; a county run directly by
    its province is repeated as city. Dongguan, Zhongshan and Danzhou have no districts.
    """

    province: str
    city: str
    district: str
    adcode: str


@dataclass(frozen=True, slots=True)
class Point:
    """A centre in degrees and how it is known."""

    lat: float
    lon: float
    source: PointSource


SELF_CITY = frozenset({"110000", "120000", "310000", "500000", "810000", "820000"})
"""Provinces that are their own city: the four municipalities, Hong Kong, Macau."""
_DATA = files("yichuan.regions") / "data"


def packaged_lines(name: str) -> list[str]:
    """Lines of a gzipped table of this package."""
    return gzip.decompress((_DATA / name).read_bytes()).decode("utf-8").splitlines()


def packaged_rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a plain CSV table of this package."""
    return iter(csv.DictReader((_DATA / name).read_text("utf-8").splitlines()))


@lru_cache(maxsize=1)
def divisions() -> dict[str, Division]:
    """All divisions by adcode, parents before children."""
    table: dict[str, Division] = {}
    rows = [line.split(",") for line in packaged_lines("divisions.csv.gz")]
    rows.sort(key=lambda row: (list(Level).index(Level(row[3])), row[0]))
    for code, name, parent, level, lat, lon, source in rows:
        above = table.get(parent)
        if not lat and above is not None:
            where = above.lat, above.lon
        else:
            where = float(lat), float(lon)
        table[code] = Division(code, name, parent, Level(level), *where, PointSource(source))
    return table


@lru_cache(maxsize=1)
def _children() -> dict[str, tuple[Division, ...]]:
    table: dict[str, list[Division]] = {}
    for division in divisions().values():
        table.setdefault(division.parent, []).append(division)
    return {code: tuple(found) for code, found in table.items()}


def by_adcode(adcode: str) -> Division | None:
    """The division of today with this code, or None."""
    return divisions().get(adcode)


def children(adcode: str) -> tuple[Division, ...]:
    """Divisions directly below."""
    return _children().get(adcode, ())


def parents(adcode: str) -> tuple[Division, ...]:
    """The divisions above, nearest first; empty for a province or an unknown code."""
    found = []
    here = by_adcode(adcode)
    while here is not None and (here := by_adcode(here.parent)) is not None:
        found.append(here)
    return tuple(found)


def provinces() -> tuple[Division, ...]:
    """The 34 provinces, municipalities, autonomous and special administrative regions."""
    return children("100000")


def cities(province: str) -> tuple[Division, ...]:
    """What may stand as city under a province: prefectures and counties it runs directly.

    Hong Kong and Macau stand as their own city.
    """
    if province in {"810000", "820000"}:
        return (divisions()[province],)
    return children(province)


def districts(city: str) -> tuple[Division, ...]:
    """Districts and counties of a city; a directly run county is its own district."""
    here = by_adcode(city)
    if here is not None and here.level is Level.DISTRICT:
        return (here,)
    return tuple(d for d in children(city) if d.level is Level.DISTRICT)


@lru_cache(maxsize=8192)
def region(adcode: str) -> Region | None:
    """Official names of the division and all above, or None for an unknown code."""
    here = by_adcode(adcode)
    if here is None:
        return None
    chain = (here, *parents(adcode))
    province = chain[-1]
    if here.level is Level.PROVINCE:
        city = here.name if adcode in SELF_CITY else ""
        return Region(province.name, city, "", adcode)
    if here.level is Level.CITY:
        return Region(province.name, here.name, "", adcode)
    above = chain[1]
    if above.level is Level.CITY or above.adcode in SELF_CITY:
        return Region(province.name, above.name, here.name, adcode)
    return Region(province.name, here.name, here.name, adcode)


def centre(adcode: str) -> Point | None:
    """Centre point in degrees with its source, or None for an unknown code."""
    here = by_adcode(adcode)
    return None if here is None else Point(here.lat, here.lon, here.source)
