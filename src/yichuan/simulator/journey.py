"""One parcel's trip at natural speed, as a list of scans: pure, driven by one random stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random
from types import MappingProxyType

from yichuan.simulator.catalogue import Courier, phrase, speaks
from yichuan.simulator.faults import Fault, FaultRates, Outcome
from yichuan.simulator.people import person
from yichuan.simulator.routes import Stop, leg_hours

BEIJING = timezone(timedelta(hours=8), "CST")
"""China has one zone and no summer time."""

CODES = MappingProxyType(
    {
        "picked_up": "1",
        "packed": "2",
        "weighed": "2",
        "sorted": "2",
        "left_point": "206",
        "hub_in": "204",
        "city_in": "201",
        "hub_out": "2",
        "point_in": "205",
        "out_for_delivery": "202",
        "rescheduled": "419",
        "signed": "301",
        "signed_late": "302",
        "signed_other": "304",
        "locker_in": "211",
        "locker_out": "311",
        "station_in": "211",
        "station_out": "311",
        "refused": "404",
        "return_start": "407",
        "return_signed": "406",
        "damaged": "414",
        "delayed": "417",
        "lost": "4",
    }
)
"""Kind of scan → KDNiao StateEx / Action (its published state table)."""

SPOKEN_AS = MappingProxyType({"city_in": "hub_in", "signed_late": "signed"})
"""Kinds that couriers do not word differently."""

FAILURES = (
    ("405", "收件人要求改日派送"),
    ("405", "收件地址无人在家"),
    ("416", "收件人电话多次无人接听"),
    ("416", "收件人电话关机，联系不上"),
    ("420", "收件地址不完整，找不到具体位置"),
    ("421", "收件人电话号码有误"),
    ("423", "收件地址超出派送区域"),
)
"""StateEx and reason of a failed attempt."""

SIGNERS = ("前台", "门卫", "家人", "物业", "同事", "邻居", "收发室")
BOXES = ("丰巢柜", "近邻宝柜", "云柜", "速递易柜", "兔喜快递柜")
SHOPS = ("菜鸟驿站", "妈妈驿站", "兔喜生活驿站", "多多驿站", "邻里驿站", "便民超市")
ESTATES = ("锦绣", "阳光", "翠湖", "金色", "春江", "书香", "丽景", "祥和", "紫荆", "东方")


@dataclass(frozen=True, slots=True)
class Step:
    """One scan at natural speed: Beijing time, kind, StateEx, the courier's words, and where."""

    at: datetime
    kind: str
    code: str
    text: str
    stop: Stop
    who: str
    tel: str


