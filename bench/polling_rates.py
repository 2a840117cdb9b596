"""Counts how fast scans come, for the tables of `yichuan.tracking.polling`.

    python -m bench.polling_rates --write

Scans and hours are counted by phase, time since the last scan and part of the day, of two kinds of
parcels: the simulator's of one seed (not of those that `bench.polling` measures with; together they
count as much as `AS_MANY`), and every other history of `traces_real.jsonl` (YICHUAN_DATA; nothing
of them but these counts is kept). The two tables whose product tells the counts best are found by
fitting them to the sums in turn.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bench.polling_journeys import Journey, real, simulated
from yichuan import tracking
from yichuan.core.clock import CHINA
from yichuan.tracking.polling import phase_of

SEED: Final = 20_260_101
PARCELS: Final = 3000
AFTER: Final = (0, 1, 2, 4, 8, 12, 18, 24, 36, 48, 72, 120)
DAYPART: Final = 3
WATCHED: Final = timedelta(days=10)
"""Of a silence that does not end."""
ROUNDS: Final = 30
AS_MANY: Final = 60
LEAST_RATE: Final = 0.1
"""Of the phase's mean."""
LEAST_FACTOR: Final = 0.2
"""The simulator knows hours in which nothing ever happens; life does not."""
SMOOTH: Final = 0.5
"""Scans added to each count, with the hours they would take on average."""
Cell = tuple[int, int]
"""Row of `AFTER`, part of the day."""


class Counts:
    """Scans and hours of one phase."""

    def __init__(self) -> None:
        self.scans: dict[Cell, float] = defaultdict(float)
        self.hours: dict[Cell, float] = defaultdict(float)

    def stay(
        self, since: datetime, until: datetime, weight: float, *, scanned: bool = True
    ) -> None:
        """Count the hours of a silence, and the scan that ends it."""
        at, cell = since, (0, 0)
        while at < until:
            gone = (at - since).total_seconds() / 3600
            row = max(i for i, low in enumerate(AFTER) if low <= gone + 1e-9)
            here = at.astimezone(CHINA)
            day = here.hour + here.minute / 60 + here.second / 3600
            part = int(day) // DAYPART
            long = (part + 1) * DAYPART - day
            if row + 1 < len(AFTER):
                long = min(long, AFTER[row + 1] - gone)
            step = min(until, at + timedelta(hours=max(long, 1 / 60)))
            cell = (row, part)
            self.hours[cell] += weight * (step - at).total_seconds() / 3600
            at = step
        self.scans[cell] += weight * scanned

    def fit(self) -> tuple[list[float], list[float]]:
        """Scans an hour by time since the last scan, and factors by part of the day."""
        mean = sum(self.scans.values()) / sum(self.hours.values())
        rows, parts = range(len(AFTER)), range(24 // DAYPART)
        rate, factor = [mean] * len(AFTER), [1.0] * len(parts)
        for _ in range(ROUNDS):
            for r in rows:
                scans = sum(self.scans[r, p] for p in parts) + SMOOTH
                expected = sum(self.hours[r, p] * factor[p] for p in parts) + SMOOTH / mean
                rate[r] = scans / expected
            for p in parts:
                scans = sum(self.scans[r, p] for r in rows) + SMOOTH
                factor[p] = scans / (sum(self.hours[r, p] * rate[r] for r in rows) + SMOOTH)
        least = mean * LEAST_RATE
        return [max(r, least) for r in rate], [max(f, LEAST_FACTOR) for f in factor]


def count(journeys: Iterable[Journey], weight: float, found: dict[str, Counts]) -> None:
    """Add up by phase."""
    for journey in journeys:
        phase, since = "created", journey.given_at
        for scan in journey.scans:
            if scan.at > journey.given_at or not journey.cut:
                found[phase].stay(since, scan.at, weight)
            phase, since = phase_of(scan.milestone, scan.detail, scan.leg_km), scan.at
        if phase not in ENDED and not journey.cut:
            found[phase].stay(since, since + WATCHED, weight, scanned=False)


ENDED: Final = ("delivered", "returned", "cancelled", "lost")


def main() -> None:
    """Print both tables, or write them into the package."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true")
    folder = Path(tracking.__file__ or "").parent
    rates = [["phase", "after_hours", "scans_an_hour"]]
    hours = [["phase", "from_hour", "factor"]]
    found: dict[str, Counts] = defaultdict(Counts)
    count(simulated(SEED, PARCELS), AS_MANY / PARCELS, found)
    count(real(tuned=True), 1.0, found)
    for phase, counts in sorted(found.items()):
        rate, factor = counts.fit()
        rates += [[phase, f"{a:g}", f"{r:.4f}"] for a, r in zip(AFTER, rate, strict=True)]
        hours += [[phase, str(p * DAYPART), f"{f:.3f}"] for p, f in enumerate(factor)]
    for name, rows in (("polling_rates.csv", rates), ("polling_hours.csv", hours)):
        if options.parse_args().write:
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
        else:
            print("\n".join(",".join(row) for row in rows))


if __name__ == "__main__":
    main()
