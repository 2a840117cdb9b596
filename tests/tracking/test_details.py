"""The table of details and the couriers' code tables.

If they broke, a parcel would carry a milestone that the console does not know, or a problem that
nobody has to answer for.
"""

from __future__ import annotations

import pytest

from yichuan.tracking.codes import ALIASES, detail_of_code
from yichuan.tracking.codes import _tables as code_tables
from yichuan.tracking.details import NONE, Milestone, details, milestone_of, problem_of

PARTIES = {"courier", "merchant", "buyer", "customs"}


def test_there_are_32_and_none() -> None:
    """As many as OLTS names, each with both names and a rank of its own."""
    table = details()
    assert len(table) == 33
    assert NONE in table
    assert all(detail.name_zh and detail.name_en for detail in table.values())
    assert len({detail.rank for detail in table.values()}) == len(table)


def test_every_milestone_can_be_reached() -> None:
    """And only problems and `none` set no milestone."""
    reached = {detail.milestone for detail in details().values()} - {None}
    assert reached == set(Milestone)
    still = {code for code, detail in details().items() if detail.milestone is None}
    assert still == {NONE, "exception", "damaged", "address_issue"}


def test_every_problem_has_someone_to_answer_for_it() -> None:
    """And ends by something that exists."""
    known = set(details()) | {milestone.name for milestone in Milestone}
    for detail in details().values():
        if detail.problem:
            assert detail.problem.party in PARTIES
            assert detail.problem.closed_by
            assert detail.problem.closed_by <= known, detail.code


@pytest.mark.parametrize(
    ("code", "milestone", "kind"),
    [
        ("delivery_to_locker", "ready_for_collection", None),
        ("signed_by_third_party", "delivered", None),
        ("refused", "returning", "refused"),
        ("delivery_attempted", "out_for_delivery", "delivery_failed"),
        ("exception", None, "exception"),
        ("none", None, None),
    ],
)
def test_what_matters_most(code: str, milestone: str | None, kind: str | None) -> None:
    """A locker is not a signature; a failed attempt is a problem over 派送中."""
    assert milestone_of(code) == milestone
    problem = problem_of(code)
    assert (problem.kind if problem else None) == kind


def test_code_tables_know_only_our_details() -> None:
    """Every one of some 1900 courier codes maps to a detail or `none`."""
    tables = code_tables()
    assert len(tables) >= 16
    assert {detail for table in tables.values() for detail in table.values()} <= set(details())
    assert set(ALIASES.values()) <= set(tables)


@pytest.mark.parametrize(
    ("connector", "code", "detail"),
    [
        ("SF", "44", "out_for_delivery"),
        ("sf", "125", "delivery_to_locker"),
        ("kdniao", "311", "delivered"),
        ("kuaidi100", "501", "delivery_to_locker"),
        ("ZTO", "签收", "delivered"),
        ("jtexpress", "scan:1", "picked_up"),
        ("JTSD", "1", "picked_up"),
        ("YZPY", "704", "delivered"),
        ("STO", "驿站出库", "delivered"),
        ("DHL", "DLVRD:ACCPT", "delivered"),
        ("DHL", "NRQRD", None),
        ("SF", "99999", None),
        ("nobody", "1", None),
    ],
)
def test_codes(connector: str, code: str, detail: str | None) -> None:
    """By courier, aggregator or another of their names; a code without its list only if clear."""
    assert detail_of_code(connector, code) == detail
