"""Polling: how soon scans are known, and for how many calls, beside asking every two hours.

    python -m bench.polling

Prints one JSON object. Parcels of the simulator (another seed than the one whose scans were counted
for the tables) are asked for from the moment their number is given until the call that brings the
end. Calls are per parcel; staleness is the time from a scan to the call that brings it. `ours`
spends as many calls as `fixed` or fewer: the stretch that a quota of that size would bring is
searched for. `same_mean_staleness` shows how few calls leave the mean of `fixed`, `default` what a
connection with quota enough does. `held_real` is the same comparison on those histories from public
code (YICHUAN_DATA, `traces_real.jsonl`) that no table was counted from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import fmean, quantiles
from typing import Final, NamedTuple

from bench.polling_journeys import Journey, real, simulated
from yichuan.tracking.polling import Seen, next_ask
from yichuan.tracking.values import END_MILESTONES

SEED: Final = 4
PARCELS: Final = 3000
SEARCHED: Final = 600
"""Parcels of them on which a stretch is searched for."""
PERIOD: Final = timedelta(hours=2)
GIVE_UP: Final = timedelta(days=10)
"""A parcel that never ends is followed so long after its last scan, by both."""
When = Callable[[Seen], datetime]


class Figure(NamedTuple):
    """What a way of asking costs and brings."""

    calls: float
    """A parcel."""
    mean_minutes: float
    p95_minutes: float

    def shown(self) -> dict[str, float]:
        """Rounded."""
        names = ("calls_per_shipment", "mean_staleness_minutes", "p95_staleness_minutes")
        return {name: round(value, 1) for name, value in zip(names, self, strict=True)}


def fixed(period: timedelta) -> When:
    """Every so often."""
    return lambda seen: (seen.asked_at or seen.since) + period


def ours(stretch: float) -> When:
    """As Yichuan asks."""

    def when(seen: Seen) -> datetime:
        at = next_ask(seen, stretch)
        assert at is not None
        return at

    return when


def followed(journey: Journey, when: When) -> tuple[int, list[float]]:
    """Calls for a parcel, and the staleness of each scan in minutes."""
    scans, known, calls, late = journey.scans, 0, 0, []
    if scans and scans[0].at == journey.given_at:
        known = 1
    last = (scans[-1].at if scans else journey.given_at) + GIVE_UP
    asked: datetime | None = None
    while True:
        now = scans[known - 1] if known else None
        if (now is not None and now.milestone in END_MILESTONES) or (
            journey.cut and known == len(scans)
        ):
            break
        seen = Seen(
            milestone=now.milestone if now else "created",
            detail=now.detail if now else "none",
            since=now.at if now else journey.given_at,
            leg_km=now.leg_km if now else None,
            asked_at=asked,
        )
        at = when(seen)
        if at > last or (known == len(scans) and now is not None and at > now.at + GIVE_UP):
            break
        asked, calls = at, calls + 1
        while known < len(scans) and scans[known].at <= at:
            late.append((at - scans[known].at).total_seconds() / 60)
            known += 1
    return calls, late


def figure(journeys: Sequence[Journey], when: When) -> Figure:
    """Over many parcels."""
    calls, late = 0, []
    for journey in journeys:
        n, minutes = followed(journey, when)
        calls += n
        late += minutes
    return Figure(calls / len(journeys), fmean(late), quantiles(late, n=20)[-1])


def stretch_where(fits: Callable[[Figure], bool], journeys: Sequence[Journey]) -> float:
    """The least stretch whose figure fits, to within a hundredth; fitting grows with stretch."""
    low, high = 0.05, 16.0
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        if fits(figure(journeys, ours(middle))):
            high = middle
        else:
            low = middle
    return high


def beside(journeys: Sequence[Journey], searched: Sequence[Journey]) -> dict[str, object]:
    """Ours and the fixed period at one budget; the stretch for it is searched on some of them."""
    peer, wanted = figure(journeys, fixed(PERIOD)), figure(searched, fixed(PERIOD))
    stretch = stretch_where(lambda f: f.calls <= wanted.calls, searched)
    mine = figure(journeys, ours(stretch))
    return {
        "parcels": len(journeys),
        "fixed": peer.shown(),
        "ours": mine.shown(),
        "ratio_mean": round(mine.mean_minutes / peer.mean_minutes, 2),
        "ratio_p95": round(mine.p95_minutes / peer.p95_minutes, 2),
    }


def main() -> None:
    """Measure and print."""
    journeys = list(simulated(SEED, PARCELS))
    few = journeys[:SEARCHED]
    found = list(real(tuned=False))
    result = {"bench": "polling", "period_hours": 2} | beside(journeys, few)
    fixed_few = figure(few, fixed(PERIOD))
    lean = stretch_where(lambda f: f.mean_minutes >= fixed_few.mean_minutes, few)
    result["same_mean_staleness"] = figure(journeys, ours(lean)).shown()
    result["default"] = figure(journeys, ours(1.0)).shown()
    result["held_real"] = beside(found, found) if found else "no traces_real.jsonl in YICHUAN_DATA"
    print(json.dumps(result))


if __name__ == "__main__":
    main()
