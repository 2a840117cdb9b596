"""Counts how fast scans come, for the tables of `yichuan.tracking.polling_rates`.

    python -m bench.polling_rates --write

Scans and hours are counted by phase, time since the last scan and part of the day, of two kinds of
parcels: the simulator's of one seed (not of those that `bench.polling` measures with; together they
count as much as `AS_MANY`), and the histories of `traces_real.jsonl` (YICHUAN_DATA; nothing of
them but these counts is kept). The two tables whose product tells the counts best are found by
fitting them to the sums in turn; where little was counted, a row follows the rows beside it.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Final

from bench.polling_journeys import Journey, real, simulated
from yichuan import tracking
from yichuan.tracking.polling_rates import AFTER, DAYPART, PARTS, Book, Counts, Phase, Rates, Stop
from yichuan.tracking.polling_rates import count as count_stops

SEED: Final = 20_260_101
PARCELS: Final = 2000
WATCHED: Final = timedelta(days=10)
"""Of a silence that does not end."""
ROUNDS: Final = 20
AS_MANY: Final = 20
LEAST_RATE: Final = 0.1
"""Of the phase's mean."""
LEAST_FACTOR: Final = 0.2
"""The simulator knows hours in which nothing ever happens; life does not."""
LIKE_BESIDE: Final = 4.0
"""Scans added to each row, at the rate of the rows beside it."""
LIKE_ALL_DAY: Final = 4.0
"""Scans added to each part of the day, at the rate of the whole day."""
Found = dict[str, Counts]


def count(journeys: Iterable[Journey]) -> Found:
    """By phase."""
    found: Found = {}
    for journey in journeys:
        stops = [Stop(scan.at, scan.phase) for scan in journey.scans]
        until = None
        if not journey.cut:
            stops.insert(0, Stop(journey.given_at, Phase("created")))
            until = stops[-1].at + WATCHED
        count_stops(stops, found, until)
    return found


def merged(parts: Iterable[tuple[Found, float]]) -> Found:
    """Counts of several kinds, by weight."""
    total: Found = {}
    for found, weight in parts:
        for phase, counts in found.items():
            total.setdefault(phase, Counts()).add(counts, weight)
    return total


def fitted(found: Found) -> Book:
    """The tables that tell the counts best."""
    return Book({phase: _fit(counts) for phase, counts in sorted(found.items())})


def _fit(counts: Counts) -> Rates:
    mean = (sum(counts.scans) + 0.5) / (sum(counts.hours) + 2)
    rows, parts = range(len(AFTER)), range(PARTS)
    scans = [sum(counts.scans[r * PARTS + p] for p in parts) for r in rows]
    by_part = [sum(counts.scans[r * PARTS + p] for r in rows) for p in parts]
    rate, factor = [mean] * len(AFTER), [1.0] * PARTS
    for _ in range(ROUNDS):
        hours = [sum(counts.hours[r * PARTS + p] * factor[p] for p in parts) for r in rows]
        for r in rows:
            beside = [q for q in (r - 1, r + 1) if q in rows]
            like = sum(scans[q] for q in beside) + 1
            like /= sum(hours[q] for q in beside) + 1 / mean
            rate[r] = (scans[r] + LIKE_BESIDE) / (hours[r] + LIKE_BESIDE / like)
        for p in parts:
            due = sum(counts.hours[r * PARTS + p] * rate[r] for r in rows)
            factor[p] = (by_part[p] + LIKE_ALL_DAY) / (due + LIKE_ALL_DAY)
    return Rates(
        tuple(max(r, mean * LEAST_RATE) for r in rate), tuple(max(f, LEAST_FACTOR) for f in factor)
    )


def main() -> None:
    """Print both tables, or write them into the package."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true")
    folder = Path(tracking.__file__ or "").parent
    invented = count(simulated(SEED, PARCELS))
    book = fitted(merged([(invented, AS_MANY / PARCELS), (count(real()), 1.0)]))
    rates = [["phase", "after_hours", "scans_an_hour"]]
    hours = [["phase", "from_hour", "factor"]]
    for phase, table in book.phases.items():
        rates += [[phase, str(a), f"{r:.4f}"] for a, r in zip(AFTER, table.an_hour, strict=True)]
        hours += [[phase, str(p * DAYPART), f"{f:.3f}"] for p, f in enumerate(table.by_day)]
    for name, rows in (("polling_rates.csv", rates), ("polling_hours.csv", hours)):
        if options.parse_args().write:
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
        else:
            print("\n".join(",".join(row) for row in rows))


if __name__ == "__main__":
    main()
