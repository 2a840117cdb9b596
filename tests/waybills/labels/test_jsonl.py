"""Labels from JSON lines. Broken: one bad line stops a print run, or a typo goes unnoticed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.waybills.labels.jsonl import parse_lines
from yichuan.waybills.labels.masking import Privacy
from yichuan.waybills.labels.model import Payment

NOW = datetime(2025, 11, 11, tzinfo=UTC)
LINE: dict[str, Any] = {
    "courier_code": "ZTO",
    "waybill_number": "75312345678901",
    "receiver": {"name": "张三", "phone": "13800138000", "address": "文一路1号"},
}


def line(**changes: Any) -> str:
    return json.dumps({**LINE, **changes})


def test_what_is_required_is_enough() -> None:
    """Sender and print time have sensible values."""
    (label,) = parse_lines([line()], NOW).labels
    assert label.print_time == NOW
    assert label.sender.name == ""
    assert label.privacy is Privacy.NONE


def test_every_kind_of_value() -> None:
    """Enumerations by name, goods as texts or objects, nulls as absent."""
    text = line(
        payment="monthly",
        privacy="strict",
        goods=["苹果 ×2", {"name": "梨", "quantity": 3}, {"name": "桃"}],
        remark=None,
        weight_g=1200,
        print_time="2025-11-11T08:00:00",
    )
    (label,) = parse_lines([text], NOW).labels
    assert (label.payment, label.privacy) == (Payment.MONTHLY, Privacy.STRICT)
    assert label.goods == ("苹果 ×2", "梨 ×3", "桃")
    assert label.print_time.utcoffset() == timedelta(hours=8)


def test_names_of_our_other_interfaces_are_understood() -> None:
    """A row of /shipments with a parsed address can be printed as it is."""
    receiver = {"name": "张三", "mobile": "138", "city": "杭州市", "street": "五常街道",
                "detail": "五常街道文一路1号"}  # fmt: skip
    text = json.dumps({"courier": "SF", "number": "SF1", "receiver": receiver})
    (label,) = parse_lines([text], NOW).labels
    assert (label.courier_code, label.waybill_number) == ("SF", "SF1")
    assert label.receiver.full_address == "杭州市五常街道文一路1号"


def test_bad_lines_are_counted_and_the_others_kept() -> None:
    """With the number a text editor shows, and a reason."""
    lines = [
        "\ufeff" + line(),
        "",
        "{",
        "[1]",
        line(waybill_number=""),
        line(weight_g="heavy"),
        line(print_time="yesterday"),
        line(receiver={"name": "张三"}),
        line(payment="cash"),
        line(),
    ]
    parsed = parse_lines(lines, NOW)
    assert parsed.lines == (1, 10)
    assert [bad.line for bad in parsed.bad] == [3, 4, 5, 6, 7, 8, 9]
    reasons = {bad.line: bad.reason for bad in parsed.bad}
    assert "waybill_number is empty" in reasons[5]
    assert "weight_g" in reasons[6]
    assert "phone" in reasons[8]


def test_unknown_fields_are_named() -> None:
    """A typo does not silently lose what was meant to be printed."""
    parsed = parse_lines([line(remrak="x", receiver={**LINE["receiver"], "zip": "1"})], NOW)
    assert len(parsed.labels) == 1
    assert set(parsed.ignored) == {(1, "remrak"), (1, "receiver.zip")}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.dictionaries(
            st.sampled_from([*LINE, "sender", "goods", "print_time", "privacy", "pieces"]), JSON
        ).map(lambda d: json.dumps({**LINE, **d}).encode()),
    )
)
def test_no_line_stops_the_file(raw: bytes) -> None:
    """Whatever is in it, the next line is read."""
    assert parse_lines([raw.replace(b"\n", b""), line()], NOW).lines[-1] == 2


@pytest.mark.parametrize("offset", ["Z", "+09:00"])
def test_offsets_are_kept(offset: str) -> None:
    """A time with an offset is that instant."""
    (label,) = parse_lines([line(print_time=f"2025-11-11T08:00:00{offset}")], NOW).labels
    assert label.print_time == datetime.fromisoformat(f"2025-11-11T08:00:00{offset}")
