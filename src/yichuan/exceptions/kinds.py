"""The kinds of problems 异常类型: a table (`kinds.csv`), not code.

- `deadline`: the clock whose end is the problem; empty for what a courier reports.
- `party`: who answers for it; `own_number_party`: the same where the merchant shipped with its
  own number (it answers until a scan proves the hand-over).
- `severity`: 1 notice, 2 act today, 3 act now; `act_hours`: hours to act, from detection.
- `supersedes`: kinds that are the same trouble at an earlier stage; they end when this one opens.
- `ticket`: yes, for who answers for it (service, where that is not the merchant); merchant: for the
  merchant, whoever answers for it; no.
- `reported`: problem kinds of the track (see `tracking.details`) that open this kind.
- `once`: opened once in a shipment's life (every scan on the way back repeats the report).
- `closed_by_ticket`: closing the ticket ends the problem. What the parcel itself must prove ends
  only with its state.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal, cast

from yichuan.tracking.details import details

Kind = Literal[
    "late_ship",
    "late_pickup",
    "fake_shipping",
    "stalled",
    "late_delivery",
    "not_collected",
    "pickup_failed",
    "failed_delivery",
    "refused",
    "damaged",
    "lost",
    "address_issue",
    "customs_held",
    "returning",
    "suspicious_signing",
    "number_doubt",
    "force_majeure",
    "other",
]
Party = Literal["merchant", "courier", "platform", "buyer", "nobody"]
"""Who answers for a problem; nobody 不可抗力: it counts against no one."""
TicketFor = Literal["party", "merchant"]
Deadline = Literal["ship_by", "pick_up_by", "first_scan_by", "scan_by", "deliver_by", "collect_by"]


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem."""

    kind: Kind
    name_zh: str
    name_en: str
    deadline: Deadline | None
    party: Party
    own_number_party: Party
    severity: int
    act_hours: int
    ticket: TicketFor | None
    supersedes: frozenset[str]
    reported: frozenset[str]
    closed_by_ticket: bool
    once: bool
    rank: int
    """Position in the table: the later of two equally severe kinds is shown first."""

    def responsible(self, ship_method: str | None) -> Party:
        """Who answers for it, by how the parcel was shipped."""
        return self.own_number_party if ship_method == "own_number" else self.party

    @property
    def urgency(self) -> tuple[int, int]:
        """Sorts problems; the greatest is the one to show."""
        return (self.severity, self.rank)


@cache
def kinds() -> dict[str, ProblemKind]:
    """Every kind by its code, in the order of the table."""
    source = resources.files(__package__).joinpath("kinds.csv").read_text("utf-8")
    rows = csv.DictReader(source.splitlines())
    return {row["kind"]: _kind(row, rank) for rank, row in enumerate(rows)}


_TICKETS: Final[dict[str, TicketFor | None]] = {
    "yes": "party",
    "merchant": "merchant",
    "no": None,
}


def _kind(row: dict[str, str], rank: int) -> ProblemKind:
    return ProblemKind(
        kind=cast(Kind, row["kind"]),
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        deadline=cast(Deadline, row["deadline"]) or None,
        party=cast(Party, row["party"]),
        own_number_party=cast(Party, row["own_number_party"]),
        severity=int(row["severity"]),
        act_hours=int(row["act_hours"]),
        ticket=_TICKETS[row["ticket"]],
        supersedes=frozenset(row["supersedes"].split()),
        reported=frozenset(row["reported"].split()),
        closed_by_ticket=row["closed_by_ticket"] == "yes",
        once=row["once"] == "yes",
        rank=rank,
    )


@cache
def superseded_by() -> dict[str, frozenset[str]]:
    """For each kind, the kinds that end it by opening."""
    return {
        kind: frozenset(k.kind for k in kinds().values() if kind in k.supersedes)
        for kind in kinds()
    }


@cache
def _by_report() -> dict[str, ProblemKind]:
    return {report: kind for kind in kinds().values() for report in kind.reported}


def kind_of_report(report: str) -> ProblemKind | None:
    """The kind that a track's problem opens, or None."""
    return _by_report().get(report)


def kind_of_detail(detail: str | None) -> ProblemKind | None:
    """The kind that a detail reports, or None."""
    known = details().get(detail or "")
    if known is None or known.problem is None:
        return None
    return kind_of_report(known.problem.kind)


@cache
def ends_of_report() -> dict[str, frozenset[str]]:
    """For each reported kind, the milestones and details after which it is over."""
    ends: dict[str, frozenset[str]] = {}
    for detail in details().values():
        kind = None if detail.problem is None else kind_of_report(detail.problem.kind)
        if kind is not None and detail.problem is not None:
            ends[kind.kind] = ends.get(kind.kind, frozenset()) | detail.problem.closed_by
    return ends
