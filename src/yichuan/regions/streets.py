"""Streets, towns and townships (街道, 镇, 乡): the fourth level, read only to parse addresses.

Names: National Bureau of Statistics 2023. Kept as one text per district and one table of stems, to
stay small in memory.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from yichuan.regions.divisions import packaged_lines
from yichuan.regions.names import PEOPLES

_KIND = re.compile(
    r"街道办事处|街道办|街道|办事处|街办|地区|区(?!域)|镇|乡|苏木|经济技术开发区|经济开发区|开发区|工业园区?|园区|农场|林场|牧场"
)
_STEM = re.compile(r"^(.+?)(?:街道办事处|街道|地区|民族乡|[镇乡]|苏木)$")
_OF_PEOPLES = re.compile(rf"(?:{PEOPLES})+乡$")
_UNWRITTEN = re.compile(
    r"[ /·-]*([一-龥]{1,4}?)(街道办事处|街道办|街道|镇|乡)(?![一-龥]?[路街巷]|政府)"
)
_LONGER = re.compile(r"[东西南北中]?[路街巷]|政府|中学|小学")
_NOT_STEM = re.compile(r"[路街号村区巷弄组社厂园楼市县省第]")
_INTERCHANGED = frozenset(
    {"街道办事处", "街道办", "街道", "办事处", "街办", "地区", "镇", "乡", "苏木"}
)
_TOWNS_ONLY = frozenset({"441900", "442000"})
"""Dongguan and Zhongshan call some of their streets 区: 东城区, 石岐区."""
_GAPS = frozenset(" /-·")
_TOWN_KINDS = {"街道办事处": "街道", "街道办": "街道", "办事处": "街道", "街办": "街道"}


class StreetTables(NamedTuple):
    """`by_district`: names of a district, each between spaces. `owners`: districts that have a
    street of this stem; one adcode, or several joined by a space."""

    by_district: dict[str, str]
    owners: dict[str, str]


class Street(NamedTuple):
    """A street found in a text: official name where the table has it, position after its text."""

    name: str
    end: int
    known: bool


def street_stem(name: str) -> str:
    """粤海街道 → 粤海, 常平镇 → 常平, 三岔河回族乡 → 三岔河; unchanged when too short."""
    people = _OF_PEOPLES.search(name)
    if people is not None and people.start() >= 2:
        return name[: people.start()]
    found = _STEM.match(name)
    return found.group(1) if found else name


@lru_cache(maxsize=1)
def street_tables() -> StreetTables:
    """The tables, read on first use."""
    by_district: dict[str, str] = {}
    owners: dict[str, str] = {}
    for line in packaged_lines("streets.txt.gz"):
        code, _, names = line.partition(" ")
        by_district[code] = f" {names} "
        for stem in {street_stem(name) for name in names.split(" ")}:
            known = owners.get(stem)
            owners[stem] = code if known is None else f"{known} {code}"
    return StreetTables(by_district, owners)


def _official(names: str, stem: str, kind: str) -> str:
    """The district's own name for a written stem and kind, or "" ("x镇" may be "x街道" today)."""
    written = stem + _TOWN_KINDS.get(kind, kind)
    if f" {written} " in names:
        return written
    if kind not in _INTERCHANGED:
        return f"{stem}街道" if kind == "区" and f" {stem}街道 " in names else ""
    position = names.find(f" {stem}")
    while position >= 0:
        name = names[position + 1 : names.index(" ", position + 1)]
        if street_stem(name) == stem:
            return name
        position = names.find(f" {stem}", position + 1)
    return ""


def read_street(text: str, start: int, district: str) -> Street | None:
    """The street that stands at this position, of the district (or city without districts)."""
    names = street_tables().by_district.get(district, "")
    begin = start
    while text[begin : begin + 1] in _GAPS:
        begin += 1
    for found in _KIND.finditer(text, begin + 1, begin + 14):
        stem = text[begin : found.start()]
        if found.group() == "区" and district not in _TOWNS_ONLY:
            continue
        if " " in stem:
            break
        name = _official(names, stem, found.group())
        if name and _stands(text, found.end(), found.group()):
            return Street(name, found.end(), True)
    return _unlisted(text, start)


def _stands(text: str, end: int, kind: str) -> bool:
    """Not the beginning of a longer word: 沙河镇政府路, 城关镇中学."""
    if kind not in {"镇", "乡"}:
        return True
    return _LONGER.match(text, end) is None


def _unlisted(text: str, start: int) -> Street | None:
    """A street the table does not know, as written: abolished, new, or misspelt."""
    found = _UNWRITTEN.match(text, start)
    if found is None or _NOT_STEM.search(found.group(1)):
        return None
    kind = _TOWN_KINDS.get(found.group(2), found.group(2))
    return Street(found.group(1) + kind, found.end(), False)


def has_street(district: str, beginning: str) -> bool:
    """Whether a street or town of the district begins so: 福清|江阴工业区 names 江阴镇."""
    names = street_tables().by_district.get(district, "")
    return len(beginning) > 1 and f" {beginning}" in names


def owners_of(stem: str, kind: str) -> tuple[str, ...]:
    """Adcodes of the districts that have this street.

    By the stem alone if none has the kind; a town (镇) of old is then a street (街道) rather than a
    township (乡).
    """
    tables = street_tables()
    found = tables.owners.get(stem)
    if found is None:
        return ()
    codes = tuple(found.split(" "))
    for now in (kind, "街道") if kind == "镇" else (kind,):
        having = tuple(code for code in codes if f" {stem}{now} " in tables.by_district[code])
        if having:
            return having
    return codes
