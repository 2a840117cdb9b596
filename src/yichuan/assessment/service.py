"""Judging windows: every whole day once, each unit by the limits that count for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from yichuan.admission import queries, rules
from yichuan.admission import service as admission
from yichuan.admission.queries import CourierAdmission
from yichuan.admission.rules import Happening, Measured, Standing, Verdict
from yichuan.admission.service import NO_OVERRIDE, standing, today
from yichuan.admission.standard import Standard, Unit
from yichuan.assessment import notices
from yichuan.assessment.figures import NOTHING, Counts, gather
from yichuan.core.clock import now
from yichuan.core.database import Database, SystemSession
from yichuan.couriers import queries as couriers
from yichuan.identity.callers import SYSTEM_CALLER

CATCH_UP_DAYS: Final = 7
"""Windows missed while no worker ran that are judged afterwards."""


async def evaluate_due(database: Database) -> int:
    """Judge every whole day that was not judged yet; returns how many days."""
    last = today() - timedelta(days=1)
    async with database.system() as session:
        done = await queries.last_day(session)
        _, standard = await queries.standard(session)
    first = last - timedelta(days=standard.warn_windows + 1) if done is None else done
    first = max(first + timedelta(days=1), last - timedelta(days=CATCH_UP_DAYS - 1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for day in days:
        async with database.system() as session:
            await evaluate(session, day)
    queries.forget()
    return len(days)


async def evaluate_now(database: Database) -> int:
    """`evaluate_due`, and the last day's figures afresh (by a new standard, with late scans);
    returns how many units were judged."""
    await evaluate_due(database)
    async with database.system() as session:
        judged = await evaluate(session, today() - timedelta(days=1))
    queries.forget()
    return judged


async def evaluate(session: SystemSession, day: date) -> int:
    """Judge the window that ends on `day` for every unit; returns how many. Safe to repeat."""
    await admission.alone(session)
    version, standard = await queries.standard(session)
    known = {queries.unit(row): row for row in await queries.all_rows(session)}
    counts = await _counts(session, standard, known, day)
    names = await couriers.names(session)
    for unit in sorted(known.keys() | counts.keys()):
        row = known.get(unit)
        if row is not None and unit not in counts and _idle(row):
            await admission.forget(session, unit)
            continue
        judged = _judge(standard, version, unit, row, counts.get(unit, NOTHING), day)
        await admission.store(session, unit, judged.values)
        await _record_all(session, unit, judged, day)
        await notices.tell(session, unit, judged.happened, names, judged.reason)
    return len(counts)


def _idle(row: CourierAdmission) -> bool:
    return row.state == "admitted" and row.proposal is None and row.override is None


async def _counts(
    session: SystemSession,
    standard: Standard,
    known: Mapping[Unit, CourierAdmission],
    day: date,
) -> dict[Unit, Counts]:
    """The window's counts. Who served a suspension is counted from its end on."""
    begin = day - timedelta(days=standard.window_days - 1)
    found = await gather(session, standard, begin, day)
    fresh = {u: row.fresh_from for u, row in known.items() if (row.fresh_from or begin) > begin}
    for start in sorted({one for one in fresh.values() if one is not None}):
        later = await gather(session, standard, start, day) if start <= day else {}
        for unit in (u for u, one in fresh.items() if one == start):
            found[unit] = later.get(unit, NOTHING)
    return found


@dataclass(frozen=True, slots=True)
class _Judged:
    """What came of a unit's window."""

    values: dict[str, Any]
    happened: tuple[Happening, ...]
    reason: tuple[str, str]
    override_ended: bool


def _judge(
    standard: Standard,
    version: int,
    unit: Unit,
    row: CourierAdmission | None,
    counts: Counts,
    day: date,
) -> _Judged:
    found = [rules.measure(limit, counts) for limit in standard.limits_of(unit)]
    verdict = rules.judge(found)
    after, happened = rules.step(standing(row, day), verdict, standard, day)
    ended = row is not None and row.override is not None and not queries.overridden(row, today())
    reason = _reason(row, after, verdict, found)
    values = {
        **asdict(after),
        "reason_zh": reason[0],
        "reason_en": reason[1],
        "verdict": verdict,
        "figures": [asdict(one) for one in found],
        "standard_version": version,
        "evaluated_at": now(),
    }
    if ended:
        values |= NO_OVERRIDE
    return _Judged(values, happened, reason, ended)


def _reason(
    row: CourierAdmission | None, after: Standing, verdict: Verdict, found: Sequence[Measured]
) -> tuple[str, str]:
    """Why it stands where it stands: what was bad when it was last judged bad."""
    if after.state == "admitted":
        return "", ""
    newly = row is None or row.state != after.state
    if verdict == "bad" and (newly or after.state == "warned"):
        return rules.words(found)
    return ("", "") if row is None else (row.reason_zh, row.reason_en)


async def _record_all(session: SystemSession, unit: Unit, judged: _Judged, day: date) -> None:
    kinds: list[str] = list(judged.happened)
    if judged.override_ended:
        kinds.append("override_ended")
    for kind in kinds:
        reason = judged.reason[0] if kind in ("warned", "suspension_proposed", "suspended") else ""
        await admission.record(session, SYSTEM_CALLER, unit, kind, judged.values, day, reason)
