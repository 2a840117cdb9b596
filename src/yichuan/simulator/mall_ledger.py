"""What the mall did and what it was told, line by line: JSON lines, flushed after every write.

It is the mall's memory: after a restart it goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from yichuan.simulator.ledger import Ledger, Line


class Spot(msgspec.Struct, frozen=True):
    """A place as the couriers' network takes it."""

    city: str
    province: str = ""
    area: str = ""


class Endpoint(Line, frozen=True, tag="endpoint"):
    """The hub tells us at this address; the secret verifies that it is the hub."""

    hub: str
    id: str
    secret: str
    url: str


class SubOrder(msgspec.Struct, frozen=True):
    """One merchant's share of an order, as the hub knows it."""

    id: str
    number: str
    merchant: str


class Ordered(Line, frozen=True, tag="ordered"):
    """An order was placed."""

    order_no: str
    sub_orders: tuple[SubOrder, ...]
    city: str
    """Administrative code of the buyer's city."""


class Acted(Line, frozen=True, tag="acted"):
    """A buyer's act on a sub-order was carried out, or refused."""

    sub_order: str
    act: str
    done: bool
    note: str = ""


class Leaving(Line, frozen=True, tag="leaving"):
    """A box will be given to the courier at `due`; None: never (a fake number)."""

    shipment: str
    courier: str
    number: str
    due: datetime | None
    origin: Spot | None = None
    destination: Spot | None = None


class Stayed(Line, frozen=True, tag="stayed"):
    """The hub refused the shipping of a box: it stays."""

    shipment: str
    why: str


class Gone(Line, frozen=True, tag="gone"):
    """The courier has the box (or refused it: `note`)."""

    shipment: str
    courier: str
    number: str
    note: str = ""


class LeftBehind(Line, frozen=True, tag="left_behind"):
    """A box was split, and the rest of it was forgotten until `due`."""

    shipment: str
    rest: tuple[str, ...]
    due: datetime


class Told(Line, frozen=True, tag="told"):
    """A webhook of the hub that verified."""

    webhook_id: str
    type: str
    sequence: int
    stream: str
    milestone: str = ""
    problem: str = ""
    repeated: bool = False
    out_of_order: bool = False


AnyLine = Endpoint | Ordered | Acted | Leaving | Stayed | Gone | LeftBehind | Told
_DECODER: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)


@dataclass(slots=True)
class Memory:
    """What follows from the lines so far."""

    orders: int = 0
    recent: dict[str, Ordered] = field(default_factory=dict)
    """Orders whose buyers may still act, by number (the mall drops the settled ones)."""
    acted: set[tuple[str, str]] = field(default_factory=set)
    leaving: dict[str, Leaving] = field(default_factory=dict)
    """Boxes on their way to the courier's van, by shipment."""
    forgotten: dict[str, datetime] = field(default_factory=dict)
    """Boxes left behind, and when they will be found."""
    parted: set[str] = field(default_factory=set)
    """Boxes that something was left behind of."""
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    """By the hub's address."""
    counts: dict[str, int] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    seen: dict[str, None] = field(default_factory=dict)
    """Webhook ids, oldest first (bounded)."""

    MOST_SEEN = 100_000

    def take(self, line: AnyLine) -> None:
        """Let a line have its effect."""
        kind = type(line).__name__.lower()
        self.counts[kind] = self.counts.get(kind, 0) + 1
        match line:
            case Endpoint():
                self.endpoints[line.hub] = line
            case Ordered():
                self.orders += 1
                self.recent[line.order_no] = line
            case Acted():
                self.acted.add((line.sub_order, line.act))
            case Leaving() if line.due is not None:
                self.leaving[line.shipment] = line
            case Stayed() | Gone():
                self.leaving.pop(line.shipment, None)
            case LeftBehind():
                self.forgotten |= dict.fromkeys(line.rest, line.due)
                self.parted.add(line.shipment)
            case Told():
                self._hear(line)

    def _hear(self, line: Told) -> None:
        last = self.sequences.get(line.stream, -1)
        self.sequences[line.stream] = max(last, line.sequence)
        self.seen[line.webhook_id] = None
        if len(self.seen) > self.MOST_SEEN:
            del self.seen[next(iter(self.seen))]


class MallLedger:
    """The file and the memory of it. Without a path there is only the memory."""

    def __init__(self, path: Path | None = None) -> None:
        """Read what is there and go on behind it."""
        self.memory = Memory()
        if path is not None:
            for line in read_mall_ledger(path):
                self.memory.take(line)
        self._file = Ledger(path)

    def write(self, *lines: AnyLine) -> None:
        """Append, flush, remember."""
        self._file.write(*lines)
        for line in lines:
            self.memory.take(line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_mall_ledger(path: Path) -> Iterator[AnyLine]:
    """All whole lines in order; a line cut by a kill is left out."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for raw in file:
            try:
                yield _DECODER.decode(raw)
            except msgspec.DecodeError:
                continue
