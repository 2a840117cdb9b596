"""Histories: a user would see parcels that jump back in time, vanish, or differ on each run."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.stage import BEIJING, PLAIN_TIME, WEDNESDAY
from yichuan.simulator.catalogue import couriers
from yichuan.simulator.faults import Fault, FaultRates, Outcome
from yichuan.simulator.history import ParcelHistory, parcel_history, push_body
from yichuan.simulator.numbers import allot
from yichuan.simulator.wire import data_sign

CALM = FaultRates.none()
PLACES = ("杭州市", "成都市", "乌鲁木齐市", "广州市", "东莞市", "拉萨市", "哈尔滨市", "恩施州")
KNOWN_CODES = {
    *("1", "2", "201", "202", "204", "205", "206", "211", "301", "302", "304", "311"),
    *("4", "404", "405", "406", "407", "414", "416", "417", "419", "420", "421", "423"),
}


def history(courier: str = "ZTO", number: str = "75000000000001", **over) -> ParcelHistory:
    """One parcel from Hangzhou to Chengdu unless said otherwise."""
    given_values = {
        "seed": 7,
        "origin_city": "杭州市",
        "dest_city": "成都市",
        "handed_over_at": WEDNESDAY,
        "faults": CALM,
    }
    return parcel_history(courier=courier, number=number, **(given_values | over))


@given(
    courier=st.sampled_from(sorted(couriers())),
    serial=st.integers(0, 10**6),
    origin=st.sampled_from(PLACES),
    dest=st.sampled_from(PLACES),
    at=st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1)),  # noqa: DTZ001
)
def test_any_parcel_goes_one_way_in_time(
    courier: str, serial: int, origin: str, dest: str, at: datetime
) -> None:
    """Scans rise in time after the hand-over, in known codes and whole sentences, to one end."""
    handed = at.replace(tzinfo=BEIJING)
    number = allot(courier, 7, str(serial))
    done = history(
        courier, number, origin_city=origin, dest_city=dest, handed_over_at=handed,
        faults=FaultRates(),
    )  # fmt: skip
    times = [event.at for event in done.events]
    assert times == sorted(times)
    assert times[0] >= handed.replace(microsecond=0)
    assert times[-1] < handed + timedelta(days=40)
    assert {event.code for event in done.events} <= KNOWN_CODES
    assert not any("{" in event.text or not event.text for event in done.events)
    assert done.events[0].code == "1"
    ends = {
        Outcome.DELIVERED: {"301", "302", "304"},
        Outcome.COLLECTED: {"311"},
        Outcome.RETURNED: {"406"},
        Outcome.LOST: {done.events[-1].code} - {"301", "302", "304", "311", "406"},
    }
    assert done.events[-1].code in ends[done.outcome]


def test_the_same_seed_gives_the_same_world_in_any_order() -> None:
    """Asked alone, asked among others, asked twice: the same parcel has the same fate."""
    numbers = [allot("YTO", 7, str(i)) for i in range(20)]
    forward = [history("YTO", n, faults=FaultRates()) for n in numbers]
    backward = [history("YTO", n, faults=FaultRates()) for n in reversed(numbers)]
    assert forward == backward[::-1]
    assert history("YTO", numbers[0], seed=8) != forward[0]


def test_a_calm_trip_has_the_usual_stations() -> None:
    """Picked up, origin hub, destination city, point, out, signed; the clock of the door kept."""
    done = history()
    kinds = [event.kind for event in done.events]
    assert (kinds[0], kinds[1], kinds[2]) == ("picked_up", "left_point", "hub_in")
    assert kinds.index("city_in") < kinds.index("point_in") < kinds.index("out_for_delivery")
    assert kinds[-1] in {"signed", "signed_other"}
    assert 7 <= done.events[-1].at.astimezone(BEIJING).hour <= 22
    assert {e.city for e in done.events} >= {"杭州市", "成都市"}
    assert (done.outcome, done.fault, done.alerts) == (Outcome.DELIVERED, Fault.NONE, ())


def test_durations_differ_by_courier_and_lane() -> None:
    """SF flies; freight crawls; Urumqi is farther than the next city."""

    def days(courier: str, dest: str) -> float:
        trips = [
            history(courier, allot(courier, 7, str(i)), dest_city=dest, origin_city="杭州市")
            for i in range(30)
        ]
        return sum((t.events[-1].at - WEDNESDAY) / timedelta(days=1) for t in trips) / len(trips)

    assert days("SF", "成都市") < days("ZTO", "成都市") < days("ANE", "成都市")
    assert days("ZTO", "上海市") < days("ZTO", "北京市") < days("ZTO", "乌鲁木齐市")
    assert 0.5 < days("SF", "成都市") < 2.5
    assert 1.5 < days("ZTO", "成都市") < 4.5


def test_freight_rests_on_sundays() -> None:
    """A courier with a day of rest signs fewer parcels off on Sundays than one without."""

    def sundays(courier: str) -> int:
        rows = (
            history(courier, allot(courier, 7, str(i)), handed_over_at=WEDNESDAY + timedelta(i % 7))
            for i in range(210)
        )
        return sum(row.events[-1].at.astimezone(BEIJING).weekday() == 6 for row in rows)

    assert sundays("ANE") < sundays("SF")


FAULTS = {
    "late_pickup": lambda h: h.events[0].at - h.handed_over_at > timedelta(hours=26),
    "stall": lambda h: max_gap(h) > timedelta(hours=48) and h.outcome is Outcome.DELIVERED,
    "failed_delivery": lambda h: h.events[-1].code == "302" and count(h, "failed") in {1, 2},
    "refused": lambda h: h.outcome is Outcome.RETURNED and count(h, "refused") == 1,
    "damaged": lambda h: count(h, "damaged") == 1,
    "lost": lambda h: h.outcome is Outcome.LOST and (h.alerts or count(h, "lost")),
}


def max_gap(done: ParcelHistory) -> timedelta:
    return max(b.at - a.at for a, b in zip(done.events, done.events[1:], strict=False))


def count(done: ParcelHistory, kind: str) -> int:
    return sum(event.kind == kind for event in done.events)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_fault_shows_in_the_scans(fault: str) -> None:
    """A fault is not a label only: it is there to be found from outside."""
    for i in range(25):
        rates = FaultRates.only(**{fault: 1.0})
        done = history(number=allot("ZTO", 7, str(i)), faults=rates)
        assert done.fault == fault
        assert FAULTS[fault](done), [e.text for e in done.events]


def test_faults_come_at_about_their_rate() -> None:
    """Of 3,000 parcels each fault hits as many as asked for, within four standard deviations."""
    rates = FaultRates.only(
        late_pickup=0.05, stall=0.05, failed_delivery=0.1, refused=0.03, damaged=0.02, lost=0.02,
        locker=0.2, station=0.3, odd_time=0.03, missing_zone=0.02,
    )  # fmt: skip
    done = [history(number=allot("ZTO", 7, str(i)), faults=rates) for i in range(3000)]
    faults = Counter(str(h.fault) for h in done)
    for fault in FAULTS:
        rate = getattr(rates, fault)
        assert abs(faults[fault] / 3000 - rate) < 4 * (rate * (1 - rate) / 3000) ** 0.5
    calm = [h for h in done if h.fault is Fault.NONE]
    left = Counter(h.events[-2].kind for h in calm)
    assert abs(left["locker_in"] / len(calm) - 0.2) < 0.04
    assert abs(left["station_in"] / len(calm) - 0.3) < 0.04
    events = [e for h in done for e in h.events]
    odd = Counter(e.odd for e in events)
    assert abs(odd["odd_time"] / len(events) - 0.03) < 0.005
    assert abs(odd["missing_zone"] / len(events) - 0.02) < 0.005


def test_odd_times_are_the_same_in_every_push_and_the_truth_stays_known() -> None:
    """The same scan is written the same odd way each time; others are written plainly."""
    strange = history(faults=FaultRates.only(odd_time=0.3, missing_zone=0.3))
    assert strange == history(faults=FaultRates.only(odd_time=0.3, missing_zone=0.3))
    assert {e.odd for e in strange.events} == {"", "odd_time", "missing_zone"}
    calm = history()
    for event, plain in zip(strange.events, calm.events, strict=True):
        assert event.at == plain.at
        if not event.odd:
            assert PLAIN_TIME.fullmatch(event.wire_time)
        if event.odd == "missing_zone":
            read = datetime.fromisoformat(event.wire_time)
            assert read.replace(tzinfo=BEIJING) == event.at


def test_fast_time_keeps_the_past_and_squeezes_the_rest() -> None:
    """Half-way through a trip, the rest runs 1,000 times faster, a second apart at least."""
    slow = history()
    middle = slow.events[4].at
    fast = history(squeeze_after=middle, time_scale=1000)
    assert [e.text for e in fast.events] == [e.text for e in slow.events]
    assert fast.events[:5] == slow.events[:5]
    rest = fast.events[4:]
    assert all(b.at - a.at >= timedelta(seconds=1) for a, b in itertools.pairwise(rest))
    assert fast.events[-1].at - middle < timedelta(minutes=10)


def test_states_follow_the_published_table() -> None:
    """State and StateEx after each scan, and State 4 stays until the signature."""
    calm, failed = history(), history(faults=FaultRates.only(failed_delivery=1.0))
    assert calm.state(0) == ("0", "0")
    assert calm.state(1) == ("1", "1")
    assert calm.state(2) == ("2", "206")
    assert calm.state(2, alert="403") == ("4", "403")
    assert calm.state(len(calm.events))[0] == "3"
    broken = next(i for i, e in enumerate(failed.events, 1) if e.kind == "failed")
    assert failed.state(broken)[0] == "4"
    assert failed.state(len(failed.events) - 1)[0] == "4"
    assert failed.state(len(failed.events)) == ("3", "302")
    refused = history(faults=FaultRates.only(refused=1.0))
    back = next(i for i, e in enumerate(refused.events, 1) if e.kind == "return_start")
    assert refused.state(back + 2) == ("4", "407")
    assert refused.state(len(refused.events)) == ("4", "406")


def test_a_push_body_is_a_signed_form_with_prefixes() -> None:
    """What benchmarks send is what the network sends: full prefix, count as text, signature."""
    one, two = history(), history(number="75000000000002")
    raw = push_body(
        "1100001", "key", [(one, 3), (two, 1)], pushed_at=WEDNESDAY, order_codes={one.number: "A"}
    )
    form = {k: v[0] for k, v in parse_qs(raw.decode("ascii")).items()}
    assert form["DataSign"] == data_sign(form["RequestData"], "key")
    assert (form["RequestType"], form["EBusinessID"]) == ("102", "1100001")
    data = json.loads(form["RequestData"])
    assert (data["Count"], data["PushTime"]) == ("2", "2025-11-05 16:00:00")
    first, second = data["Data"]
    assert [t["AcceptStation"] for t in first["Traces"]] == [e.text for e in one.events[:3]]
    assert first["Traces"][0]["Action"] == "1"
    assert (first["OrderCode"], len(second["Traces"])) == ("A", 1)
    plain = push_body("1", "k", [(one, 3)], pushed_at=WEDNESDAY, request_type="101", from_event=2)
    poor = json.loads(parse_qs(plain.decode())["RequestData"][0])["Data"][0]
    assert "StateEx" not in poor
    assert poor["Traces"] == [
        {"AcceptTime": one.events[2].wire_time, "AcceptStation": one.events[2].text}
    ]


def test_a_time_without_zone_is_refused() -> None:
    """Nobody has to guess which zone was meant."""
    with pytest.raises(ValueError, match="zone"):
        history(handed_over_at=datetime(2025, 11, 5))  # noqa: DTZ001
