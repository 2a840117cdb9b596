"""Files that come over HTTP: kept encrypted until they are imported, large ones by a job."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.errors import YichuanError
from yichuan.core.jobs import defer
from yichuan.core.mapping import FileMapping, parse_mapping
from yichuan.core.tabular import BadFile
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.imports import queries, runs, service
from yichuan.imports.models import ImportRun
from yichuan.imports.runs import AlreadyRunning
from yichuan.imports.service import Source
from yichuan.imports.values import Kind, Owner
from yichuan.merchants import queries as merchants

log = structlog.get_logger(__name__)
TASK, QUEUE = "import_file", "imports"
MAX_BYTES = 64_000_000
MAX_UNPACKED = 512_000_000
AT_ONCE_BYTES = 400_000
"""Smaller files are imported while the caller waits."""
STALLED = timedelta(minutes=5)
"""Without progress for this long, whoever worked on it is gone."""
TABLES = (".csv", ".tsv", ".txt", ".xls")
PACKED = (".xlsx", ".xlsm", ".xlsb", ".ods")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, and what is to be done with it."""

    kind: Kind
    name: str
    content: bytes
    mapping: bytes | None
    owner: Owner | None
    again: bool = False


def suffix_of(name: str) -> str:
    """The ending that says how a file is read.

    Raises:
        BadFile: none of the kinds of files we take over HTTP.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in (*TABLES, *PACKED):
        raise BadFile(f"{name}: send {', '.join((*TABLES, *PACKED))}; use the command line for .gz")
    return suffix


@contextmanager
def on_disk(name: str, content: bytes) -> Iterator[Path]:
    """The file in a directory of its own, for as long as it is read.

    Raises:
        BadFile: an ending we do not take, or a spreadsheet that unpacks to more than it may.
    """
    suffix = suffix_of(name)
    with tempfile.TemporaryDirectory(prefix="yichuan-import-") as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(content)
        if suffix in PACKED:
            _check_unpacked(path)
        yield path


def _check_unpacked(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile as error:
        raise BadFile("not a spreadsheet") from error
    if size > MAX_UNPACKED:
        raise BadFile("the spreadsheet is too large: split it")


def _mapping(text: bytes | None) -> FileMapping | None:
    return parse_mapping(text) if text else None


async def receive(context: Context, caller: Caller, upload: Upload) -> tuple[UUID, bool]:
    """Take an upload in: import it at once, or keep it for a job. The file is checked first.

    The same file again is the same import. Returns its id and whether it had been finished.

    Raises:
        BadFile, BadMapping: the file or its mapping cannot be used at all.
    """
    with on_disk(upload.name, upload.content) as path:
        source = await asyncio.to_thread(
            service.open_source,
            path,
            upload.kind,
            _mapping(upload.mapping),
            caller.id,
            upload.owner,
            upload.name,
        )
        run, finished = await _open(context, caller, source, upload)
        if finished:
            return run, True
        if len(upload.content) <= AT_ONCE_BYTES:
            await service.run(context, source)
        else:
            await _keep(context, run, upload)
    return run, False


async def _open(
    context: Context, caller: Caller, source: Source, upload: Upload
) -> tuple[UUID, bool]:
    async with context.database.system() as session:
        run = await runs.open_run(
            session,
            source.kind,
            await asyncio.to_thread(lambda: source.digest),
            source.file_name,
            source.actor,
            source.owner,
            options=source.options,
        )
        if run.status == "finished" and not upload.again:
            return run.id, True
        if run.status == "finished":
            await service.reopen(session, run)
        merchant_id = upload.owner.id if upload.owner else None
        await identity.audit(
            session,
            caller,
            "import.started",
            str(run.id),
            merchant_id,
            kind=upload.kind,
            file=upload.name,
        )
        return run.id, False


def _key(run_id: UUID) -> str:
    return f"imports/{run_id}"


async def _keep(context: Context, run_id: UUID, upload: Upload) -> None:
    """Store the file, then tell the queue."""
    sealed = await asyncio.to_thread(context.vault.seal_bytes, upload.content)
    await asyncio.to_thread(context.blobs.put, _key(run_id), sealed)
    async with context.database.system() as session:
        uploads = bool(upload.owner and upload.owner.uploads)
        run = await queries.get(session, run_id)
        run.stored = True
        run.options = {**run.options, "suffix": suffix_of(upload.name), "uploads": uploads}
        await defer(session, TASK, queue=QUEUE, run_id=str(run_id))


async def work_off(context: Context, run_id: UUID) -> None:
    """Import a stored file, or what is left of it (the job's body).

    Raises:
        YichuanError, psycopg.Error, SQLAlchemyError: it cannot go on; the run says why.
    """
    async with context.database.system() as session:
        run = await queries.get(session, run_id)
        owner = None
        if run.merchant_id is not None:
            merchant = await merchants.get(session, run.merchant_id)
            owner = Owner(merchant.id, merchant.code, bool(run.options.get("uploads")))
    if run.status == "finished" or not run.stored:
        return
    try:
        await _import(context, run, owner)
    except AlreadyRunning:
        log.info("import is at work elsewhere", run_id=str(run_id))
        return
    except (YichuanError, psycopg.Error, SQLAlchemyError) as error:
        async with context.database.system() as session:
            await runs.fail(session, run_id, f"{type(error).__name__}: {error}")
        raise
    await asyncio.to_thread(context.blobs.put, _key(run_id), b"")


async def _import(context: Context, run: ImportRun, owner: Owner | None) -> None:
    sealed = await asyncio.to_thread(context.blobs.get, _key(run.id))
    content = await asyncio.to_thread(context.vault.open_bytes, sealed)
    mapping = _mapping(str(run.options.get("mapping") or "").encode())
    with on_disk(f"file{run.options['suffix']}", content) as path:
        source = await asyncio.to_thread(
            service.open_source,
            path,
            run.kind,  # type: ignore[arg-type]
            mapping,
            run.actor,
            owner,
            run.file_name,
        )
        await service.run(context, source)


async def resume_stalled(context: Context) -> int:
    """Queue stored imports again whose worker died. Returns how many."""
    at = now()
    async with context.database.system() as session:
        stalled = list(
            await session.scalars(
                select(ImportRun.id)
                .where(
                    ImportRun.status.in_(("waiting", "running")),
                    ImportRun.stored.is_(True),
                    ImportRun.touched_at < at - STALLED,
                )
                .with_for_update(skip_locked=True)
            )
        )
        for run_id in stalled:
            await defer(session, TASK, queue=QUEUE, run_id=str(run_id))
        if stalled:
            await session.execute(
                update(ImportRun).where(ImportRun.id.in_(stalled)).values(touched_at=at)
            )
            log.warning("imports go on after their worker died", count=len(stalled))
    return len(stalled)
