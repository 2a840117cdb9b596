"""Where things are: 335 mainland cities with coordinates, and distances between them.

Names and codes are those of the National Bureau of Statistics (2023, list of
modood/Administrative-divisions-of-China, WTFPL); points come from
DQinYuan/chinese_province_city_area_mapper (MIT).
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

EARTH_KM = 6371.0088
_PEOPLES = (
    "土家族|苗族|侗族|布依族|彝族|藏族|羌族|傣族|景颇族|傈僳族|白族|哈尼族|壮族|回族|朝鲜族|"
    "蒙古族|蒙古|哈萨克|柯尔克孜"
)
_TAIL = re.compile(rf"(?:市|地区|盟|(?:{_PEOPLES})+自治州)$")
_PROVINCE_TAIL = re.compile(r"(?:省|市|维吾尔自治区|壮族自治区|回族自治区|自治区)$")


class UnknownPlaceError(ValueError):
    """No courier of the simulated network serves this place."""


@dataclass(frozen=True, slots=True)
class City:
    """A prefecture-level city (or municipality), its centre in degrees and some districts."""

    adcode: str
    province: str
    name: str
    lat: float
    lon: float
    districts: tuple[str, ...]

    @property
    def short(self) -> str:
        """The name as it stands in hub names: 杭州市 → 杭州."""
        return _TAIL.sub("", self.name) or self.name

    @property
    def province_short(self) -> str:
        """浙江省 → 浙江; 内蒙古自治区 → 内蒙古."""
        return _PROVINCE_TAIL.sub("", self.province) or self.province


@cache
def cities() -> tuple[City, ...]:
    """All cities, by administrative code."""
    text = files("yichuan.simulator").joinpath("data/cities.csv").read_text("utf-8")
    return tuple(
        City(
            adcode=row["adcode"],
            province=row["province"],
            name=row["city"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            districts=tuple(d for d in row["districts"].split("|") if d),
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def _by_name() -> dict[str, City]:
    index: dict[str, City] = {}
    for city in cities():
        for name in (city.adcode, city.name, city.short, city.short + "州"):
            index.setdefault(name, city)
    return index


@cache
def _by_province() -> dict[str, City]:
    """Province (long and short name) → its first city, which is the capital by code order."""
    index: dict[str, City] = {}
    for city in cities():
        index.setdefault(city.province, city)
        index.setdefault(city.province_short, city)
    return index


@lru_cache(maxsize=8192)
def find_city(name: str, province: str = "") -> City:
    """The city called `name` (full, short, or administrative code of the city).

    A city the table does not know (a county run by its province, a wrong name) falls back to the
    capital of `province`.

    Raises:
        UnknownPlaceError: neither city nor province is known.
    """
    name, province = name.strip(), province.strip()
    known = _by_name()
    found = known.get(name) or known.get(_TAIL.sub("", name))
    if found is None and len(name) == 6 and name.isdigit():
        found = known.get(name[:4] + "00") or known.get(name[:2] + "0100")
    if found is None or (province and not _same_province(found, province)):
        found = _by_province().get(province or name, found) or _by_province().get(
            _PROVINCE_TAIL.sub("", province or name)
        )
    if found is None:
        raise UnknownPlaceError(f"no such place in the network: {province}{name}")
    return found


def place_of_line(line: str) -> tuple[City, str]:
    """City and district at the beginning of an address in one line; no district: "".

    Raises:
        UnknownPlaceError: it begins with no city of the table.
    """
    for city in cities():
        whole = city.name if city.name == city.province else city.province + city.name
        if line.startswith(whole):
            rest = line[len(whole) :]
            return city, next((d for d in city.districts if rest.startswith(d)), "")
    raise UnknownPlaceError(f"no such place in the network: {line}")


def _same_province(city: City, province: str) -> bool:
    return province.startswith(city.province_short)


def distance_km(a: City, b: City) -> float:
    """Great-circle distance between the centres, kilometres (haversine)."""
    return _haversine(a.lat, a.lon, b.lat, b.lon)


def _haversine(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dp, dl = p2 - p1, math.radians(lon2 - lon1)
    h = math.sin(dp / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))
