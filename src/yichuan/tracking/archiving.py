"""`yichuan tracking archive` and `restore`, and the worker's daily run of the first."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final

import psycopg
import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from yichuan.core.blobs import LocalBlobs
from yichuan.core.clock import CHINA, now
from yichuan.core.context import Context, located
from yichuan.core.database import SYSTEM
from yichuan.core.settings import settings

log = structlog.get_logger(__name__)
BY_HAND: Final = 12
"""Whole months that `yichuan tracking archive` leaves when nothing else is said."""


def months_ago(months: int, at: datetime) -> date:
    """First day of the month so many months before a moment's, in China."""
    today = at.astimezone(CHINA)
    whole = today.year * 12 + today.month - 1 - months
    return date(whole // 12, whole % 12 + 1, 1)


def month(text: str) -> date:
    """The first day of a YYYY-MM.

    Raises:
        ValueError: it is none.
    """
    return datetime.strptime(text + "-01 +0000", "%Y-%m-%d %z").date()


async def run_daily(context: Context) -> None:
    """Archive what is old enough, in a process of its own: its memory goes with it."""
    months = context.settings.archive_months
    if months == 0:
        return
    before = f"{months_ago(months, now()):%Y-%m}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "yichuan.cli", "tracking", "archive", "--json"),
        *("--before", before),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
    said = (out or err).decode("utf-8", "replace").strip()[-2000:]
    if process.returncode == 0:
        log.info("old months archived", result=said)
    else:
        log.error("old months were not archived", error=err.decode("utf-8", "replace")[-2000:])


def archive_command(before: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Archive what may go, month by month; a month that fails does not stop the next.

    Raises:
        typer.Exit: something failed.
    """
    from yichuan.tracking import archive

    config = settings()
    first_kept = _month(before) if before else months_ago(config.archive_months or BY_HAND, now())
    results: list[dict[str, Any]] = []
    blobs = LocalBlobs(config.blob_dir)
    with located(config) as (urls, _), _told(), archive.alone(urls.of(SYSTEM)) as connection:
        for one in archive.months(connection, first_kept):
            row: dict[str, Any] = {"month": f"{one.cohort:%Y-%m}", "events": one.events}
            if one.why_not is not None:
                row |= {"state": "kept", "reason": one.why_not}
            elif dry_run:
                row |= {"state": "would go"}
            else:
                with _bar(f"{one.cohort:%Y-%m}", one.events, as_json) as step:
                    row |= _archived(archive, connection, blobs, one.cohort, step)
            results.append(row)
    _show(results, as_json)
    if any(row["state"] == "failed" for row in results):
        raise typer.Exit(1)


def _archived(
    archive: Any,  # noqa: ANN401 - the module, loaded late
    connection: psycopg.Connection[Any],
    blobs: LocalBlobs,
    cohort: date,
    step: Any,  # noqa: ANN401 - a callback
) -> dict[str, Any]:
    try:
        done = archive.archive(connection, blobs, cohort, step)
    except (ValueError, OSError, psycopg.Error) as error:
        return {"state": "failed", "reason": f"{type(error).__name__}: {error}"}
    return {
        "state": "archived",
        "events": done.events,
        "files": done.parts,
        "bytes": done.size_bytes,
        "seconds": round(done.seconds, 2),
    }


def restore_command(cohort: str, *, as_json: bool) -> None:
    """Bring a month back.

    Raises:
        typer.Exit: it is not archived, or a file is damaged.
    """
    from yichuan.tracking import archive

    config = settings()
    wanted = _month(cohort)
    blobs = LocalBlobs(config.blob_dir)
    with located(config) as (urls, _), _told(), archive.alone(urls.of(SYSTEM)) as connection:
        events = archive.restore(connection, blobs, wanted)
    _show([{"month": f"{wanted:%Y-%m}", "state": "restored", "events": events}], as_json)


def _month(text: str) -> date:
    try:
        return month(text)
    except ValueError:
        raise typer.BadParameter(f"not a month (YYYY-MM): {text}") from None


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong is a line on stderr and exit code 1."""
    try:
        yield
    except (ValueError, OSError, psycopg.Error) as error:
        Console(stderr=True).print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error


@contextmanager
def _bar(name: str, total: int, quiet: bool) -> Iterator[Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(name, total=total or None)
        yield lambda rows: progress.advance(task, rows)


def _show(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        rest = "  ".join(f"{name} {value}" for name, value in row.items() if name != "month")
        typer.echo(f"{row['month']}  {rest}")
    if not rows:
        typer.echo("no month is old enough")
