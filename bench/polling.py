"""Polling: how soon scans are known, and for how many calls, beside asking every two hours.

    python -m bench.polling

Prints one JSON object. Calls are per parcel; staleness is the time from a scan to the call that
brings it. Everywhere ours spends as many calls as the fixed period or fewer: the stretch that a
quota of that size would bring is searched for.

- `ours` by the tables of the package: parcels of the simulator (another seed than the one that was
  counted for the tables), asked for from the moment their number is given until the call that
  brings the end. `same_mean_staleness` shows how few calls leave the mean of `fixed`, `default`
  what a connection with quota enough does.
- `learned`: the same parcels, after the rates of each courier were learned from parcels of a third
  seed, as an installation learns them from its own.
- `held_real`: histories from public code (YICHUAN_DATA, `traces_real.jsonl`), cross-validated: in
  each of `FOLDS` parts they are asked for by tables counted anew without that part, in `SHUFFLES`
  ways to divide them and from `STARTS` moments of the first two hours, for there are few of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from copy import copy
from datetime import datetime, timedelta
from random import Random
from statistics import fmean, quantiles
from typing import Final, NamedTuple

from bench.polling_journeys import Journey, real, simulated
from bench.polling_rates import AS_MANY, count, fitted, merged
from bench.polling_rates import PARCELS as COUNTED
from bench.polling_rates import SEED as COUNTED_SEED
from yichuan.tracking.polling import Seen, next_ask
from yichuan.tracking.polling_rates import Book, learned, tables
from yichuan.tracking.values import END_MILESTONES

SEED: Final = 4
PARCELS: Final = 3000
SEARCHED: Final = 600
"""Parcels of them on which a stretch is searched for."""
LEARNED_SEED: Final = 77
LEARNED: Final = 3000
FOLDS: Final = 8
SHUFFLES: Final = 4
STARTS: Final = 12
SEARCH_STARTS: Final = 3
PERIOD: Final = timedelta(hours=2)
GIVE_UP: Final = timedelta(days=10)
"""A parcel that never ends is followed so long after its last scan, by both."""
When = Callable[[Seen], datetime]
Way = Callable[[Journey], When]
"""How a parcel is asked for."""


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


class Followed(NamedTuple):
    """A parcel, and how long after its number was given to us it is first asked for; None: by the
    rule."""

    journey: Journey
    first: timedelta | None = None


def fixed(_: Journey) -> When:
    """Every two hours."""
    return lambda seen: (seen.asked_at or seen.since) + PERIOD


def ours(stretch: float, book_of: Callable[[Journey], Book]) -> Way:
    """As Yichuan asks."""

    def way(journey: Journey) -> When:
        book = book_of(journey)

        def when(seen: Seen) -> datetime:
            at = next_ask(seen, stretch, book)
            assert at is not None
            return at

        return when

    return way


def followed(one: Followed, when: When) -> tuple[int, list[float]]:
    """Calls for a parcel, and the staleness of each scan in minutes."""
    journey, scans, known, calls, late = one.journey, one.journey.scans, 0, 0, []
    if scans and scans[0].at == journey.given_at:
        known = 1
    last = (scans[-1].at if scans else journey.given_at) + GIVE_UP
    asked: datetime | None = None
    if one.first is not None:
        asked = journey.given_at + one.first
        known = sum(scan.at <= asked for scan in scans)
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
            leg=now.leg if now else None,
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


def figure(parcels: Sequence[Followed], way: Way) -> Figure:
    """Over many parcels."""
    calls, late = 0, []
    for one in parcels:
        n, minutes = followed(one, way(one.journey))
        calls += n
        late += minutes
    return Figure(calls / len(parcels), fmean(late), quantiles(late, n=20)[-1])


def stretch_where(fits: Callable[[float], bool]) -> float:
    """The least stretch that fits, to within a hundredth; fitting grows with stretch."""
    low, high = 0.05, 16.0
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        if fits(middle):
            high = middle
        else:
            low = middle
    return high


def beside(
    parcels: Sequence[Followed], searched: Sequence[Followed], book_of: Callable[[Journey], Book]
) -> dict[str, object]:
    """Ours and the fixed period at one budget; the stretch for it is searched on some of them."""
    peer, wanted = figure(parcels, fixed), figure(searched, fixed)
    stretch = stretch_where(lambda s: figure(searched, ours(s, book_of)).calls <= wanted.calls)
    mine = figure(parcels, ours(stretch, book_of))
    return {
        "fixed": peer.shown(),
        "ours": mine.shown(),
        "stretch": round(stretch, 2),
        "ratio_mean": round(mine.mean_minutes / peer.mean_minutes, 2),
        "ratio_p95": round(mine.p95_minutes / peer.p95_minutes, 2),
    }


def learned_books() -> Callable[[Journey], Book]:
    """Rates of the simulator's couriers, learned from parcels of their own."""
    of: dict[str, list[Journey]] = defaultdict(list)
    for journey in simulated(LEARNED_SEED, LEARNED):
        of[journey.courier].append(journey)
    books = {courier: learned(count(some), len(some)) for courier, some in of.items()}
    return lambda journey: books.get(journey.courier, tables())


def held_real() -> dict[str, object] | str:
    """The cross-validation on real histories."""
    found = list(real())
    if not found:
        return "no traces_real.jsonl in YICHUAN_DATA"
    invented = count(simulated(COUNTED_SEED, COUNTED))
    counts = [count([journey]) for journey in found]
    held: list[tuple[Journey, Book]] = []
    for shuffle in range(SHUFFLES):
        order = list(range(len(found)))
        Random(shuffle).shuffle(order)
        for fold in range(FOLDS):
            out = order[fold::FOLDS]
            rest = [(counts[i], 1.0) for i in order if i not in out]
            book = fitted(merged([(invented, AS_MANY / COUNTED), *rest]))
            # A copy each: the same history is asked for by other tables in another shuffle.
            held += [(copy(found[i]), book) for i in out]
    books = {id(journey): book for journey, book in held}

    def started(n: int) -> list[Followed]:
        return [Followed(j, PERIOD * (k + 0.5) / n) for j, _ in held for k in range(n)]

    result = beside(started(STARTS), started(SEARCH_STARTS), lambda j: books[id(j)])
    return {"parcels": len(found), "folds": FOLDS, "shuffles": SHUFFLES} | result


def main() -> None:
    """Measure and print."""
    parcels = [Followed(journey) for journey in simulated(SEED, PARCELS)]
    few = parcels[:SEARCHED]
    by_tables: Callable[[Journey], Book] = lambda _: tables()  # noqa: E731
    result = {"bench": "polling", "period_hours": 2, "parcels": PARCELS}
    result |= beside(parcels, few, by_tables)
    wanted = figure(few, fixed).mean_minutes
    lean = stretch_where(lambda s: figure(few, ours(s, by_tables)).mean_minutes >= wanted)
    result["same_mean_staleness"] = figure(parcels, ours(lean, by_tables)).shown()
    result["default"] = figure(parcels, ours(1.0, by_tables)).shown()
    result["learned"] = beside(parcels, few, learned_books())
    result["held_real"] = held_real()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
