"""Where a parcel was sent on to, from the words of its last scan (发往【广州转运中心】)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from yichuan.regions.distance import distance_km
from yichuan.tracking import cities, geo
from yichuan.tracking.places import CITY_HUBS, kind_of_name

_ON: Final = re.compile(
    r"(?P<ready>即将|准备|将|待)?\s*(?:正|已|在)*"
    r"(?:发往|送往|去往|运往|开往|前往|下一站|下一部门|转运目的地)"
    r"\s*(?:下一站)?\s*[:：]?\s*[【\[(（]?\s*(?P<place>[一-鿿0-9A-Za-z]{2,24})"
)
_FROM: Final = re.compile(
    r"[^一-鿿0-9A-Za-z]+|已发出|离开|进行|装车|完成|分拣|发出|到达|正在|快件|货物|邮件|您的|[正已在从由于]"
)
"""What stands between the names before 发往."""
_UNDER_WAY: Final = re.compile(r"(?:途中|的路上)$")
_HUB: Final = "转运中心"
_HUBS_TOO: Final = ("中转", "分拨", "网点包")
"""A bag of many branches' parcels (网点包) is opened in a hub."""


class Leg(NamedTuple):
    """From one stop to the next."""

    km: float | None
    """As the crow flies; None where a city cannot be told."""
    from_hub: bool
    to_hub: bool
    ready: bool
    """It is still to be sent (即将发往)."""


@lru_cache(maxsize=16384)
def leg_of(words: str, here: str | None) -> Leg | None:
    """The leg that a scan begins; None where it names no next stop. `here` is the scan's city."""
    found = _ON.search(words)
    if found is None:
        return None
    there = _UNDER_WAY.sub("", found["place"])
    before = [name for name in _FROM.split(words[: found.start()]) if len(name) > 1]
    return Leg(
        km=_between(here, cities.city(there)),
        from_hub=_is_hub(before[-1:]) or _HUB in map(kind_of_name, before[-3:]),
        to_hub=_is_hub([there]),
        ready=found["ready"] is not None,
    )


def _is_hub(names: list[str]) -> bool:
    return any(
        name in CITY_HUBS or name.endswith(_HUBS_TOO) or kind_of_name(name) == _HUB
        for name in names
    )


def _between(here: str | None, there: str | None) -> float | None:
    ends = [geo.place_of(city) for city in (here, there)]
    codes = [place.adcode for place in ends if place is not None and place.adcode]
    return distance_km(codes[0], codes[1]) if len(codes) == len(ends) else None
