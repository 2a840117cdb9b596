"""Opening and closing problems, and the review that decides about both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select, text, tuple_, update

from yichuan.core import arrays
from yichuan.core.clock import now
from yichuan.core.database import SystemSession, WriteSession
from yichuan.core.errors import Conflict, NotFound
from yichuan.core.ids import new_id
from yichuan.core.writing import insert_returning
from yichuan.exceptions.kinds import Party, ProblemKind, kinds
from yichuan.exceptions.models import Problem
from yichuan.exceptions.rules import MAJEURE, Decision, Facts, Past, Report, blameless, decide
from yichuan.exceptions.thresholds import setting
from yichuan.identity.callers import Caller
from yichuan.identity.scope import in_scope, scoped
from yichuan.notify import service as notify
from yichuan.notify.service import NewAlert
from yichuan.shipments import facts as shipment_facts
from yichuan.shipments import service as shipments
from yichuan.shipments.facts import Reviewed
from yichuan.tickets import service as tickets
from yichuan.tickets.service import NewTicket

SLACK = timedelta(hours=4)
"""A deadline that only moves ahead by less is left as it is: looking early costs one read, moving
it at every scan would cost an index write per event."""
ALERT_SEVERITY = 2
EXCUSED: Final = frozenset({"pick_up_by", "scan_by", "deliver_by"})
"""Clocks that force majeure 不可抗力 excuses."""


class Box(Protocol):
    """What this room reads of a shipment."""

    @property
    def merchant_id(self) -> UUID: ...
    @property
    def id(self) -> UUID: ...
    @property
    def shipment_no(self) -> str: ...
    @property
    def courier(self) -> str | None: ...
    @property
    def ship_method(self) -> str | None: ...
    @property
    def milestone(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def problem(self) -> str | None: ...
    @property
    def hold(self) -> bool: ...
    @property
    def origin_city(self) -> str | None: ...
    @property
    def dest_province(self) -> str | None: ...
    @property
    def dest_city(self) -> str | None: ...
    @property
    def paid_at(self) -> datetime | None: ...
    @property
    def ship_by(self) -> datetime | None: ...
    @property
    def promised_at(self) -> datetime | None: ...
    @property
    def shipped_at(self) -> datetime | None: ...
    @property
    def last_event_at(self) -> datetime | None: ...
    @property
    def next_deadline(self) -> str | None: ...
    @property
    def next_deadline_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class NewProblem:
    """A problem to open. With `over` it has ended already and is only recorded."""

    box: Box
    kind: ProblemKind
    since: datetime
    over: str | None = None
    evidence: Mapping[str, Any] | None = None
    blameless: bool = False
    """Nobody answers for it, whose fault it would be otherwise."""

    @property
    def party(self) -> Party:
        """Who answers for it."""
        return "nobody" if self.blameless else self.kind.responsible(self.box.ship_method)


def facts_of(box: Box) -> Facts:
    """What the rules know about a shipment."""
    return Facts(
        milestone=box.milestone,
        detail=box.detail,
        ship_method=box.ship_method,
        hold=box.hold,
        origin_city=box.origin_city,
        dest_province=box.dest_province,
        dest_city=box.dest_city,
        paid_at=box.paid_at,
        ship_by=box.ship_by,
        promised_at=box.promised_at,
        shipped_at=box.shipped_at,
        last_event_at=box.last_event_at,
    )


async def open_problem(
    session: WriteSession,
    box: Box,
    kind: str,
    since: datetime,
    evidence: Mapping[str, Any] | None = None,
) -> UUID | None:
    """Open one problem with its ticket and alerts. None: it is open already.

    Raises:
        KeyError: not a kind of problem.
    """
    made = await open_problems(session, [NewProblem(box, kinds()[kind], since, None, evidence)])
    if not made:
        return None
    await _show(session, box.merchant_id, box.id)
    return made[0]


async def open_problems(session: WriteSession, wanted: Sequence[NewProblem]) -> list[UUID]:
    """Open problems, with a ticket for whoever must act and alerts; returns ids of the new ones.

    What is open already is left alone. Which problem the shipments' rows show is not touched.
    """
    opened = await _open(session, wanted)
    await shipment_facts.record_troubles(
        session, [(one.box.merchant_id, one.box.id, one.kind.kind, one.since) for _, one in opened]
    )
    return [problem_id for problem_id, _ in opened]


async def _open(
    session: WriteSession, wanted: Sequence[NewProblem]
) -> list[tuple[UUID, NewProblem]]:
    """Open what is not open, tell whom it concerns, and leave the shipments' rows to the caller."""
    if not wanted:
        return []
    at = now()
    rows = [_row(item, at) for item in wanted]
    tail = "ON CONFLICT DO NOTHING RETURNING id"
    made = {row[0] for row in await insert_returning(session, Problem, rows, tail)}
    fresh = [(row, item) for row, item in zip(rows, wanted, strict=True) if row["id"] in made]
    live = [(row, item) for row, item in fresh if item.over is None]
    cases = [_ticket(row, item) for row, item in live if item.kind.ticket]
    await tickets.open_tickets(session, cases)
    urgent = [(row, item) for row, item in live if item.kind.severity >= ALERT_SEVERITY]
    await notify.alert(session, [_alert(row, item) for row, item in urgent])
    return [(row["id"], item) for row, item in fresh]


