"""Reading admission: the standard in force, where couriers stand, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select, tuple_

from yichuan.admission.models import AdmissionDecision, AdmissionStandard, CourierAdmission
from yichuan.admission.rules import State
from yichuan.admission.standard import Standard, Unit
from yichuan.core.cached import Remembered
from yichuan.core.clock import CHINA, now
from yichuan.core.database import Database, ReadSession
from yichuan.core.errors import NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor

__all__ = ["AdmissionDecision", "AdmissionStandard", "CourierAdmission"]

SECONDS: Final = 3.0
"""How old suspensions may be where numbers are taken."""


def unit(row: CourierAdmission) -> Unit:
    """What a row is about."""
    return Unit(row.courier, row.service, row.province)


def is_unit(wanted: Unit) -> ColumnElement[bool]:
    """Condition: the row is about this unit."""
    return and_(
        CourierAdmission.courier == wanted.courier,
        CourierAdmission.service == wanted.service,
        CourierAdmission.province == wanted.province,
    )


async def standard(session: ReadSession) -> tuple[int, Standard]:
    """The version in force and its rules; version 0 is what an installation begins with."""
    row = await latest(session)
    return (0, Standard()) if row is None else (row.version, Standard.model_validate(row.rules))


async def latest(session: ReadSession) -> AdmissionStandard | None:
    """The newest version; None while nobody changed the first one."""
    return await session.scalar(
        select(AdmissionStandard).order_by(AdmissionStandard.version.desc()).limit(1)
    )


async def versions(session: ReadSession, limit: int = 50) -> Sequence[AdmissionStandard]:
    """The last versions, the newest first."""
    newest = AdmissionStandard.version.desc()
    return list(await session.scalars(select(AdmissionStandard).order_by(newest).limit(limit)))


async def last_day(session: ReadSession) -> date | None:
    """The last day whose windows were judged."""
    return await session.scalar(select(func.max(CourierAdmission.counted_day)))


async def all_rows(session: ReadSession) -> Sequence[CourierAdmission]:
    """Where every unit stands."""
    rows = select(CourierAdmission).order_by(
        CourierAdmission.courier, CourierAdmission.service, CourierAdmission.province
    )
    return list(await session.scalars(rows.execution_options(populate_existing=True)))


async def find(
    session: ReadSession, wanted: Unit, *, lock: bool = False
) -> CourierAdmission | None:
    """Where a unit stands; `lock`: until the transaction ends."""
    query = select(CourierAdmission).where(is_unit(wanted))
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update() if lock else query)


async def locked(session: ReadSession, wanted: Unit) -> CourierAdmission:
    """The same, locked.

    Raises:
        NotFound: it was never judged.
    """
    row = await find(session, wanted, lock=True)
    if row is None:
        raise NotFound("nothing is known of this courier here")
    return row


def overridden(row: CourierAdmission, day: date) -> bool:
    """Whether an operator's word holds on a day."""
    return row.override is not None and day <= (row.override_until or day)


def state_on(row: CourierAdmission, day: date) -> State:
    """What counts on a day: what an operator laid down, else the standard's state."""
    found = row.override if overridden(row, day) else row.state
    return found  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Suspensions:
    """What no parcel is given to now, and why (Chinese, English)."""

    reasons: Mapping[Unit, tuple[str, str]]

    def why(
        self, courier: str, service: str | None = None, province: str | None = None
    ) -> tuple[str, str] | None:
        """Why a parcel may not go this way; None: it may."""
        if not self.reasons:
            return None
        ways = (Unit(courier), Unit(courier, service or ""), Unit(courier, "", province or ""))
        return next((self.reasons[way] for way in ways if way in self.reasons), None)


NONE: Final = Suspensions({})


def suspensions_of(rows: Sequence[CourierAdmission], day: date) -> Suspensions:
    """The suspensions among the rows. An operator's word for a courier holds for all of it."""
    let_through = {
        row.courier
        for row in rows
        if unit(row) == Unit(row.courier) and overridden(row, day) and row.override == "admitted"
    }
    return Suspensions(
        {
            unit(row): reason(row, day)
            for row in rows
            if state_on(row, day) == "suspended"
            and (row.courier not in let_through or overridden(row, day))
        }
    )


def reason(row: CourierAdmission, day: date) -> tuple[str, str]:
    """Why it stands where it stands, for people."""
    if overridden(row, day):
        return row.override_reason or "", row.override_reason or ""
    return row.reason_zh, row.reason_en


_suspensions: Remembered[None, Suspensions] = Remembered(SECONDS)


async def suspensions(database: Database) -> Suspensions:
    """What is suspended now, a moment old."""

    async def load() -> Suspensions:
        async with database.system() as session:
            rows = await session.scalars(
                select(CourierAdmission).where(
                    (CourierAdmission.state == "suspended") | CourierAdmission.override.is_not(None)
                )
            )
            return suspensions_of(list(rows), now().astimezone(CHINA).date())

    return await _suspensions.get(database, None, load)


def forget() -> None:
    """Read suspensions afresh next time (after a change made here)."""
    _suspensions.forget()


async def decisions(
    session: ReadSession, wanted: Unit | None, *, limit: int, cursor: str | None
) -> tuple[list[AdmissionDecision], str | None]:
    """What was decided, of a unit or of all, newest first; the platform's eyes only.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = select(AdmissionDecision)
    if wanted is not None:
        query = query.where(
            AdmissionDecision.courier == wanted.courier,
            AdmissionDecision.service == wanted.service,
            AdmissionDecision.province == wanted.province,
        )
    at = tuple_(AdmissionDecision.at, AdmissionDecision.id)
    if cursor is not None:
        when, which = read_time_cursor(cursor)
        query = query.where(at < tuple_(when, which))
    newest = (AdmissionDecision.at.desc(), AdmissionDecision.id.desc())
    rows = list(await session.scalars(query.order_by(*newest).limit(limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], None if last is None else time_cursor(last.at, last.id)
