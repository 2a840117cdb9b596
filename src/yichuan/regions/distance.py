"""Great-circle distances between divisions."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from yichuan.regions.divisions import Division, PointSource, by_adcode

EARTH_KM = 6371.0088
"""Mean radius of the Earth in km (IUGG)."""


def great_circle_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Haversine distance in km between two points in degrees."""
    a, b = radians(lat1), radians(lat2)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def _located(division: Division) -> str:
    """Adcode of the division whose point this one's really is."""
    while division.source is PointSource.PARENT:
        above = by_adcode(division.parent)
        if above is None:
            break
        division = above
    return division.adcode


def distance_km(origin: str, destination: str) -> float | None:
    """Great-circle km between the centres of two adcodes; 0.0 for the same code.

    None when a code is unknown, or when the figure would say nothing because one of the two only
    has the point of a division that holds both (two places in one city, one of them a development
    zone without a point of its own; a city and a zone inside it). Roads are some 1.2-1.4 times
    longer.
    """
    one, two = by_adcode(origin), by_adcode(destination)
    if one is None or two is None:
        return None
    if one is two:
        return 0.0
    for here, there in ((one, two), (two, one)):
        if here.source is PointSource.PARENT and _holds(_located(here), there):
            return None
    return great_circle_km(one.lat, one.lon, two.lat, two.lon)


def _holds(adcode: str, division: Division | None) -> bool:
    """Whether the division lies in (or is) the one with this code."""
    while division is not None:
        if division.adcode == adcode:
            return True
        division = by_adcode(division.parent)
    return False
