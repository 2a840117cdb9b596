"""Delivery estimates: how often they hold and how wide they are, beside simpler ones.

    python -m bench.arrivals

Prints one JSON object. An estimate is a range of days (Asia/Shanghai); `holds` is the share of
parcels that arrive on one of them (80 of 100 are aimed at; whole days round it up), `late` the
share that arrive after them, `days` the mean width, `said` the share of parcels of which anything
is said. `score` is the interval score for 80 % in days (width, and ten days for each day outside):
the lower the better; ratios are of scores, over the parcels of which both say something.

- `warehouse`: parcels of one courier from a warehouse in Sichuan to all of China (YICHUAN_DATA,
  `other/cw_*`), from hand-over to signature, in the order in which they were shipped: each is
  estimated from those that had arrived by then, as an installation learns. The peer: the same
  range of all parcels that had arrived by then, wherever they went (`all_alike`).
- `marketplace`: orders of a Brazilian marketplace (`olist/`) from hand-over to delivery in the same
  way, seller's state to buyer's, ranges as wide as they come. The peers: from the hand-over to the
  date that was promised to the buyer (`promised`), and `all_alike`.
- `histories`: whole histories from public code (`traces_real.jsonl`), from every stage of the way,
  each estimated from all others. They are few: what would be said is shown whether or not it would
  be (`least` 0).
- `simulated`: parcels of the simulator, learned from others of it; from every stage, and an hour
  after midnight and noon of every day on the way.
"""

from __future__ import annotations

import csv
import gzip
import heapq
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean
from typing import Final, NamedTuple

from bench.polling_journeys import DATA, Told, told_by_simulator
from yichuan.core.clock import CHINA
from yichuan.couriers.connectors.times import courier_time
from yichuan.forecast.arrival import (
    LAST,
    WIDEST,
    Arrival,
    Ends,
    Group,
    Key,
    Seen,
    Stop,
    estimate,
    keys_of,
    passed,
)
from yichuan.tracking.cities import city
from yichuan.tracking.details import milestone_of
from yichuan.tracking.geo import place_of
from yichuan.tracking.normalise import detail_of_event
from yichuan.tracking.values import Place

ALIKE: Final[Key] = ("", "", "all")
MISS: Final = 10.0
"""Days that a day outside a range of 80 % weighs: 2 / (1 - 0.8)."""
LEARNED: Final = 12_000
TRIED: Final = 1_500
SEED: Final = 5


class Parcel(NamedTuple):
    """A parcel that arrived."""

    keys: list[Key]
    stops: list[Stop]
    arrived_at: datetime
    promised_at: datetime | None = None


@dataclass
class Tally:
    """How ranges did."""

    widths: list[float] = field(default_factory=list)
    held: int = 0
    late: int = 0
    score: list[float | None] = field(default_factory=list)
    """None: nothing was said."""

    def add(self, said: Arrival | None, arrived_at: datetime) -> None:
        """Judge one."""
        if said is None:
            self.score.append(None)
            return
        first, last = _day(said.begin), _day(said.end)
        at = _day(arrived_at)
        width = last - first + 1
        self.widths.append(width)
        self.held += first <= at <= last
        self.late += at > last
        self.score.append(width + MISS * max(first - at, at - last, 0))

    def shown(self) -> dict[str, float]:
        """Rounded."""
        said = len(self.widths)
        if not said:
            return {"said": 0.0}
        return {
            "said": round(said / len(self.score), 3),
            "holds": round(self.held / said, 3),
            "late": round(self.late / said, 3),
            "days": round(fmean(self.widths), 2),
            "score": round(fmean(s for s in self.score if s is not None), 2),
        }


def ratio(ours: Tally, peer: Tally) -> float:
    """Of the scores where both say something."""
    both = [(a, b) for a, b in zip(ours.score, peer.score, strict=True) if a is not None and b]
    return round(fmean(a for a, _ in both) / fmean(b for _, b in both), 2) if both else 0.0


def _day(at: datetime) -> int:
    return at.astimezone(CHINA).date().toordinal()


