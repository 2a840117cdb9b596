"""What can go wrong, and how often. Rates are probabilities between 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum


class Fault(StrEnum):
    """The one main misfortune of a parcel."""

    NONE = "none"
    LATE_PICKUP = "late_pickup"
    STALL = "stall"
    FAILED_DELIVERY = "failed_delivery"
    REFUSED = "refused"
    DAMAGED = "damaged"
    LOST = "lost"


class Outcome(StrEnum):
    """How a parcel's trip ends."""

    DELIVERED = "delivered"
    COLLECTED = "collected"
    RETURNED = "returned"
    LOST = "lost"


PARCEL_FAULTS = tuple(f for f in Fault if f is not Fault.NONE)


@dataclass(frozen=True, slots=True)
class FaultRates:
    """Rates of faults.

    The first six are per parcel and exclude each other (their sum must not pass 1); `locker` and
    `station` are no faults but the share of deliverable parcels left there (their sum must not
    pass 1); then rates per push, and per single event.
    """

    late_pickup: float = 0.02
    """First scan one to three days after the hand-over."""
    stall: float = 0.02
    """Two to six days without a scan at or after a hub."""
    failed_delivery: float = 0.04
    """One or two failed attempts, then delivered."""
    refused: float = 0.008
    """Refused at the door, brought back to the sender."""
    damaged: float = 0.003
    """Found damaged at a hub; half of them go on, half go back."""
    lost: float = 0.002
    """Never seen again after a hub; half of them declared lost."""

    locker: float = 0.20
    """Left in a parcel locker, then collected."""
    station: float = 0.30
    """Left at a station, then collected."""

    duplicate_push: float = 0.02
    """The same record pushed once more after it was acknowledged."""
    out_of_order_push: float = 0.01
    """A record held back and pushed after the next, longer one."""
    wrong_signature: float = 0.002
    """A push sent first with a signature that does not verify."""
    garbage_body: float = 0.001
    """A body that is no form at all sent before the real one."""

    odd_time: float = 0.002
    """An event whose time is in another format, absurd or missing, in every push of it."""
    missing_zone: float = 0.002
    """An event whose time is ISO 8601 without offset (Beijing time is meant)."""

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: a rate is outside 0..1 or exclusive rates add up to more than 1.
        """
        for field in fields(self):
            rate = getattr(self, field.name)
            if not 0 <= rate <= 1:
                raise ValueError(f"{field.name} must be between 0 and 1, not {rate}")
        if sum(getattr(self, f) for f in PARCEL_FAULTS) > 1 or self.locker + self.station > 1:
            raise ValueError("rates that exclude each other add up to more than 1")

    @classmethod
    def none(cls) -> FaultRates:
        """No fault at all and every parcel handed over at the door."""
        return cls(**dict.fromkeys((f.name for f in fields(cls)), 0.0))

    @classmethod
    def only(cls, **rates: float) -> FaultRates:
        """No fault but the given ones."""
        return cls(**{**dict.fromkeys((f.name for f in fields(cls)), 0.0), **rates})

    def draw(self, roll: float) -> Fault:
        """The main fault for a uniform `roll` in [0, 1)."""
        for fault in PARCEL_FAULTS:
            rate: float = getattr(self, fault)
            if roll < rate:
                return fault
            roll -= rate
        return Fault.NONE
