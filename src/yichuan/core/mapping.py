"""Mapping files: TOML that turns anyone's columns into our documented ones.

    rows = "shipments"                      # the documented table it fills
    key = ["shipment_no"]                   # rows repeating these columns are refused
    [file]                                  # encoding, delimiter, sheet, header_row; all optional
    [times]                                 # zone = "Asia/Shanghai", formats = ["%d.%m.%Y"]
    [tables.courier]                        # value tables, by name
    "顺丰" = "SF"
    [columns]
    shipment_no = "单号"                     # the same value under our name
    merchant = { value = "M001" }           # a constant
    courier = { from = "快递", table = "courier", otherwise = "keep" }
    weight_kg = { from = ["称重", "估重"], unit = "g", blank = ["0"] }   # the first not blank
    order_no = { template = "{店铺}-{单号}" }
    city = { from = "目的地", match = "省(.+市)", otherwise = "blank", default = "成都市" }
    remark = { from = "备注", replace = [["\\s+", " "]] }
    adjustment = { from = "折扣", negate = true }
    [[skip]]                                # rows that are not data
    column = "单号"
    matches = "^合计"
    [[case]]                                # the first case whose conditions hold adds its columns
    when = { column = "快递", is = "顺丰" }
    columns = { service = { value = "standard" } }

`[[unpivot]]` is written like `[[case]]`, but every one that holds makes a row of its own: so a
wide table (a column per weight bracket) becomes a long one. Conditions: `is`, `in`, `matches`
(a regular expression, searched), `blank = true|false`, each with `not = true` to turn it round.
A column is read in this order: from/template, blank, match (its first group), replace, table,
default, then the documented type with unit, zone and formats.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yichuan.core.cells import Reading
from yichuan.core.errors import Invalid
from yichuan.core.tabular import Layout

TESTS = ("is", "in", "matches", "blank")
OTHERWISE = ("reject", "keep", "blank")


class BadMapping(Invalid):
    """The mapping file is wrong, or does not fit the file it is used on."""

    code = "bad_mapping"
    title, title_zh = "The mapping does not fit", "映射文件有误"


@dataclass(frozen=True, slots=True)
class Condition:
    """A test on one source column."""

    column: str
    test: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """How one documented column is filled from the file."""

    sources: tuple[str, ...] = ()
    """Source columns: alternatives, or the template's parts."""
    template: tuple[tuple[str, str], ...] = ()
    """(text before, source column) pairs; the last column may be empty."""
    constant: str | None = None
    blanks: frozenset[str] = frozenset()
    match: re.Pattern[str] | None = None
    replace: tuple[tuple[re.Pattern[str], str], ...] = ()
    table: Mapping[str, str] | None = None
    otherwise: str = "reject"
    """What becomes of a value that `match` or `table` does not know."""
    default: str = ""
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True)
class Case:
    """Columns that apply where all conditions hold; they win over the common ones."""

    when: tuple[Condition, ...]
    columns: Mapping[str, Rule]


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A whole mapping file, checked in itself but not yet against a table or a file."""

    rows: str
    columns: Mapping[str, Rule]
    layout: Layout = field(default_factory=Layout)
    key: tuple[str, ...] | None = None
    """None: the documented table's own key."""
    skips: tuple[Condition, ...] = ()
    cases: tuple[Case, ...] = ()
    unpivot: bool = False
    """Every case that holds makes a row, instead of the first one only."""
    content: bytes = b""
    """What the mapping was read from, for the digest."""


class _Reader:
    """Takes keys out of a TOML table and complains about wrong types and unknown keys."""

    def __init__(self, table: object, where: str) -> None:
        if not isinstance(table, dict):
            raise BadMapping(f"{where}: a table is expected")
        self._table: dict[str, object] = dict(table)
        self.where = where

    def text(self, key: str, default: str = "") -> str:
        value = self._table.pop(key, default)
        if not isinstance(value, str):
            raise BadMapping(f"{self.where}.{key}: a text is expected")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._table.pop(key, [])
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items):
            raise BadMapping(f"{self.where}.{key}: a text or a list of texts is expected")
        return tuple(cast("list[str]", items))

    def flag(self, key: str) -> bool:
        value = self._table.pop(key, False)
        if not isinstance(value, bool):
            raise BadMapping(f"{self.where}.{key}: true or false is expected")
        return value

    def integer(self, key: str, default: int) -> int:
        value = self._table.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise BadMapping(f"{self.where}.{key}: a positive whole number is expected")
        return value

    def table(self, key: str) -> _Reader:
        return _Reader(self._table.pop(key, {}), f"{self.where}.{key}")

    def tables(self, key: str) -> list[_Reader]:
        value = self._table.pop(key, [])
        items = value if isinstance(value, list) else [value]
        return [_Reader(item, f"{self.where}.{key}[{n}]") for n, item in enumerate(items)]

    def raw(self, key: str) -> object:
        return self._table.pop(key, None)

    def rest(self) -> Iterator[tuple[str, object]]:
        """All other keys, taken out."""
        while self._table:
            key = next(iter(self._table))
            yield key, self._table.pop(key)

    def finish(self) -> None:
        if self._table:
            raise BadMapping(f"{self.where}: unknown key {', '.join(map(repr, self._table))}")


