"""Places as terms name them: the beginning of a division's code, and towns an address may name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from yichuan.regions import lookup
from yichuan.regions.parse import parse_address

_CODE = re.compile(r"\d{2}(\d{2}(\d{2})?)?")
EVERYWHERE = ("全国", "everywhere")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a parcel comes from or goes. `text` is the address as written."""

    adcode: str
    text: str = ""

    def inside(self, prefix: str) -> bool:
        """Whether it lies in a division; everything lies in the empty one."""
        return self.adcode.startswith(prefix)


@lru_cache(maxsize=8192)
def prefix_of(adcode: str) -> str | None:
    """The beginning that a code and everything below it share: 310000 → 31; None: no code."""
    text = adcode.strip()
    if text in ("", "0", "00", "100000", "000000", *EVERYWHERE):
        return ""
    if _CODE.fullmatch(text) is None:
        return None
    while len(text) > 2 and text.endswith("00"):
        text = text[:-2]
    return text


def code_of(province: str, city: str, district: str) -> str | None:
    """The full code of named divisions, the finest that is known; None: none of them is."""
    found = lookup.resolve(province, city, district)
    return None if found is None else found.region.adcode


def place(
    adcode: str | None, province: str | None, city: str | None, district: str | None, text: str
) -> Place:
    """A place by its code, else by its names; unknown places lie nowhere (only in "all")."""
    code = adcode or code_of(province or "", city or "", district or "") or ""
    return Place(prefix_of(code) or "", f"{district or ''}{text}")


def name_of(prefix: str) -> str:
    """The division's Chinese name down from its province: 上海市崇明区."""
    if not prefix:
        return EVERYWHERE[0]
    found = lookup.region(prefix.ljust(6, "0"))
    if found is None:
        return prefix
    names = dict.fromkeys(name for name in (found.province, found.city, found.district) if name)
    return "".join(names)


def known(prefix: str) -> bool:
    """Whether a beginning is that of a division of today."""
    return prefix == "" or lookup.by_adcode(prefix.ljust(6, "0")) is not None


def read(province: str | None, city: str | None, district: str | None, text: str) -> Place:
    """A place as somebody typed it: by its names, else out of the text itself."""
    if province or city or district:
        return place(None, province, city, district, text)
    found = parse_address(text).known()
    return Place(prefix_of(found.adcode or "") or "", text) if found.adcode else Place("", text)
