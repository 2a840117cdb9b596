"""In which zone a scan abroad was made: karrio drops it, the place of the scan mostly tells.

Countries and their zones are those of the time zone database (`zone.tab`, `iso3166.tab`, in which a
country's most populous zone comes first); states of the United States and provinces of Canada are
in `states.csv`, with the zone that most of their people live in.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

HOME: Final = {
    "dhl_universal": "Europe/Berlin",
    "fedex": "America/Chicago",
    "ups": "America/New_York",
    "usps": "America/New_York",
}
"""Where most of a carrier's network is: for scans whose place says nothing."""
DOMESTIC: Final = {"usps": "US"}
"""Carriers that name a country only when it is not their own."""
BY_STATE: Final = frozenset({"US", "CA"})
_PARTS: Final = re.compile(r",| - |;|/")
_CODE: Final = re.compile(r"[A-Z]{2}")


def zone_of(place: str | None, carrier: str) -> ZoneInfo:
    """The zone of a scan at a place such as `Memphis, TN, 38118, US` or `Leipzig - Germany`."""
    parts = [part.strip().upper() for part in _PARTS.split(place or "") if part.strip()]
    country = _country(parts, carrier)
    if country in BY_STATE:
        for part in parts:
            found = _states().get((country, part))
            if found is not None:
                return ZoneInfo(found)
    return ZoneInfo(_zones().get(country or "", HOME[carrier]))


def _country(parts: list[str], carrier: str) -> str | None:
    """The country that the last part names; where carriers leave their own out, that one."""
    own = DOMESTIC.get(carrier)
    last = parts[-1] if parts else ""
    named = _names().get(last)
    if named is not None:
        return named
    if own is None and _CODE.fullmatch(last) and len(parts) > 1 and last in _zones():
        return last
    return own


@cache
def _states() -> Mapping[tuple[str, str], str]:
    table = resources.files(__package__).joinpath("states.csv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines())
    return {(row["country"], row["state"]): row["zone"] for row in rows}


def _lines(name: str) -> list[list[str]]:
    text = resources.files("tzdata.zoneinfo").joinpath(name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _zones() -> Mapping[str, str]:
    """Country code → its zone, the most populous one first."""
    found: dict[str, str] = {}
    for code, _, zone, *_ in _lines("zone.tab"):
        found.setdefault(code, zone)
    return found


OTHER_NAMES: Final = {
    "UNITED KINGDOM": "GB",
    "UNITED STATES OF AMERICA": "US",
    "USA": "US",
    "HONG KONG SAR": "HK",
    "KOREA, REPUBLIC OF": "KR",
    "SOUTH KOREA": "KR",
    "CZECH REPUBLIC": "CZ",
    "TURKEY": "TR",
    "CHINA MAINLAND": "CN",
    "RUSSIAN FEDERATION": "RU",
}
"""Names that carriers write and the database does not."""


@cache
def _names() -> Mapping[str, str]:
    """A country's English name in capitals → its code."""
    return {name.upper(): code for code, name in _lines("iso3166.tab")} | OTHER_NAMES
