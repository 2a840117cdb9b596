"""The life of a ticket: its state, whose turn it is and its clocks, derived from what happened.

Pure. A ticket is `open` while someone must answer before `due_at`, `answered` once they did (then
`due_at` is when the case should be over), `closed` in the end. Notes and system messages move
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Party = Literal["merchant", "service"]
State = Literal["open", "answered", "closed"]
Verb = Literal["message", "note", "handed_over", "closed", "reopened"]
Outcome = Literal[
    "resolved", "reshipped", "returned", "compensated", "no_fault", "duplicate", "cleared"
]
"""`cleared`: the problem went away by itself."""

RESPOND: dict[int, timedelta] = {
    3: timedelta(minutes=30),
    2: timedelta(hours=4),
    1: timedelta(hours=24),
}
"""Time to the first response, by severity; also after a hand-over or a reopening."""
RESOLVE: dict[int, timedelta] = {
    3: timedelta(hours=24),
    2: timedelta(hours=72),
    1: timedelta(hours=168),
}
"""Time from an answer to the end of the case, by severity."""
OTHER: dict[Party, Party] = {"merchant": "service", "service": "merchant"}


@dataclass(frozen=True, slots=True)
class Case:
    """Where a ticket stands."""

    severity: int
    party: Party
    """Whose turn it is."""
    state: State
    due_at: datetime
    first_response_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None

    def overdue(self, now: datetime) -> bool:
        """Whether its clock ran out."""
        return self.state != "closed" and self.due_at < now


def begin(party: Party, severity: int, at: datetime) -> Case:
    """A new case."""
    return Case(severity, party, "open", at + RESPOND[severity])


def allowed(case: Case, verb: Verb, side: Party) -> bool:
    """Whether a side may do this now. Notes are the staff's; a closed case is reopened first."""
    if verb == "note":
        return side == "service"
    if verb == "reopened":
        return case.state == "closed"
    if case.state == "closed":
        return False
    return verb != "handed_over" or side in (case.party, "service")


def advance(
    case: Case, verb: Verb, side: Party, at: datetime, outcome: Outcome | None = None
) -> Case:
    """The case after someone acted. Call it only for what is `allowed`."""
    if verb == "note":
        return case
    respond = at + RESPOND[case.severity]
    if side == case.party and verb != "reopened" and case.first_response_at is None:
        case = replace(case, first_response_at=at)
    if verb == "closed":
        return replace(case, state="closed", closed_at=at, outcome=outcome)
    if verb == "reopened":
        return replace(case, state="open", closed_at=None, outcome=None, due_at=respond)
    if verb == "handed_over":
        return replace(case, party=OTHER[case.party], state="open", due_at=respond)
    if side == case.party:
        return replace(case, state="answered", due_at=at + RESOLVE[case.severity])
    due = case.due_at if case.state == "open" else respond
    return replace(case, state="open", due_at=due)
