"""One cell of a table: documented columns, their kinds, and the parsers from text to values.

Weights become grams, volumes cm³, money fen, prices per kg 1/100 fen, times aware UTC.
A parser never raises: what cannot be read becomes a `Bad` with a reason code of `REASONS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from yichuan.core.clock import CHINA

REASONS: dict[str, tuple[str, str]] = {
    "required": ("缺少{column}", "{column} is missing"),
    "not_a_number": ("{column}不是数字：{value}", "{column} is not a number: {value}"),
    "not_an_integer": ("{column}不是整数：{value}", "{column} is not a whole number: {value}"),
    "too_small": ("{column}小于允许的最小值：{value}", "{column} is below the minimum: {value}"),
    "too_large": ("{column}大于允许的最大值：{value}", "{column} is above the maximum: {value}"),
    "too_long": ("{column}过长：{value}", "{column} is too long: {value}"),
    "bad_time": (
        "{column}不是可识别的日期或时间：{value}",
        "{column} is not a known time: {value}",
    ),
    "bad_month": ("{column}不是月份：{value}", "{column} is not a month: {value}"),
    "bad_choice": ("{column}不在可选值内：{value}", "{column} is not one of its values: {value}"),
    "unknown_value": (
        "对照表中没有{column}的值：{value}",
        "no entry for {column} of value {value}",
    ),
    "no_match": (
        "{column}不符合映射的格式：{value}",
        "{column} does not match its pattern: {value}",
    ),
    "excel_mangled": (
        "{column}被 Excel 改成了科学计数法，号码已丢失位数：{value}",
        "{column} was turned into a rounded number by a spreadsheet: {value}",
    ),
    "bad_encoding": (
        "{column}含有无法解码的字符：{value}",
        "{column} has undecodable bytes: {value}",
    ),
    "too_many_cells": ("列数多于表头", "more cells than the header has columns"),
    "unreadable": (
        "该行无法解析（引号未闭合或单元格过大）",
        "unreadable row (open quote or huge cell)",
    ),
    "no_case": ("该行不符合映射中的任何情形", "no case of the mapping applies to the row"),
    "duplicate_key": ("与前面的行重复（{value}）", "repeats the key of an earlier row ({value})"),
}
"""Reason code → text in Chinese and English; rooms add their own row rules beside these."""


class Kind(StrEnum):
    """What a documented column holds; the value's Python type is in brackets."""

    TEXT = "text"  # str
    REFERENCE = "reference"  # str: a number kept as text; spreadsheet damage is refused
    CHOICE = "choice"  # str, one of Column.choices
    INTEGER = "integer"  # int
    WEIGHT = "weight"  # int, grams; written in kg
    VOLUME = "volume"  # int, cm³; written in m³
    MONEY = "money"  # int, fen; written in yuan
    RATE = "rate"  # int, 1/100 fen per kg; written in yuan per kg
    TIME = "time"  # datetime, UTC
    DATE = "date"  # date
    MONTH = "month"  # str, yyyymm


@dataclass(frozen=True, slots=True)
class Column:
    """A documented column. `minimum`/`maximum` are in the stored unit (g, cm³, fen…)."""

    name: str
    kind: Kind
    zh: str
    en: str
    required: bool = False
    field: str = ""
    """Name in the row dataclass; the column's own when empty."""
    choices: tuple[str, ...] = ()
    max_length: int = 200
    minimum: int | None = None
    maximum: int | None = None
    zero_is_blank: bool = False
    """0 means "not known" (an unweighed shipment), not nothing."""

    @property
    def attribute(self) -> str:
        """Name of the row's field."""
        return self.field or self.name


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that could not be read: reason code and the text as it stood."""

    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of one file column are written."""

    unit: str = ""
    """A key of `UNITS[kind]`; the documented unit (kg, m³, yuan) when empty."""
    zone: tzinfo = CHINA
    """Zone of times written without an offset."""
    date_formats: tuple[str, ...] = ()
    """`strptime` formats, tried before the built-in ones."""
    negate: bool = False


Parser = Callable[[str], object]

UNITS: dict[Kind, dict[str, Decimal]] = {
    Kind.WEIGHT: {
        "kg": Decimal(1000),
        "g": Decimal(1),
        "t": Decimal(1_000_000),
        "jin": Decimal(500),
        "lb": Decimal("453.59237"),
    },
    Kind.VOLUME: {"m3": Decimal(1_000_000), "cm3": Decimal(1), "l": Decimal(1000)},
    Kind.MONEY: {"yuan": Decimal(100), "fen": Decimal(1)},
    Kind.RATE: {"yuan": Decimal(10_000), "fen": Decimal(100)},
}
"""Unit → how many stored units it is; the first of each kind is the documented one.

The pound is the international avoirdupois pound; 斤 (jin) is 500 g.
"""

_NUMBER = re.compile(
    r"^[¥￥]?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+)(?:[eE]([+-]?\d{1,2}))?\s*"
    r"(元|kg|KG|Kg|千克|公斤|g|克|斤|吨|m³|m3|立方米|立方|分|件)?$"
)
_SUFFIX_UNITS = {
    **dict.fromkeys(("kg", "KG", "Kg", "千克", "公斤"), "kg"),
    **dict.fromkeys(("g", "克"), "g"),
    **dict.fromkeys(("m³", "m3", "立方米", "立方"), "m3"),
    "斤": "jin",
    "吨": "t",
    "元": "yuan",
    "分": "fen",
}
_MANGLED = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d+$")
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_SLASHED = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时点](\d{1,2})分?(?:[:](\d{1,2})(?:\.\d+)?)?秒?)?$"
)
_MONTH = re.compile(r"^(\d{4})\s*[-/.年]?\s*(\d{1,2})月?$")
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - naive on purpose, the zone follows
_YEARS = range(1990, 2101)