def _pattern(text: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise BadMapping(f"{where}: not a regular expression: {error}") from error


def _zone(name: str, where: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadMapping(f"{where}: unknown time zone {name!r}") from error


def _template(text: str, where: str) -> tuple[tuple[str, str], ...]:
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError as error:
        raise BadMapping(f"{where}: not a template: {error}") from error
    return tuple((before, name or "") for before, name, _spec, _conversion in parsed)


def _replacements(found: object, where: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    pairs = found if isinstance(found, list) else []
    if found is not None and not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair)
        for pair in pairs or [None]
    ):
        raise BadMapping(f"{where}.replace: a list of [pattern, text] pairs is expected")
    return tuple((_pattern(pattern, where), text) for pattern, text in pairs)


def _reading(reader: _Reader, base: Reading) -> Reading:
    zone = reader.text("zone")
    return Reading(
        unit=reader.text("unit"),
        zone=_zone(zone, reader.where) if zone else base.zone,
        date_formats=reader.texts("formats") or base.date_formats,
        negate=reader.flag("negate"),
    )


def _table(name: str, tables: Mapping[str, Mapping[str, str]], where: str) -> Mapping[str, str]:
    if name not in tables:
        raise BadMapping(f"{where}: no [tables.{name}]")
    return tables[name]


def _rule(spec: object, where: str, tables: Mapping[str, Mapping[str, str]], base: Reading) -> Rule:
    if isinstance(spec, str):
        return Rule(sources=(spec,), reading=base)
    reader = _Reader(spec, where)
    constant = reader.raw("value")
    if constant is not None and not isinstance(constant, str):
        raise BadMapping(f"{where}.value: a text is expected (quote the number)")
    sources = reader.texts("from")
    template = _template(reader.text("template"), where)
    if bool(sources) + bool(template) + (constant is not None) != 1:
        raise BadMapping(f"{where}: exactly one of from, template, value is expected")
    match, table, otherwise = (reader.text(key) for key in ("match", "table", "otherwise"))
    if otherwise and otherwise not in OTHERWISE:
        raise BadMapping(f"{where}.otherwise: one of {', '.join(OTHERWISE)} is expected")
    rule = Rule(
        sources=sources or tuple(name for _, name in template if name),
        template=template,
        constant=constant,
        blanks=frozenset(reader.texts("blank")),
        match=_pattern(match, where) if match else None,
        replace=_replacements(reader.raw("replace"), where),
        table=_table(table, tables, where) if table else None,
        otherwise=otherwise or "reject",
        default=reader.text("default"),
        reading=_reading(reader, base),
    )
    reader.finish()
    return rule


def _rules(
    reader: _Reader, tables: Mapping[str, Mapping[str, str]], base: Reading
) -> dict[str, Rule]:
    return {
        name: _rule(spec, f"{reader.where}.{name}", tables, base) for name, spec in reader.rest()
    }


def _condition(reader: _Reader) -> Condition:
    column, negated = reader.text("column"), reader.flag("not")
    found = [(test, reader.raw(test)) for test in TESTS]
    given = [(test, value) for test, value in found if value is not None]
    reader.finish()
    if not column or len(given) != 1:
        raise BadMapping(f"{reader.where}: a column and one of {', '.join(TESTS)} are expected")
    test, value = given[0]
    if test == "blank":
        return Condition(column, test, (), negated ^ (value is False))
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in values):
        raise BadMapping(f"{reader.where}.{test}: a text is expected")
    if test == "matches":
        _pattern(str(values[0]), reader.where)
    return Condition(column, test, tuple(cast("list[str]", values)), negated)


def _cases(
    readers: list[_Reader], tables: Mapping[str, Mapping[str, str]], base: Reading
) -> tuple[Case, ...]:
    cases = []
    for reader in readers:
        when = tuple(_condition(condition) for condition in reader.tables("when"))
        cases.append(Case(when, _rules(reader.table("columns"), tables, base)))
        reader.finish()
    return tuple(cases)


def _value_tables(reader: _Reader) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for name, found in reader.rest():
        entries = _Reader(found, f"{reader.where}.{name}")
        tables[name] = {}
        for key, value in entries.rest():
            if not isinstance(value, str):
                raise BadMapping(f"{entries.where}.{key}: a text is expected")
            tables[name][key] = value
    return tables


def _layout(reader: _Reader) -> Layout:
    layout = Layout(
        encoding=reader.text("encoding"),
        delimiter=reader.text("delimiter"),
        sheet=reader.text("sheet"),
        header_row=reader.integer("header_row", 1),
    )
    reader.finish()
    return layout


def parse_mapping(content: bytes, name: str = "mapping") -> FileMapping:
    """A mapping from the bytes of its TOML file.

    Raises:
        BadMapping: not TOML, an unknown key, a wrong type, a missing table, a bad pattern.
    """
    try:
        root = _Reader(tomllib.loads(content.decode("utf-8-sig")), name)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(f"{name}: not a TOML file: {error}") from error
    root.text("description")
    times = root.table("times")
    base = replace(_reading(times, Reading()), unit="", negate=False)
    times.finish()
    tables = _value_tables(root.table("tables"))
    cases, unpivot = root.tables("case"), root.tables("unpivot")
    if cases and unpivot:
        raise BadMapping(f"{name}: either case or unpivot, not both")
    mapping = FileMapping(
        rows=root.text("rows"),
        columns=_rules(root.table("columns"), tables, base),
        layout=_layout(root.table("file")),
        key=root.texts("key") or None,
        skips=tuple(_condition(skip) for skip in root.tables("skip")),
        cases=_cases(cases or unpivot, tables, base),
        unpivot=bool(unpivot),
        content=content,
    )
    root.finish()
    return mapping


def load_mapping(path: Path) -> FileMapping:
    """A mapping from its file.

    Raises:
        BadMapping: no such file, or one of the reasons of `parse_mapping`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadMapping(f"{path}: {error.strerror}") from error
    return parse_mapping(content, path.name)