def _row(item: NewProblem, at: datetime) -> dict[str, Any]:
    box, kind = item.box, item.kind
    has_ticket = kind.ticket and item.over is None
    return {
        "merchant_id": box.merchant_id,
        "id": new_id(),
        "shipment_id": box.id,
        "kind": kind.kind,
        "party": item.party,
        "severity": kind.severity,
        "courier": box.courier,
        "dest_province": box.dest_province,
        "dest_city": box.dest_city,
        "opened_at": at,
        "since": item.since,
        "act_by": at + timedelta(hours=kind.act_hours),
        "closed_at": at if item.over else None,
        "close_reason": item.over,
        "evidence": dict(item.evidence or {}),
        "ticket_id": new_id() if has_ticket else None,
    }


def _ticket(row: Mapping[str, Any], item: NewProblem) -> NewTicket:
    kind, box = item.kind, item.box
    return NewTicket(
        id=row["ticket_id"],
        merchant_id=box.merchant_id,
        shipment_id=box.id,
        shipment_no=box.shipment_no,
        problem_id=row["id"],
        kind=kind.kind,
        subject=f"{kind.name_zh} {box.shipment_no}",
        party="merchant" if "merchant" in (row["party"], kind.ticket) else "service",
        severity=kind.severity,
        body=f"{kind.name_zh} · {kind.name_en}",
    )


def _alert(row: Mapping[str, Any], item: NewProblem) -> NewAlert:
    kind, box = item.kind, item.box
    return NewAlert(
        merchant_id=box.merchant_id,
        shipment_id=box.id,
        kind=kind.kind,
        severity=kind.severity,
        title_zh=f"{kind.name_zh}：{box.shipment_no}",
        title_en=f"{kind.name_en}: {box.shipment_no}",
        link=f"/shipments/{box.id}",
    )


async def close_problem(
    session: WriteSession, caller: Caller, problem_id: UUID, reason: str
) -> None:
    """Close a problem by hand; its ticket is told, and closed when nobody has touched it.

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: closed already.
    """
    row = await session.scalar(scoped(session, Problem).where(Problem.id == problem_id))
    if row is None:
        raise NotFound("no such problem")
    if not await _close(session, {row.id: f"by_hand: {reason}"}):
        raise Conflict("the problem is closed already")
    detail = {"kind": row.kind, "reason": reason}
    await shipments.note(
        session, row.merchant_id, row.shipment_id, "problem_closed", caller.id, detail
    )
    await _show(session, row.merchant_id, row.shipment_id)
    await tickets.look_again(session, row.merchant_id, row.shipment_id, now())


async def _close(session: WriteSession, reasons: Mapping[UUID, str]) -> list[UUID]:
    """Close open problems by id; returns the ids of those that were open."""
    groups: dict[str, list[UUID]] = defaultdict(list)
    for problem_id, reason in reasons.items():
        groups[reason].append(problem_id)
    closed: list[UUID] = []
    cleared: list[tuple[UUID, UUID, str]] = []
    for reason, ids in sorted(groups.items()):
        rows = await session.execute(
            update(Problem)
            .where(in_scope(session, Problem), Problem.id.in_(ids), Problem.closed_at.is_(None))
            .values(closed_at=now(), close_reason=reason)
            .returning(Problem.id, Problem.merchant_id, Problem.ticket_id)
            .execution_options(synchronize_session=False)
        )
        for row in rows:
            closed.append(row.id)
            if row.ticket_id is not None:
                cleared.append((row.merchant_id, row.ticket_id, reason))
    await tickets.problems_cleared(session, cleared)
    return closed


async def settle(session: SystemSession, kind: str, boxes: Collection[tuple[UUID, UUID]]) -> None:
    """Close what is open of a kind at these shipments: what it asked was answered."""
    # unscoped: the review serves every merchant
    ids = await session.scalars(
        select(Problem.id).where(
            tuple_(Problem.merchant_id, Problem.shipment_id).in_(sorted(boxes)),
            Problem.kind == kind,
            Problem.closed_at.is_(None),
        )
    )
    reasons = dict.fromkeys(ids, "settled")
    if reasons:
        await _close(session, reasons)


