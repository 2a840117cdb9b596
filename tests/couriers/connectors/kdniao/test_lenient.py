"""JSON as callers write it. If it broke, shops with old clients would be refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.couriers.connectors.kdniao.lenient import lenient_json

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=12)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_strict_json_is_read_as_ever(value: object) -> None:
    """With and without escapes."""
    assert lenient_json(json.dumps(value, ensure_ascii=False).encode()) == value
    assert lenient_json(json.dumps(value)) == value


@given(values)
def test_the_forgiving_reader_agrees_with_the_strict_one(value: object) -> None:
    """A trailing comma makes the text unreadable for a strict reader and changes nothing else."""
    assert lenient_json(f"[{json.dumps(value)},]") == [value]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        # The manual's example for 1002 uses single quotes (apifox.com docs-site 2538027).
        ("{'OrderCode':'','ShipperCode':'SF'}", {"OrderCode": "", "ShipperCode": "SF"}),
        ("{'a':1,'a':2,}", {"a": 2}),
        ("{a: 'it\\'s', b: True, c: None}", {"a": "it's", "b": True, "c": None}),
        ('\ufeff{"a": "深圳"}', {"a": "深圳"}),
        ("{'a':\"x'y\"}", {"a": "x'y"}),
        ("['\\u6df1\\ud83d\\ude00',1.5,-2,]", ["深😀", 1.5, -2]),
        ("{'a':[1,2,],}", {"a": [1, 2]}),
    ],
)
def test_forgiven(raw: str, value: object) -> None:
    """What the official demos and shops in production send."""
    assert lenient_json(raw) == value
    assert lenient_json(raw.encode()) == value


@pytest.mark.parametrize(
    "raw",
    [
        *("", "{", "[", "'x", "{'a'}", "{'a':}", "{'a':1 'b':2}", "[1 2]", "{} x", "maybe", "\\"),
        *("[" * 40, "{'a':'\\u12'}", "{" * 5000, "--1", "<html>"),
    ],
)
def test_not_forgiven(raw: str) -> None:
    """Garbage, endless nesting and half a text are one kind of error."""
    with pytest.raises(ValueError):
        lenient_json(raw)


@given(st.text(alphabet="{}[]'\",:\\ab1.e-u \n", max_size=30))
def test_any_text_ends_one_way_or_the_other(raw: str) -> None:
    """No hang, no other error."""
    try:
        lenient_json(raw)
    except ValueError:
        pass
