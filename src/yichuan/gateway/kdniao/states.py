"""Our milestones and details as KDNiao's State, StateEx and Action. Pure.

The codes are those of the manual (apifox.com docs-site 2538027, doc-2283185) and of the state
tables that public clients carry; which of ours becomes which is `states.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from yichuan.tracking.values import TimelineEvent, TrackView

NOTHING = "0"
"""暂无轨迹."""
PROBLEM = "4"
SIGNED = "3"


@dataclass(frozen=True, slots=True)
class State:
    """State of a whole history, and the finer StateEx."""

    state: str
    state_ex: str


_OF_MILESTONE = {
    "created": State("0", "0"),
    "picked_up": State("1", "1"),
    "in_transit": State("2", "2"),
    "arriving": State("2", "201"),
    "out_for_delivery": State("2", "202"),
    "ready_for_collection": State("2", "211"),
    "delivered": State(SIGNED, "301"),
    "returning": State(PROBLEM, "407"),
    "returned": State(PROBLEM, "406"),
    "cancelled": State(PROBLEM, "415"),
    "lost": State(PROBLEM, "4"),
}
_ENDS = {"delivered", "returned", "cancelled", "lost"}
_OF_SIGNER = {"locker": "311", "station": "311", "third_party": "304", "family": "304",
              "gate": "304"}  # fmt: skip


@cache
def _table() -> dict[str, State]:
    source = resources.files(__package__).joinpath("states.csv").read_text("utf-8")
    return {
        r["detail"]: State(r["state"], r["action"]) for r in csv.DictReader(source.splitlines())
    }


def action_of(detail: str) -> str:
    """Action of one scan; "" where it says nothing of the state."""
    found = _table().get(detail)
    return found.state_ex if found else ""


def state_of(track: TrackView, events: Sequence[TimelineEvent]) -> State:
    """State and StateEx of a history: its milestone, and the problem that lies over it."""
    if not events:
        return State(NOTHING, NOTHING)
    if track.milestone == "delivered":
        return State(SIGNED, _signed(track, events))
    fine = _table().get(track.detail)
    coarse = _OF_MILESTONE[track.milestone]
    if track.milestone in _ENDS:
        return coarse
    if track.problem is not None:
        return State(PROBLEM, fine.state_ex if fine and fine.state == PROBLEM else PROBLEM)
    if fine is None or not fine.state_ex:
        return coarse
    return fine if fine.state in {"5", "6", coarse.state} else coarse


def _signed(track: TrackView, events: Sequence[TimelineEvent]) -> str:
    by = _OF_SIGNER.get(track.sign_kind or "")
    if by is not None:
        return by
    if track.detail == "signed_by_third_party":
        return "304"
    troubled = any(_table().get(e.detail, State("", "")).state == PROBLEM for e in events)
    return "302" if troubled else "301"
