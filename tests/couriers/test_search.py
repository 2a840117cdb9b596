"""Searching the catalogue. Broken, clerks do not find a courier by what they type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.couriers.catalogue import KINDS, entries
from yichuan.couriers.catalogue_queries import FACETS
from yichuan.couriers.search import look


def codes(q: str, **wanted: str) -> list[str]:
    """The codes found, best first."""
    rows = look(q, FACETS, wanted).rows
    return [entry.code for _, entry in sorted(rows, key=lambda row: (row[0], row[1].place))]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("yto", "YTO"),
        ("圆通", "YTO"),
        ("ytsd", "YTO"),
        ("yuantongsu", "YTO"),
        ("Yunda", "YD"),
        ("jtexpress", "JTSD"),
        ("190455", "ZTO"),
        ("EASY get", "EASYGET"),
        ("Royal Mail", "IYGYZ"),
    ],
)
def test_what_people_type(q: str, first: str) -> None:
    assert codes(q)[0] == first


def test_everything_is_found_by_its_own_code_and_name() -> None:
    for entry in list(entries().values())[::331]:
        assert entry.code in codes(entry.code)
        assert entry.code in codes(entry.name_zh) or not entry.name_zh.strip("()")


def test_a_facets_counts_are_what_choosing_a_value_gives() -> None:
    found = look("邮政", FACETS, {"kind": "postal"})
    assert {entry.kind for _, entry in found.rows} == {"postal"}
    for kind in KINDS:
        assert len(codes("邮政", kind=kind)) == found.counts["kind"].get(kind, 0)
    for name in ("capability", "connector", "verified"):
        for value, count in found.counts[name].items():
            assert len(codes("邮政", kind="postal", **{name: value})) == count


@given(st.text(max_size=12))
def test_any_text_is_a_search(q: str) -> None:
    rows = look(q, FACETS, {}).rows
    assert len({entry.code for _, entry in rows}) == len(rows)
