"""The counts of a window for every courier, its services and its provinces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from yichuan.admission.standard import COUNTS, Standard, Unit
from yichuan.core.clock import CHINA
from yichuan.core.database import SystemSession
from yichuan.exceptions import queries as problems
from yichuan.exceptions.kinds import kinds
from yichuan.exceptions.rules import MAJEURE
from yichuan.rollups import queries as rollups
from yichuan.rollups import services
from yichuan.rollups.counting import NOBODY
from yichuan.rollups.queries import Filters
from yichuan.shipments import facts
from yichuan.tickets import queries as tickets

Counts = Mapping[str, int]
NOTHING: Final[Counts] = dict.fromkeys(COUNTS, 0)
_COUNTED: Final = tuple(name for name in COUNTS if name != "complaints")


async def gather(
    session: SystemSession, standard: Standard, begin: date, end: date
) -> dict[Unit, Counts]:
    """What every unit carried from `begin` to `end` (both inclusive, Asia/Shanghai).

    A complaint is a case about the courier's own failing that did not clear by itself, on the day
    it was opened; a parcel counts once.
    """
    found: dict[Unit, Counter[str]] = {}
    rows, _ = await rollups.sums(session, Filters(begin, end), ["courier", "province"])
    for row in rows:
        courier, province = row.key["courier"], row.key["province"]
        if courier != NOBODY:
            _add(found, _wider(standard, courier, "", province), row.sums)
    if standard.by_service:
        for (courier, service), sums in (await services.sums(session, begin, end)).items():
            _add(found, [Unit(courier, service)], sums)
    await _add_complaints(session, standard, found, begin, end)
    return {unit: {name: sums[name] for name in COUNTS} for unit, sums in found.items()}


def _wider(standard: Standard, courier: str, service: str, province: str) -> Iterator[Unit]:
    """The units that a parcel counts for."""
    yield Unit(courier)
    if standard.by_service and service:
        yield Unit(courier, service)
    if standard.by_province and province not in ("", NOBODY):
        yield Unit(courier, province=province)


def _add(found: dict[Unit, Counter[str]], units: Iterable[Unit], sums: Mapping[str, int]) -> None:
    for unit in units:
        counted = found.setdefault(unit, Counter())
        for name in _COUNTED:
            counted[name] += sums[name]


async def _add_complaints(
    session: SystemSession,
    standard: Standard,
    found: dict[Unit, Counter[str]],
    begin: date,
    end: date,
) -> None:
    theirs = [one.kind for one in kinds().values() if one.party == "courier" and one.ticket]
    keys = await tickets.taken_up(
        session, theirs, _midnight(begin), _midnight(end + timedelta(days=1))
    )
    had = await problems.histories(session, keys)
    excused = {shipment_id for shipment_id, one in had.items() if MAJEURE in one.kinds}
    for carried in await facts.carried(session, [key for key in keys if key[1] not in excused]):
        for unit in _wider(standard, carried.courier, carried.service, carried.province):
            found.setdefault(unit, Counter())["complaints"] += 1


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
