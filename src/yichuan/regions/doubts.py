"""What is doubtful about an address, said before a label is printed. Pure.

A doubt never stops a parcel: couriers deliver to villages without numbers, and shops know their
buyers. It names what a clerk would ask about.
"""

from __future__ import annotations

import re
from enum import StrEnum

from yichuan.regions.divisions import Level, by_adcode, children
from yichuan.regions.lookup import Resolution, resolve
from yichuan.regions.parse import parse_address

SURE = 0.9
"""Confidence from which the text of an address counts against its own columns."""
_NUMBER = re.compile(
    r"\d|[一二三四五六七八九十百]+(?:号|栋|幢|楼|层|室|单元|组|队|弄|期)|[甲乙丙丁]\d?号|驿站|自提|村"
)


class Doubt(StrEnum):
    """A kind of doubt."""

    CONFLICT = "address_conflict"
    """Province, city and district do not belong together, or the text names another city."""
    UNKNOWN_DISTRICT = "unknown_district"
    """The district is not one of the city's, or is missing where the city has districts."""
    NO_NUMBER = "no_house_number"
    """No house number, village or pickup point: the courier will have to telephone."""


def doubts(province: str, city: str, district: str, address: str) -> tuple[Doubt, ...]:
    """Doubts about a recipient's address, gravest first; () when there are none."""
    known = resolve(province, city, district)
    found = []
    if _conflicts(known, province, address):
        found.append(Doubt.CONFLICT)
    elif _district_open(known, district):
        found.append(Doubt.UNKNOWN_DISTRICT)
    if _NUMBER.search(address) is None:
        found.append(Doubt.NO_NUMBER)
    return tuple(found)


def _conflicts(known: Resolution | None, province: str, address: str) -> bool:
    if known is None:
        return False
    if known.conflict or (known.region.city and _elsewhere(known, province)):
        return True
    written = parse_address(address)
    other = written.city and known.region.city and written.city != known.region.city
    return bool(other) and written.confidence >= SURE


def _elsewhere(known: Resolution, province: str) -> bool:
    """The province column names another province than the city and district lie in."""
    named = resolve(province) if province else None
    return named is not None and named.region.province != known.region.province


def _district_open(known: Resolution | None, district: str) -> bool:
    if known is None:
        return True
    if known.unknown and district in known.unknown:
        return True
    place = by_adcode(known.region.adcode)
    return place is not None and place.level is not Level.DISTRICT and bool(children(place.adcode))
