"""Where a city is."""

from __future__ import annotations

from functools import lru_cache

from yichuan.regions.lookup import centre, resolve
from yichuan.tracking.values import Place


@lru_cache(maxsize=4096)
def place_of(city: str | None) -> Place | None:
    """A city with its adcode and centre; without them where the name is not known to us."""
    if not city:
        return None
    found = resolve("", city)
    if found is None:
        return Place(city)
    point = centre(found.region.adcode)
    if point is None:
        return Place(city, found.region.adcode)
    return Place(city, found.region.adcode, point.lat, point.lon)