def learn(groups: dict[Key, Group], parcel: Parcel) -> None:
    """Count a parcel, and among all alike."""
    for key in (*parcel.keys, ALIKE):
        groups.setdefault(key, Group()).add(parcel.stops, parcel.arrived_at)


def online(parcels: Sequence[Parcel], widest: int = WIDEST) -> dict[str, object]:
    """Estimate each at its first stop from those that had arrived by then."""
    groups: dict[Key, Group] = {}
    waiting: list[tuple[datetime, int, Parcel]] = []
    ours, alike, promised = Tally(), Tally(), Tally()
    for number, parcel in enumerate(sorted(parcels, key=lambda one: one.stops[0].at)):
        stop = parcel.stops[0]
        while waiting and waiting[0][0] <= stop.at:
            learn(groups, heapq.heappop(waiting)[2])
        ours.add(
            estimate(groups, [*parcel.keys, ALIKE], stop, stop.at, widest=widest), parcel.arrived_at
        )
        same = estimate(groups, [ALIKE], stop, stop.at, least=0, widest=LAST)
        alike.add(same, parcel.arrived_at)
        by = parcel.promised_at
        promised.add(Arrival(stop.at, by) if by else None, parcel.arrived_at)
        heapq.heappush(waiting, (parcel.arrived_at, number, parcel))
    result: dict[str, object] = {"parcels": len(parcels), "ours": ours.shown()}
    result |= {"all_alike": alike.shown(), "ratio_all_alike": ratio(ours, alike)}
    if promised.widths:
        result |= {"promised": promised.shown(), "ratio_promised": ratio(ours, promised)}
    return result


def _rows(name: str) -> Iterator[dict[str, str]]:
    path = DATA / name
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from csv.DictReader(lines)


def warehouse() -> Iterator[Parcel]:
    """Parcels of the warehouse with a time of signature."""
    sent = {row["shipment"]: row for row in _rows("other/cw_shipments.csv.gz")}
    origin = place_of("成都市")
    for bill in _rows("other/cw_carrier_bills.csv.gz"):
        row = sent.get(bill["shipment"])
        if row is None or not bill["signed_at"]:
            continue
        shipped, signed = courier_time(row["shipped_at"] + ":00"), courier_time(bill["signed_at"])
        goal = place_of(row["dest_city"]) or place_of(row["dest_province"])
        if signed > shipped:
            keys = keys_of("HTKY", Ends(origin, goal))
            yield Parcel(keys, [Stop("shipped", shipped)], signed)


def marketplace() -> Iterator[Parcel]:
    """Orders of the marketplace whose seller and buyer are known."""
    sellers = _column("sellers_dataset", "seller_id", "seller_state")
    items = _column("order_items_part10k", "order_id", "seller_id")
    buyers = _column("customers_part10k", "customer_id", "customer_state")
    for row in _rows("olist/olist_orders_part10k.csv.gz"):
        begun, ended = row["order_delivered_carrier_date"], row["order_delivered_customer_date"]
        origin, goal = sellers.get(items.get(row["order_id"], "")), buyers.get(row["customer_id"])
        if begun and ended and origin and goal and _brazil(ended) > _brazil(begun):
            by = _brazil(row["order_estimated_delivery_date"]) + timedelta(hours=23, minutes=59)
            keys: list[Key] = [("", origin, goal)]
            yield Parcel(keys, [Stop("shipped", _brazil(begun))], _brazil(ended), by)


def _column(name: str, key: str, value: str) -> dict[str, str]:
    return {row[key]: row[value] for row in _rows(f"olist/olist_{name}.csv.gz")}


