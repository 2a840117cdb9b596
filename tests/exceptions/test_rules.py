"""Deadlines and decisions about one parcel.

If these break, a merchant is blamed for a parcel it shipped in time, or nobody hears of one that
stands still.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.exceptions.kinds import kinds, superseded_by
from yichuan.exceptions.rules import (
    MAJEURE,
    NUMBER,
    OVER,
    SIGNING,
    Closing,
    Decision,
    Facts,
    Past,
    Report,
    clocks,
    decide,
    lane_of,
    next_deadline,
)
from yichuan.exceptions.thresholds import Thresholds
from yichuan.tracking.details import Milestone, details

LIMITS = Thresholds()
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def ago(hours: float) -> datetime:
    return NOON - timedelta(hours=hours)


def opened(decision: Decision) -> list[str]:
    return [o.kind.kind for o in decision.open if o.over is None]


def after(past: list[Past], decision: Decision) -> list[Past]:
    """The problems as they stand once a decision is carried out."""
    closed = {c.kind for c in decision.close}
    kept = [replace(p, open=p.open and p.kind not in closed) for p in past]
    return kept + [Past(o.kind.kind, o.since, o.over is None) for o in decision.open]


UNSHIPPED = Facts("created", paid_at=ago(60), ship_by=ago(12))
OWN = Facts("created", ship_method="own_number", shipped_at=ago(20))
HUB = replace(OWN, ship_method="hub_waybill")


def test_late_ship_opens_at_the_promise_and_closes_with_shipping() -> None:
    before = next_deadline(UNSHIPPED, [], LIMITS, ago(24))
    assert before == ("ship_by", ago(12))
    decision = decide(UNSHIPPED, [], [], LIMITS, NOON)
    assert opened(decision) == ["late_ship"]
    assert (decision.deadline, decision.shown) == (None, "late_ship")
    past = [Past("late_ship", ago(12), True)]
    shipped = replace(UNSHIPPED, shipped_at=ago(1), ship_method="hub_waybill")
    decision = decide(shipped, past, [], LIMITS, NOON)
    assert decision.close == (Closing("late_ship", "shipped"),)
    assert decision.deadline == ("pick_up_by", ago(1) + timedelta(hours=24))


def test_payment_counts_where_the_order_names_no_time() -> None:
    facts = Facts("created", paid_at=ago(1))
    assert next_deadline(facts, [], LIMITS, NOON) == ("ship_by", ago(1) + timedelta(hours=48))


def test_a_held_box_is_never_late_but_what_was_late_stays() -> None:
    held = replace(UNSHIPPED, hold=True)
    assert decide(held, [], [], LIMITS, NOON) == Decision((), (), None, None)
    past = [Past("late_ship", ago(12), True)]
    assert decide(held, past, [], LIMITS, NOON).shown == "late_ship"


def test_pickup_is_the_couriers_with_a_hub_waybill_and_the_merchants_with_its_own_number() -> None:
    for facts, party in ((HUB, "courier"), (OWN, "merchant")):
        (opening,) = decide(facts, [], [], LIMITS, NOON + timedelta(hours=5)).open
        assert opening.kind.kind == "late_pickup"
        assert opening.kind.responsible(facts.ship_method) == party
        assert opening.since == ago(20) + timedelta(hours=24)


def test_own_number_without_any_scan_becomes_fake_shipping() -> None:
    later = NOON + timedelta(hours=20)
    past = [Past("late_pickup", ago(20) + timedelta(hours=24), True)]
    decision = decide(OWN, past, [], LIMITS, later)
    assert opened(decision) == ["fake_shipping"]
    assert decision.close == (Closing("late_pickup", "became_fake_shipping"),)
    assert opened(decide(OWN, [], [], LIMITS, later)) == ["fake_shipping"]
    assert opened(decide(HUB, [], [], LIMITS, later)) == ["late_pickup"]
    moving = replace(OWN, milestone="in_transit", last_event_at=later)
    past = after(past, decision)
    assert decide(moving, past, [], LIMITS, later).close == (
        Closing("fake_shipping", "in_transit"),
    )


def test_fleets_and_self_pickup_have_no_scans_to_wait_for() -> None:
    for method in ("own_fleet", "self_pickup", "no_logistics"):
        facts = replace(OWN, ship_method=method, promised_at=ago(1))
        assert set(clocks(facts, LIMITS)) == {"late_delivery"}


@pytest.mark.parametrize(
    ("province", "origin", "detail", "lane"),
    [
        ("浙江省", "上海市", "none", "normal"),
        ("浙江省", "杭州市", "none", "same_city"),
        ("新疆维吾尔自治区", "上海市", "none", "remote"),
        ("浙江省", "上海市", "customs_held", "customs"),
        (None, None, "none", "normal"),
    ],
)
def test_lanes(province: str | None, origin: str | None, detail: str, lane: str) -> None:
    facts = Facts(
        "in_transit",
        detail,
        dest_province=province,
        dest_city="杭州市" if province else None,
        origin_city=origin,
    )
    assert lane_of(facts, LIMITS) == lane


def test_stalled_parcel_closes_with_the_next_scan_and_may_stall_again() -> None:
    facts = Facts(
        "in_transit", ship_method="hub_waybill", shipped_at=ago(90), last_event_at=ago(50)
    )
    decision = decide(facts, [], [], LIMITS, NOON)
    assert [(o.kind.kind, o.since) for o in decision.open] == [("stalled", ago(2))]
    past = after([], decision)
    moved = replace(facts, last_event_at=ago(1))
    decision = decide(moved, past, [], LIMITS, NOON)
    assert decision.close == (Closing("stalled", "in_transit"),)
    assert decision.deadline == ("scan_by", ago(1) + timedelta(hours=48))
    past = after(past, decision)
    assert opened(decide(moved, past, [], LIMITS, NOON + timedelta(hours=50))) == ["stalled"]


def test_what_a_person_closed_is_not_opened_again_for_the_same_breach() -> None:
    facts = Facts("in_transit", ship_method="hub_waybill", last_event_at=ago(50))
    by_hand = [Past("stalled", ago(2), False)]
    assert decide(facts, by_hand, [], LIMITS, NOON) == Decision((), (), None, None)


def test_lateness_by_promise_and_on_the_last_mile() -> None:
    facts = Facts("out_for_delivery", ship_method="hub_waybill", last_event_at=ago(40))
    assert opened(decide(facts, [], [], LIMITS, NOON)) == ["late_delivery"]
    promised = replace(facts, last_event_at=ago(2), promised_at=ago(1))
    assert opened(decide(promised, [], [], LIMITS, NOON)) == ["late_delivery"]
    waiting = replace(promised, milestone="ready_for_collection", last_event_at=ago(19))
    assert opened(decide(waiting, [], [], LIMITS, NOON)) == ["not_collected"]
    done = replace(promised, milestone="delivered")
    past = [Past("late_delivery", ago(1), True)]
    assert decide(done, past, [], LIMITS, NOON).close == (Closing("late_delivery", "delivered"),)


def test_reported_trouble_opens_and_ends_with_the_scan_that_ends_it() -> None:
    facts = Facts("out_for_delivery", "delivery_attempted", last_event_at=ago(3))
    report = [Report("failed_delivery", ago(3))]
    decision = decide(facts, [], report, LIMITS, NOON)
    assert opened(decision) == ["failed_delivery"]
    past = after([], decision)
    assert decide(facts, past, report, LIMITS, NOON).open == ()
    again = replace(facts, detail="out_for_delivery", last_event_at=ago(1))
    assert decide(again, past, [], LIMITS, NOON).close == (
        Closing("failed_delivery", "out_for_delivery"),
    )


def test_trouble_that_was_over_before_we_heard_is_only_recorded() -> None:
    facts = Facts("delivered", "delivered", last_event_at=ago(1))
    decision = decide(facts, [], [Report("failed_delivery", ago(9))], LIMITS, NOON)
    assert [(o.kind.kind, o.over) for o in decision.open] == [("failed_delivery", "delivered")]
    assert decision.shown is None


def test_damage_outlives_delivery_until_its_ticket_is_closed() -> None:
    facts = Facts("delivered", "delivered", last_event_at=ago(1))
    past = [Past("damaged", ago(9), True)]
    assert decide(facts, past, [], LIMITS, NOON).shown == "damaged"
    answered = [replace(past[0], ticket_closed=True)]
    assert decide(facts, answered, [], LIMITS, NOON).close == (Closing("damaged", "ticket_closed"),)


def test_a_ticket_does_not_ship_a_parcel() -> None:
    past = [Past("late_ship", ago(12), True, ticket_closed=True)]
    assert decide(UNSHIPPED, past, [], LIMITS, NOON).close == ()


def test_scans_on_the_way_back_do_not_reopen_a_closed_return() -> None:
    facts = Facts("returning", "in_return_transit", last_event_at=ago(1))
    past = [Past("returning", ago(30), False)]
    assert decide(facts, past, [Report("returning", ago(1))], LIMITS, NOON).open == ()


def test_old_breaches_are_history() -> None:
    facts = Facts("created", ship_by=NOON - timedelta(days=40))
    assert decide(facts, [], [], LIMITS, NOON) == Decision((), (), None, None)


def test_every_kind_of_the_tracks_problems_is_known() -> None:
    known = {report for kind in kinds().values() for report in kind.reported}
    assert {d.problem.kind for d in details().values() if d.problem} <= known
    judged = {SIGNING, NUMBER, MAJEURE}  # by the whole way, by what scans say
    assert all(k.deadline or k.reported or k.kind in judged for k in kinds().values())


times = st.integers(-1000, 400).map(lambda h: NOON + timedelta(hours=h))
maybe = st.none() | times
facts_of = st.builds(
    Facts,
    milestone=st.sampled_from([m.name for m in Milestone]),
    detail=st.sampled_from(sorted(details())),
    ship_method=st.sampled_from([None, "hub_waybill", "own_number", "own_fleet"]),
    hold=st.booleans(),
    dest_province=st.sampled_from([None, "浙江省", "西藏自治区"]),
    paid_at=maybe,
    ship_by=maybe,
    promised_at=maybe,
    shipped_at=maybe,
    last_event_at=maybe,
)
reports_of = st.lists(
    st.builds(Report, st.sampled_from([k.kind for k in kinds().values() if k.reported]), times),
    max_size=4,
)
steps = st.lists(st.tuples(facts_of, reports_of), min_size=1, max_size=4)


@given(steps)
def test_decisions_are_settled_consistent_and_final(
    way: list[tuple[Facts, list[Report]]],
) -> None:
    """Over any life of a parcel: deciding twice changes nothing, the next deadline lies ahead,
    a parcel that is over has no clock, and no trouble is shown at two stages at once."""
    past: list[Past] = []
    now = NOON
    for facts, reports in way:
        decision = decide(facts, past, reports, LIMITS, now)
        past = after(past, decision)
        live = [p.kind for p in past if p.open]
        assert len(live) == len(set(live))
        assert not any(superseded_by()[kind] & set(live) for kind in live)
        assert decision.deadline is None or decision.deadline[1] > now
        if facts.milestone in OVER:
            assert decision.deadline is None
            assert not any(kinds()[kind].deadline for kind in live)
        again = decide(facts, past, reports, LIMITS, now)
        assert again == Decision((), (), decision.deadline, decision.shown)
        now += timedelta(hours=37)


@given(facts_of, st.integers(0, 300))
def test_nothing_is_missed_between_two_looks(facts: Facts, wait: int) -> None:
    """Looking only when the deadline says so finds what looking all the time finds."""
    first = decide(facts, [], [], LIMITS, NOON)
    past = after([], first)
    later = NOON + timedelta(hours=wait)
    found = decide(facts, past, [], LIMITS, later)
    due = first.deadline is not None and first.deadline[1] <= later
    assert bool(found.open) == due
