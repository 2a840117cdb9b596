"""The way of a parcel: origin point, origin hub, up to two trunk hubs, destination hub, point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from yichuan.simulator.catalogue import courier, hub_cities
from yichuan.simulator.geo import City, distance_km, find_city
from yichuan.simulator.people import landline

ROAD_FACTOR = 1.25
"""Road kilometres per great-circle kilometre (a usual planning figure for China's trunk roads)."""
NEIGHBOURHOODS = (
    "中山路", "人民路", "解放路", "建设路", "文化路", "和平路", "新华路", "滨江", "城东", "城西",
    "城南", "城北", "火车站", "大学城", "科技园", "工业园", "万达", "步行街", "体育馆", "汽车站",
    "一部", "二部", "三部", "五部", "八部", "新城", "老街", "东湖", "西苑", "桥头",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A city and, when known, the district in it."""

    city: City
    area: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A service point or a hub on the way."""

    name: str
    city: City
    desk: str
    is_hub: bool


@lru_cache(maxsize=65536)
def nearest_hub(code: str, adcode: str, lat: float, lon: float) -> City:
    """The courier's hub city for parcels of a city; a hub in the city itself wins."""
    here = City(adcode, "", "", lat, lon, ())
    return min(hub_cities(code), key=lambda hub: (hub.adcode != adcode, distance_km(hub, here)))


def hub_of(code: str, city: City) -> City:
    """See `nearest_hub`."""
    return nearest_hub(code, city.adcode, city.lat, city.lon)


@lru_cache(maxsize=65536)
def _detours(code: str, a: str, b: str) -> tuple[City, ...]:
    """Hubs a lorry from hub `a` to hub `b` may be sent over, the smallest detour first."""
    hubs = {hub.adcode: hub for hub in hub_cities(code)}
    start, end = hubs[a], hubs[b]
    direct = distance_km(start, end)
    ranked: list[tuple[float, str]] = []
    for adcode, hub in hubs.items():
        first, second = distance_km(start, hub), distance_km(hub, end)
        if adcode not in {a, b} and min(first, second) > 0.2 * direct:
            ranked.append(((first + second) / direct, adcode))
    return tuple(hubs[adcode] for ratio, adcode in sorted(ranked)[:3] if ratio < 1.2)


def trunk(code: str, origin: City, destination: City, rng: Random) -> list[City]:
    """Hub cities in order, at least one; lorries are relayed over one or two more on long lanes."""
    start, end = hub_of(code, origin), hub_of(code, destination)
    if start.adcode == end.adcode:
        return [start]
    flown = courier(code).air_from_km
    km = distance_km(start, end)
    if flown and km > flown:
        return [start, end]
    wanted = 0 if km < 500 else rng.choice((0, 1)) if km < 1300 else rng.choice((1, 1, 2))
    choice = list(_detours(code, start.adcode, end.adcode))
    rng.shuffle(choice)
    middle = sorted(choice[:wanted], key=lambda hub: distance_km(start, hub))
    return [start, *middle, end]


def hub_stop(code: str, city: City) -> Stop:
    """The courier's hub in a city: always of the same name and district."""
    rng = Random(f"hub/{code}/{city.adcode}")
    return Stop(
        _name(courier(code).hub_name, city, _area(city, rng), ""), city, landline(rng), True
    )


def point_stop(code: str, place: Place, rng: Random) -> Stop:
    """A service point in the place's district, or in any of the city when none is given."""
    city = place.city
    area = place.area or _area(city, rng)
    here = rng.choice(NEIGHBOURHOODS)
    return Stop(_name(courier(code).point_name, city, area, here), city, landline(rng), False)


def _area(city: City, rng: Random) -> str:
    return rng.choice(city.districts) if city.districts else ""


def _name(template: str, city: City, area: str, place: str) -> str:
    province = city.province_short
    short_area = area[:-1] if len(area) > 2 and area[-1] in "区县市" else area
    return template.format(
        province="" if province == city.short else province,
        city=city.short,
        citylong=city.name,
        area=short_area,
        place=place,
    )


@lru_cache(maxsize=4096)
def cached_hub_stop(code: str, city: City) -> Stop:
    """`hub_stop`, remembered."""
    return hub_stop(code, city)


def plan(code: str, origin: Place, destination: Place, rng: Random) -> list[Stop]:
    """All stops in order, first and last are service points."""
    hubs = [cached_hub_stop(code, c) for c in trunk(code, origin.city, destination.city, rng)]
    return [point_stop(code, origin, rng), *hubs, point_stop(code, destination, rng)]


def leg_hours(code: str, a: Stop, b: Stop) -> float:
    """Plain hours from stop to stop: feeder vans, trunk lorries with rests, or a flight.

    Feeder: 42 km/h and 20 min; lorry: the courier's own average and 1.5 h per 800 km; flight:
    650 km/h and 6 h for both airports.
    """
    return _leg_hours(code, a.city.adcode, b.city.adcode, a.is_hub and b.is_hub)


@lru_cache(maxsize=65536)
def _leg_hours(code: str, a: str, b: str, is_trunk: bool) -> float:
    km = distance_km(find_city(a), find_city(b))
    if not is_trunk:
        return max(km, 12.0) * ROAD_FACTOR / 42 + 0.33
    line = courier(code)
    if line.air_from_km and km > line.air_from_km:
        return km / 650 + 6
    road = km * ROAD_FACTOR
    return road / line.road_kmh + road / 800 * 1.5


def expected_hours(code: str, origin: City, destination: City) -> float:
    """A courier's own promise for a lane, hours from pickup: direct trunk, mean sorting, waves."""
    first, last = hub_of(code, origin), hub_of(code, destination)
    a, b = cached_hub_stop(code, first), cached_hub_stop(code, last)
    ends = (Stop("", origin, "", False), Stop("", destination, "", False))
    line = courier(code)
    hubs = 1 if first.adcode == last.adcode else 2
    drive = leg_hours(code, ends[0], a) + leg_hours(code, b, ends[1])
    drive += leg_hours(code, a, b) if hubs == 2 else 0
    return drive + hubs * sum(line.sort_hours) / 2 + 16