async def _show(session: WriteSession, merchant_id: UUID, shipment_id: UUID) -> None:
    """Put the most urgent open problem on the shipment's row."""
    open_kinds = await session.scalars(
        select(Problem.kind).where(
            in_scope(session, Problem),
            Problem.merchant_id == merchant_id,
            Problem.shipment_id == shipment_id,
            Problem.closed_at.is_(None),
        )
    )
    shown = max(open_kinds, key=lambda kind: kinds()[kind].urgency, default=None)
    await shipments.set_problem(session, merchant_id, shipment_id, shown)


async def review(
    session: SystemSession,
    boxes: Sequence[Box],
    reports: Mapping[UUID, Sequence[Report]],
    at: datetime,
) -> None:
    """Decide about shipments and carry it out. The caller has locked their rows."""
    limits = await setting.get(session)
    rows = await _problems_of(session, boxes)
    waiting = [p.ticket_id for ps in rows.values() for p in ps if p.ticket_id and not p.closed_at]
    answered = await tickets.closed_of(session, waiting)
    reasons: dict[UUID, str] = {}
    opening: list[NewProblem] = []
    excused: list[UUID] = []
    decisions: list[tuple[Box, Decision]] = []
    for box in boxes:
        mine = rows[box.id]
        past = [Past(p.kind, p.since, p.closed_at is None, p.ticket_id in answered) for p in mine]
        decision = decide(facts_of(box), past, reports.get(box.id, ()), limits, at)
        decisions.append((box, decision))
        why = {c.kind: c.reason for c in decision.close}
        reasons |= {p.id: why[p.kind] for p in mine if p.closed_at is None and p.kind in why}
        free = blameless(decision, past)
        excused += _excused_by(decision, mine)
        opening += [
            NewProblem(
                box,
                o.kind,
                o.since,
                o.over,
                o.evidence,
                blameless=free and o.kind.deadline in EXCUSED,
            )
            for o in decision.open
        ]
    if reasons:
        await _close(session, reasons)
    if excused:
        # unscoped: the review serves every merchant
        free_of_blame = update(Problem).where(Problem.id.in_(excused)).values(party="nobody")
        await session.execute(free_of_blame.execution_options(synchronize_session=False))
    opened: dict[UUID, list[NewProblem]] = defaultdict(list)
    for _, one in await _open(session, opening):
        opened[one.box.id].append(one)
    found = [_reviewed(box, decision, opened.get(box.id, ()), at) for box, decision in decisions]
    await shipment_facts.record_review(session, [one for one in found if one is not None])


def _excused_by(decision: Decision, mine: Sequence[_Known]) -> list[UUID]:
    """Problems of being late that somebody was blamed for before it was told that force majeure had
    begun by then."""
    began = [one.since for one in decision.open if one.kind.kind == MAJEURE]
    return [
        one.id
        for one in mine
        if began and one.since >= min(began) and kinds()[one.kind].deadline in EXCUSED
    ]


def _reviewed(
    box: Box, decision: Decision, opened: Sequence[NewProblem], at: datetime
) -> Reviewed | None:
    """What is to be written on a shipment's row; None: nothing."""
    shows, moves = box.problem != decision.shown, _moves(box, decision, at)
    if not (shows or moves or opened):
        return None
    deadline, deadline_at = decision.deadline or (None, None)
    return Reviewed(
        merchant_id=box.merchant_id,
        id=box.id,
        shows=shows,
        problem=decision.shown,
        moves=moves,
        deadline=deadline,
        deadline_at=deadline_at,
        since=min([one.since for one in opened], default=None),
        kinds=" ".join([one.kind.kind for one in opened]) or None,
    )


def _moves(box: Box, decision: Decision, at: datetime) -> bool:
    """Whether the row's deadline must be written."""
    stored = box.next_deadline_at
    kind, wanted = decision.deadline or (None, None)
    if stored is None or wanted is None:
        return stored is not None or wanted is not None
    if box.next_deadline != kind or stored <= at:
        return True
    return not timedelta(0) <= wanted - stored <= SLACK


class _Known(Struct, frozen=True):
    """A problem a shipment has or had."""

    shipment_id: UUID
    id: UUID
    kind: str
    since: datetime
    closed_at: datetime | None
    ticket_id: UUID | None


# unscoped: the review serves every merchant
_PROBLEMS: Final = text(f"""
    SELECT {", ".join(f"p.{name}" for name in _Known.__struct_fields__)}
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
        AS k(merchant_id, shipment_id)
    JOIN problems p USING (merchant_id, shipment_id)
""")


async def _problems_of(session: SystemSession, boxes: Sequence[Box]) -> dict[UUID, list[_Known]]:
    found: dict[UUID, list[_Known]] = {box.id: [] for box in boxes}
    keys = {
        "merchants": arrays.uuids([box.merchant_id for box in boxes]),
        "shipments": arrays.uuids([box.id for box in boxes]),
    }
    for row in await session.execute(_PROBLEMS, keys):
        found[row[0]].append(_Known(*row))
    return found
