"""Cells of imported files. Broken: wrong weights, fees or times come in, or rows are refused."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.core.cells import (
    REASONS,
    Bad,
    Column,
    Kind,
    Reading,
    cell_text,
    clean,
    number,
    parser,
)


def read(kind: Kind, text: str, reading: Reading | None = None, **column: object) -> object:
    col = Column("c", kind, "列", "c", **column)  # type: ignore[arg-type]
    return parser(col, reading or Reading())(text)


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("1", 1000),
        ("0.5", 500),
        (".5", 500),
        ("3.449", 3449),
        ("2.0005", 2001),
        ("1,234.5", 1_234_500),
        ("1.5kg", 1500),
        ("1.5 公斤", 1500),
        ("350g", 350),
        ("350克", 350),
        ("3斤", 1500),
        ("1.2E+1", 12_000),
        ("0", 0),
    ],
)
def test_weights_are_grams(text: str, grams: int) -> None:
    assert read(Kind.WEIGHT, text) == grams


@pytest.mark.parametrize(
    "text", ["abc", "1.2.3", "1,23", "NaN", "Infinity", "1_000", "--1", "1e999"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert read(Kind.WEIGHT, text) == Bad("not_a_number", text)


def test_units_of_the_file() -> None:
    assert read(Kind.WEIGHT, "350", Reading(unit="g")) == 350
    assert read(Kind.WEIGHT, "1", Reading(unit="lb")) == 454
    assert read(Kind.MONEY, "350", Reading(unit="fen")) == 350
    assert read(Kind.MONEY, "¥12.30") == 1230
    assert read(Kind.MONEY, "12.3元", Reading(unit="fen")) == 1230
    assert read(Kind.MONEY, "-2.94", Reading(negate=True)) == 294
    assert read(Kind.RATE, "0.375") == 3750
    assert read(Kind.VOLUME, "0.09") == 90_000
    assert read(Kind.VOLUME, "1200", Reading(unit="cm3")) == 1200
    with pytest.raises(KeyError):
        parser(Column("c", Kind.MONEY, "", ""), Reading(unit="kg"))


def test_zero_may_mean_unknown_and_blank_is_none() -> None:
    assert read(Kind.WEIGHT, "0.0", zero_is_blank=True) is None
    assert read(Kind.WEIGHT, "") is None
    assert read(Kind.WEIGHT, "", required=True) == Bad("required")
    assert read(Kind.WEIGHT, "0", zero_is_blank=True, required=True) == Bad("required")


def test_limits() -> None:
    assert read(Kind.INTEGER, "0", minimum=1) == Bad("too_small", "0")
    assert read(Kind.INTEGER, "9", maximum=8) == Bad("too_large", "9")
    assert read(Kind.INTEGER, "2.0") == 2
    assert read(Kind.INTEGER, "2.5") == Bad("not_an_integer", "2.5")
    assert read(Kind.TEXT, "x" * 11, max_length=10) == Bad("too_long", "x" * 11)


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-05 09:03",
        "2020-01-05T09:03:00",
        "2020/1/5 9:03",
        "2020.1.5 9:03:00",
        "2020年1月5日 9:03",
        "2020年1月5日9时03分",
        "2020-01-05T01:03:00Z",
        "43835.3770833333",
    ],
)
def test_times_are_utc_from_chinese_local_time(text: str) -> None:
    assert read(Kind.TIME, text) == datetime(2020, 1, 5, 1, 3, tzinfo=UTC)


def test_other_zones_formats_and_days() -> None:
    berlin = Reading(zone=ZoneInfo("Europe/Berlin"), date_formats=("%d.%m.%Y %H:%M",))
    assert read(Kind.TIME, "05.07.2020 10:00", berlin) == datetime(2020, 7, 5, 8, tzinfo=UTC)
    assert read(Kind.DATE, "2020/1/5") == date(2020, 1, 5)
    assert read(Kind.DATE, "20200105") == date(2020, 1, 5)
    assert read(Kind.TIME, "2020-02-30") == Bad("bad_time", "2020-02-30")
    assert read(Kind.TIME, "2020/2/30") == Bad("bad_time", "2020/2/30")
    assert read(Kind.TIME, "0020-02-03") == Bad("bad_time", "0020-02-03")
    assert read(Kind.TIME, "昨天") == Bad("bad_time", "昨天")


@pytest.mark.parametrize("text", ["202001", "2020-01", "2020/1", "2020年1月", "2020.01"])
def test_months(text: str) -> None:
    assert read(Kind.MONTH, text) == "202001"


def test_bad_months() -> None:
    assert read(Kind.MONTH, "202013") == Bad("bad_month", "202013")


def test_numbers_spoilt_by_a_spreadsheet_are_refused_not_taken() -> None:
    assert read(Kind.REFERENCE, "4.33123E+14") == Bad("excel_mangled", "4.33123E+14")
    assert read(Kind.REFERENCE, "433123456789012") == "433123456789012"
    assert read(Kind.REFERENCE, cell_text(4.331234567890124e17)) == Bad(
        "excel_mangled", "4.331235E+17"
    )


def test_choices() -> None:
    choices = ("cost", "price")
    assert read(Kind.CHOICE, "Price", choices=choices) == "price"
    assert read(Kind.CHOICE, "free", choices=choices) == Bad("bad_choice", "free")


def test_guards_of_spreadsheets_fall_away() -> None:
    assert clean(' ="4331" ') == "4331"
    assert clean("'4331\t") == "4331"
    assert clean("\u3000 4331\xa0") == "4331"
    assert clean("'") == "'"


def test_spreadsheet_cells_as_text() -> None:
    assert cell_text(2.0) == "2"
    assert cell_text(2.05) == "2.05"
    assert cell_text(True) == "1"
    assert cell_text(None) == ""
    assert cell_text(datetime(2020, 1, 2, 3, 4)) == "2020-01-02T03:04:00"  # noqa: DTZ001


def test_every_reason_speaks_both_languages() -> None:
    for zh, en in REASONS.values():
        assert zh.format(column="C", value="V")
        assert en.format(column="C", value="V").isascii()


@given(st.integers(-(10**12), 10**12))
def test_any_amount_of_fen_survives_being_written_in_yuan(fen: int) -> None:
    text = f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
    assert read(Kind.MONEY, text) == fen
    assert isinstance(read(Kind.MONEY, text), int)


@given(st.text(max_size=30))
def test_no_text_breaks_a_parser(text: str) -> None:
    for kind in Kind:
        value = read(kind, clean(text))
        assert value is None or isinstance(value, Bad | str | int | datetime | date)
    assert number(text) is None or number(text) is not None
