"""待核实: a number was asked for, the answer was lost and the courier cannot be asked again.

A person looks into the courier's own system and says what is there: the number, with which the
waybill goes on, or that none was made, after which one may be asked for anew. It takes two steps:
the first says what will happen and what speaks against it, the second repeats its confirmation.
Nothing here calls a courier, so nothing is bought.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import httpx
from sqlalchemy import or_, select, update

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.direct import Ask, Direct, within, write_within
from yichuan.core.errors import Conflict, YichuanError
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.couriers import learning, quotas
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import WaybillIssued
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.identity.scope import owner_of, scoped
from yichuan.shipments import service as shipments
from yichuan.shipments.boxes import boxes as shipments_of
from yichuan.tracking import service as tracking
from yichuan.tracking.values import normal_number
from yichuan.waybills import queries, taking
from yichuan.waybills.models import Waybill
from yichuan.waybills.parties import gather
from yichuan.waybills.queries import Live
from yichuan.waybills.values import Answer

NONE_MADE: Final = "none_made"
GIVEN_UP: Final = timedelta(days=1)
"""A claim that a courier could be asked about and that is open after so long may be settled too."""
Outcome = Literal["found", "none"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody found in the courier's system."""

    outcome: Outcome
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that speaks against a finding."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done, or will be once `confirmation` is repeated."""

    done: bool
    confirmation: str
    doubts: tuple[Doubt, ...]


def waits(row: Waybill, at: datetime) -> bool:
    """Whether a waybill waits for a person."""
    if row.state != "requested" or row.kind != "hub":
        return False
    return row.failure_code == taking.CANNOT_RECOVER or at - row.requested_at > GIVEN_UP


