"""The verbs on what is decided: the standard, where couriers stand, and what operators lay down.

A decision is written in the transaction that makes it, with its figures and the standard's version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from yichuan.admission import queries, rules
from yichuan.admission.models import AdmissionDecision, AdmissionStandard, CourierAdmission
from yichuan.admission.rules import Standing
from yichuan.admission.standard import Standard, Unit
from yichuan.core.clock import CHINA, now
from yichuan.core.database import SystemSession, WriteSession
from yichuan.core.errors import Conflict, Invalid, NotFound
from yichuan.couriers import queries as couriers
from yichuan.identity.callers import Caller

OVERRIDE_DAYS: Final = 366
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtext('yichuan.admission'))")


def today() -> date:
    """The day in China."""
    return now().astimezone(CHINA).date()


async def alone(session: SystemSession) -> None:
    """Judge alone: nobody else counts a window until the transaction ends."""
    await session.execute(_ONE_AT_A_TIME)


NO_OVERRIDE: Final[dict[str, Any]] = {
    "override": None,
    "override_until": None,
    "override_reason": None,
    "override_by": None,
}


def standing(row: CourierAdmission | None, day: date) -> Standing:
    """A row as the rules see it; who is new is admitted."""
    if row is None:
        return Standing("admitted", day)
    return Standing(
        row.state,  # type: ignore[arg-type]
        row.since,
        row.proposal,  # type: ignore[arg-type]
        row.bad,
        row.clean,
        row.counted_day,
        row.fresh_from,
    )


async def store(session: WriteSession, unit: Unit, values: Mapping[str, Any]) -> None:
    """Put a unit's row, new or known."""
    add = upsert(CourierAdmission).values(**asdict(unit), **values)
    await session.execute(
        add.on_conflict_do_update(
            index_elements=["courier", "service", "province"],
            set_={name: add.excluded[name] for name in values},
        )
    )


async def change(session: WriteSession, unit: Unit, values: Mapping[str, Any]) -> None:
    """Change a known row."""
    await session.execute(update(CourierAdmission).where(queries.is_unit(unit)).values(**values))


async def forget(session: WriteSession, unit: Unit) -> None:
    """Drop the row of a unit of which nothing is to be said any more."""
    await session.execute(delete(CourierAdmission).where(queries.is_unit(unit)))


async def record(
    session: WriteSession,
    caller: Caller,
    unit: Unit,
    kind: str,
    row: Mapping[str, Any],
    day: date,
    reason: str,
    until: date | None = None,
) -> None:
    """Write a decision down. `row`: state, figures and standard_version it rests on."""
    await session.execute(
        insert(AdmissionDecision).values(
            **asdict(unit),
            kind=kind,
            state=row["state"],
            day=day,
            actor=caller.id,
            actor_name=caller.name,
            reason=reason,
            until=until,
            figures=row["figures"],
            standard_version=row["standard_version"],
        )
    )


async def set_standard(
    session: WriteSession, caller: Caller, standard: Standard, note: str
) -> AdmissionStandard:
    """A new version of the standard; it counts from the next window on.

    Raises:
        Invalid: a special limit names a courier that nobody knows.
    """
    named = {one.courier for one in standard.specials}
    if unknown := named - await couriers.known(session, named):
        raise Invalid(f"no courier with code {min(unknown)}", field="specials")
    made: AdmissionStandard | None = await session.scalar(
        insert(AdmissionStandard)
        .values(rules=standard.model_dump(mode="json"), note=note, actor_name=caller.name)
        .returning(AdmissionStandard)
    )
    assert made is not None
    return made


async def decide(
    session: WriteSession, caller: Caller, unit: Unit, *, agree: bool, reason: str
) -> str:
    """Confirm what is proposed, or decline it. What came of it: suspended, readmitted, or nothing.

    Raises:
        NotFound: nobody knows the unit.
        Conflict: nothing is proposed.
    """
    row = await queries.locked(session, unit)
    proposed = row.proposal
    before, day = standing(row, today()), today()
    after = rules.confirm(before, day) if agree else rules.decline(before, day)
    values = asdict(after)
    if after.state == "admitted":
        values |= {"reason_zh": "", "reason_en": ""}
    await change(session, unit, values)
    said = {"state": after.state, "figures": row.figures, "standard_version": row.standard_version}
    kind = "confirmed" if agree else "declined"
    why = reason or (row.reason_zh if proposed == "suspend" else "")
    await record(session, caller, unit, f"{proposed}_{kind}", said, day, why)
    return "" if not agree else "suspended" if proposed == "suspend" else "readmitted"


async def override(
    session: WriteSession, caller: Caller, unit: Unit, state: str, until: date, reason: str
) -> None:
    """Lay down a state against the standard, until a day (inclusive).

    Raises:
        NotFound: no such courier.
        Invalid: the day is past, or more than a year away.
    """
    day = today()
    if not day <= until <= day + timedelta(days=OVERRIDE_DAYS):
        raise Invalid("from today, for a year at the most (日期须在一年之内)", field="until")
    row = await queries.find(session, unit, lock=True)
    if row is None and not await couriers.known(session, {unit.courier}):
        raise NotFound(f"no courier with code {unit.courier}")
    laid = {
        "override": state,
        "override_until": until,
        "override_reason": reason,
        "override_by": caller.name,
    }
    if row is None:
        await store(session, unit, {"state": "admitted", "since": day, **laid})
    else:
        await change(session, unit, laid)
    said = {
        "state": state,
        "figures": row.figures if row else [],
        "standard_version": row.standard_version if row else 0,
    }
    await record(session, caller, unit, "override_set", said, day, reason, until)


async def lift(session: WriteSession, caller: Caller, unit: Unit, reason: str) -> None:
    """Take an override back: the standard's state holds again.

    Raises:
        NotFound: nobody knows the unit.
        Conflict: nothing was laid down.
    """
    row = await queries.locked(session, unit)
    if row.override is None:
        raise Conflict("nothing was laid down (没有人工设定)")
    said = {"state": row.state, "figures": row.figures, "standard_version": row.standard_version}
    await change(session, unit, NO_OVERRIDE)
    await record(session, caller, unit, "override_lifted", said, today(), reason)
