"""The record of an import: begun once per file, moved on with each batch, finished once."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.core.errors import Conflict
from yichuan.core.ids import new_id
from yichuan.core.tabular import Reject
from yichuan.core.vault import Vault
from yichuan.imports.models import ImportReject, ImportRun
from yichuan.imports.values import Kind, Outcome, Owner

_NOTHING_DONE: dict[str, Any] = {
    "status": "waiting",
    "rows_done": 0,
    "percent": 0,
    "accepted": 0,
    "known": 0,
    "rejected": 0,
    "result": {},
    "error": None,
    "finished_at": None,
}


class AlreadyRunning(Conflict):
    """Another process imports the same file."""

    code = "import_running"
    title, title_zh = "This file is being imported", "该文件正在导入"


async def open_run(
    session: SystemSession,
    kind: Kind,
    digest: str,
    file_name: str,
    actor: str,
    owner: Owner | None,
    *,
    options: dict[str, Any] | None = None,
) -> ImportRun:
    """The run of a file, made where it is new; locked until the transaction ends.

    The same content on behalf of another merchant is another run: `digest` must say so.
    """
    known = await _locked(session, ImportRun.kind == kind, ImportRun.digest == digest)
    if known is not None:
        return known
    await session.execute(
        upsert(ImportRun)
        .values(
            id=new_id(),
            kind=kind,
            digest=digest,
            file_name=file_name,
            actor=actor,
            merchant_id=owner.id if owner else None,
            options=options or {},
        )
        .on_conflict_do_nothing()
    )
    made = await _locked(session, ImportRun.kind == kind, ImportRun.digest == digest)
    assert made is not None
    return made


async def _locked(session: SystemSession, *conditions: Any) -> ImportRun | None:  # noqa: ANN401
    run: ImportRun | None = await session.scalar(
        select(ImportRun)
        .where(*conditions)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return run


async def start(session: SystemSession, run: ImportRun) -> None:
    """The run begins, or goes on where it stopped."""
    run.status, run.touched_at, run.error = "running", now(), None
    await session.flush()


async def start_again(session: SystemSession, run: ImportRun) -> None:
    """Forget what the run did: it waits to be imported anew."""
    await session.execute(delete(ImportReject).where(ImportReject.run_id == run.id))
    await session.execute(
        update(ImportRun)
        .where(ImportRun.id == run.id)
        .values(**_NOTHING_DONE, started_at=func.now())
    )
    await session.refresh(run)


async def advance(session: SystemSession, run_id: UUID, begin: int, end: int, percent: int) -> None:
    """Claim the rows from `begin` to `end` in the batch's own transaction.

    Raises:
        AlreadyRunning: another process has taken them.
    """
    done = await session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id, ImportRun.rows_done == begin, ImportRun.status == "running")
        .values(rows_done=end, percent=percent, touched_at=now())
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise AlreadyRunning("another process imports this file; its progress goes on")


async def count(
    session: SystemSession,
    vault: Vault,
    run_id: UUID,
    end: int,
    outcome: Outcome,
    rejects: Sequence[Reject],
) -> None:
    """Add what became of a batch, and keep its rejected rows."""
    await session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id)
        .values(
            accepted=ImportRun.accepted + outcome.accepted,
            known=ImportRun.known + outcome.known,
            rejected=ImportRun.rejected + len(rejects),
        )
    )
    if rejects:
        body = vault.seal_bytes(zlib.compress(msgspec.json.encode(rejects)))
        await session.execute(insert(ImportReject).values(run_id=run_id, rows_done=end, body=body))


async def finish(session: SystemSession, run_id: UUID, result: dict[str, Any]) -> None:
    """The file is in.

    Raises:
        AlreadyRunning: another process finished it.
    """
    at = now()
    done = await session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id, ImportRun.status == "running")
        .values(status="finished", percent=100, result=result, finished_at=at, touched_at=at)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise AlreadyRunning("another process finished this file")


async def fail(session: SystemSession, run_id: UUID, error: str) -> None:
    """The import cannot go on as it is; starting it again resumes it."""
    await session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id)
        .values(status="failed", error=error[:2000], touched_at=now())
    )


def open_rejects(vault: Vault, bodies: Iterable[bytes]) -> Iterable[Reject]:
    """Rejected rows from what `count` kept."""
    for body in bodies:
        yield from msgspec.json.decode(zlib.decompress(vault.open_bytes(body)), type=list[Reject])