async def waiting(
    session: ReadSession, merchant_id: UUID | None, limit: int, cursor: str | None
) -> tuple[list[Waybill], str | None]:
    """Waybills that wait for a person, the latest first, and the next cursor."""
    old = Waybill.requested_at < now() - GIVEN_UP
    query = scoped(session, Waybill).where(
        Waybill.state == "requested",
        Waybill.kind == "hub",
        or_(Waybill.failure_code == taking.CANNOT_RECOVER, old),
    )
    owner = owner_of(session, merchant_id)
    if owner is not None:
        query = query.where(Waybill.merchant_id == owner)
    if cursor is not None:
        at, row_id = read_time_cursor(cursor)
        query = query.where(
            or_(
                Waybill.requested_at < at,
                (Waybill.requested_at == at) & (Waybill.id < row_id),
            )
        )
    ordered = query.order_by(Waybill.requested_at.desc(), Waybill.id.desc())
    rows = list(await session.scalars(ordered.limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, time_cursor(rows[-1].requested_at, rows[-1].id) if more else None


async def settle(
    context: Context,
    http: httpx.AsyncClient,
    caller: Caller,
    waybill_id: UUID,
    finding: Finding,
    confirmation: str | None,
) -> Settled:
    """Say what was found; done when the confirmation of the first step is repeated. Repeating what
    was done changes nothing.

    Raises:
        NotFound: no such waybill, or not the caller's.
        Conflict: it waits for nobody, was settled otherwise, the number is another parcel's, or the
            confirmation is of something else.
    """
    number = normal_number(finding.number or "") if finding.outcome == "found" else ""
    async with context.database.read(visible_merchants(caller)) as session:
        row = await queries.get(session, waybill_id)
        expected = _confirmation(row, finding.outcome, number)
        if _is_so(row, finding.outcome, number):
            return Settled(True, expected, ())
        if not waits(row, now()):
            raise Conflict(f"the waybill is {row.state} and waits for nobody (无需人工核实)")
        doubts = await _doubts(session, row, number) if finding.outcome == "found" else ()
    async with context.database.system() as system:
        if finding.outcome == "found":
            await _refuse_foreign(system, row, number)
    if confirmation is None:
        return Settled(False, expected, doubts)
    if confirmation != expected:
        raise Conflict("confirm what was shown last (内容已变，请重新确认)")
    if finding.outcome == "found":
        await _issue(context, http, caller, row, number)
    else:
        await _release(context, caller, row)
    return Settled(True, expected, doubts)


def _confirmation(row: Waybill, outcome: Outcome, number: str) -> str:
    """The same for the same claim and the same finding."""
    about = f"{row.id}\0{row.order_code}\0{row.requested_at.isoformat()}\0{outcome}\0{number}"
    return hashlib.blake2b(about.encode(), digest_size=9).hexdigest()


def _is_so(row: Waybill, outcome: Outcome, number: str) -> bool:
    if outcome == "found":
        return row.state == "issued" and row.number == number
    return row.state == "failed" and row.failure_code == NONE_MADE


async def _doubts(session: ReadSession, row: Waybill, number: str) -> tuple[Doubt, ...]:
    (found,) = await learning.recognise_all(session, [number], row.merchant_id)
    known = [one.courier for one in found.candidates]
    if row.courier in known:
        return ()
    zh = f"{number} 不像 {row.courier} 的单号" + (f"，更像 {known[0]}" if known else "")
    en = f"{number} does not look like a number of {row.courier}" + (
        f", rather of {known[0]}" if known else ""
    )
    return (Doubt(zh, en),)


async def _refuse_foreign(session: SystemSession, row: Waybill, number: str) -> None:
    """A number that a parcel has already is not this one's.

    Raises:
        Conflict: so it is.
    """
    key = (row.courier, number)
    # unscoped: whether a number is somebody else's cannot be asked within one's own merchants
    taken = await session.scalar(
        select(Waybill.id).where(
            Waybill.courier == row.courier, Waybill.number == number, Waybill.state == "issued"
        )
    )
    owners = (await tracking.owners_of(session, [key]))[key]
    if taken is not None or owners - {row.merchant_id}:
        raise Conflict(f"{number} is another parcel's number (单号已被其他包裹使用)")


async def _issue(
    context: Context, http: httpx.AsyncClient, caller: Caller, row: Waybill, number: str
) -> None:
    """The waybill has its number, as if the courier's answer had come.

    Raises:
        Conflict: somebody else settled it in the meantime.
    """
    async with context.database.system() as session:
        recording = await within(session)
        await _claim(recording, row)
        (boxes,) = await recording.ask(shipments_of(recording, [row.shipment_id]))
        box = boxes[row.shipment_id]
        parties = (await gather(recording, context.vault, [box]))[box.id]
        if isinstance(parties, YichuanError):
            raise parties
        claim = taking.reclaim(box, _live(row), parties)
        line = (await taking.lines_of(context, http, [claim]))[claim.account_id]
        issued = WaybillIssued(number, row.order_code, row.courier)
        answer = Answer(claim, line.connection_id, line.must_subscribe, 0, issued)
        await taking.record_issued(recording, context.vault, [answer], caller.id)
        recording.write(couriers.spent({claim.account_id: 1}))
        await recording.flush()
        await _audit(session, caller, row, "found", number)


async def _claim(recording: Direct, row: Waybill) -> None:
    """Lock the waybill; two people settle it once."""
    lock = Ask(
        "SELECT state FROM waybills WHERE merchant_id = %s AND id = %s FOR UPDATE",
        (row.merchant_id, row.id),
        lambda rows: str(rows[0][0]),
    )
    (state,) = await recording.ask(lock)
    if state != "requested":
        raise Conflict(f"the waybill is {state} now (状态已变)")


def _live(row: Waybill) -> Live:
    return Live(**{name: getattr(row, name) for name in Live.__slots__})


async def _release(context: Context, caller: Caller, row: Waybill) -> None:
    """No number was made: the box may ask for one again."""
    async with context.database.system() as session:
        await _claim(await within(session), row)
        await session.execute(
            update(Waybill)
            .where(Waybill.merchant_id == row.merchant_id, Waybill.id == row.id)
            .values(
                state="failed",
                failure_code=NONE_MADE,
                failure_text="人工核实：快递公司未出号 / checked by hand: none was made",
            )
        )
        if row.account_id is not None:
            back = (row.merchant_id, row.account_id, row.requested_at)
            await write_within(session, quotas.given_back([back]))
        detail = {"courier": row.courier, "order_code": row.order_code}
        await shipments.note(
            session, row.merchant_id, row.shipment_id, "waybill_released", caller.id, detail
        )
        await _audit(session, caller, row, "none", "")


async def _audit(
    session: SystemSession, caller: Caller, row: Waybill, outcome: Outcome, number: str
) -> None:
    await identity.audit(
        session,
        caller,
        "waybill.settled",
        str(row.id),
        row.merchant_id,
        outcome=outcome,
        number=number,
        order_code=row.order_code,
    )
