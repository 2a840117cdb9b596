"""The estimate of a parcel's arrival says no more than parcels like it have shown.

If these break, buyers read a day on which hardly any parcel comes, one that is over, or a guess
made from a handful of parcels.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yichuan.core.clock import CHINA
from yichuan.forecast.arrival import (
    HOLDS,
    KEPT,
    LATE,
    LEAST,
    Ends,
    Group,
    Key,
    Seen,
    Stop,
    estimate,
    half_days,
    keys_of,
    passed,
)
from yichuan.tracking.geo import place_of

DAY = timedelta(days=1)
AT = datetime(2026, 3, 4, 18, tzinfo=CHINA)
ENDS = Ends(place_of("成都市"), place_of("杭州市"))
KEYS = keys_of("ZTO", ENDS)
WIDE = 31


def counted(*after: float, keys: list[Key] = KEYS) -> dict[Key, Group]:
    """Parcels of one way that were picked up at `AT` and arrived so many days later."""
    groups: dict[Key, Group] = {}
    for key in keys:
        for days in after:
            groups.setdefault(key, Group()).add([Stop("picked_up", AT)], AT + days * DAY)
    return groups


STOP = Stop("picked_up", AT)


def test_the_groups_of_a_parcel_go_from_its_lane_to_any_way_as_far() -> None:
    assert KEYS == [
        ("ZTO", "51", "33"),
        ("ZTO", "", "band3"),
        ("", "51", "33"),
        ("", "", "band3"),
    ]
    assert keys_of("ZTO", Ends(None, place_of("杭州市"))) == []
    assert keys_of("ZTO", Ends(place_of("宁波市"), place_of("杭州市")))[1] == (
        "ZTO",
        "",
        "province",
    )
    assert keys_of("ZTO", Ends(place_of("杭州市"), place_of("杭州市")))[1] == ("ZTO", "", "city")


@given(
    st.lists(st.floats(0, 20), min_size=int(LEAST), max_size=80),
    st.integers(0, 30).map(lambda halves: AT + halves * DAY / 2),
)
@settings(max_examples=150, deadline=None)
def test_eight_of_ten_come_within_the_range_and_one_of_ten_after_it(
    after: list[float], now: datetime
) -> None:
    """Of those that were still to come, on days from today on; or nothing is said."""
    said = estimate(counted(*after), KEYS, STOP, now, widest=WIDE)
    came = [AT + days * DAY for days in after]
    open_still = [at for at in came if half_days(AT, at) > half_days(AT, now)]
    if said is None:
        assert len(open_still) < 0.05 * len(came)
        return
    assert said.begin.astimezone(CHINA).date() >= now.astimezone(CHINA).date()
    assert said.end > now - DAY / 2
    assert said.begin < said.end
    if not open_still or any(half_days(AT, at) == half_days(AT, now) for at in came):
        return
    within = sum(said.begin <= at <= said.end + timedelta(minutes=1) for at in open_still)
    late = sum(at > said.end + timedelta(minutes=1) for at in open_still)
    assert within >= HOLDS * len(open_still) - 1e-9
    assert late <= LATE * len(open_still) + 1e-9


def test_the_range_is_told_in_days_or_in_half_a_day() -> None:
    """Midnight to midnight, on the couriers' clock."""
    some = estimate(counted(*[2.0] * 20, *[3.0] * 20), KEYS, STOP, AT)
    assert some is not None
    assert (some.begin.isoformat(), some.end.isoformat()) == (
        "2026-03-06T00:00:00+08:00",
        "2026-03-07T23:59:00+08:00",
    )
    noon = estimate(counted(*[2.0] * 40), KEYS, STOP, AT)
    assert noon is not None
    assert (noon.begin.isoformat(), noon.end.isoformat()) == (
        "2026-03-06T12:00:00+08:00",
        "2026-03-06T23:59:00+08:00",
    )


def test_nothing_is_said_without_grounds() -> None:
    """Few parcels, none that took so long, ways of no use, another stage, only ways as far."""
    enough = [2.0] * int(LEAST)
    assert estimate(counted(*enough), KEYS, STOP, AT) is not None
    assert estimate(counted(*enough[1:]), KEYS, STOP, AT) is None
    assert estimate(counted(*enough), KEYS, STOP, AT + 4 * DAY) is None
    assert estimate(counted(*[n / 4 for n in range(60)]), KEYS, STOP, AT) is None
    assert estimate(counted(*enough), KEYS, Stop("near", AT), AT) is None
    assert estimate(counted(*enough, keys=KEYS[3:]), KEYS, STOP, AT) is None
    assert estimate(counted(*enough, keys=KEYS[2:3]), KEYS, STOP, AT) is not None, "the lane"
    assert estimate({}, KEYS, STOP, AT) is None


def test_a_lane_is_trusted_as_far_as_it_has_parcels() -> None:
    """Few of its own hardly move what holds of the courier, many replace it."""
    groups = counted(*[2.0] * 300, keys=KEYS[1:2])
    few = estimate(groups | counted(6.0, keys=KEYS[:1]), KEYS, STOP, AT)
    many = estimate(groups | counted(*[6.0] * 300, keys=KEYS[:1]), KEYS, STOP, AT)
    assert few is not None
    assert many is not None
    assert half_days(AT, few.end) == 5
    assert half_days(AT, many.begin) == 13


def test_what_was_long_ago_fades() -> None:
    """A courier that became slower is known to be slower after as many parcels."""
    groups = counted(*[2.0] * int(KEPT), *[4.0] * int(3 * KEPT))
    said = estimate(groups, KEYS, STOP, AT)
    assert said is not None
    assert half_days(AT, said.begin) == 9
    assert groups[KEYS[0]].parcels <= KEPT


def seen(hours: float, milestone: str | None, city: str | None) -> Seen:
    return Seen(AT + timedelta(hours=hours), milestone, place_of(city))


def test_the_stages_of_a_way() -> None:
    """Each once, as it is reached; going out counts anew on every day."""
    scans = [
        seen(0, "picked_up", "成都市"),
        seen(3, "in_transit", "成都市"),
        seen(20, "in_transit", "武汉市"),
        seen(30, "in_transit", "金华市"),
        seen(33, "in_transit", "杭州市"),
        seen(39, "out_for_delivery", "杭州市"),
        seen(40, "out_for_delivery", "杭州市"),
        seen(42, None, "杭州市"),
        seen(63, "out_for_delivery", "杭州市"),
        seen(65, "ready_for_collection", "杭州市"),
        seen(80, "delivered", "杭州市"),
    ]
    stops, arrived_at = passed(AT - timedelta(hours=2), scans, ENDS)
    assert [(stop.stage, (stop.at - AT) // timedelta(hours=1)) for stop in stops] == [
        ("shipped", -2),
        ("picked_up", 0),
        ("in_transit", 3),
        ("near", 30),
        ("there", 33),
        ("out", 39),
        ("out", 63),
    ]
    assert arrived_at == AT + timedelta(hours=65), "a locker is where it arrives"
    assert passed(None, scans[:3], ENDS)[1] is None


@pytest.mark.parametrize("milestone", ["returning", "returned", "lost", "cancelled"])
def test_a_parcel_that_goes_astray_arrives_nowhere(milestone: str) -> None:
    scans = [seen(0, "picked_up", "成都市"), seen(9, milestone, None), seen(30, "delivered", None)]
    assert passed(AT, scans, ENDS) == ([], None)
