"""Mappings compiled to closures over whole columns: the fast way from text to typed rows.

Each source column is converted through a dictionary that remembers what it has seen, so that a
courier, a city or a minute that stands in a thousand rows is parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Generic, TypeVar

from yichuan.core.cells import UNITS, Bad, Column, Reading, clean, parser
from yichuan.core.mapping import BadMapping, Condition, FileMapping, Rule
from yichuan.core.tabular import (
    BATCH,
    Batch,
    Reject,
    TableFile,
    digest,
    reason_texts,
    reject,
)

T = TypeVar("T")
REMEMBERED = 50_000
"""Distinct values a column remembers before it starts anew."""


@dataclass(frozen=True, slots=True)
class RowRule(Generic[T]):
    """A check across the columns of one row; `holds` is False where the row is refused."""

    code: str
    column: str
    zh: str
    en: str
    holds: Callable[[T], bool]


@dataclass(frozen=True, slots=True)
class RowTable(Generic[T]):
    """A documented table: its columns in the order of the row dataclass's fields."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    row: Callable[..., T]
    rules: tuple[RowRule[T], ...] = ()
    key: tuple[str, ...] = ()
    """Columns that no two rows of a file may share."""
    partial: bool = False
    """Has only some columns of the documented table of its name; a mapping may fill the others."""

    def column(self, name: str) -> Column:
        """A column by name.

        Raises:
            KeyError: no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Mapped(Generic[T]):
    """A batch of typed rows with their lines and cells, and what was refused."""

    lines: list[int]
    rows: list[T]
    cells: list[list[str]]
    rejects: list[Reject]
    done: int
    fraction: float


class _Cells(dict[Hashable, object]):
    """Source text → value, converted once; bad values are counted and not remembered."""

    __slots__ = ("bad", "convert")

    def __init__(self, convert: Callable[[Hashable], object]) -> None:
        super().__init__()
        self.convert = convert
        self.bad = 0

    def __missing__(self, raw: Hashable) -> object:
        value = self.convert(raw)
        if isinstance(value, Bad):
            self.bad += 1
            return value
        if len(self) >= REMEMBERED:
            self.clear()
        self[raw] = value
        return value


@dataclass(frozen=True, slots=True)
class _ColumnPlan:
    """One documented column: its constant, or its source columns and their converter."""

    name: str
    indexes: tuple[int, ...]
    cells: _Cells
    constant: object = None

    def values(self, columns: Sequence[Sequence[str]], count: int) -> list[object]:
        if not self.indexes:
            return [self.constant] * count
        if len(self.indexes) == 1:
            return list(map(self.cells.__getitem__, columns[self.indexes[0]]))
        joined = zip(*(columns[i] for i in self.indexes), strict=True)
        return list(map(self.cells.__getitem__, joined))


def _join(rule: Rule) -> Callable[[Hashable], str]:
    """Text of the source cells: cleaned, joined by the template or the first not blank."""
    blanks = rule.blanks

    def one(raw: Hashable) -> str:
        text = clean(str(raw))
        return "" if text in blanks else text

    if rule.template:
        template = rule.template

        def fill(raw: Hashable) -> str:
            parts = iter([one(cell) for cell in _parts(raw)])
            out = [before + (next(parts) or "\0") if name else before for before, name in template]
            text = "".join(out)
            return "" if "\0" in text else text

        return fill
    if len(rule.sources) == 1:
        return one
    return lambda raw: next(filter(None, map(one, _parts(raw))), "")


def _parts(raw: Hashable) -> tuple[Hashable, ...]:
    return raw if isinstance(raw, tuple) else (raw,)


def _known(rule: Rule) -> Callable[[str], str | Bad]:
    """Match, replace and look up one text."""
    match, table = rule.match, rule.table

    def unknown(code: str, text: str) -> str | Bad:
        if rule.otherwise == "reject":
            return Bad(code, text)
        return text if rule.otherwise == "keep" else ""

    def find(text: str) -> str | Bad:
        if match is not None and text:
            found = match.search(text)
            if found is None:
                return unknown("no_match", text)
            text = (found[1] if match.groups else found[0]) or ""
        for pattern, by in rule.replace:
            text = pattern.sub(by, text)
        if table is not None and text:
            return table[text] if text in table else unknown("unknown_value", text)
        return text

    return find


def _converter(rule: Rule, column: Column) -> Callable[[Hashable], object]:
    parse = parser(column, rule.reading)
    if rule == Rule(sources=rule.sources, reading=rule.reading) and len(rule.sources) == 1:
        return lambda raw: parse(clean(str(raw)))
    join, known, default = _join(rule), _known(rule), rule.default

    def convert(raw: Hashable) -> object:
        text = known(join(raw))
        return text if isinstance(text, Bad) else parse(text or default)

    return convert


def _column_plan(rule: Rule | None, column: Column, header: Mapping[str, int]) -> _ColumnPlan:
    if rule is None:
        if column.required:
            raise BadMapping(f"required column {column.name} is not filled", column=column.name)
        return _ColumnPlan(column.name, (), _Cells(lambda _: None))
    missing = [name for name in rule.sources if name not in header]
    if missing:
        raise BadMapping(f"{column.name}: the file has no column {', '.join(missing)}")
    units = UNITS.get(column.kind, {})
    if rule.reading.unit and rule.reading.unit not in units:
        raise BadMapping(f"{column.name}: unknown unit {rule.reading.unit!r}, not of {list(units)}")
    convert = _converter(rule, column)
    for fixed in filter(None, (rule.constant, rule.default)):
        value = parser(column, rule.reading)(fixed)
        if isinstance(value, Bad):
            raise BadMapping(reason_texts(value.code, column.name, fixed)[1])
    if rule.constant is not None:
        value = parser(column, rule.reading)(rule.constant)
        return _ColumnPlan(column.name, (), _Cells(convert), value)
    return _ColumnPlan(column.name, tuple(header[name] for name in rule.sources), _Cells(convert))


def _test(condition: Condition) -> Callable[[str], bool]:
    negated = condition.negated
    if condition.test == "blank":
        return lambda text: (not text) != negated
    if condition.test == "matches":
        pattern = re.compile(condition.values[0])
        return lambda text: (pattern.search(text) is not None) != negated
    values = frozenset(condition.values)
    return lambda text: (text in values) != negated


class _Check:
    """A condition bound to a file's column."""

    def __init__(self, condition: Condition, header: Mapping[str, int]) -> None:
        if condition.column not in header:
            raise BadMapping(f"a condition names {condition.column}, which the file has not")
        self._index = header[condition.column]
        test = _test(condition)
        self._cells = _Cells(lambda raw: test(clean(str(raw))))

    def flags(self, columns: Sequence[Sequence[str]]) -> list[bool]:
        return [bool(self._cells[cell]) for cell in columns[self._index]]


