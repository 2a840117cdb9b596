"""What the simulated world consists of: waybills, parcels, subscriptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from yichuan.simulator import ledger as log
from yichuan.simulator.config import Branch
from yichuan.simulator.faults import Outcome
from yichuan.simulator.history import ParcelHistory
from yichuan.simulator.routes import Place

SubKey = tuple[str, str, str]
"""EBusinessID, courier, number."""


class RefusedError(ValueError):
    """The world does not allow this; the text says why, in the couriers' language."""


@dataclass(slots=True)
class Waybill:
    """What a 1007 call brought."""

    line: log.Accepted
    origin: Place
    destination: Place
    cancelled: bool = False

    @property
    def numbers(self) -> tuple[str, ...]:
        """Mother number and children."""
        return (self.line.number, *self.line.children)


class Parcel:
    """A physical parcel: its whole history, and how much of it has happened.

    The history is a pure function, so a finished parcel lets go of it (`forget`) and has it made
    again when somebody asks: a year of parcels fits into memory.
    """

    __slots__ = ("_history", "_make", "alert", "alerts", "fault", "happened", "outcome", "total")

    def __init__(self, make: Callable[[], ParcelHistory]) -> None:
        """A parcel of which nothing has happened yet; `make` gives the same history each time."""
        history = make()
        self._make = make
        self._history: ParcelHistory | None = history
        self.fault, self.outcome = history.fault, history.outcome
        self.total = len(history.events)
        self.happened = 0
        self.alerts = 0
        """How many of the aggregator's alerts have been raised."""
        self.alert = ""
        """The alert that stands since the last event."""

    @property
    def history(self) -> ParcelHistory:
        """The whole history, future included."""
        if self._history is None:
            self._history = self._make()
        return self._history

    @property
    def finished(self) -> bool:
        """Nothing more will be scanned and nobody waits for it."""
        return self.happened == self.total and self.outcome is not Outcome.LOST

    def forget(self) -> None:
        """Free the memory of the history."""
        self._history = None

    def next_due(self) -> datetime | None:
        """When the next event or alert is due."""
        if self.finished:
            return None
        history = self.history
        due = [history.events[self.happened].at] if self.happened < self.total else []
        if self.alerts < len(history.alerts):
            due.append(history.alerts[self.alerts].at)
        return min(due, default=None)


@dataclass(slots=True)
class Subscription:
    """Someone's wish to be told about a number."""

    ebusiness_id: str
    courier: str
    number: str
    request_type: str
    order_code: str
    callback: str
    since: datetime
    active: bool = True
    failure: str = ""
    in_flight: bool = False
    acknowledged: int = 0
    """Events of the longest acknowledged push."""
    held: list[int] = field(default_factory=list)
    """Lengths of pushes kept back to be sent out of order."""

    @property
    def key(self) -> SubKey:
        """Identity."""
        return self.ebusiness_id, self.courier, self.number


@dataclass(frozen=True, slots=True)
class NewWaybill:
    """What a caller wants to send (1007), already checked for form."""

    ebusiness_id: str
    order_code: str
    courier: str
    branch: Branch
    origin: Place
    destination: Place
    pieces: int = 1
    phone_tails: tuple[str, ...] = ()
    exp: str = ""
    trans: str = ""
    subscribe: bool = True
    callback: str = ""
