"""Times in couriers' words. If they broke, a parcel would be eight hours late or never arrive."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.couriers.connectors.times import courier_date, courier_time

NOON = datetime(2024, 5, 1, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "2024-05-01 10:00:00",
        "2024/05/01 10:00:00",
        "2024-5-1 10:0:0",
        "2024-05-01 10:00",
        "2024.05.01 10:00:00",
        "2024年5月1日 10:00",
        "2024年05月01日10时00分00秒",
        "2024-05-01T10:00:00",
        "2024-05-01T02:00:00Z",
        "2024-05-01T10:00:00+08:00",
        "2024-05-01 10:00:00.000",
        "20240501100000",
        "1714528800",
        "1714528800000",
        1714528800,
        1714528800000.0,
    ],
)
def test_one_moment_in_many_words(raw: str | float) -> None:
    """Without a zone it is China's time."""
    assert courier_time(raw) == NOON


@pytest.mark.parametrize(
    "raw",
    [
        *("", "null", "暂无", "0001-01-01 00:00:00", "1970-01-01 08:00:00", "2024-13-01 00:00:00"),
        *("2024-05-01 25:00:00", "2999-01-01 00:00:00", "9999-12-31 23:59:59", "2024-02-30", "1e9"),
    ],
)
def test_no_time_at_all(raw: str) -> None:
    """Defaults of broken systems and impossible days are refused, not believed."""
    with pytest.raises(ValueError):
        courier_time(raw)


@given(st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)))  # noqa: DTZ001
def test_what_is_written_is_read(at: datetime) -> None:
    """Any second of a century comes back as written, eight hours east."""
    at = at.replace(microsecond=0)
    read = courier_time(at.strftime("%Y-%m-%d %H:%M:%S"))
    assert (at.replace(tzinfo=UTC) - read).total_seconds() == 8 * 3600


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(raw: str) -> None:
    """Whatever a courier sends, one answer or one kind of error."""
    try:
        assert courier_time(raw).tzinfo is UTC
    except ValueError:
        pass


def test_days() -> None:
    """An estimated delivery is a day in China, or nothing."""
    assert courier_date("2024-05-03") == date(2024, 5, 3)
    assert courier_date("2024-05-03 00:30:00") == date(2024, 5, 3)
    assert courier_date("soon") is None
    assert courier_date(None) is None
