"""What is counted of a parcel, and that corrections move counts instead of adding to them.

If this breaks, reports and scores drift away from the parcels they speak of.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from yichuan.exceptions.queries import History
from yichuan.rollups.counting import Changes, Limits, Line, counts, line_of

LIMITS = Limits(ship_hours=48, pickup_hours=24)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ALPHA, BETA = UUID(int=1), UUID(int=2)


@dataclass(frozen=True)
class Box:
    courier: str | None = "ZTO"
    dest_province: str | None = "浙江省"
    ship_method: str | None = "hub_waybill"
    milestone: str = "created"
    created_at: datetime = NOW - timedelta(days=5)
    paid_at: datetime | None = NOW - timedelta(days=5)
    ship_by: datetime | None = NOW - timedelta(days=3)
    promised_at: datetime | None = NOW
    shipped_at: datetime | None = None
    picked_up_at: datetime | None = None
    delivered_at: datetime | None = None
    ended_at: datetime | None = None
    cost_expected_minor: int | None = 500
    cost_billed_minor: int | None = None


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def counted(box: Box, troubles: History | None = None, now: datetime = NOW) -> dict[str, int]:
    total: Counter[str] = Counter()
    for _, measure, amount in counts(line_of(box, troubles, LIMITS, now)):
        total[measure] += amount
    return {measure: amount for measure, amount in total.items() if amount}


def test_a_parcel_that_went_well() -> None:
    box = Box(
        milestone="delivered",
        shipped_at=ago(days=4),
        picked_up_at=ago(days=4) + timedelta(hours=3),
        delivered_at=ago(hours=1),
        ended_at=ago(hours=1),
        cost_billed_minor=480,
    )
    assert counted(box) == {
        "created": 1,
        "ship_due": 1,
        "shipped_on_time": 1,
        "shipped": 1,
        "cost_minor": 480,
        "pickup_due": 1,
        "picked_up_on_time": 1,
        "picked_up": 1,
        "delivered": 1,
        "delivered_with_promise": 1,
        "delivered_on_time": 1,
        "transit_hours": 92,
    }


def test_promises_fall_due_only_when_their_time_is_over_or_they_are_kept() -> None:
    assert counted(Box(), now=ago(days=4)) == {"created": 1}
    assert counted(Box()) == {"created": 1, "ship_due": 1}
    assert counted(Box(milestone="cancelled")) == {"created": 1}
    shipped = Box(shipped_at=ago(hours=2))
    assert "pickup_due" not in counted(shipped)
    assert counted(shipped, now=NOW + timedelta(hours=23))["pickup_due"] == 1
    assert "pickup_due" not in counted(
        replace(shipped, ship_method="own_fleet"), now=NOW + timedelta(hours=23)
    )


def test_days_are_the_days_in_china() -> None:
    """23:30 UTC is half past seven in the morning of the next day there."""
    line = line_of(Box(paid_at=datetime(2026, 3, 8, 23, 30, tzinfo=UTC)), None, LIMITS, NOW)
    assert line.created_day == date(2026, 3, 9)


def test_a_parcel_with_trouble_is_one_problem_with_its_parties() -> None:
    troubles = History(
        ago(days=1), frozenset({"late_pickup", "lost"}), frozenset({"courier", "merchant"})
    )
    found = counted(Box(milestone="lost", shipped_at=ago(days=2)), troubles)
    assert found["problems"] == found["merchant_problems"] == found["courier_problems"] == 1
    assert found["damaged_or_lost"] == 1
    assert "fake_shipping" not in found


def late(*, told: str, began: float, blamed: bool = False) -> dict[str, int]:
    """A parcel picked up and delivered three hours after either was due; force majeure began so
    many hours after the promise ran out."""
    troubles = History(
        ago(days=2),
        frozenset({"force_majeure", *told.split()}),
        frozenset({"nobody"}),
        frozenset(told.split()) if blamed else frozenset(),
        NOW + timedelta(hours=began),
    )
    box = Box(
        milestone="delivered",
        shipped_at=ago(hours=27),
        picked_up_at=NOW,
        delivered_at=NOW + timedelta(hours=3),
    )
    return counted(box, troubles)


def test_late_for_force_majeure_is_no_promise_broken() -> None:
    """Nobody was to blame when it became late; a fault of the courier's own stays one, and so does
    being late before the storm began."""
    names = ("delivered_with_promise", "delivered_on_time", "delivered_excused", "pickup_due")
    for told, began, blamed, expected in (
        ("late_delivery late_pickup", -48, False, (0, 0, 1, 0)),
        ("late_delivery late_pickup", -48, True, (1, 0, 0, 1)),
        ("late_delivery", -48, False, (0, 0, 1, 0)),
        ("late_delivery", 1, True, (1, 0, 0, 1)),
        ("", -1, False, (0, 0, 1, 1)),
        ("", 1, False, (1, 0, 0, 1)),
    ):
        found = late(told=told, began=began, blamed=blamed)
        assert tuple(found.get(name, 0) for name in names) == expected, (told, began, blamed)
        assert found["delivered"] == 1


def test_stock_moves_from_stage_to_stage() -> None:
    changes = Changes()
    first = line_of(Box(), None, LIMITS, NOW)
    second = line_of(Box(shipped_at=ago(hours=1)), None, LIMITS, NOW)
    assert changes.replace(ALPHA, None, first)
    assert changes.replace(ALPHA, first, second)
    assert not changes.replace(ALPHA, second, second)
    assert dict(changes.changed_stock()) == {(ALPHA, "ZTO", "shipped"): 1}


times = st.integers(-200, 200).map(lambda h: NOW + timedelta(hours=h))
maybe = st.none() | times
boxes = st.builds(
    Box,
    courier=st.sampled_from([None, "ZTO", "SF"]),
    dest_province=st.sampled_from([None, "浙江省", "北京市"]),
    ship_method=st.sampled_from([None, "hub_waybill", "own_number", "own_fleet"]),
    milestone=st.sampled_from(["created", "in_transit", "delivered", "returned", "cancelled"]),
    paid_at=maybe,
    ship_by=maybe,
    promised_at=maybe,
    shipped_at=maybe,
    picked_up_at=maybe,
    delivered_at=maybe,
    ended_at=maybe,
    cost_expected_minor=st.none() | st.integers(0, 9999),
)


@given(st.lists(st.tuples(st.sampled_from([ALPHA, BETA]), st.integers(0, 2), boxes), max_size=20))
def test_rollups_are_the_sum_of_the_present_lines(
    told: list[tuple[UUID, int, Any]],
) -> None:
    """Whatever came before, repeated or corrected, only how parcels stand now is counted."""
    changes = Changes()
    known: dict[tuple[UUID, int], Line] = {}
    for merchant, number, box in told:
        line = line_of(box, None, LIMITS, NOW)
        for _ in range(2):
            changes.replace(merchant, known.get((merchant, number)), line)
            known[merchant, number] = line
    expected = Changes()
    for (merchant, _), line in known.items():
        expected.replace(merchant, None, line)
    assert dict(changes.changed_flows()) == dict(expected.changed_flows())
    assert dict(changes.changed_stock()) == dict(expected.changed_stock())
