"""Last hints at the city of an address that names none: a local way of writing, a company's seat.

Guesses, and marked as such: `弄` before a number is how Shanghai numbers its lanes (other cities
write 巷), `工业园区某某路` with nothing before it is how Suzhou writes its industrial park, and a
company's name holds the city it is registered in (某某电梯（杭州）有限公司).
"""

from __future__ import annotations

import re

from yichuan.regions.divisions import Division, Level, by_adcode
from yichuan.regions.index import EXACT, SHORT, name_index

_LANE = re.compile(r"(?:[路街]|公路)(?:\d{1,5}弄|[一二三四五六七八九十百]+弄)")
_PARK = re.compile(r"\A(?:工业)?园区[一-龥]{2,5}(?:路|街)\d")
_SEAT = re.compile(
    r"[(（]([一-龥]{2,5})[)）][一-龥]{0,12}?(?:公司|集团|工厂|厂)|"
    r"(?<![一-龥\d])([一-龥]{2,4})(?=[一-龥]{2,14}(?:公司|集团))|"
    r"(?<=[号楼室座厦园层栋])([一-龥]{2,3})(?=[一-龥]{2,14}(?:公司|集团|科技园|研究院))"
)
_NUMBERED_ROAD = re.compile(r"(?<=[一-龥])(\d{1,2})(?=(?:大?[路街]|大道))")
_ONES = ("", *"一二三四五六七八九")
_LANES, _PARKS = "310000", "320500"


def numerals_spelt(text: str) -> str:
    """The text with road numbers as the tables have them: 凤城12路 → 凤城十二路."""
    return _NUMBERED_ROAD.sub(_spelt, text)


def _spelt(found: re.Match[str]) -> str:
    tens, ones = divmod(int(found.group()), 10)
    head = f"{_ONES[tens] if tens > 1 else ''}十" if tens else ""
    return f"{head}{_ONES[ones]}"


def by_habit(text: str) -> Division | None:
    """The city whose way of writing addresses this is."""
    if "弄" in text and _LANE.search(text) is not None:
        return by_adcode(_LANES)
    return by_adcode(_PARKS) if "园区" in text and _PARK.match(text) is not None else None


def by_company(text: str) -> Division | None:
    """The city (or province) named in a company's name."""
    if "公司" not in text and "集团" not in text and "研究院" not in text and "厂" not in text:
        return None
    for found in _SEAT.finditer(text):
        place = _place(found.group(1) or found.group(2) or found.group(3))
        if place is not None:
            return place
    return None


def _place(words: str) -> Division | None:
    """The one division above district, or county-level city, that the words begin with."""
    names = name_index().names
    for length in range(len(words), 1, -1):
        pool = [c for c in names.get(words[:length], ()) if c.quality in {EXACT, SHORT}]
        places = {c.division.adcode: c.division for c in pool}.values()
        upper = [d for d in places if d.level is not Level.DISTRICT]
        if len(upper) == 1:
            return upper[0]
        if not upper and len(places) == 1 and (only := next(iter(places))).name.endswith("市"):
            return only
    return None