class Journey:
    """Builds the steps of a trip. Use once: `run` returns the outcome and fills `steps`."""

    def __init__(
        self,
        line: Courier,
        stops: Sequence[Stop],
        handed_over_at: datetime,
        rng: Random,
        fault: Fault,
        rates: FaultRates,
        speed: float,
    ) -> None:
        """A trip over `stops`, beginning at `handed_over_at` (aware)."""
        self.steps: list[Step] = []
        self._line, self._stops, self._rng = line, list(stops), rng
        self._fault, self._rates, self._speed = fault, rates, speed
        self._now = handed_over_at.astimezone(BEIJING)
        self._staff: dict[str, tuple[str, str]] = {}
        self._box = f"{rng.choice(ESTATES)}{rng.choice(('花园', '家园', '苑', '小区', '广场'))}"

    def run(self) -> Outcome:
        """Walk the whole trip."""
        self._pick_up()
        stopped = self._carry(self._stops, self._trouble_hub())
        if stopped is Outcome.RETURNED:
            return self._go_back()
        return stopped or self._deliver()

    # -- clock ---------------------------------------------------------------------------------

    def _wait(self, low: float, high: float) -> None:
        """Let between `low` and `high` hours pass."""
        self._now += timedelta(hours=self._rng.uniform(low, high))

    def _until_hour(self, hours: Sequence[float], slack_minutes: float = 25) -> None:
        """Go on to the next of these hours of the day; a Sunday may be skipped."""
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        gone = (self._now - midnight) / timedelta(hours=1)
        later = next((h for h in hours if h >= gone), None)
        if later is None:
            midnight, later = midnight + timedelta(days=1), hours[0]
        if midnight.weekday() == 6 and self._rng.random() < self._line.rest_day:
            midnight, later = midnight + timedelta(days=1), hours[0]
        self._now = midnight + timedelta(hours=later, minutes=self._rng.uniform(0, slack_minutes))

    def _by_day(self) -> None:
        """Nobody scans at the door between 22 and 7."""
        if self._now.hour >= 22 or self._now.hour < 7:
            self._until_hour((8.0,), 90)

    # -- reporting -----------------------------------------------------------------------------

    def _say(
        self, kind: str, stop: Stop, to: Stop | None = None, code: str = "", **words: str
    ) -> None:
        """Report one scan in the courier's words."""
        who, tel = self._person_at(stop)
        text = phrase(
            self._line.code,
            SPOKEN_AS.get(kind, kind),
            self._rng,
            {
                "at": stop.name,
                "to": to.name if to else "",
                "city": stop.city.name,
                "desk": stop.desk,
                "hot": self._line.hotline,
                "who": who,
                "tel": tel,
                **words,
            },
        )
        at = self._now.replace(microsecond=0)
        self.steps.append(Step(at, kind, code or CODES[kind], text, stop, who, tel))

    def _person_at(self, stop: Stop) -> tuple[str, str]:
        """The one person (name, telephone) who handles this parcel at a stop."""
        if stop.name not in self._staff:
            self._staff[stop.name] = person(self._rng, self._line.person)
        return self._staff[stop.name]

    def _say_if_usual(self, kind: str, stop: Stop, to: Stop | None = None) -> None:
        """Report a scan only some couriers publish."""
        if speaks(self._line.code, kind):
            self._say(kind, stop, to)

    # -- the trip ------------------------------------------------------------------------------

    def _trouble_hub(self) -> int:
        """Index in the stops of the hub where a stall, damage or loss happens; -1 for none."""
        if self._fault not in {Fault.STALL, Fault.DAMAGED, Fault.LOST}:
            return -1
        return self._rng.randrange(1, len(self._stops) - 1)

    def _pick_up(self) -> None:
        low, high = self._line.pickup_minutes
        self._wait(low / 60, high / 60)
        if self._fault is Fault.LATE_PICKUP:
            self._wait(26, 70)
        self._by_day()
        if self._now.weekday() == 6 and self._rng.random() < self._line.rest_day:
            self._now += timedelta(days=1)
        self._say("picked_up", self._stops[0])
        self._wait(0.3, 0.7)

    def _carry(
        self, stops: Sequence[Stop], trouble: int = -1, back: bool = False
    ) -> Outcome | None:
        """Bring the parcel from the first stop to the last.

        Returns:
            None when it arrived, LOST, or RETURNED when it has to go back from where it is
            (`_stops` is then cut to the way behind it).
        """
        self._depart(stops[0], stops[1])
        for i in range(1, len(stops) - 1):
            stop, after = stops[i], stops[i + 1]
            last = i == len(stops) - 2
            self._say("city_in" if last and not back else "hub_in", stop)
            self._sort(stop, after)
            if i == trouble:
                end = self._suffer(stop)
                if end is not None:
                    self._stops = list(stops[: i + 1])
                    return end
            self._say("hub_out", stop, after)
            self._travel(stop, after)
        self._say("point_in", stops[-1])
        return None

    def _depart(self, stop: Stop, after: Stop) -> None:
        if stop.is_hub:
            self._say("hub_out", stop, after)
        else:
            self._say_if_usual("packed", stop)
            self._until_hour(self._line.departures)
            self._say("left_point", stop, after)
        self._travel(stop, after)

    def _sort(self, stop: Stop, after: Stop) -> None:
        low, high = self._line.sort_hours
        factor = self._line.weekday[self._now.weekday()] * self._speed
        hours = self._rng.uniform(low, high) * factor
        self._wait(hours * 0.6, hours * 0.6)
        self._say_if_usual("weighed", stop)
        self._say_if_usual("sorted", stop, after)
        self._wait(hours * 0.4, hours * 0.4)

    def _travel(self, stop: Stop, after: Stop) -> None:
        hours = leg_hours(self._line.code, stop, after) * self._speed
        self._wait(hours * 0.92, hours * 1.2)

    def _suffer(self, stop: Stop) -> Outcome | None:
        """The trouble at a hub; an outcome when the trip forward ends here."""
        if self._fault is Fault.STALL:
            if self._rng.random() < 0.5:
                self._wait(10, 24)
                self._say("delayed", stop)
            self._wait(48, 120)
            return None
        if self._fault is Fault.DAMAGED:
            self._say("damaged", stop)
            self._wait(3, 20)
            return Outcome.RETURNED if self._rng.random() < 0.5 else None
        if self._rng.random() < 0.5:
            self._wait(100, 160)
            self._say("lost", stop)
        return Outcome.LOST

    def _go_back(self) -> Outcome:
        """Bring the parcel back to its sender from the last of the stops passed."""
        way = self._stops[::-1]
        self._say("return_start", way[0], way[1])
        self._wait(0.2, 1)
        self._carry(way, back=True)
        self._until_hour(self._line.waves)
        self._wait(0.5, 5)
        self._say("return_signed", way[-1])
        return Outcome.RETURNED

    def _deliver(self) -> Outcome:
        """The last stop: at the door, into a locker, to a station, with or without trouble."""
        stop, attempt, failures = self._stops[-1], 1, 0
        if self._fault is Fault.FAILED_DELIVERY:
            failures = self._rng.choice((1, 1, 1, 2))
        self._go_out(stop, attempt)
        for _ in range(failures):
            code, why = self._rng.choice(FAILURES)
            self._say("failed", stop, code=code, why=why)
            self._now += timedelta(hours=14)
            self._until_hour(self._line.waves)
            self._say_if_usual("rescheduled", stop)
            attempt += 1
            self._go_out(stop, attempt)
        if self._fault is Fault.REFUSED:
            self._say("refused", stop)
            self._wait(2, 20)
            return self._go_back()
        return self._hand_out(stop, failures > 0)

    def _go_out(self, stop: Stop, attempt: int) -> None:
        self._wait(0.2, 0.5)
        self._until_hour(self._line.waves)
        self._say("out_for_delivery", stop, n=str(attempt))
        self._wait(0.5, 4.5)

    def _hand_out(self, stop: Stop, late: bool) -> Outcome:
        roll = self._rng.random()
        locker, station = self._rates.locker, self._rates.locker + self._rates.station
        if not late and roll < station and speaks(self._line.code, "locker_in"):
            return self._leave(stop, "locker" if roll < locker else "station")
        if late:
            self._say("signed_late", stop)
        elif self._rng.random() < 0.25:
            self._say("signed_other", stop, signer=self._rng.choice(SIGNERS))
        else:
            self._say("signed", stop)
        return Outcome.DELIVERED

    def _leave(self, stop: Stop, where: str) -> Outcome:
        """Placement is not a signature; it is collected later, sometimes much later."""
        box = self._box + self._rng.choice(BOXES if where == "locker" else SHOPS)
        self._say(f"{where}_in", stop, box=box, shop=box)
        self._wait(0.4, 14) if self._rng.random() > 0.07 else self._wait(20, 55)
        self._by_day()
        self._say(f"{where}_out", stop, box=box, shop=box)
        return Outcome.COLLECTED
