"""When a parcel becomes a problem and when it stops being one. Pure: facts in, decisions out.

A deadline kind (late_ship, stalled, …) is over exactly when its clock is gone or has moved behind
the moment it was opened for; a reported kind when a later scan says what `tracking.details` names
as its end. A breach is opened once: a problem of the same kind whose `since` is not before the
breach has already dealt with it, whoever closed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from yichuan.exceptions.kinds import (
    ProblemKind,
    ends_of_report,
    kind_of_detail,
    kinds,
    superseded_by,
)
from yichuan.exceptions.thresholds import Lane, Thresholds
from yichuan.tracking.details import details

SIGNING = "suspicious_signing"
"""A problem of the signature: it ends with it."""
NUMBER = "number_doubt"
"""A scan names the next number in doubt: over when a person says, or the parcel has arrived."""
MAJEURE: Final = "force_majeure"
"""不可抗力: an exception whose words say that nobody could help it."""
LATE_PICKUP: Final = "late_pickup"
LATE_DELIVERY: Final = "late_delivery"
LIKE: Final = {MAJEURE: "other"}
"""Kinds that are over as others are."""
OVER = frozenset({"delivered", "returned", "cancelled", "lost"})
TRACKED = frozenset({"hub_waybill", "own_number"})
"""Ship methods with a courier's scans to wait for."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules know about a shipment. Times are aware."""

    milestone: str
    detail: str = "none"
    ship_method: str | None = None
    hold: bool = False
    origin_city: str | None = None
    dest_province: str | None = None
    dest_city: str | None = None
    paid_at: datetime | None = None
    ship_by: datetime | None = None
    promised_at: datetime | None = None
    shipped_at: datetime | None = None
    last_event_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """A problem the shipment has or had."""

    kind: str
    since: datetime
    open: bool
    ticket_closed: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A scan that says something is wrong."""

    kind: str
    at: datetime
    evidence: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A problem to open; with `over` it ended before anyone could see it and is only recorded."""

    kind: ProblemKind
    since: datetime
    over: str | None = None
    evidence: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """An open problem to close."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one shipment now."""

    open: tuple[Opening, ...]
    close: tuple[Closing, ...]
    deadline: tuple[str, datetime] | None
    shown: str | None
    """Kind of the most urgent open problem afterwards."""


def lane_of(facts: Facts, limits: Thresholds) -> Lane:
    """Which patience a lane deserves."""
    known = details().get(facts.detail)
    if known is not None and known.category == "customs":
        return "customs"
    if facts.dest_province is not None and facts.dest_province.startswith(limits.remote_provinces):
        return "remote"
    if facts.origin_city is not None and facts.origin_city == facts.dest_city:
        return "same_city"
    return "normal"


def clocks(facts: Facts, limits: Thresholds) -> dict[str, datetime]:
    """Every clock that is running, by the kind of problem its end is."""
    if facts.milestone in OVER:
        return {}
    if facts.milestone == "created" and facts.shipped_at is None:
        return dict(_before_shipping(facts, limits))
    running = dict(_waiting_for_pickup(facts, limits))
    running.update(_on_the_way(facts, limits))
    return running


def _before_shipping(facts: Facts, limits: Thresholds) -> Iterator[tuple[str, datetime]]:
    if facts.hold:
        return
    if facts.ship_by is not None:
        yield "late_ship", facts.ship_by
    elif facts.paid_at is not None:
        yield "late_ship", facts.paid_at + timedelta(hours=limits.ship_hours)


def _waiting_for_pickup(facts: Facts, limits: Thresholds) -> Iterator[tuple[str, datetime]]:
    tracked = facts.ship_method in TRACKED
    if facts.milestone != "created" or facts.shipped_at is None or not tracked:
        return
    yield LATE_PICKUP, facts.shipped_at + timedelta(hours=limits.pickup_hours)
    if facts.ship_method == "own_number" and facts.last_event_at is None:
        yield "fake_shipping", facts.shipped_at + timedelta(hours=limits.fake_hours)


def _on_the_way(facts: Facts, limits: Thresholds) -> Iterator[tuple[str, datetime]]:
    late = []
    if facts.promised_at is not None and facts.milestone not in {
        "ready_for_collection",
        "returning",
    }:
        late.append(facts.promised_at)
    last = facts.last_event_at
    if last is not None:
        if facts.milestone == "out_for_delivery":
            late.append(last + timedelta(hours=limits.out_for_delivery_hours))
        if facts.milestone == "ready_for_collection":
            yield "not_collected", last + timedelta(hours=limits.collect_hours)
        for phase, patience in limits.stalled_hours.items():
            if phase == facts.milestone:
                lane = lane_of(facts, limits)
                yield "stalled", last + timedelta(hours=patience[lane])
    if late:
        yield LATE_DELIVERY, min(late)


def _dealt_with(kind: str, at: datetime, past: Sequence[Past]) -> bool:
    """Whether a problem of this kind, or one that supersedes it, covers a breach."""
    if kinds()[kind].once and any(p.kind == kind for p in past):
        return True
    same = superseded_by()[kind] | {kind}
    return any(p.kind in same and (p.open or p.since >= at) for p in past)


def _ahead(
    facts: Facts, past: Sequence[Past], limits: Thresholds, now: datetime
) -> dict[str, datetime]:
    """Clocks whose end would open a problem."""
    stale = now - timedelta(days=limits.stale_days)
    return {
        kind: at
        for kind, at in clocks(facts, limits).items()
        if at >= stale and not _dealt_with(kind, at, past)
    }


