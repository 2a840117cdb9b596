"""Names of divisions as people write them → today's official names and adcode."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from yichuan.regions.parse import parse_address


@dataclass(frozen=True, slots=True)
class Place:
    """A division in today's official names; empty where a level is not known."""

    province: str
    city: str
    district: str
    adcode: str


@lru_cache(maxsize=20_000)
def resolve(province: str, city: str = "", district: str = "") -> Place | None:
    """The division meant by names in any usual form; None when nothing is recognised."""
    text = f"{province or ''}{city or ''}{district or ''}".strip()
    if not text:
        return None
    found = parse_address(text)
    if not found.province:
        return None
    return Place(found.province, found.city or "", found.district or "", found.adcode or "")
