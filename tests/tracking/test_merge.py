"""A track's truth from all its events. If it broke, 已签收 would turn back into 运输中.

Events are written as (hour, detail, text); a history may come in any order and any number of
pushes, and the truth is the same.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.tracking.details import Milestone, details
from yichuan.tracking.merge import TrackEvent, TrackState, derive, event_key, history_digest

START = datetime(2024, 5, 1, tzinfo=UTC)


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def event(hour: float, detail: str, text: str = "", **more: str | None) -> TrackEvent:
    return TrackEvent(at(hour), text or f"{detail} {hour}", detail, **more)


def history(*rows: tuple[float, str] | tuple[float, str, str]) -> TrackState:
    return derive(event(*row) for row in rows)


WAY = (
    (0, "picked_up"),
    (2, "departed_from_hub"),
    (9, "arrived_at_hub"),
    (12, "departed_from_hub"),
    (30, "arrived_at_destination"),
    (32, "out_for_delivery"),
)

texts = st.sampled_from(
    ["", "签收人：本人", "重新派送", "退回", "快件丢失", "取消退回，继续派送", "取出"]
)
events = st.builds(
    TrackEvent,
    occurred_at=st.integers(0, 80).map(lambda n: at(n / 2)),
    text=texts,
    detail=st.sampled_from(sorted(details())),
    code=st.sampled_from([None, "1"]),
    city=st.sampled_from([None, "甲市", "乙市"]),
    received_at=st.none() | st.integers(0, 40).map(at),
)
histories = st.lists(events, max_size=14)


@given(histories, st.randoms(use_true_random=False))
def test_order_and_repeats_do_not_matter(
    given_events: list[TrackEvent], rng: random.Random
) -> None:
    """Shuffled, doubled, sent in pieces: the same truth and the same digest."""
    again = given_events + rng.sample(given_events, rng.randint(0, len(given_events)))
    rng.shuffle(again)
    assert derive(again) == derive(given_events)
    assert history_digest(again) == history_digest(given_events)


@given(histories, st.integers(0, 14), st.integers(0, 14))
def test_pushes_in_any_order_end_in_the_same_truth(
    given_events: list[TrackEvent], cut: int, other: int
) -> None:
    """A late batch is caught up: what is stored in the end decides, not when it came."""
    one, two = sorted((cut, other))
    batches = [given_events[:one], given_events[one:two], given_events[two:]]
    stored: list[TrackEvent] = []
    for batch in (batches[2], batches[0], batches[1], batches[0]):
        stored += batch
        derive(stored)
    assert derive(stored) == derive(given_events)


@given(histories)
def test_whatever_comes_the_state_is_sound(given_events: list[TrackEvent]) -> None:
    """A milestone we know, times that fit it, nothing from the future."""
    state = derive(given_events)
    assert state.milestone is None or state.milestone in Milestone.__members__
    assert (state.delivered_at is not None) == (state.milestone == "delivered")
    assert (state.returned_at is not None) == (state.milestone == "returned")
    assert state.detail in details()
    if state.milestone in {"returned", "cancelled"}:
        assert state.problem is None or state.problem.kind == "damaged"
    if state.first_event_at is not None and state.last_event_at is not None:
        assert state.first_event_at <= state.last_event_at


@given(
    st.lists(st.sampled_from(["picked_up", "in_transit", "arrived_at_hub", "departed_from_hub"]))
)
def test_delivered_is_not_undone_by_scans(late: list[str]) -> None:
    """Whatever a hub scans after the signature."""
    rows = [*WAY, (34, "delivered"), *((35 + n, detail) for n, detail in enumerate(late))]
    state = history(*rows)
    assert (state.milestone, state.delivered_at) == ("delivered", at(34))


def test_a_whole_way() -> None:
    """Each milestone's time is its scan's."""
    state = derive(
        [*(event(*row, city="乙市") for row in WAY), event(34, "delivered", "已签收，签收人：门卫")]
    )
    assert state == TrackState(
        milestone="delivered",
        detail="delivered",
        first_event_at=at(0),
        last_event_at=at(34),
        picked_up_at=at(0),
        out_for_delivery_at=at(32),
        delivered_at=at(34),
        signed_by="门卫",
        sign_kind="gate",
        last_text="已签收，签收人：门卫",
        last_city="乙市",
    )
    assert derive([]) == TrackState()


@pytest.mark.parametrize("steps", range(1, 7))
def test_each_step_shows(steps: int) -> None:
    """Live, after every scan."""
    shown = ["picked_up", "in_transit", "in_transit", "in_transit", "arriving", "out_for_delivery"]
    assert history(*WAY[:steps]).milestone == shown[steps - 1]


def test_an_intake_scan_at_the_sending_branch_is_not_arriving() -> None:
    """Picked up and scanned in, nothing has left yet."""
    state = history((0, "picked_up"), (1, "arrived_at_destination"))
    assert (state.milestone, state.detail) == ("in_transit", "arrived_at_hub")


def test_failed_back_and_out_again() -> None:
    """The problem lies over the milestone, and is over when the parcel goes out again."""
    failed = (*WAY, (34, "recipient_unavailable"))
    state = history(*failed)
    assert state.milestone == "out_for_delivery"
    assert state.problem
    assert (state.problem.kind, state.problem.party, state.problem.must_act) == (
        "unreachable",
        "buyer",
        True,
    )
    assert history(*failed, (35, "arrived_at_destination")).milestone == "arriving"
    again = history(*failed, (35, "arrived_at_destination"), (56, "out_for_delivery"))
    assert (again.milestone, again.problem) == ("out_for_delivery", None)
    assert again.out_for_delivery_at == at(32)


def test_scans_of_the_depot_minutes_after_going_out_change_nothing() -> None:
    """Late uploads; hours later the parcel is back at the depot."""
    assert history(*WAY, (32.1, "arrived_at_destination")).milestone == "out_for_delivery"
    assert history(*WAY, (32.1, "in_transit")).milestone == "out_for_delivery"
    assert history(*WAY, (36, "arrived_at_destination")).milestone == "arriving"
    assert history(*WAY, (36, "in_transit")).milestone == "out_for_delivery"


def test_a_locker_is_not_a_signature() -> None:
    """Until somebody takes the parcel out."""
    placed = (*WAY, (33, "delivery_to_locker"))
    assert history(*placed).milestone == "ready_for_collection"
    assert history(*placed, (33.2, "out_for_delivery")).milestone == "ready_for_collection"
    assert history(*placed, (33.2, "arrived_at_destination")).milestone == "ready_for_collection"
    back = history(*placed, (33.2, "out_for_delivery", "快递员取出，重新派送"))
    assert back.milestone == "out_for_delivery"
    assert history(*placed, (60, "out_for_delivery")).milestone == "out_for_delivery"
    taken = history(*placed, (40, "delivered", "已签收，签收人凭取货码签收"))
    assert (taken.milestone, taken.sign_kind, taken.delivered_at) == ("delivered", "self", at(40))


def test_returned_is_not_delivered() -> None:
    """After 退回 the one who signs is the sender."""
    back = (*WAY, (34, "refused"), (50, "return_initiated"), (60, "departed_from_hub"))
    state = history(*back)
    assert (state.milestone, state.detail) == ("returning", "in_return_transit")
    assert state.problem
    assert (state.problem.kind, state.problem.since) == ("refused", at(34))
    out = history(*back, (80, "out_for_delivery"))
    assert out.milestone == "returning"
    home = history(*back, (80, "out_for_delivery"), (82, "delivered"))
    assert (home.milestone, home.returned_at, home.delivered_at) == ("returned", at(82), None)
    assert (home.detail, home.problem) == ("returned_to_sender", None)
    assert history(*back, (82, "delivered"), (90, "delivered")).milestone == "returned"


def test_a_refusal_may_be_taken_back() -> None:
    """Refused, delivered again, accepted."""
    refused = (*WAY, (34, "refused"))
    assert history(*refused).milestone == "returning"
    assert history(*refused, (56, "out_for_delivery")).milestone == "out_for_delivery"
    accepted = history(*refused, (56, "out_for_delivery"), (58, "delivered"))
    assert (accepted.milestone, accepted.problem) == ("delivered", None)
    away = history(*refused, (56, "departed_from_hub"), (99, "delivered"))
    assert away.milestone == "returned"
    resumed = history(
        *refused, (40, "return_initiated"), (50, "out_for_delivery", "取消退回，继续派送")
    )
    assert resumed.milestone == "out_for_delivery"


def test_a_signature_is_undone_by_return_or_correction_only() -> None:
    """签收 then 退回 or 重新派送, soon enough."""
    signed = (*WAY, (34, "delivered"))
    assert history(*signed, (36, "out_for_delivery")).milestone == "delivered"
    assert history(*signed, (36, "exception")).milestone == "delivered"
    assert history(*signed, (36, "exception")).problem is None
    assert history(*signed, (36, "return_initiated")).milestone == "returning"
    corrected = history(*signed, (36, "out_for_delivery", "误签收，重新派送"))
    assert (corrected.milestone, corrected.delivered_at) == ("out_for_delivery", None)
    twice = history(*signed, (36, "out_for_delivery", "重新派送"), (40, "delivered"))
    assert twice.delivered_at == at(40)
    assert history(*signed, (34 + 24 * 20, "return_initiated")).milestone == "delivered"


def test_the_first_signature_that_says_who() -> None:
    """Two scans of one delivery: the time of the first, the name of either."""
    state = history(
        *WAY, (34, "delivered", "已签收"), (35, "signed_by_third_party", "签收人：前台")
    )
    assert (state.delivered_at, state.signed_by, state.sign_kind) == (at(34), "前台", "gate")
    assert state.detail == "signed_by_third_party"


def test_equal_times_go_by_rank() -> None:
    """A courier that tells days only still shows the furthest."""
    rows = [
        (0.0, detail) for detail in ("delivered", "picked_up", "out_for_delivery", "in_transit")
    ]
    assert history(*rows).milestone == "delivered"


def test_the_future_waits() -> None:
    """预计送达 tomorrow is no delivery today; without a receipt nobody asks."""
    early = TrackEvent(at(99), "预计明日送达", "delivered", received_at=at(10))
    state = derive([event(0, "picked_up"), early])
    assert (state.milestone, state.last_event_at) == ("picked_up", at(0))
    assert derive([TrackEvent(at(99), "已签收", "delivered")]).milestone == "delivered"
    assert (
        derive([TrackEvent(at(30), "x", "delivered", received_at=at(10))]).milestone == "delivered"
    )


def test_cancelled_and_lost() -> None:
    """Cancelling does not stop a parcel on its way; a lost one can be found."""
    assert history((0, "order_created"), (1, "order_cancelled")).milestone == "cancelled"
    assert history(*WAY, (40, "order_cancelled")).milestone == "out_for_delivery"
    carried = history((0, "order_cancelled"), (1, "picked_up"), (2, "departed_from_hub"))
    assert carried.milestone == "in_transit"
    gone = history(*WAY[:3], (90, "lost"))
    assert gone.milestone == "lost"
    assert gone.problem
    assert gone.problem.kind == "lost"
    found = history(*WAY[:3], (90, "lost"), (95, "arrived_at_hub"))
    assert (found.milestone, found.problem) == ("in_transit", None)


def test_problems_weigh() -> None:
    """A lighter one does not hide a heavier; the same one keeps its beginning."""
    state = history(*WAY[:3], (20, "damaged"), (21, "exception"), (34, "delivered"))
    assert state.problem
    assert (state.problem.kind, state.problem.since) == ("damaged", at(20))
    twice = history(*WAY, (33, "address_issue"), (40, "exception"), (50, "address_issue"))
    assert twice.problem
    assert (twice.problem.kind, twice.problem.since) == ("address", at(33))
    assert history((0, "pickup_failed"), (5, "picked_up")).problem is None
    assert history((5, "picked_up"), (6, "pickup_failed")).problem is None


def test_keys_and_digests() -> None:
    """Same time, text and code: the same scan, whatever was read from it."""
    one = event(1, "delivered", "已签收")
    assert event_key(one) == event_key(event(1, "none", "已签收", city="甲市"))
    others = [event(2, "delivered", "已签收"), event(1, "delivered", "已签收", code="3")]
    assert len({event_key(e) for e in (one, *others, event(1, "delivered", "签收"))}) == 4
    assert len(event_key(one)) == len(history_digest([one])) == 16
    assert history_digest([one]) != history_digest([])
