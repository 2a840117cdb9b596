"""The city of a scan, resolved with the tables of administrative divisions."""

from __future__ import annotations

from yichuan.regions.lookup import resolve
from yichuan.tracking.places import city_of


def city(text: str, location: str | None = None) -> str | None:
    """Today's official name of the prefecture-level city a scan happened in, if it can be told.

    Facilities are known by their names (福建泉州转运中心 → 泉州市), county-level cities by the city
    above them (义乌市 → 金华市).
    """
    named = city_of(text, location, regional_city)
    return None if named is None else regional_city(named) or named


def regional_city(place: str) -> str | None:
    """The prefecture-level city of a place's name, None when it names none."""
    found = resolve(place)
    return (found.region.city or None) if found else None
