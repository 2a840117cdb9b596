"""The life of a ticket, without a database.

If these break, clocks run for the wrong side or a closed case comes back to life.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yichuan.tickets.case import RESOLVE, RESPOND, Case, Party, Verb, advance, allowed, begin

T0 = datetime(2026, 3, 10, 4, tzinfo=UTC)


def later(minutes: int) -> datetime:
    return T0 + timedelta(minutes=minutes)


def test_clock_follows_severity() -> None:
    assert [begin("service", s, T0).due_at - T0 for s in (3, 2, 1)] == [
        timedelta(minutes=30),
        timedelta(hours=4),
        timedelta(hours=24),
    ]


def test_answer_question_answer_close() -> None:
    case = advance(begin("merchant", 2, T0), "message", "merchant", later(10))
    assert (case.state, case.first_response_at) == ("answered", later(10))
    assert case.due_at == later(10) + RESOLVE[2]
    case = advance(case, "message", "service", later(20))
    assert (case.state, case.party, case.due_at) == ("open", "merchant", later(20) + RESPOND[2])
    case = advance(case, "message", "merchant", later(30))
    assert case.first_response_at == later(10)
    case = advance(case, "closed", "service", later(40), "resolved")
    assert (case.state, case.closed_at, case.outcome) == ("closed", later(40), "resolved")
    assert not case.overdue(later(100_000))


def test_pushing_does_not_move_the_clock_of_who_has_not_answered() -> None:
    case = begin("merchant", 3, T0)
    assert advance(case, "message", "service", later(29)).due_at == case.due_at


def test_hand_over_turns_the_clock_to_the_other_side() -> None:
    case = advance(begin("merchant", 2, T0), "handed_over", "merchant", later(5))
    assert (case.party, case.state, case.first_response_at) == ("service", "open", later(5))
    assert case.due_at == later(5) + RESPOND[2]
    assert not allowed(case, "handed_over", "merchant")


def test_who_may_do_what() -> None:
    case = begin("service", 1, T0)
    assert not allowed(case, "note", "merchant")
    assert not allowed(case, "reopened", "service")
    closed = advance(case, "closed", "service", later(1), "no_fault")
    assert allowed(closed, "reopened", "merchant")
    assert allowed(closed, "note", "service")
    assert not any(allowed(closed, v, "service") for v in ("message", "handed_over", "closed"))


verbs = st.sampled_from(["message", "note", "handed_over", "closed", "reopened"])
sides = st.sampled_from(["merchant", "service"])


@given(sides, st.sampled_from([1, 2, 3]), st.lists(st.tuples(verbs, sides), max_size=12))
def test_any_life_of_a_case(party: Party, severity: int, acts: list[tuple[Verb, Party]]) -> None:
    """Closed means closed with a time and an outcome; the first answer is never rewritten; the
    clock never lies before the act that set it."""
    case = begin(party, severity, T0)
    for step, (verb, side) in enumerate(acts, start=1):
        if not allowed(case, verb, side):
            continue
        before: Case = case
        case = advance(case, verb, side, later(step), "resolved" if verb == "closed" else None)
        assert (case.state == "closed") == (case.closed_at is not None)
        assert (case.outcome is not None) == (case.state == "closed")
        assert before.first_response_at in (None, case.first_response_at)
        assert case.due_at == before.due_at or case.due_at > later(step)
        assert verb != "note" or case == before
        assert case.severity == severity
