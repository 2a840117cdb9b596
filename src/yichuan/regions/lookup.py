"""Look-up of divisions: by code, by the names people write, parents, centres, lists.

`resolve("内蒙古", "呼市")` is 内蒙古自治区, 呼和浩特市, adcode 150100.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from yichuan.regions.chain import FILLER, Chain, read_chain
from yichuan.regions.divisions import (
    Division,
    Level,
    Point,
    PointSource,
    Region,
    by_adcode,
    centre,
    children,
    cities,
    districts,
    parents,
    provinces,
    region,
)
from yichuan.regions.script import simplified

__all__ = [
    "Division",
    "Level",
    "Point",
    "PointSource",
    "Region",
    "Resolution",
    "by_adcode",
    "centre",
    "children",
    "cities",
    "districts",
    "parents",
    "provinces",
    "region",
    "resolve",
]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What (province, city, district) texts mean today."""

    region: Region
    unknown: tuple[str, ...] = ()
    """Given texts that name no division under the others: 高新区 of a city without one, typos."""
    conflict: str = ""
    """A name that does not fit the others (广东省 + 杭州市); the finer one was taken."""
    renamed: tuple[str, ...] = ()
    """Old names and nicknames that were mapped to today's."""


@lru_cache(maxsize=4096)
def resolve(province: str = "", city: str = "", district: str = "") -> Resolution | None:
    """Today's division for texts in any usual form (full, short, old name, nickname).

    Missing levels are filled in when certain; 市辖区 and 省直辖县级行政区划 are skipped. None when
    no text names a division, or when they leave more than one (朝阳区 alone).
    """
    given = [simplified("".join(t.split())) for t in (province, city, district)]
    given = [text for text in given if text]
    text = " ".join(given)
    position, unknown = 0, []
    best: Chain | None = None
    for part in given:
        best = best or read_chain(text, position)
        position += len(part)
        known = best is not None and (best.end >= position or best.zone)
        if not known and FILLER.fullmatch(part) is None:
            unknown.append(part)
        position += 1
    if best is None or len(best.here) != 1:
        return None
    found = region(best.here[0].adcode)
    if found is None:
        return None
    return Resolution(found, tuple(unknown), best.conflict, tuple(best.old))
