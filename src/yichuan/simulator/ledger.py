"""The ledger: the simulated world's truth as append-only JSON lines.

Every line is flushed to the operating system before what it announces is done (a push) or
answered (an accepted waybill), and the result of a push is flushed before the next thing happens.
So a test that kills the product can compare its database with what the product acknowledged, and
the network itself can be stopped and started again from its own ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from yichuan.simulator.faults import FaultRates

Key = tuple[str, str]
"""Courier and waybill number."""


class Line(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """Base of all lines; `at` is wall time with offset."""

    at: datetime


class Opened(Line, frozen=True, tag="opened"):
    """The network was started on this ledger."""

    seed: int
    time_scale: float
    faults: FaultRates
    """Of all parcels handed over from here to the next such line."""


class Spot(msgspec.Struct, frozen=True):
    """A place: the city's administrative code and a district's name."""

    adcode: str
    area: str = ""


class Accepted(Line, frozen=True, tag="accepted"):
    """A waybill was allotted (1007), with its children for several pieces."""

    ebusiness_id: str
    order_code: str
    courier: str
    number: str
    account: str
    origin: Spot
    destination: Spot
    children: tuple[str, ...] = ()
    phone_tails: tuple[str, ...] = ()
    exp: str = ""
    trans: str = ""


class Cancelled(Line, frozen=True, tag="cancelled"):
    """A waybill was cancelled (1147), its numbers went back to the account."""

    ebusiness_id: str
    order_code: str
    courier: str
    number: str


class PickupBooked(Line, frozen=True, tag="pickup_booked"):
    """A courier was asked to come (1001 or 1801)."""

    ebusiness_id: str
    order_code: str
    courier: str
    request_type: str


class PickupCancelled(Line, frozen=True, tag="pickup_cancelled"):
    """It need not come (1004 or 1802)."""

    ebusiness_id: str
    order_code: str


class Recharged(Line, frozen=True, tag="recharged"):
    """A branch sold more numbers to an account."""

    courier: str
    account: str
    count: int


class Subscribed(Line, frozen=True, tag="subscribed"):
    """Someone asked for pushes: 101 for 1008, 102 for 8008 and automatically by 1007."""

    ebusiness_id: str
    courier: str
    number: str
    request_type: str
    order_code: str = ""
    callback: str = ""


class HandedOver(Line, frozen=True, tag="handed_over"):
    """A merchant physically gave the parcel away; its fate is decided from here."""

    courier: str
    number: str
    handed_over_at: datetime
    origin: Spot
    destination: Spot
    time_scale: float
    speed: float = 1.0


class Happened(Line, frozen=True, tag="event"):
    """The `index`-th event of a parcel happened (`at`)."""

    courier: str
    number: str
    index: int
    event: str
    code: str
    text: str
    city: str
    wire_time: str
    """As it is written in every push."""
    odd: str = ""


class Alerted(Line, frozen=True, tag="alert"):
    """The aggregator raised a StateEx from silence."""

    courier: str
    number: str
    code: str


class Expired(Line, frozen=True, tag="expired"):
    """Monitoring for a subscriber ended without a signature."""

    ebusiness_id: str
    courier: str
    number: str
    reason: str


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record of a push: a parcel and the indexes of the events in it, in order."""

    courier: str
    number: str
    events: tuple[int, ...]
    alert: str = ""
    failure: str = ""


class PushSent(Line, frozen=True, tag="push"):
    """A push is about to be sent for the first time; retries carry the same."""

    push_id: int
    ebusiness_id: str
    request_type: str
    records: tuple[Sent, ...]
    fault: str = ""
    """`duplicate`, `out_of_order`, `wrong_signature`, `garbage_body` or nothing."""


class PushResult(Line, frozen=True, tag="push_result"):
    """What came of one attempt."""

    push_id: int
    attempt: int
    acknowledged: bool
    status: int = 0
    note: str = ""


AnyLine = (
    Opened
    | Accepted
    | Cancelled
    | PickupBooked
    | PickupCancelled
    | Recharged
    | Subscribed
    | HandedOver
    | Happened
    | Alerted
    | Expired
    | PushSent
    | PushResult
)
UNTRUE = frozenset({"wrong_signature", "garbage_body"})
"""Faults of pushes that must not be acknowledged and count for nothing when they are."""

_DECODER: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)


class Ledger:
    """Append-only writer. Without a path it only counts (for tests and throw-away runs)."""

    def __init__(self, path: Path | None = None) -> None:
        """Open for appending; a line cut by a kill is closed so that the next starts fresh."""
        self.written = 0
        self._file: BinaryIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab")
            if self._file.tell() and not _ends_with_newline(path):
                self._file.write(b"\n")
        self._encode = msgspec.json.Encoder().encode

    def write(self, *lines: Line) -> None:
        """Append and flush."""
        self.write_all(lines)

    def write_all(self, lines: Iterable[Line]) -> None:
        """Append many lines and flush once."""
        count = 0
        for line in lines:
            count += 1
            if self._file is not None:
                self._file.write(self._encode(line) + b"\n")
        if count and self._file is not None:
            self._file.flush()
        self.written += count

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"


def read_ledger(path: Path) -> Iterator[AnyLine]:
    """All whole lines in order; a line cut by a kill is left out."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for raw in file:
            if not raw.strip():
                continue
            try:
                yield _DECODER.decode(raw)
            except msgspec.DecodeError:
                continue


@dataclass(slots=True)
class Audit:
    """What a ledger says, gathered for comparison with a database."""

    events: dict[Key, dict[int, Happened]] = field(default_factory=dict)
    """Everything that happened, by parcel and index."""
    acknowledged: dict[Key, set[int]] = field(default_factory=dict)
    """Indexes of the events that a subscriber has acknowledged at least once."""
    untrue_acknowledged: int = 0
    """Pushes with a wrong signature or of garbage that were acknowledged all the same."""

    def acknowledged_events(self) -> dict[Key, list[Happened]]:
        """The acknowledged events of each parcel, in order of happening."""
        return {
            key: [self.events[key][i] for i in sorted(indexes) if i in self.events[key]]
            for key, indexes in self.acknowledged.items()
            if indexes
        }


def audit(path: Path, ebusiness_id: str | None = None) -> Audit:
    """Read a ledger and say what happened and what was acknowledged (by one subscriber or any)."""
    out, sent = Audit(), dict[int, PushSent]()
    for line in read_ledger(path):
        if isinstance(line, Happened):
            out.events.setdefault((line.courier, line.number), {})[line.index] = line
        elif isinstance(line, PushSent):
            if ebusiness_id in {None, line.ebusiness_id}:
                sent[line.push_id] = line
        elif isinstance(line, PushResult) and line.acknowledged and line.push_id in sent:
            push = sent[line.push_id]
            if push.fault in UNTRUE:
                out.untrue_acknowledged += 1
                continue
            for record in push.records:
                key = (record.courier, record.number)
                out.acknowledged.setdefault(key, set()).update(record.events)
    return out
