"""Cursors. If these break, lists skip or repeat rows, or a forged cursor is a 500."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.core.errors import Invalid
from yichuan.core.pagination import decode_cursor, encode_cursor, read_time_cursor, time_cursor


@given(st.lists(st.one_of(st.text(), st.integers(), st.none()), min_size=1, max_size=4))
def test_a_cursor_comes_back_as_it_went(values: list[str | int | None]) -> None:
    assert decode_cursor(encode_cursor(values), len(values)) == values


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_time_cursors(at: datetime, row_id: UUID) -> None:
    assert read_time_cursor(time_cursor(at, row_id)) == (at, row_id)


@given(st.text(max_size=60))
def test_rubbish_is_refused_kindly(text: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(text, 7)
    with pytest.raises(Invalid):
        read_time_cursor(text)
