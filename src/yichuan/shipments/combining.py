"""One shipment out of what all its numbers say: pure, the same for any order of its arguments.

A shipment has one number after the other (a new waybill, 转单 to another courier), and perhaps one
for its way back. The number that began last leads, unless it has not been carried yet; an earlier
one leads again where it ended after the last scan of the later one. A way back that has begun
leads all others.

A shipment of several boxes (子母件) has a number more for each: what is delivered under its leading
number is delivered only when no other box of it is still on its way. Boxes that couriers never
scan by themselves go with the leading number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from yichuan.shipments.models import END_MILESTONES
from yichuan.tracking.values import BoundState

_UNCARRIED: Final = frozenset({"created", "cancelled"})
_ARRIVED: Final = frozenset({"delivered", "returned"})
_OPEN: Final = (
    "picked_up",
    "in_transit",
    "arriving",
    "out_for_delivery",
    "ready_for_collection",
    "returning",
)
"""Milestones of a box on its way, the least far first."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Whole:
    """What is true of a shipment. Times are the scans' own."""

    milestone: str
    detail: str
    last_event_at: datetime
    last_text: str | None
    picked_up_at: datetime | None
    """The first time, under whichever number on the way out."""
    delivered_at: datetime | None
    ended_at: datetime | None
    signed_by: str | None
    """Personal data."""
    sign_kind: str | None


def combine(states: Sequence[BoundState]) -> Whole | None:
    """The state of the shipment that these tracks carry; None before the first scan."""
    heard = [state for state in states if state.last_event_at is not None]
    if not heard:
        return None
    leader = _furthest_behind(_leader([s for s in heard if s.leg != "piece"] or heard), heard)
    milestone = _milestone(leader)
    delivered = milestone == "delivered"
    picked = [s.picked_up_at for s in heard if s.leg != "return" and s.picked_up_at is not None]
    delivered_at = _last_delivered(leader, heard) if delivered else None
    ended = delivered_at or _ended_at(leader) if milestone in END_MILESTONES else None
    return Whole(
        milestone=milestone,
        detail="returned_to_sender" if milestone == "returned" else leader.detail,
        last_event_at=leader.last_event_at or _NEVER,
        last_text=leader.last_text,
        picked_up_at=min(picked, default=None),
        delivered_at=delivered_at,
        ended_at=ended,
        signed_by=leader.signed_by if delivered else None,
        sign_kind=leader.sign_kind if delivered else None,
    )


def _furthest_behind(leader: BoundState, states: Sequence[BoundState]) -> BoundState:
    """The box that is still on its way where the leading number has arrived or tells nothing."""
    if leader.leg == "return" or leader.milestone not in _UNCARRIED | {"delivered"}:
        return leader
    late = [s for s in states if s.leg == "piece" and s.milestone in _OPEN]
    behind = min(late, key=lambda s: (_OPEN.index(s.milestone), _begun(s)), default=leader)
    if late or leader.milestone == "delivered":
        return behind
    there = [s for s in states if s.leg == "piece" and s.milestone in END_MILESTONES]
    return max(there, key=lambda s: (_ended_at(s), _begun(s)), default=leader)


def _last_delivered(leader: BoundState, states: Sequence[BoundState]) -> datetime | None:
    pieces = [s for s in states if s.leg == "piece" and s.milestone == "delivered"]
    return max((at for s in (leader, *pieces) if (at := s.delivered_at)), default=None)


def _leader(states: Sequence[BoundState]) -> BoundState:
    back = [s for s in states if s.leg == "return" and s.milestone not in _UNCARRIED]
    out = [s for s in states if s.leg != "return"]
    known = back or [s for s in out if s.milestone not in _UNCARRIED] or out or list(states)
    latest = max(known, key=_begun)
    if latest.milestone in END_MILESTONES:
        return latest
    later = [s for s in known if s.milestone in _ARRIVED and _ended_at(s) > _last(latest)]
    return max(later, key=lambda s: (_ended_at(s), _begun(s)), default=latest)


def _begun(state: BoundState) -> tuple[bool, datetime, str, str, int]:
    """A number that was given back comes before all that live."""
    began = state.picked_up_at or state.first_event_at or _NEVER
    return state.milestone != "cancelled", began, state.courier, state.number, state.cycle


def _milestone(leader: BoundState) -> str:
    if leader.leg != "return" or leader.milestone == "lost":
        return leader.milestone
    return "returned" if leader.milestone in _ARRIVED else "returning"


def _last(state: BoundState) -> datetime:
    return state.last_event_at or _NEVER


def _ended_at(state: BoundState) -> datetime:
    return state.delivered_at or state.returned_at or _last(state)
