"""How far a parcel's next stop is, from the words of its last scan (发往【广州转运中心】)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from yichuan.regions.distance import distance_km
from yichuan.tracking import cities, geo

_ON: Final = re.compile(
    r"(?P<ready>即将|准备|将|待)?\s*(?:发往|送往|去往|运往|开往|前往|下一站)"
    r"\s*(?:下一站)?\s*[:：]?\s*[【\[(（]?\s*(?P<place>[一-鿿]{2,20})"
)


@lru_cache(maxsize=16384)
def leg_km(words: str, here: str | None) -> float | None:
    """Kilometres as the crow flies to the stop that a scan sends the parcel on to.

    `here` is the scan's city. None where it names no next stop, or one whose city cannot be told,
    or says that the parcel is still to be sent (即将发往).
    """
    found = _ON.search(words)
    if found is None or found["ready"] or not here:
        return None
    there = cities.city(found["place"])
    ends = [geo.place_of(city) for city in (here, there)]
    codes = [place.adcode for place in ends if place is not None and place.adcode]
    return distance_km(codes[0], codes[1]) if len(codes) == len(ends) else None
