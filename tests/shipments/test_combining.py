"""One shipment out of several numbers: boxes that travel together (子母件).

If these break, a buyer is told that everything has arrived while a box is still on its way, or
waits forever for a box that the courier never scans by itself.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from yichuan.core.ids import new_id
from yichuan.shipments.combining import combine
from yichuan.tracking.values import BoundState

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
MERCHANT, SHIPMENT = new_id(), new_id()
OPEN = ("picked_up", "in_transit", "out_for_delivery", "ready_for_collection")


def told(number: str, leg: str, milestone: str, hours: int) -> BoundState:
    """What a number says after so many hours."""
    last = START + timedelta(hours=hours)
    return BoundState(
        merchant_id=MERCHANT,
        shipment_id=SHIPMENT,
        courier="ZTO",
        number=number,
        cycle=1,
        leg=leg,
        milestone=milestone,
        detail=milestone,
        first_event_at=START,
        last_event_at=last if milestone != "created" else START,
        last_text=None,
        last_city=None,
        picked_up_at=START if milestone not in ("created", "cancelled") else None,
        delivered_at=last if milestone == "delivered" else None,
        returned_at=last if milestone == "returned" else None,
        signed_by=None,
        sign_kind="self" if milestone == "delivered" else None,
    )


def milestone(*states: BoundState) -> str:
    """The same in whatever order it is told."""
    (found,) = {whole for order in permutations(states) if (whole := combine(order))}
    return found.milestone


def test_all_is_delivered_when_the_last_box_is() -> None:
    mother, child = told("M", "out", "delivered", 40), told("A", "piece", "out_for_delivery", 41)
    assert milestone(mother, child) == "out_for_delivery"
    late = told("A", "piece", "delivered", 64)
    whole = combine([mother, late])
    assert whole is not None
    assert (whole.milestone, whole.delivered_at) == ("delivered", late.delivered_at)
    assert whole.ended_at == late.delivered_at


def test_the_box_that_is_least_far_tells() -> None:
    mother = told("M", "out", "delivered", 40)
    boxes = [told("A", "piece", "in_transit", 39), told("B", "piece", "out_for_delivery", 41)]
    assert milestone(mother, *boxes) == "in_transit"


def test_boxes_never_scanned_by_themselves_go_with_the_leading_number() -> None:
    assert milestone(told("M", "out", "delivered", 40), told("A", "piece", "created", 1)) == (
        "delivered"
    )


def test_a_courier_that_scans_the_boxes_only() -> None:
    mother = told("M", "out", "created", 0)
    assert milestone(mother, told("A", "piece", "in_transit", 9)) == "in_transit"
    assert milestone(told("A", "piece", "delivered", 30), mother) == "delivered"


def test_a_way_back_and_a_leading_number_on_its_way_tell_for_all() -> None:
    child = told("A", "piece", "picked_up", 2)
    assert milestone(told("M", "out", "in_transit", 20), child) == "in_transit"
    assert milestone(told("M", "return", "in_transit", 50), child) == "returning"


STATES = st.builds(
    told,
    st.sampled_from("ABCD"),
    st.just("piece"),
    st.sampled_from((*OPEN, "created", "delivered", "returned", "lost")),
    st.integers(1, 99),
)


@given(st.lists(STATES, max_size=4, unique_by=lambda s: s.number), st.integers(1, 99))
def test_a_delivered_shipment_has_no_box_on_its_way(boxes: list[BoundState], hours: int) -> None:
    found = milestone(told("M", "out", "delivered", hours), *boxes)
    assert (found == "delivered") == all(box.milestone not in OPEN for box in boxes)