def number(text: str) -> tuple[Decimal, str] | None:
    """A number and the unit written behind it ("1,234.5元" → 1234.5, "yuan"), or None."""
    found = _NUMBER.match(text)
    if found is None:
        return None
    digits, exponent, suffix = found.groups()
    value = Decimal(digits.replace(",", ""))
    if exponent:
        value = value.scaleb(int(exponent))
    return value, _SUFFIX_UNITS.get(suffix or "", "")


def _scaled(column: Column, reading: Reading) -> Parser:
    units = UNITS[column.kind]
    default = units[reading.unit] if reading.unit else next(iter(units.values()))
    sign = -1 if reading.negate else 1

    def parse(text: str) -> object:
        read = number(text)
        if read is None:
            return Bad("not_a_number", text)
        value, suffix = read
        scale = units.get(suffix, default)
        return sign * int((value * scale).to_integral_value(ROUND_HALF_UP))

    return parse


def _integer(_column: Column, reading: Reading) -> Parser:
    sign = -1 if reading.negate else 1

    def parse(text: str) -> object:
        read = number(text)
        if read is None:
            return Bad("not_a_number", text)
        value = read[0]
        whole = int(value)
        return sign * whole if whole == value else Bad("not_an_integer", text)

    return parse


def _text(column: Column, _reading: Reading) -> Parser:
    limit = column.max_length
    return lambda text: text if len(text) <= limit else Bad("too_long", text)


def _reference(column: Column, _reading: Reading) -> Parser:
    limit = column.max_length

    def parse(text: str) -> object:
        if _MANGLED.match(text):
            return Bad("excel_mangled", text)
        return text if len(text) <= limit else Bad("too_long", text)

    return parse


def _choice(column: Column, _reading: Reading) -> Parser:
    known = {choice: choice for choice in column.choices}
    return lambda text: known.get(text) or known.get(text.lower()) or Bad("bad_choice", text)


def _month(_column: Column, _reading: Reading) -> Parser:
    def parse(text: str) -> object:
        found = _MONTH.match(text)
        if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) not in _YEARS:
            return Bad("bad_month", text)
        return f"{found[1]}{int(found[2]):02d}"

    return parse


def _with_formats(text: str, formats: tuple[str, ...]) -> datetime | None:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is given by the map
        except ValueError:
            continue
    return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _slashed(text: str) -> datetime | None:
    found = _SLASHED.match(text)
    if found is None:
        return None
    try:
        return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def _serial(text: str) -> datetime | None:
    """Days since 1899-12-30, as spreadsheets store times (ECMA-376 part 1, 18.17.4.1)."""
    if not _SERIAL.match(text):
        return None
    seconds = int((Decimal(text) * 86_400).to_integral_value(ROUND_HALF_UP))
    return _EXCEL_EPOCH + timedelta(seconds=seconds)


def moment(text: str, reading: Reading) -> datetime | None:
    """The time a text means, aware: own formats, ISO 8601, 2020/1/5 9:03, 2020年1月5日, serial."""
    found = (
        _with_formats(text, reading.date_formats) or _iso(text) or _slashed(text) or _serial(text)
    )
    if found is None or found.year not in _YEARS:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=reading.zone)


def _time(_column: Column, reading: Reading) -> Parser:
    def parse(text: str) -> object:
        found = moment(text, reading)
        return Bad("bad_time", text) if found is None else found.astimezone(UTC)

    return parse


def _date(_column: Column, reading: Reading) -> Parser:
    def parse(text: str) -> object:
        found = moment(text, reading)
        return Bad("bad_time", text) if found is None else found.astimezone(reading.zone).date()

    return parse


_PARSERS: dict[Kind, Callable[[Column, Reading], Parser]] = {
    Kind.TEXT: _text,
    Kind.REFERENCE: _reference,
    Kind.CHOICE: _choice,
    Kind.INTEGER: _integer,
    Kind.WEIGHT: _scaled,
    Kind.VOLUME: _scaled,
    Kind.MONEY: _scaled,
    Kind.RATE: _scaled,
    Kind.TIME: _time,
    Kind.DATE: _date,
    Kind.MONTH: _month,
}


def clean(text: str) -> str:
    """Text without the padding and guards spreadsheets and malls add (="123", '123, tabs)."""
    text = text.strip()
    if text[:2] == '="' and text[-1:] == '"':
        return text[2:-1].strip()
    if text[:1] == "'" and len(text) > 1:
        return text[1:].strip()
    return text


def parser(column: Column, reading: Reading) -> Parser:
    """Parser of a cleaned cell: the typed value, None when blank, or `Bad`.

    Raises:
        KeyError: the reading's unit is none of the kind's units.
    """
    parse = _PARSERS[column.kind](column, reading)
    low, high = column.minimum, column.maximum

    def read(text: str) -> object:
        if not text:
            return Bad("required") if column.required else None
        value = parse(text)
        if isinstance(value, int):
            if value == 0 and column.zero_is_blank:
                return Bad("required") if column.required else None
            if low is not None and value < low:
                return Bad("too_small", text)
            if high is not None and value > high:
                return Bad("too_large", text)
        return value

    return read


def cell_text(value: object) -> str:
    """Text of a spreadsheet cell, so that every file goes one way.

    Whole numbers lose their ".0". From 10¹⁵ on a spreadsheet keeps no last digits: such a number
    is written as 4.33E+17 and refused where it should be a reference.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if not value.is_integer():
            return repr(value)
        return str(int(value)) if abs(value) < 1e15 else f"{value:E}"
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    return str(value)
