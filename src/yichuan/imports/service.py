"""Importing a file: batch by batch, each in a transaction with the run's progress.

So an import that is killed goes on where it stopped, and a file that is finished does nothing.
While PostgreSQL takes one batch in, the next is being worked out and the one behind it read.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError

from yichuan.core.context import Context
from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.mapping import FileMapping
from yichuan.core.mapplan import Mapped, MappedFile, RowTable
from yichuan.core.memory import RARE
from yichuan.core.tabular import Reject
from yichuan.core.vault import Vault
from yichuan.costs.service import withdraw as withdraw_bills
from yichuan.imports import queries, runs
from yichuan.imports.models import ImportRun
from yichuan.imports.money import BillWriter, RateWriter
from yichuan.imports.orders import OrderWriter
from yichuan.imports.parties import Parties
from yichuan.imports.rows import TABLES, for_merchant
from yichuan.imports.shipments import ShipmentWriter
from yichuan.imports.terms import TermWriter
from yichuan.imports.values import (
    REFUSALS,
    Job,
    Kind,
    Outcome,
    Owner,
    Planned,
    Report,
    Writer,
)
from yichuan.shipments.bulk import Overtaken
from yichuan.terms.values import KINDS as TERM_KINDS

T = TypeVar("T")
BATCH = 5000
ATTEMPTS = 3
"""A number that someone else takes in the same moment makes a batch fail once."""
WRITERS: Final[dict[Kind, Callable[[Job, Parties], Writer[Any]]]] = {
    "orders": OrderWriter,
    "shipments": ShipmentWriter,
    "rates": RateWriter,
    "bills": BillWriter,
    **dict.fromkeys(TERM_KINDS, TermWriter),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is."""

    fraction: float
    rows: int
    rejected: int


Watch = Callable[[Progress], None]
Watches = Callable[["Source"], Watch | None]


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import, opened: what it is, how it is read, for whom and by whom."""

    kind: Kind
    file: MappedFile[Any]
    file_name: str
    actor: str
    owner: Owner | None = None
    mapping: str = ""
    """The mapping file's text; empty for our own columns."""

    @property
    def digest(self) -> str:
        """Content, mapping, and on whose behalf."""
        if self.owner is None:
            return self.file.digest
        return hashlib.sha256(f"{self.file.digest}/{self.owner.id}".encode()).hexdigest()

    @property
    def options(self) -> dict[str, Any]:
        """What the run keeps to show rejected rows, and to go on in another process."""
        return {"header": list(self.file.header), "mapping": self.mapping}


def open_source(
    path: Path,
    kind: Kind,
    mapping: FileMapping | None,
    actor: str,
    owner: Owner | None = None,
    file_name: str | None = None,
) -> Source:
    """Open a file for an import. Reads the header only.

    Raises:
        BadFile: the file cannot be read.
        BadMapping: the mapping, or our own columns, do not fit it.
    """
    table: RowTable[Any] = TABLES[kind]
    if owner is not None:
        table = for_merchant(table)
    file = MappedFile(path, table, mapping)
    text = mapping.content.decode("utf-8-sig") if mapping else ""
    return Source(kind, file, file_name or path.name, actor, owner, text)


async def run(
    context: Context, source: Source, *, again: bool = False, watch: Watch | None = None
) -> Report:
    """Import a file, or what is left of it.

    Args:
        again: import it although it was finished before.

    Raises:
        AlreadyRunning: another process imports it.
        psycopg.Error, sqlalchemy.exc.SQLAlchemyError: the database refused; starting again resumes.
    """
    with _rare_collections():
        return await _run(context, source, again, watch)


