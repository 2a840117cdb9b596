"""The truth of a track, from all its events together.

`derive` sorts the events by time, then by the rank of what they say, and walks a small state
machine over them. It does not matter in which order, in how many pushes or how often the events
came. Every event is kept; an event that may not move the state simply does not.

The walk is forward-only where the trade is (`STAYS`), and knows the trade's exceptions: a parcel
goes back to the depot after a failed attempt and out again; a locker or station is not a
signature; after 退回 a signature is the sender's; a delivery is only undone by a return or an
explicit correction within `CORRECTABLE`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from yichuan.tracking.details import NONE, Detail, Milestone, ProblemKind, details
from yichuan.tracking.signature import signature_of

FUTURE: Final = timedelta(days=1)
"""How far after its receipt an event's time may lie; later ones wait, they are forecasts."""
SETTLED: Final = timedelta(hours=3)
"""A scan at a place this long after 派送中 means that the parcel came back."""
CORRECTABLE: Final = timedelta(days=15)
"""A signature can be taken back for so long."""

M = Milestone
_BEFORE: Final = frozenset({M.created})
_ON_THE_WAY: Final = frozenset({M.picked_up, M.in_transit, M.arriving})
_HUBS: Final = frozenset({"arrived_at_hub", "departed_from_hub"})
_PLACES: Final = _HUBS | {"arrived_at_destination", "transferred_to_carrier"}
_CORRECTION = re.compile(
    r"(?:重新|再次|二次)(?:安排)?(?:派|投|配送)|误(?:签|操作|扫)|(?:取消|撤销|更正)签收|签收(?:取消|撤销|更正)|redeliver",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(r"取出|取回|重新|再次|二次|redeliver", re.IGNORECASE)
_SENT_BACK = re.compile(r"退回|退件|退货|返货|return", re.IGNORECASE)
_RESUMED = re.compile(
    r"(?:取消|停止|终止|撤销)退|(?:重新|继续|再次|二次)(?:安排)?(?:派|投|配送)|redeliver",
    re.IGNORECASE,
)

STAYS: Final[dict[Milestone, frozenset[Milestone]]] = {
    M.created: frozenset(),
    M.picked_up: _BEFORE,
    M.in_transit: frozenset({M.created, M.picked_up, M.cancelled}),
    M.arriving: frozenset({M.created, M.picked_up, M.cancelled}),
    M.out_for_delivery: frozenset({M.created, M.picked_up, M.cancelled}),
    M.ready_for_collection: frozenset({M.created, M.picked_up, M.arriving, M.cancelled}),
    M.delivered: frozenset(
        {M.created, M.picked_up, M.in_transit, M.arriving, M.ready_for_collection}
        | {M.cancelled, M.lost}
    ),
    M.returning: _ON_THE_WAY | {M.created, M.cancelled},
    M.returned: frozenset(set(M) - {M.returned}),
    M.cancelled: _BEFORE,
    M.lost: frozenset({M.created, M.picked_up, M.cancelled}),
}
"""Milestones a later event cannot set while the track stands at the key."""


@dataclass(frozen=True, slots=True)
class TrackEvent:
    """One scan as stored: aware time, text, the courier's code, and what both say."""

    occurred_at: datetime
    text: str
    detail: str
    code: str | None = None
    city: str | None = None
    received_at: datetime | None = None
    """When it first reached us; None: do not ask whether it lies in the future."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong now, lying over the milestone."""

    kind: str
    party: str
    must_act: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class TrackState:
    """What is true of a track. Times are the scans' own."""

    milestone: str | None = None
    """None: nothing has been said yet."""
    detail: str = NONE
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None
    picked_up_at: datetime | None = None
    out_for_delivery_at: datetime | None = None
    """The first time it went out."""
    delivered_at: datetime | None = None
    returned_at: datetime | None = None
    signed_by: str | None = None
    """Personal data."""
    sign_kind: str | None = None
    problem: Problem | None = None
    last_text: str | None = None
    last_city: str | None = None


def derive(events: Iterable[TrackEvent]) -> TrackState:
    """The state that all events together show.

    Raises:
        KeyError: an event with a detail that is none of ours.
    """
    walk = _Walk()
    known = details()
    for event in _ordered(events):
        walk.take(event, known[event.detail])
    return walk.state()


def _ordered(events: Iterable[TrackEvent]) -> list[TrackEvent]:
    """Each event once, those that drive the state, oldest first; equal times by rank."""
    once: dict[tuple[datetime, str, str | None], TrackEvent] = {}
    for event in events:
        same = once.setdefault((event.occurred_at, event.text, event.code), event)
        if same is not event:
            once[event.occurred_at, event.text, event.code] = _both(same, event)
    known = details()
    present = [event for event in once.values() if not _in_future(event)]
    present.sort(key=lambda e: (e.occurred_at, known[e.detail].rank, e.text, e.code or ""))
    return present


def _both(one: TrackEvent, other: TrackEvent) -> TrackEvent:
    """The same scan received twice: the more telling reading, the later receipt."""
    known = details()
    best = max(one, other, key=lambda e: (known[e.detail].rank, e.detail, e.city or ""))
    receipts = (one.received_at, other.received_at)
    given = [at for at in receipts if at is not None]
    return replace(best, received_at=max(given) if len(given) == len(receipts) else None)


def _in_future(event: TrackEvent) -> bool:
    return event.received_at is not None and event.occurred_at > event.received_at + FUTURE


class _Walk:
    """The state machine: takes events in order, remembers what a later one needs."""

    def __init__(self) -> None:
        self.milestone: Milestone | None = None
        self.detail = NONE
        self.since: datetime | None = None
        """When the milestone was reached."""
        self.refused_only = False
        """It is returning because it was refused; nobody has sent it back yet."""
        self.attempted = False
        """An attempt failed since it last went out."""
        self.left = False
        """It has been at a hub or has left a place."""
        self.problem: tuple[ProblemKind, datetime] | None = None
        self.signature: TrackEvent | None = None
        self.events: list[TrackEvent] = []
        self.times: dict[Milestone, datetime] = {}

    def take(self, event: TrackEvent, detail: Detail) -> None:
        """Account for one event."""
        self.events.append(event)
        if detail.code == NONE:
            return
        if detail.milestone is M.picked_up:
            self.times.setdefault(M.picked_up, event.occurred_at)
        target = self._target(event, detail)
        if target is None:
            self._remark(event, detail)
        elif self._may_move(event, detail, target):
            self._move(event, detail, target)
            self._note_problem(event, detail, target)
        elif detail.problem and detail.problem.kind == "damaged":
            self._note_problem(event, detail, None)

    def _remark(self, event: TrackEvent, detail: Detail) -> None:
        """A scan that says what is wrong and not where the parcel is."""
        over = self.milestone in {M.delivered, M.returned, M.cancelled}
        if over and detail.code != "damaged":
            return
        if not over:
            self.detail = detail.code
            self.attempted = self.attempted or self.milestone is M.out_for_delivery
        self._note_problem(event, detail, None)

    def _target(self, event: TrackEvent, detail: Detail) -> Milestone | None:
        """What the event says, in the light of where the parcel is."""
        target = detail.milestone
        if target is M.arriving and M.picked_up in self.times and not self.left:
            return M.in_transit
        if self.milestone is not M.returning or target is None:
            return target
        if self.refused_only:
            back = detail.code in _HUBS and self._elapsed(event) >= SETTLED
            return M.returning if back else target
        if target is M.delivered:
            return target if _RESUMED.search(event.text) else M.returned
        if target in {M.out_for_delivery, M.ready_for_collection}:
            return target if _RESUMED.search(event.text) else M.returning
        return M.returning if target in _ON_THE_WAY else target

    def _may_move(self, event: TrackEvent, detail: Detail, target: Milestone) -> bool:
        now = self.milestone
        if now is None or target is now:
            return True
        if target in STAYS[now]:
            return False
        if now is M.delivered:
            return self._undoes_delivery(event, target)
        settled = self._elapsed(event) >= SETTLED
        if now is M.out_for_delivery and target in _ON_THE_WAY:
            return detail.code in _PLACES and (self.attempted or settled)
        if now is M.ready_for_collection and target is M.in_transit:
            return detail.code in _PLACES and settled
        if now is M.ready_for_collection and target is M.out_for_delivery:
            return settled or bool(_TAKEN_BACK.search(event.text))
        return True

    def _undoes_delivery(self, event: TrackEvent, target: Milestone) -> bool:
        """A return or an explicit correction 重新派送, soon enough."""
        if self._elapsed(event) > CORRECTABLE:
            return False
        if target in {M.returning, M.returned}:
            return True
        return target is M.out_for_delivery and bool(_CORRECTION.search(event.text))

    def _elapsed(self, event: TrackEvent) -> timedelta:
        return event.occurred_at - self.since if self.since else timedelta(0)

    def _move(self, event: TrackEvent, detail: Detail, target: Milestone) -> None:
        if target is M.returning:
            first = self.milestone is not M.returning
            only = detail.code == "refused" and not _SENT_BACK.search(event.text)
            self.refused_only = only and (first or self.refused_only)
        self.left = self.left or detail.code in _HUBS
        self.attempted = detail.problem is not None and target is M.out_for_delivery
        if target is M.delivered and self.milestone is M.delivered:
            self._sign(event, detail)
            return
        if target is not self.milestone or target is M.out_for_delivery:
            self.since = event.occurred_at
        if self.milestone is M.delivered:
            del self.times[M.delivered]
            self.signature = None
        self.milestone = target
        self.detail = self._named(detail, target)
        self.times.setdefault(target, event.occurred_at)
        if target is M.delivered:
            self._sign(event, detail)

    def _sign(self, event: TrackEvent, detail: Detail) -> None:
        """Keep the first signature, or the first that says who signed."""
        if self.signature is None or (not _says_who(self.signature) and _says_who(event)):
            self.signature = event
            self.detail = detail.code

    @staticmethod
    def _named(detail: Detail, target: Milestone) -> str:
        """The detail of the whole: a scan on the way back is return transit, whatever it says."""
        if target is M.returned:
            return "returned_to_sender"
        if target is M.returning and detail.milestone is not M.returning:
            return "in_return_transit"
        if target is M.in_transit and detail.milestone is M.arriving:
            return "arrived_at_hub"
        return detail.code

    def _note_problem(self, event: TrackEvent, detail: Detail, moved: Milestone | None) -> None:
        """Open a problem, replace it by one that weighs as much, or close it."""
        raised, held = detail.problem, self.problem
        if raised is None:
            closers = {detail.code, moved.name} if moved is not None else set[str]()
            if held and closers & held[0].closed_by:
                self.problem = None
        elif held and raised.kind == held[0].kind:
            self.problem = (raised, held[1])
        elif not held or raised.weight >= held[0].weight:
            self.problem = (raised, event.occurred_at)

    def state(self) -> TrackState:
        """What stands at the end of the walk."""
        if not self.events:
            return TrackState()
        signed = (
            signature_of(self.signature.text, self.signature.detail) if self.signature else None
        )
        delivered = self.milestone is M.delivered
        return TrackState(
            milestone=self.milestone.name if self.milestone else None,
            detail=self.detail,
            first_event_at=self.events[0].occurred_at,
            last_event_at=self.events[-1].occurred_at,
            picked_up_at=self.times.get(M.picked_up),
            out_for_delivery_at=self.times.get(M.out_for_delivery),
            delivered_at=self.times.get(M.delivered) if delivered else None,
            returned_at=self.times.get(M.returned) if self.milestone is M.returned else None,
            signed_by=signed.by if signed and delivered else None,
            sign_kind=signed.kind if signed and delivered else None,
            problem=self._open_problem(),
            last_text=next((e.text for e in reversed(self.events) if e.text), None),
            last_city=next((e.city for e in reversed(self.events) if e.city), None),
        )

    def _open_problem(self) -> Problem | None:
        if self.problem is None:
            return None
        kind, since = self.problem
        return Problem(kind.kind, kind.party, kind.must_act, since)


def _says_who(event: TrackEvent) -> bool:
    found = signature_of(event.text, event.detail)
    return found.kind is not None or found.by is not None


def event_key(event: TrackEvent) -> bytes:
    """16 bytes that are the same for the same scan: its time, text and code."""
    seen = f"{event.occurred_at.timestamp():.6f}\0{event.code or ''}\0{event.text}"
    return hashlib.blake2b(seen.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def history_digest(events: Sequence[TrackEvent]) -> bytes:
    """16 bytes that are the same for the same set of scans, in any order and with repeats."""
    whole = hashlib.blake2b(digest_size=16)
    for key in sorted({event_key(event) for event in events}):
        whole.update(key)
    return whole.digest()
