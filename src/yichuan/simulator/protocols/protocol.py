"""What a courier's protocol is to the simulator: paths, answers and pushes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files

from yichuan.simulator.config import Subscriber
from yichuan.simulator.history import Event
from yichuan.simulator.world import World


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as it came."""

    path: str
    body: bytes
    now: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What a push is to say of one number: the scans its subscriber has not acknowledged."""

    number: str
    order_code: str
    events: Sequence[Event]
    first: int = 0
    """Index of the first of them in the parcel's history."""
    courier: str = ""
    history: Sequence[Event] = ()
    """All of its scans so far, for protocols that tell everything each time."""
    callback: str = ""
    """What was given with the subscription to come back."""


@dataclass(frozen=True, slots=True)
class Message:
    """One POST to the subscriber."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Protocol:
    """A courier's own protocol."""

    name: str
    courier: str
    """Its code in the simulated network."""
    paths: tuple[str, ...]
    """Starlette paths that belong to it."""
    answer: Callable[[World, Asked], object]
    """The JSON of an answer; refusals are answers too."""
    push: Callable[[Subscriber, Sequence[Told], datetime], Sequence[Message]]
    heard: Callable[[bytes], bool]
    """Whether an answer to a push is its acknowledgement."""
    signed: bool = True
    """Whether pushes are signed."""


@cache
def scan_codes(name: str) -> Mapping[str, str]:
    """Kind of event → the courier's code of it."""
    text = files("yichuan.simulator").joinpath(f"data/scans/{name}.csv").read_text("utf-8")
    return {row["kind"]: row["code"] for row in csv.DictReader(text.splitlines())}