async def run_beside(
    context: Context, first: Sequence[Source], second: Sequence[Source], watch: Watches
) -> list[Report]:
    """Import two lots of files side by side; both keep two cores busy where one does not.

    Each lot's files come one after the other. Rows of the second lot are taken in beside the first,
    but its files are finished (bills compared with what is in the boxes) when all of the first are.

    Args:
        watch: who is told of a file's progress.

    Returns:
        The reports, in the order of the files.

    Raises:
        AlreadyRunning: another process imports one of them.
        psycopg.Error, sqlalchemy.exc.SQLAlchemyError: the database refused; starting again resumes.
    """
    ready = asyncio.Event()

    async def take(sources: Sequence[Source], after: asyncio.Event | None) -> list[Report]:
        return [await _run(context, one, False, watch(one), after) for one in sources]

    async def lead() -> list[Report]:
        found = await take(first, None)
        ready.set()
        return found

    with _rare_collections():
        lots = [asyncio.ensure_future(lead()), asyncio.ensure_future(take(second, ready))]
        try:
            before, behind = await asyncio.gather(*lots)
        finally:  # what one lot cannot go on without is not left running
            for lot in lots:
                lot.cancel()
            await asyncio.wait(lots)
    return [*before, *behind]


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Python looks for reference cycles less often: a batch makes none, but 100,000s of objects."""
    before = gc.get_threshold()
    gc.set_threshold(*RARE)
    try:
        yield
    finally:
        gc.set_threshold(*before)


async def _run(
    context: Context,
    source: Source,
    again: bool,
    watch: Watch | None,
    ready: asyncio.Event | None = None,
) -> Report:
    """Import a file; it is finished when `ready` is set."""
    began = time.perf_counter()
    found, already = await _begin(context, source, again)
    if already:
        return _report(source, found, began, already=True)
    job = Job(
        run_id=found.id,
        kind=source.kind,
        file_name=source.file_name,
        actor=source.actor,
        owner=source.owner,
        vault=context.vault,
        started_at=found.started_at,
    )
    parties = Parties(context.database, source.owner)
    await parties.load()
    writer = WRITERS[source.kind](job, parties)
    resumed = found.rows_done
    take = _take_whole if writer.whole else _take
    await take(context, source, job, writer, resumed, watch, ready)
    async with context.database.system() as session:
        done = await queries.get(session, job.run_id)
    return _report(source, done, began, resumed=resumed)


async def _begin(context: Context, source: Source, again: bool) -> tuple[ImportRun, bool]:
    """The run of a file, started; or finished before, if it need not be imported again."""
    digest = await asyncio.to_thread(lambda: source.digest)
    async with context.database.system() as session:
        found = await runs.open_run(
            session,
            source.kind,
            digest,
            source.file_name,
            source.actor,
            source.owner,
            options=source.options,
        )
        if found.status == "finished":
            if not again:
                return found, True
            await reopen(session, found)
        await runs.start(session, found)
    return found, False


async def reopen(session: SystemSession, run: ImportRun) -> None:
    """Forget that a file was imported; what its rows alone cannot tell again is taken back."""
    if run.kind == "bills":
        await withdraw_bills(session, run.id)
    await runs.start_again(session, run)


async def _take(
    context: Context,
    source: Source,
    job: Job,
    writer: Writer[Any],
    begin: int,
    watch: Watch | None,
    ready: asyncio.Event | None,
) -> None:
    """Batch by batch, each kept with the progress it makes."""
    rejected = 0
    rows = _ahead(_read(source.file.batches(skip=begin, size=BATCH)))
    async with aclosing(_ahead(_planned(context, writer, rows))) as batches:
        async for batch, planned in batches:
            rejected += await _store(context, job, writer, begin, batch, planned)
            begin = batch.done
            if watch is not None:
                watch(Progress(batch.fraction, batch.done, rejected))
    if ready is not None:
        await ready.wait()
    async with context.database.system() as session:
        await runs.finish(session, job.run_id, await writer.finish(session))


async def _take_whole(
    context: Context,
    source: Source,
    job: Job,
    writer: Writer[Any],
    begin: int,
    watch: Watch | None,
    ready: asyncio.Event | None,
) -> None:
    """All batches in one transaction: the file counts as a whole."""
    if ready is not None:  # its transaction must not wait
        await ready.wait()
    rows = _ahead(_read(source.file.batches(size=BATCH)))
    async with context.database.system() as session:
        async with aclosing(_planned(context, writer, rows)) as batches:
            async for batch, planned in batches:
                await _write(session, job, begin, batch, planned)
                begin = batch.done
                if watch is not None:
                    watch(Progress(batch.fraction, batch.done, len(batch.rejects)))
        await runs.finish(session, job.run_id, await writer.finish(session))


async def _read(batches: Iterator[Mapped[Any]]) -> AsyncGenerator[Mapped[Any], None]:
    """The file's batches, read in a thread."""
    while (batch := await asyncio.to_thread(next, batches, None)) is not None:
        yield batch