def _brazil(text: str) -> datetime:
    """Its clock taken for China's: only days and halves of them count."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def _parcel(courier: str, told: Told) -> Parcel | None:
    scans: list[Seen] = []
    for at, text, coded in told:
        detail = detail_of_event(text, coded)
        scans.append(Seen(at, milestone_of(detail), place_of(city(text))))
    known: list[Place] = [scan.place for scan in scans if scan.place is not None]
    if not known:
        return None
    ends = Ends(known[0], known[-1])
    stops, arrived_at = passed(None, scans, ends)
    return Parcel(keys_of(courier, ends), stops, arrived_at) if stops and arrived_at else None


def histories() -> Iterator[Parcel]:
    """Whole histories from public code."""
    path = DATA / "traces_real.jsonl"
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        row = json.loads(line)
        if "dates_altered" in row["flags"]:
            continue
        told = sorted((courier_time(e["time"]), e["text"], None) for e in row["events"])
        found = _parcel(row["carrier"], told)
        if found is not None:
            yield found


def each_from_the_others(parcels: Sequence[Parcel]) -> dict[str, object]:
    """Every stage of every parcel, from what was counted of all others."""
    tallies = {name: Tally() for name in ("ours", "all_alike")}
    for out, parcel in enumerate(parcels):
        groups: dict[Key, Group] = {}
        for number, other in enumerate(parcels):
            if number != out:
                learn(groups, other)
        for stop in parcel.stops:
            for name, keys in (("ours", [*parcel.keys, ALIKE]), ("all_alike", [ALIKE])):
                said = estimate(groups, keys, stop, stop.at, least=0, widest=LAST)
                tallies[name].add(said, parcel.arrived_at)
    ours, alike = tallies["ours"], tallies["all_alike"]
    result: dict[str, object] = {"parcels": len(parcels), "estimates": len(ours.score)}
    result |= {name: tally.shown() for name, tally in tallies.items()}
    return result | {"ratio_all_alike": ratio(ours, alike)}


def simulated(seed: int, count: int) -> Iterator[Parcel]:
    """The simulator's parcels that arrive."""
    for courier, _, told in told_by_simulator(seed, count):
        found = _parcel(courier, told)
        if found is not None:
            yield found


def invented() -> dict[str, object]:
    """Learned from parcels of the simulator, tried on others."""
    groups: dict[Key, Group] = {}
    for parcel in simulated(SEED, LEARNED):
        learn(groups, parcel)
    at_stops: dict[str, Tally] = {}
    on_the_way, every, alike = Tally(), Tally(), Tally()
    for parcel in simulated(SEED + 1, TRIED):
        for stop in parcel.stops:
            said = estimate(groups, parcel.keys, stop, stop.at)
            at_stops.setdefault(stop.stage, Tally()).add(said, parcel.arrived_at)
            every.add(said, parcel.arrived_at)
            same = estimate(groups, [ALIKE], stop, stop.at, least=0, widest=LAST)
            alike.add(same, parcel.arrived_at)
        for stop, now in _halves(parcel):
            on_the_way.add(estimate(groups, parcel.keys, stop, now), parcel.arrived_at)
    return {
        "learned": LEARNED,
        "parcels": TRIED,
        "ours": every.shown(),
        "by_stage": {stage: tally.shown() for stage, tally in at_stops.items()},
        "twice_a_day": on_the_way.shown(),
        "all_alike": alike.shown(),
        "ratio_all_alike": ratio(every, alike),
    }


def _halves(parcel: Parcel) -> Iterator[tuple[Stop, datetime]]:
    """Moments on the way, twice a day, with the stop that was the last by then."""
    now = parcel.stops[0].at.astimezone(CHINA).replace(hour=1, minute=0)
    while now < parcel.arrived_at:
        behind = [stop for stop in parcel.stops if stop.at <= now]
        if behind:
            yield behind[-1], now
        now += timedelta(hours=12)


def main() -> None:
    """Measure and print."""
    result: dict[str, object] = {"bench": "arrivals", "aim": 0.8, "widest_days": WIDEST}
    parts: dict[str, Callable[[], dict[str, object]]] = {
        "warehouse": lambda: online(list(warehouse())),
        "marketplace": lambda: online(list(marketplace()), LAST),
        "histories": lambda: each_from_the_others(list(histories())),
        "simulated": invented,
    }
    for name, part in parts.items():
        result[name] = part()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
