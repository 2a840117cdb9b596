"""How fast an account's numbers are used, and how long they last. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

RATE_DAYS = 14
"""The present rate is that of so many days."""
LEAST = timedelta(days=1)
"""Over a shorter time a rate says nothing."""


@dataclass(frozen=True, slots=True)
class Point:
    """Numbers left at a time."""

    at: datetime
    balance: int


def per_day(points: Sequence[Point], now: datetime) -> float | None:
    """Numbers used a day of late; None while less than a day is known.

    Balances (oldest first) fall by use and rise by refills; the falls are summed.
    """
    late = [point for point in points if point.at >= now - timedelta(days=RATE_DAYS)]
    if len(late) < 2 or late[-1].at - late[0].at < LEAST:
        return None
    used = sum(max(0, before.balance - after.balance) for before, after in pairwise(late))
    return used / ((late[-1].at - late[0].at) / timedelta(days=1))


def days_left(balance: int | None, rate: float | None) -> float | None:
    """Days until nothing is left at this rate; None where nothing is used or known."""
    return balance / rate if balance is not None and rate else None