@dataclass(frozen=True, slots=True)
class _CasePlan:
    checks: tuple[_Check, ...]
    columns: tuple[_ColumnPlan, ...]

    def flags(self, columns: Sequence[Sequence[str]], free: list[bool]) -> list[bool]:
        """Rows of `free` for which all conditions hold."""
        for check in self.checks:
            free = [a and b for a, b in zip(free, check.flags(columns), strict=True)]
        return free


class Plan(Generic[T]):
    """A mapping bound to a documented table and a file's header.

    Raises:
        BadMapping: the mapping names columns that the table or the file does not have, leaves a
            required column unfilled, or has a constant that is no value of its column.
    """

    def __init__(self, table: RowTable[T], mapping: FileMapping, header: Sequence[str]) -> None:
        self.table = table
        self._places = {name: index for index, name in enumerate(header) if name}
        if mapping.rows and mapping.rows != table.name:
            raise BadMapping(f"the mapping is for {mapping.rows}, not for {table.name}")
        known = {column.name for column in table.columns}
        named = {*mapping.columns, *(mapping.key or ())}.union(*(c.columns for c in mapping.cases))
        if not table.partial and (unknown := sorted(named - known)):
            raise BadMapping(f"{table.name} has no column {', '.join(unknown)}")
        self._skips = [_Check(skip, self._places) for skip in mapping.skips]
        self._unpivot = mapping.unpivot
        self._cases = self._case_plans(mapping)
        self.key = table.key if mapping.key is None or table.partial else mapping.key
        fields = [table.column(name).attribute for name in self.key]
        self._key_of = attrgetter(*fields) if fields else None
        self._seen: set[object] = set()
        self.unused = self._unused(mapping)
        """Columns of the file that the mapping does not read."""

    def _case_plans(self, mapping: FileMapping) -> list[_CasePlan]:
        plans = []
        for when, columns in [(c.when, c.columns) for c in mapping.cases] or [((), {})]:
            rules = {**mapping.columns, **columns}
            plans.append(
                _CasePlan(
                    tuple(_Check(condition, self._places) for condition in when),
                    tuple(
                        _column_plan(rules.get(column.name), column, self._places)
                        for column in self.table.columns
                    ),
                )
            )
        return plans

    def _unused(self, mapping: FileMapping) -> tuple[str, ...]:
        used = {skip.column for skip in mapping.skips}
        for columns in [mapping.columns, *(case.columns for case in mapping.cases)]:
            used.update(name for rule in columns.values() for name in rule.sources)
        used.update(condition.column for case in mapping.cases for condition in case.when)
        return tuple(name for name in self._places if name not in used)

    def run(self, batch: Batch) -> Mapped[T]:
        """The typed rows of a batch; the same order as in the file."""
        rejects = list(batch.rejects)
        lines, cells = batch.lines, batch.cells
        for skip in self._skips:
            keep = [not flag for flag in skip.flags(_columns(cells))]
            lines, cells = list(compress(lines, keep)), list(compress(cells, keep))
        found = self._run_cases(lines, cells, rejects) if cells else []
        found = self._check(found, rejects)
        rejects.sort(key=attrgetter("line"))
        return Mapped(
            [line for line, _, _ in found],
            [row for _, row, _ in found],
            [kept for _, _, kept in found],
            rejects,
            batch.done,
            batch.fraction,
        )

    def _run_cases(
        self, lines: list[int], cells: list[list[str]], rejects: list[Reject]
    ) -> list[tuple[int, T, list[str]]]:
        columns = _columns(cells)
        if len(self._cases) == 1 and not self._cases[0].checks:
            return self._rows(self._cases[0], lines, cells, columns, rejects)
        found: list[tuple[int, T, list[str]]] = []
        free = [True] * len(lines)
        taken = [False] * len(lines)
        for case in self._cases:
            flags = case.flags(columns, free)
            taken = [a or b for a, b in zip(taken, flags, strict=True)]
            if not self._unpivot:
                free = [not flag for flag in taken]
            some = list(compress(cells, flags))
            if some:
                numbers = list(compress(lines, flags))
                found += self._rows(case, numbers, some, _columns(some), rejects)
        rejects += [
            reject(line, "no_case", row)
            for line, row, flag in zip(lines, cells, taken, strict=True)
            if not flag
        ]
        found.sort(key=itemgetter(0))
        return found

    def _rows(
        self,
        case: _CasePlan,
        lines: list[int],
        cells: list[list[str]],
        columns: Sequence[Sequence[str]],
        rejects: list[Reject],
    ) -> list[tuple[int, T, list[str]]]:
        values: list[list[object]] = []
        spoilt: dict[int, list[tuple[str, Bad]]] = {}
        for plan in case.columns:
            before = plan.cells.bad
            column = plan.values(columns, len(lines))
            if plan.cells.bad != before:
                for index, value in enumerate(column):
                    if isinstance(value, Bad):
                        spoilt.setdefault(index, []).append((plan.name, value))
            values.append(column)
        if spoilt:
            keep = [index not in spoilt for index in range(len(lines))]
            rejects += [_reject(lines[i], cells[i], bads) for i, bads in spoilt.items()]
            values = [list(compress(column, keep)) for column in values]
            lines, cells = list(compress(lines, keep)), list(compress(cells, keep))
        return list(zip(lines, map(self.table.row, *values), cells, strict=True))

    def _check(
        self, found: list[tuple[int, T, list[str]]], rejects: list[Reject]
    ) -> list[tuple[int, T, list[str]]]:
        """Rows that keep the table's rules and do not repeat a key."""
        for rule in self.table.rules:
            holds = rule.holds
            keep = [holds(row) for _, row, _ in found]
            if not all(keep):
                rejects += [
                    Reject(line, rule.code, rule.column, rule.zh, rule.en, tuple(cells))
                    for (line, _, cells), good in zip(found, keep, strict=True)
                    if not good
                ]
                found = list(compress(found, keep))
        return self._unique(found, rejects) if self._key_of else found

    def _unique(
        self, found: list[tuple[int, T, list[str]]], rejects: list[Reject]
    ) -> list[tuple[int, T, list[str]]]:
        assert self._key_of is not None
        keys = [self._key_of(row) for _, row, _ in found]
        fresh = set(keys)
        if len(fresh) == len(keys) and self._seen.isdisjoint(fresh):
            self._seen |= fresh
            return found
        kept = []
        for key, item in zip(keys, found, strict=True):
            if key in self._seen:
                text = " ".join(str(part) for part in _parts(key))
                rejects.append(reject(item[0], "duplicate_key", item[2], "+".join(self.key), text))
            else:
                self._seen.add(key)
                kept.append(item)
        return kept


