"""Cut-off times. Broken, a merchant is promised a truck that has left, or on a Sunday."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yichuan.core.clock import CHINA
from yichuan.core.ids import new_id
from yichuan.terms.closing import Closing, Week, ship_by, week, weekday_digits, words
from yichuan.terms.places import Place

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC)
)
TIMES = st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0))
WEEKS = st.builds(Week, st.tuples(*[TIMES] * 7)).filter(lambda found: any(found.days))


def row(weekdays: str, at: time | None, **more: object) -> Closing:
    values: dict[str, object] = {
        "id": new_id(),
        "merchant_id": None,
        "courier": None,
        "service": None,
        "branch_code": None,
        "adcode": "",
        "weekdays": weekdays,
        "at": at,
    }
    return Closing(**values | more)  # type: ignore[arg-type]


@given(WEEKS, MOMENTS)
def test_the_next_collection_is_the_first_and_the_last_before_it_is_none(
    found: Week, at: datetime
) -> None:
    following = found.next(at)
    assert following is not None
    assert at < following <= at + timedelta(days=8)
    local = following.astimezone(CHINA)
    assert found.days[local.weekday()] == local.time()
    assert found.last(at, following - timedelta(minutes=1)) is None
    assert found.last(at, following) == following


@given(WEEKS | st.none(), MOMENTS, st.integers(1, 240))
def test_a_deadline_never_comes_before_the_promise_and_always_lets_one_collection_pass(
    found: Week | None, paid: datetime, hours: int
) -> None:
    by = ship_by(found, paid, hours)
    assert by >= paid + timedelta(hours=hours)
    if found is not None:
        assert found.last(paid, by) is not None


def test_the_most_exact_row_of_a_day_decides() -> None:
    rows = [
        row("12345", time(16)),
        row("12345", time(18), courier="SF"),
        row("3", time(20), courier="SF", service="2"),
        row("6", None, courier="SF"),
        row("67", time(12), adcode="3301"),
    ]
    here, there = Place("330106"), Place("310115")
    found = week(rows, "SF", "2", "", here)
    assert found is not None
    assert found.days == (time(18), time(18), time(20), time(18), time(18), None, time(12))
    other = week(rows, "ZTO", "1", "", there)
    assert other is not None
    assert other.days == (*[time(16)] * 5, None, None)
    assert week([], "SF", "1", "", here) is None


def test_a_sunday_without_collection_moves_the_deadline_to_monday() -> None:
    weekdays = week([row("123456", time(16))], None, "", "", Place(""))
    saturday_evening = datetime(2026, 11, 28, 18, tzinfo=CHINA)
    by = ship_by(weekdays, saturday_evening, 24)
    assert by == datetime(2026, 11, 30, 16, tzinfo=CHINA)
    friday = datetime(2026, 11, 27, 15, tzinfo=CHINA)
    assert ship_by(weekdays, friday, 24) == friday + timedelta(hours=24)


def test_words_say_the_day() -> None:
    now = datetime(2026, 11, 28, 9, tzinfo=CHINA)
    assert words(now.replace(hour=16), now) == ("今日 16:00 前", "before 16:00 today")
    assert words(now.replace(hour=16) + timedelta(days=1), now)[0] == "明日 16:00 前"
    assert words(now.replace(hour=16) + timedelta(days=2), now)[0] == "11月30日 周一 16:00 前"


def test_days_of_the_week_as_people_write_them() -> None:
    for text, digits in (
        ("1-5", "12345"),
        ("6、7", "67"),
        ("每天", "1234567"),
        ("工作日", "12345"),
        ("1,3-5", "1345"),
        ("0-3", None),
        ("8", None),
        ("周一", None),
    ):
        assert weekday_digits(text) == digits, text
