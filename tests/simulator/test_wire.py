"""The wire: a user would see every call refused, or forged pushes taken for true ones."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.simulator.wire import (
    BadRequestDataError,
    data_sign,
    tolerant_json,
    verified_data,
)

MANUAL_DATA = "{'OrderCode':'','ShipperCode':'SF','LogisticCode':'118954907573'}"
MANUAL_KEY = "56da2cf8-c8a2-44b2-b6fa-476cd7d1ba17"
MANUAL_SIGN = "OWFhM2I5N2ViM2U2MGRkMjc4YzU2NmVlZWI3ZDk0MmE="
"""Known-answer test printed in KDNiao's manual, with its example key."""


def test_the_manuals_known_answer() -> None:
    """The signature of the manual's example is the one it prints."""
    assert data_sign(MANUAL_DATA, MANUAL_KEY) == MANUAL_SIGN
    assert verified_data(MANUAL_DATA, MANUAL_SIGN, MANUAL_KEY) == MANUAL_DATA
    assert verified_data(MANUAL_DATA, MANUAL_SIGN, MANUAL_KEY + "x") is None


@given(text=st.text(max_size=40), key=st.text(max_size=20))
def test_encoded_once_too_often_still_verifies(text: str, key: str) -> None:
    """As clients send it: plain, encodeURIComponent, PHP's urlencode; the signature as well."""
    sign = data_sign(text, key)
    for wrapped in (text, quote(text, safe=""), quote_plus(text)):
        for signed in (sign, quote(sign, safe="")):
            assert verified_data(wrapped, signed, key) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MANUAL_DATA, {"ordercode": "", "shippercode": "SF", "logisticcode": "118954907573"}),
        ('{"A": 1, "a": 2,}', {"a": 2}),
        ("{'a': ['x', {'B': 'it\\'s \"so\"'},],}", {"a": ["x", {"b": 'it\'s "so"'}]}),
        ('{"a": "x, }"}', {"a": "x, }"}),
    ],
)
def test_the_json_people_send(text: str, expected: dict) -> None:
    """Single quotes, trailing commas, duplicate keys, any case of keys."""
    assert tolerant_json(text) == expected


@pytest.mark.parametrize("text", ["", "[]", "{", "{'a': }", "null"])
def test_what_is_no_object_is_refused(text: str) -> None:
    """With an error of its own and nothing else."""
    with pytest.raises(BadRequestDataError):
        tolerant_json(text)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=8) | st.integers(), max_size=4))
def test_proper_json_is_read_as_it_is(value: dict) -> None:
    """Tolerance never changes what was right already."""
    expected = {k.lower(): v for k, v in value.items()}
    assert tolerant_json(json.dumps(value)) == expected