def _columns(cells: list[list[str]]) -> list[tuple[str, ...]]:
    return list(zip(*cells, strict=True))


def _reject(line: int, cells: Sequence[str], bads: list[tuple[str, Bad]]) -> Reject:
    texts = [reason_texts(bad.code, name, bad.value) for name, bad in bads]
    return Reject(
        line,
        bads[0][1].code,
        bads[0][0],
        "；".join(zh for zh, _ in texts),
        "; ".join(en for _, en in texts),
        tuple(cells),
    )


def own_columns(table: RowTable[T], header: Sequence[str]) -> FileMapping:
    """The mapping of a file in our documented columns, by name or Chinese title."""
    found: dict[str, Rule] = {}
    titles = {name.strip().lower(): name for name in header}
    for column in table.columns:
        for title in (column.name, column.zh):
            if title.lower() in titles:
                rule = Rule(sources=(titles[title.lower()],), reading=Reading())
                found.setdefault(column.name, rule)
    missing = [c.name for c in table.columns if c.required and c.name not in found]
    if missing:
        raise BadMapping(f"{table.name}: the file has no column {', '.join(missing)}")
    return FileMapping(rows=table.name, columns=found)


class MappedFile(Generic[T]):
    """A file read through a mapping (our own columns without one) into typed rows.

    Raises:
        BadFile: the file cannot be read.
        BadMapping: the mapping does not fit it.
    """

    def __init__(self, path: Path, table: RowTable[T], mapping: FileMapping | None = None) -> None:
        self._file = TableFile(path, mapping.layout if mapping else None)
        self.path = path
        self.header = self._file.header
        mapping = mapping or own_columns(table, self._file.header)
        self._plan = Plan(table, mapping, self._file.header)
        self._identity = (table.name.encode(), mapping.content)
        self.unused = self._plan.unused

    @property
    def digest(self) -> str:
        """SHA-256 of the file, the documented table's name and the mapping: one import run."""
        return digest(self.path, *self._identity)

    def batches(self, *, skip: int = 0, size: int = BATCH) -> Iterator[Mapped[T]]:
        """Typed rows in batches, beginning after `skip` data rows (`done` of an earlier run)."""
        done = 0
        for batch in self._file.batches(size):
            begin, done = done, batch.done
            if done <= skip:
                if self._plan.key:
                    self._plan.run(batch)
                continue
            mapped = self._plan.run(batch)
            yield _after(mapped, batch, skip - begin) if begin < skip else mapped


def _after(mapped: Mapped[T], batch: Batch, count: int) -> Mapped[T]:
    """A batch without its first `count` data rows."""
    lines = sorted([*batch.lines, *(r.line for r in batch.rejects)])
    last = lines[count - 1]
    keep = [line > last for line in mapped.lines]
    return Mapped(
        list(compress(mapped.lines, keep)),
        list(compress(mapped.rows, keep)),
        list(compress(mapped.cells, keep)),
        [r for r in mapped.rejects if r.line > last],
        mapped.done,
        mapped.fraction,
    )
