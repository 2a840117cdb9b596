"""`yichuan demo --from DIR`: a demonstration on imported files instead of the sample.

A file is taken when its name begins with a documented table's (`orders.csv`, `bills-2025-03.xlsx`:
our own columns) or with the name of a mapping file: `NAME.toml` beside it, or in a folder `maps`
there, in the working directory or in its `bench` folder. Other files are left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from yichuan.core.context import Context
from yichuan.core.mapping import FileMapping, load_mapping
from yichuan.demo.screen import Step, Steps
from yichuan.demo.state import DemoError
from yichuan.imports import service
from yichuan.imports.service import Progress, Source
from yichuan.imports.values import KINDS, Kind, Report

ACTOR = "system:demo"
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".xlsx", ".xls")
MAPS = (Path("maps"), Path("bench/maps"))
DEPTH = 2
"""Folders below the given one that are looked into."""
PERCENT = 100
HANGING = 3
"""The turn of what only hangs on parcels: first what is in them, then the bills."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to import and how it is read; no mapping: in our own columns."""

    path: Path
    kind: Kind
    mapping: FileMapping | None = None

    @property
    def turn(self) -> int:
        """When its turn comes: prices before parcels, parcels before what only hangs on them."""
        if self.kind != "orders":
            return {"rates": 0, "shipments": 2, "bills": HANGING + 1}[self.kind]
        columns = self.mapping.columns if self.mapping else {"order_no": None}
        return 1 if "order_no" in columns else HANGING


def checked(source: Path) -> Path:
    """The directory, when there is something in it to import.

    Raises:
        DemoError: it is no directory, or nothing in it is a table of ours or has a mapping.
    """
    if not source.is_dir():
        raise DemoError(f"{source} is no directory")
    if not files(source):
        raise DemoError(
            f"nothing to import in {source}: files must be named orders, shipments, rates or bills"
            " (.csv, .xlsx) or have a mapping file NAME.toml beside them"
        )
    return source.absolute()


def files(source: Path) -> list[Found]:
    """What is to be imported from a directory, in the order it must be.

    Raises:
        BadMapping: a mapping file is wrong.
    """
    maps = {path.stem: path for folder in _map_folders(source) for path in folder.glob("*.toml")}
    found = (_found(path, maps) for path in sorted(_candidates(source)))
    return sorted((one for one in found if one is not None), key=lambda one: one.turn)


def _map_folders(source: Path) -> list[Path]:
    """Folders with mapping files; the nearest last, so that it wins."""
    inside = [path for path in _folders(source) if path.is_dir()]
    return [*MAPS, *(folder / "maps" for folder in inside), *inside]


def _folders(source: Path, depth: int = DEPTH) -> Iterator[Path]:
    yield source
    if depth:
        for path in sorted(source.iterdir()):
            if path.is_dir():
                yield from _folders(path, depth - 1)


def _candidates(source: Path) -> Iterator[Path]:
    for folder in _folders(source):
        for path in folder.iterdir():
            if path.is_file() and path.name.lower().endswith(SUFFIXES):
                yield path


def _found(path: Path, maps: dict[str, Path]) -> Found | None:
    """How a file is read, or None: it is none of ours."""
    name = path.name.lower().split(".")[0]
    for stem in sorted(maps, key=len, reverse=True):
        if _begins(name, stem.lower()):
            mapping = load_mapping(maps[stem])
            kind = next((kind for kind in KINDS if kind == mapping.rows), None)
            return Found(path, kind, mapping) if kind else None
    kind = next((kind for kind in KINDS if _begins(name, kind)), None)
    return Found(path, kind) if kind else None


def _begins(name: str, stem: str) -> bool:
    return name == stem or name.startswith((f"{stem}_", f"{stem}-"))


async def fill(context: Context, source: Path, steps: Steps) -> list[Report]:
    """Import every file of the directory; what a file's columns refuse is kept with its run.

    Raises:
        BadFile: a file cannot be read.
        BadMapping: a mapping does not fit its file.
    """
    found = await asyncio.to_thread(lambda: [(one.turn, _source(one)) for one in files(source)])
    reports = []
    for turn, one in found:
        if turn < HANGING:
            with _bar(one, steps) as watch:
                report = await service.run(context, one, watch=watch)
                watch.told(report)
            reports.append(report)
    return reports + await _hanging(context, found, steps)


async def _hanging(
    context: Context, found: Sequence[tuple[int, Source]], steps: Steps
) -> list[Report]:
    """What is in the boxes, and beside it what couriers want for them."""
    lines = [one for turn, one in found if turn == HANGING]
    bills = [one for turn, one in found if turn > HANGING]
    with ExitStack() as stack:
        bars = {id(one): stack.enter_context(_bar(one, steps)) for one in (*lines, *bills)}
        reports = await service.run_beside(context, lines, bills, lambda one: bars[id(one)])
        for bar, report in zip(bars.values(), reports, strict=True):
            bar.told(report)
    return reports


def _source(one: Found) -> Source:
    return service.open_source(one.path, one.kind, one.mapping, ACTOR)


@contextmanager
def _bar(one: Source, steps: Steps) -> Iterator[_Watch]:
    with steps.step(f"导入 {one.kind} · {one.file_name}", PERCENT) as step:
        yield _Watch(step)


@dataclass(slots=True)
class _Watch:
    """Moves a step's bar with an import."""

    step: Step

    def __call__(self, progress: Progress) -> None:
        self.step(max(0, int(progress.fraction * PERCENT) - self.step.done))

    def told(self, report: Report) -> None:
        """The file is in."""
        self.step.say(f"{report.accepted:,} rows, {report.rejected:,} rejected")


def summary(reports: Sequence[Report]) -> str:
    """One line about everything imported."""
    rows, rejected = sum(r.accepted for r in reports), sum(r.rejected for r in reports)
    return f"{len(reports)} 个文件 files · {rows:,} 行 rows · {rejected:,} 行未导入 rejected"