async def _planned(
    context: Context, writer: Writer[Any], batches: AsyncGenerator[Mapped[Any], None]
) -> AsyncGenerator[tuple[Mapped[Any], Planned], None]:
    """The batches with what is to be done about them."""
    async with aclosing(batches):
        async for batch in batches:
            await writer.prepare(batch.rows)
            yield batch, await _plan(context, writer, batch)


async def _plan(context: Context, writer: Writer[Any], batch: Mapped[Any]) -> Planned:
    async with context.database.system() as session:
        return await writer.plan(session, batch.rows)


async def _ahead(items: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same items; the next one is made while the caller is busy with one."""
    waiting = asyncio.ensure_future(anext(items, None))
    try:
        while (item := await waiting) is not None:
            waiting = asyncio.ensure_future(anext(items, None))
            yield item
    finally:
        await asyncio.wait([waiting])
        await items.aclose()


async def _store(
    context: Context,
    job: Job,
    writer: Writer[Any],
    begin: int,
    batch: Mapped[Any],
    planned: Planned,
) -> int:
    """Take a batch in a transaction of its own. Returns how many rows were rejected."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with context.database.system() as session:
                return await _write(session, job, begin, batch, planned)
        except (UniqueViolation, IntegrityError, Overtaken):
            if attempt == ATTEMPTS:
                raise
            planned = await _plan(context, writer, batch)
    raise AssertionError("unreachable")


async def _write(
    session: SystemSession, job: Job, begin: int, batch: Mapped[Any], planned: Planned
) -> int:
    percent = int(min(batch.fraction, 0.99) * 100)
    await runs.advance(session, job.run_id, begin, batch.done, percent)
    await planned.apply(session)
    rejects = _rejects(batch, planned.outcome)
    await runs.count(session, job.vault, job.run_id, batch.done, planned.outcome, rejects)
    return len(rejects)


def _rejects(batch: Mapped[Any], outcome: Outcome) -> list[Reject]:
    """What the file's columns and the writer refused, in the order of the file."""
    found = list(batch.rejects)
    for refusal in outcome.refused:
        zh, en = REFUSALS[refusal.code]
        line, cells = batch.lines[refusal.position], tuple(batch.cells[refusal.position])
        found.append(Reject(line, refusal.code, refusal.column, zh, en, cells))
    return sorted(found, key=lambda reject: reject.line)


def _report(
    source: Source, found: ImportRun, began: float, *, already: bool = False, resumed: int = 0
) -> Report:
    return Report(
        run_id=found.id,
        kind=source.kind,
        file_name=source.file_name,
        already=already,
        resumed_from=resumed,
        rows=found.rows_done,
        accepted=found.accepted,
        known=found.known,
        rejected=found.rejected,
        result=found.result,
        seconds=time.perf_counter() - began,
        unused=source.file.unused,
    )


async def rejects_of(session: ReadSession, vault: Vault, run_id: UUID) -> list[Reject]:
    """The rejected rows of an import, in the order of the file."""
    bodies = await queries.reject_bodies(session, run_id)
    return await asyncio.to_thread(lambda: list(runs.open_rejects(vault, bodies)))
