"""Background work: queue tasks (thin shells) and the loops a worker keeps running."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import httpx
from procrastinate import JobContext

from yichuan.core.context import Context
from yichuan.core.queue import WHEN_AWAY, app
from yichuan.imports import uploads
from yichuan.tracking import recall, reread, unknown
from yichuan.tracking.values import Away
from yichuan.waybills import printing

HTTP = "yichuan_http"
CONTEXT = "yichuan_context"
RESUMED = ("print", unknown.QUEUE)
"""Queues whose jobs are given back when their worker died. Imports see to themselves."""


def _held(job: JobContext) -> tuple[Context, httpx.AsyncClient]:
    """The worker's context and HTTP client, put there by `worker.run`."""
    extra = job.additional_context
    return extra[CONTEXT], extra[HTTP]


@app.task(name="print_job", queue="print", pass_context=True, retry=WHEN_AWAY)
async def print_job(
    job: JobContext, *, merchant_id: str, job_id: str, account_id: str | None
) -> None:
    """Work off a print batch."""
    context, http = _held(job)
    account = UUID(account_id) if account_id else None
    await printing.run_job(context, http, UUID(merchant_id), UUID(job_id), account)


@app.task(name=uploads.TASK, queue=uploads.QUEUE, pass_context=True)
async def import_file(job: JobContext, *, run_id: str) -> None:
    """Import an uploaded file."""
    context, _ = _held(job)
    await uploads.work_off(context, UUID(run_id))


@app.task(name=unknown.TASK, queue=unknown.QUEUE, pass_context=True, retry=WHEN_AWAY)
async def reread_tracks(
    job: JobContext, *, connector: str, courier: str, code: str, before: str | None
) -> None:
    """Read stored events again after an operator mapped a code or a text."""
    context, _ = _held(job)
    await reread.reread(context, connector, courier, code, before)


@app.task(name=recall.TASK, queue=recall.QUEUE, pass_context=True)
async def recall_history(
    job: JobContext, *, courier: str, number: str, cycle: int, cohort: str
) -> None:
    """Bring a track's archived events back."""
    context, _ = _held(job)
    await recall.work_off(context, Away(courier, number, cycle, date.fromisoformat(cohort)))
