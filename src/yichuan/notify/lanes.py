"""How much room each lane gets: a receiver that answers earns more, one that fails gets little.

A lane is everything that goes to one place. Its room grows by one with each success and halves
with each failure, as congestion control does (RFC 5681, section 3.1); a lane that only fails rests
between single tries. So a receiver that is down or hangs costs the others next to nothing. Pure:
times are seconds of a monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

FIRST_ROOM: Final = 8
MOST_ROOM: Final = 48
RESTS_AFTER: Final = 5
"""Failures in a row after which a lane rests."""
FIRST_REST: Final = 5.0
LONGEST_REST: Final = 300.0
FORGET_AFTER: Final = 1_000
"""Lanes that are remembered; idle healthy ones are forgotten first."""


@dataclass(slots=True)
class Lane:
    """What is known of one lane in this process."""

    room: int = FIRST_ROOM
    running: int = 0
    failures: int = 0
    """In a row."""
    rests_until: float = 0.0

    def is_open(self, at: float) -> bool:
        """Whether one more may go now."""
        return self.running < self.room and self.rests_until <= at

    def ended(self, at: float, *, good: bool) -> None:
        """One try ended."""
        self.running -= 1
        if good:
            self.failures, self.rests_until = 0, 0.0
            self.room = min(MOST_ROOM, self.room + 1)
            return
        self.failures += 1
        self.room = max(1, self.room // 2)
        over = self.failures - RESTS_AFTER
        if over >= 0:
            self.rests_until = at + min(LONGEST_REST, FIRST_REST * 2 ** min(over, 10))


@dataclass(slots=True)
class Lanes:
    """Every lane this process sends to."""

    known: dict[str, Lane] = field(default_factory=dict)

    def of(self, name: str) -> Lane:
        """A lane by its name."""
        found = self.known.get(name)
        if found is None:
            if len(self.known) >= FORGET_AFTER:
                self._forget()
            found = self.known[name] = Lane()
        return found

    def busy(self, at: float) -> list[str]:
        """Lanes that take nothing now."""
        return [name for name, lane in self.known.items() if not lane.is_open(at)]

    def _forget(self) -> None:
        self.known = {n: lane for n, lane in self.known.items() if lane.running or lane.failures}
