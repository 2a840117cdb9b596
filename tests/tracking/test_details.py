"""The table of details and the couriers' code tables.

If they broke, a parcel would carry a milestone that the console does not know, or a problem that
nobody has to answer for.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import yichuan
from yichuan.tracking.codes import ALIASES, detail_of_code
from yichuan.tracking.codes import _tables as code_tables
from yichuan.tracking.details import NONE, Milestone, details, milestone_of, problem_of

DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))
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


CARRIERS = {
    "ups": "UPS", "dhl": "DHL", "ems": "EMS", "usps": "USPS", "jdl": "JD", "fedex": "FEDEX",
    "jtexpress": "JTSD", "sto": "STO", "yunda": "YD", "deppon": "DBL", "zto": "ZTO", "sf": "SF",
    "cainiao": "CNCY", "yto": "YTO",
}  # fmt: skip
AGGREGATORS = {
    "kuaidi100_statusCode": "kuaidi100",
    "aliyun_market_status": "aliyun",
    "51tracking/trackingmore": "51tracking",
}


def documented() -> Iterator[tuple[str, str]]:
    """Every documented code with its courier or aggregator.

    Not OLTS's opcodes of SF: its own list numbers them otherwise, and that one counts.
    """
    for row in csv.DictReader((DATA / "carrier_status_codes.csv").open(encoding="utf-8")):
        if not row["code"].startswith("opcode:"):
            yield CARRIERS[row["carrier"]], row["code"]
    for row in csv.DictReader((DATA / "sf_opcodes.csv").open(encoding="utf-8")):
        yield "SF", row["opcode"]
    for row in csv.DictReader((DATA / "status_codes_aggregators.csv").open(encoding="utf-8")):
        yield AGGREGATORS.get(row["system"], row["system"]), row["code"]


@pytest.mark.skipif(not (DATA / "sf_opcodes.csv").exists(), reason="datasets: set YICHUAN_DATA")
def test_no_documented_code_is_missing() -> None:
    """All couriers' and aggregators' published codes; a parcel never stands still for one."""
    codes = list(documented())
    assert len(codes) > 1900
    assert [one for one in codes if detail_of_code(*one) is None] == []


def tables() -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of every table of codes with the table's owner, wherever the table lies."""
    package = Path(yichuan.__file__).parent
    for row in csv.DictReader((package / "tracking/codes.csv").open(encoding="utf-8")):
        yield row["connector"].upper(), row
    for table in sorted(package.glob("couriers/connectors/*/codes.csv")):
        for row in csv.DictReader(table.open(encoding="utf-8")):
            yield table.parent.name.upper(), row


def test_no_code_is_doubled_or_dangling() -> None:
    """One place knows a code, and says something we know."""
    rows = list(tables())
    counts = Counter((owner, row["code"]) for owner, row in rows)
    assert [one for one, count in counts.items() if count > 1] == []
    assert [row for _, row in rows if row["detail"] not in details()] == []