def blameless(decision: Decision, past: Sequence[Past]) -> bool:
    """Whether force majeure lies over what opens now: being late for it is nobody's fault."""
    closing = {one.kind for one in decision.close}
    lasts = any(one.kind == MAJEURE and one.open for one in past) and MAJEURE not in closing
    return lasts or any(one.kind.kind == MAJEURE and one.over is None for one in decision.open)


def next_deadline(
    facts: Facts, past: Sequence[Past], limits: Thresholds, now: datetime
) -> tuple[str, datetime] | None:
    """The next moment at which the parcel may become a problem: (deadline, when), or None."""
    ahead = _ahead(facts, past, limits, now)
    if not ahead:
        return None
    kind = min(ahead, key=lambda k: (ahead[k], k))
    deadline = kinds()[kind].deadline
    assert deadline is not None
    return deadline, ahead[kind]


def over_reason(problem: Past, facts: Facts, running: Mapping[str, datetime]) -> str | None:
    """Why a problem is over, or None while it lasts."""
    kind = kinds()[problem.kind]
    if facts.milestone == "cancelled":
        return "cancelled"
    if kind.deadline is not None:
        at = running.get(problem.kind)
        lasts = (at is not None and at <= problem.since) or _paused(problem, facts)
        return None if lasts else _what_happened(problem, facts)
    if kind.closed_by_ticket and problem.ticket_closed:
        return "ticket_closed"
    return _report_over(problem, facts)


def _paused(problem: Past, facts: Facts) -> bool:
    """A held box cannot be shipped: its clock stands still, what was late stays late."""
    waits = facts.hold and facts.shipped_at is None and facts.milestone == "created"
    return waits and problem.kind == "late_ship"


def _what_happened(problem: Past, facts: Facts) -> str:
    if facts.milestone != "created":
        return facts.milestone
    if problem.kind == "late_ship":
        return "shipped" if facts.shipped_at is not None else "deadline_moved"
    return "scanned" if facts.last_event_at is not None else "deadline_moved"


def _report_over(problem: Past, facts: Facts) -> str | None:
    if problem.kind == SIGNING:
        return None if facts.milestone == "delivered" else facts.milestone
    if problem.kind == NUMBER:
        return facts.milestone if facts.milestone in OVER else None
    same = LIKE.get(problem.kind, problem.kind)
    ends = ends_of_report().get(same, frozenset())
    if facts.milestone in OVER and facts.milestone in ends:
        return facts.milestone
    again = kind_of_detail(facts.detail)
    later = facts.last_event_at is not None and facts.last_event_at > problem.since
    if not later or (again is not None and again.kind == same):
        return None
    known = details().get(facts.detail)
    milestone = None if known is None or known.milestone is None else known.milestone.name
    return next((word for word in (facts.detail, milestone) if word in ends), None)


def decide(
    facts: Facts,
    past: Sequence[Past],
    reports: Sequence[Report],
    limits: Thresholds,
    now: datetime,
) -> Decision:
    """Everything to do about a shipment: open, close, when to look again, what to show.

    Deciding again on the result, at the same time, gives nothing more to do.
    """
    running = clocks(facts, limits)
    closings = {
        p.kind: reason for p in past if p.open and (reason := over_reason(p, facts, running))
    }
    history = [Past(p.kind, p.since, p.open and p.kind not in closings) for p in past]
    openings = _reported(facts, history, reports, running)
    for opening in openings:
        history.append(Past(opening.kind.kind, opening.since, opening.over is None))
    overdue = {k: at for k, at in _ahead(facts, history, limits, now).items() if at <= now}
    for code in sorted(overdue, key=lambda k: kinds()[k].urgency, reverse=True):
        if not _dealt_with(code, overdue[code], history):
            openings.append(Opening(kinds()[code], overdue[code]))
            history.append(Past(code, overdue[code], True))
    live = {p.kind for p in history if p.open}
    heirs = {code: superseded_by()[code] & live for code in live}
    ended = {code: f"became_{min(found)}" for code, found in heirs.items() if found}
    live -= set(ended)
    opened = {p.kind for p in past if p.open}
    closed = {code: why for code, why in ended.items() if code in opened} | closings
    return Decision(
        open=tuple(
            replace(o, over=ended[o.kind.kind]) if o.over is None and o.kind.kind in ended else o
            for o in openings
        ),
        close=tuple(Closing(code, why) for code, why in sorted(closed.items())),
        deadline=next_deadline(
            facts, [replace(p, open=p.open and p.kind in live) for p in history], limits, now
        ),
        shown=max(live, key=lambda k: kinds()[k].urgency, default=None),
    )


def _reported(
    facts: Facts,
    history: Sequence[Past],
    reports: Sequence[Report],
    running: Mapping[str, datetime],
) -> list[Opening]:
    """Problems that scans reported and nobody has dealt with, at most one per kind."""
    latest: dict[str, Report] = {}
    for report in reports:
        if report.kind not in latest or report.at > latest[report.kind].at:
            latest[report.kind] = report
    openings = []
    for code, report in sorted(latest.items(), key=lambda item: (item[1].at, item[0])):
        if not _dealt_with(code, report.at, history):
            over = over_reason(Past(code, report.at, True), facts, running)
            openings.append(Opening(kinds()[code], report.at, over, report.evidence))
    return openings
