"""How couriers are judged. If this breaks, a courier is suspended on three parcels, swings between
states, or comes back without anybody having said so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from yichuan.admission import rules
from yichuan.admission.rules import Standing, judge, measure, step, words
from yichuan.admission.standard import COUNTS, Limit, Special, Standard, Unit
from yichuan.core.errors import Conflict

DAY = date(2026, 11, 1)
NEW = Standing("admitted", DAY)
EMPTY = dict.fromkeys(COUNTS, 0)
ON_TIME = Limit(metric="on_time", limit=0.8, recover=0.85, min_base=50)
DAMAGE = Limit(metric="damage", limit=0.01, recover=0.005, min_base=100)

verdicts = st.sampled_from(["good", "close", "bad", "unknown"])
standards = st.builds(
    Standard,
    warn_windows=st.integers(1, 5),
    clear_windows=st.integers(1, 5),
    rest_days=st.integers(1, 20),
    auto_suspend=st.booleans(),
)
acts = st.sampled_from(["window", "window", "window", "again", "confirm", "decline"])


@pytest.mark.parametrize(
    ("limit", "amount", "base", "verdict"),
    [
        (ON_TIME, 79, 100, "bad"),
        (ON_TIME, 80, 100, "close"),
        (ON_TIME, 84, 100, "close"),
        (ON_TIME, 85, 100, "good"),
        (ON_TIME, 0, 49, "unknown"),
        (ON_TIME, 0, 0, "unknown"),
        (DAMAGE, 3, 200, "bad"),
        (DAMAGE, 2, 200, "close"),
        (DAMAGE, 1, 200, "good"),
    ],
)
def test_a_metric_against_its_limit(limit: Limit, amount: int, base: int, verdict: str) -> None:
    metric = rules.METRICS[limit.metric]
    assert measure(limit, EMPTY | {metric.amount: amount, metric.base: base}).verdict == verdict


def test_one_bad_metric_spoils_a_window_and_too_few_parcels_prove_nothing() -> None:
    late = {"delivered_on_time": 10, "delivered_with_promise": 100}
    whole = {"damaged_or_lost": 0, "shipped": 100}
    found = [measure(one, EMPTY | late | whole) for one in (ON_TIME, DAMAGE)]
    assert (judge(found), judge(found[1:]), judge([])) == ("bad", "good", "unknown")
    zh, en = words(found)
    assert (zh, en) == (
        "准时签收率 10.0%（要求 ≥ 80.0%）",
        "delivered as promised 10.0% (required ≥ 80.0%)",
    )


def run(standard: Standard, told: list[str], at: Standing = NEW) -> list[tuple[str, list[str]]]:
    """States and happenings, day by day."""
    found = []
    for n, verdict in enumerate(told):
        at, happened = step(at, verdict, standard, DAY + timedelta(days=n))  # type: ignore[arg-type]
        found.append((at.state, list(happened)))
    return found


def test_warnings_come_before_a_suspension_is_proposed() -> None:
    found = run(Standard(warn_windows=2), ["bad", "unknown", "bad", "bad", "bad"])
    assert found == [
        ("warned", ["warned"]),
        ("warned", []),
        ("warned", []),
        ("warned", ["suspension_proposed"]),
        ("warned", []),
    ]
    assert run(Standard(warn_windows=1, auto_suspend=True), ["bad", "bad"])[-1] == (
        "suspended",
        ["suspended"],
    )


def test_good_windows_clear_a_warning_and_withdraw_a_proposal() -> None:
    standard = Standard(warn_windows=1, clear_windows=2)
    found = run(standard, ["bad", "bad", "good", "bad", "good", "close", "good", "good"])
    assert found[1][1] == ["suspension_proposed"]
    assert found[-1] == ("admitted", ["proposal_withdrawn", "cleared"])


def test_who_is_suspended_comes_back_by_an_operator_alone() -> None:
    standard = Standard(rest_days=3, clear_windows=5)
    at = rules.suspended(NEW, DAY)
    assert run(standard, ["unknown"] * 5, at)[3] == ("suspended", ["readmission_proposed"])
    at = Standing("suspended", DAY, proposal="readmit", clean=2)
    back = rules.confirm(at, DAY)
    assert (back.state, back.fresh_from, back.bad) == ("admitted", DAY, 0)
    rest = rules.decline(at, DAY + timedelta(days=9))
    assert (rest.state, rest.since) == ("suspended", DAY + timedelta(days=9))
    with pytest.raises(Conflict):
        rules.confirm(NEW, DAY)


@given(standards, st.lists(st.tuples(acts, verdicts), max_size=60))
def test_whatever_happens(standard: Standard, told: list[tuple[str, str]]) -> None:
    at, day, bad_in_a_row = NEW, DAY, 0
    for act, verdict in told:
        before = at
        if act in ("confirm", "decline"):
            if at.proposal is None:
                continue
            at = getattr(rules, act)(at, day)
            bad_in_a_row = 0
            assert at.proposal is None
            assert (at.state != before.state) is (act == "confirm")
            continue
        if act == "window" or at.counted_day is None:
            day += timedelta(days=1)
            bad_in_a_row = {"bad": bad_in_a_row + 1, "good": 0}.get(verdict, bad_in_a_row)
        at, happened = step(at, verdict, standard, day)  # type: ignore[arg-type]
        if act == "again" and before.counted_day == day:
            assert (at, happened) == (before, ())
            continue
        if "suspended" in happened or "suspension_proposed" in happened:
            assert bad_in_a_row > standard.warn_windows
        assert "suspended" not in happened or standard.auto_suspend
        if before.state == "suspended":
            assert at.state == "suspended"  # only an operator ends it
        if verdict == "unknown" and before.state != "suspended":
            assert (at.state, at.proposal, happened) == (before.state, before.proposal, ())
        if at.state == "suspended" and before.state != "suspended":
            bad_in_a_row = 0
        assert (at.state, at.proposal) not in {("suspended", "suspend"), ("warned", "readmit")}
        assert at.since <= day


def test_the_nearest_limits_count() -> None:
    special = Special(courier="ZTO", limits=(DAMAGE,))
    cold = Special(courier="ZTO", service="cold", limits=(ON_TIME,))
    standard = Standard(specials=(special, cold))
    assert standard.limits_of(Unit("ZTO")) == (DAMAGE,)
    assert standard.limits_of(Unit("ZTO", province="海南省")) == (DAMAGE,)
    assert standard.limits_of(Unit("ZTO", "cold")) == (ON_TIME,)
    assert standard.limits_of(Unit("YTO")) == standard.limits


@pytest.mark.parametrize(
    "wrong",
    [
        {"limits": [{"metric": "on_time", "limit": 0.9, "recover": 0.8}]},
        {"limits": [{"metric": "damage", "limit": 0.01, "recover": 0.02}]},
        {"limits": [ON_TIME.model_dump()] * 2},
        {"limits": []},
        {"window_days": 0},
    ],
)
def test_a_standard_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Standard.model_validate(wrong)
