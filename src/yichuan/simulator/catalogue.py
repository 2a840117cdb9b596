"""The simulated couriers and the words they use, read from the packaged tables."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from types import MappingProxyType

import msgspec

from yichuan.simulator.geo import City, find_city


class UnknownCourierError(KeyError):
    """The network has no courier of this code."""


@dataclass(frozen=True, slots=True)
class Service:
    """A courier's product; `speed` multiplies every duration."""

    exp: str
    trans: str
    name: str
    speed: float


@dataclass(frozen=True, slots=True)
class Courier:
    """A courier of the network; fields as explained at the top of `data/couriers.toml`."""

    code: str
    name: str
    hotline: str
    numbers: tuple[str, ...]
    prepaid: bool
    person: str
    asks_phone: bool
    hubs: tuple[str, ...]
    hub_name: str
    point_name: str
    road_kmh: float
    air_from_km: float
    sort_hours: tuple[float, float]
    weekday: tuple[float, ...]
    pickup_minutes: tuple[float, float]
    departures: tuple[float, ...]
    waves: tuple[float, ...]
    rest_day: float
    services: tuple[Service, ...]

    def service(self, exp: str = "", trans: str = "") -> Service:
        """The product asked for by ExpType and TransType; the first one when none fits."""
        for one in self.services:
            if (trans and one.trans == trans) or (not one.trans and one.exp == exp):
                return one
        return self.services[0]


@cache
def couriers() -> Mapping[str, Courier]:
    """All couriers by KDNiao code."""
    text = files("yichuan.simulator").joinpath("data/couriers.toml").read_text("utf-8")
    rows = msgspec.convert(tomllib.loads(text)["courier"], tuple[Courier, ...])
    return MappingProxyType({row.code: row for row in rows})


def courier(code: str) -> Courier:
    """One courier.

    Raises:
        UnknownCourierError: no such code.
    """
    try:
        return couriers()[code]
    except KeyError:
        raise UnknownCourierError(code) from None


@cache
def hub_cities(code: str) -> tuple[City, ...]:
    """The cities in which a courier has a hub."""
    return tuple(find_city(name) for name in courier(code).hubs)


@cache
def _phrases() -> Mapping[tuple[str, str], tuple[str, ...]]:
    text = files("yichuan.simulator").joinpath("data/phrases.csv").read_text("utf-8")
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        key = (row["courier"], row["kind"])
        found[key] = (*found.get(key, ()), row["text"])
    return MappingProxyType(found)


def speaks(code: str, kind: str) -> bool:
    """Whether a courier reports this kind of event with words of its own."""
    return (code, kind) in _phrases()


def phrase(code: str, kind: str, rng: Random, words: Mapping[str, str]) -> str:
    """The courier's sentence for an event, from its own wording or else the common one."""
    table = _phrases()
    options = table.get((code, kind)) or table["*", kind]
    template = options[0] if len(options) == 1 else rng.choice(options)
    return template.format_map(words)
