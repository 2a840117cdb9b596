"""If these break, lane distances (and what is estimated from them) are wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.regions.distance import distance_km, great_circle_km
from yichuan.regions.divisions import divisions

CODES = sorted(divisions())


@pytest.mark.parametrize(
    ("one", "two", "km"),
    [("110000", "310000", 1067), ("440300", "440100", 104), ("510100", "540100", 1257)],
)
def test_known_distances(one: str, two: str, km: int) -> None:
    found = distance_km(one, two)
    assert found is not None
    assert found == pytest.approx(km, rel=0.03)


def test_same_code_is_zero() -> None:
    assert distance_km("440305", "440305") == 0.0


def test_point_of_the_parent_is_no_distance_inside_it() -> None:
    assert distance_km("410172", "410105") is None
    assert distance_km("410172", "410100") is None
    assert distance_km("410172", "410171") is None


def test_point_of_the_parent_does_between_cities() -> None:
    assert distance_km("410172", "110105") == distance_km("410100", "110105")


def test_unknown_code_is_none() -> None:
    assert distance_km("000000", "110000") is None


def test_quarter_of_the_equator() -> None:
    assert great_circle_km(0, 0, 0, 90) == pytest.approx(10007.6, abs=1)


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_symmetric_and_within_china(one: str, two: str) -> None:
    there, back = distance_km(one, two), distance_km(two, one)
    assert there == back
    assert there is None or 0 <= there < 5600
