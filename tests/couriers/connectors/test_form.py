"""Form bodies. If they broke, pushes would be read wrongly or slow the whole ingest down."""

from __future__ import annotations

from urllib.parse import quote_plus, unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.couriers.connectors.form import MAX_BODY, form_fields, percent_decode


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1, max_size=6))
def test_what_a_form_library_writes_is_read(fields: dict[str, str]) -> None:
    """Every field comes back byte for byte."""
    assert form_fields(urlencode(fields).encode()) == {k: v.encode() for k, v in fields.items()}


@given(st.binary(max_size=80))
def test_any_bytes_decode_as_the_standard_library_does(raw: bytes) -> None:
    """Malformed escapes, stray signs and line ends included."""
    assert percent_decode(raw, plus_is_space=False) == unquote_to_bytes(raw)


@pytest.mark.parametrize(
    "raw", [b"%", b"%4", b"%zz", b"a=%41", b"%41=", b"%0A\n", b"%\n41", b"%%41"]
)
def test_odd_escapes(raw: bytes) -> None:
    """The fast way is only taken where it gives the same."""
    assert percent_decode(raw) == unquote_to_bytes(raw)


def test_the_first_of_a_name_counts() -> None:
    """And parts without a value sign are left out."""
    assert form_fields(b"a=1&a=2&junk&b=x%3Dy") == {"a": b"1", "b": b"x=y"}


def test_limits() -> None:
    """An endless body or field list is refused before it costs anything."""
    with pytest.raises(ValueError):
        form_fields(b"a=" + b"x" * MAX_BODY)
    with pytest.raises(ValueError):
        form_fields(b"&".join(b"a%d=1" % n for n in range(100)))
    with pytest.raises(ValueError):
        form_fields(b"%FF=1")


def test_plus_is_space() -> None:
    """As forms have it."""
    assert form_fields(quote_plus("a b").encode() + b"=c+d%2B") == {"a b": b"c d+"}
