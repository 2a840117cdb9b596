"""Destinations as files write them → today's official names, remembered per distinct place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from yichuan.orders.bulk import Person
from yichuan.regions import lookup
from yichuan.regions.parse import ParsedAddress, parse_address


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a box goes; None where a level is not known. Unknown names stay as they came."""

    province: str | None = None
    city: str | None = None
    district: str | None = None
    adcode: str | None = None


NOWHERE = Destination()


@lru_cache(maxsize=50_000)
def destination(
    province: str | None, city: str | None = None, district: str | None = None
) -> Destination:
    """The division that names in any usual form mean; what is ambiguous keeps its finer names."""
    given = (province, city, district)
    for levels in (3, 2, 1):
        part = [name or "" for name in given[:levels]]
        found = lookup.resolve(*part) if any(part) else None
        if found is not None:
            region = found.region
            known = (region.province, region.city, region.district)
            names = [known[i] or (given[i] or None) for i in range(3)]
            return Destination(names[0], names[1], names[2], region.adcode)
    return Destination(province or None, city or None, district or None)


@lru_cache(maxsize=5_000)
def _read(address: str) -> ParsedAddress:
    return parse_address(address).known()


def _from_text(found: ParsedAddress) -> Destination:
    return Destination(
        found.province or None, found.city or None, found.district or None, found.adcode or None
    )


def recipient(
    name: str | None,
    phone: str | None,
    province: str | None,
    city: str | None,
    district: str | None,
    address: str | None,
) -> Person:
    """A recipient; what the columns leave out (region, name, phone) is read from the address."""
    where = destination(province, city, district)
    if address and (where.province is None or not (name and phone)):
        found = _read(address)
        if where.province is None:
            where = _from_text(found)
        if found.phone and not phone:
            name, phone, address = name or found.name, found.phone, found.street + found.detail
    return Person(
        name=name or "",
        phone=phone or "",
        province=where.province,
        city=where.city,
        district=where.district,
        address=address or "",
        adcode=where.adcode,
    )
