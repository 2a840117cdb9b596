"""Old months of scans go into files and come back. If these broke, the history of last year's
parcels would be gone, changed, or shown to the wrong merchant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import text

from conftest import DatabaseUrls, Tenant
from exceptions.boxes import box
from tracking.parcels import FORM, Line, make_line, push, record, trace
from yichuan.core.context import Context
from yichuan.core.database import SYSTEM
from yichuan.couriers import service as couriers
from yichuan.tracking import archiving, ingest, recall, service
from yichuan.tracking.values import Away, NewBinding

pytest.importorskip("pyarrow", reason="archives need pyarrow: make setup")

from yichuan.tracking import archive

START = datetime(2025, 3, 1, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEDGER = (
    "SELECT courier, number, cycle, event_key, occurred_at, text, code, detail, city, received_at"
    " FROM track_events WHERE cohort = %s ORDER BY courier, number, cycle, event_key"
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def line(context: Context) -> Line:
    async with context.database.system() as session:
        await couriers.seed(session)
    return await make_line(context)


@pytest.fixture
def system(urls: DatabaseUrls) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(urls.of(SYSTEM), autocommit=True) as connection:
        yield connection


async def pushed(context: Context, nobody: httpx.AsyncClient, line: Line, *records: dict) -> None:
    answer = await nobody.post(line.path, content=push(*records), headers=FORM)
    assert answer.status_code == 200
    while await ingest.merge_pending(context):
        pass


async def old_parcel(
    context: Context, nobody: httpx.AsyncClient, line: Line, owner: Tenant, number: str, month: date
) -> UUID:
    """A shipment whose parcel ended, its track put into a past month."""
    shipment = await box(context, owner.id)
    async with context.database.system() as session:
        await service.bind(session, [NewBinding(owner.id, shipment, "ZTO", number)])
    traces = [
        trace(START, "【深圳市】已揽收", "1", "深圳市"),
        trace(START + HOUR, '快件到达 "杭州,中转部"\n请稍候', "2"),
        trace(START + 2 * HOUR, "【杭州市】派件中", None, "杭州市"),
        trace(START + 3 * HOUR, "快件已签收，签收人是本人", "3"),
    ]
    await pushed(context, nobody, line, record(number, traces))
    async with context.database.system() as session:
        await session.execute(text("SELECT yichuan_ensure_cohort(:m)"), {"m": month})
        for table in ("tracks", "track_events"):
            await session.execute(
                text(f"UPDATE {table} SET cohort = :m WHERE number = :n"),
                {"m": month, "n": number},
            )
    return shipment


def ledger(system: psycopg.Connection[Any], month: date) -> list[tuple[Any, ...]]:
    return system.execute(LEDGER, (month,)).fetchall()


def partition(system: psycopg.Connection[Any], month: date) -> bool:
    name = f"track_events_{month:%Y%m}"
    row = system.execute("SELECT to_regclass(%s) IS NOT NULL", (name,)).fetchone()
    return row == (True,)


def months(system: psycopg.Connection[Any]) -> dict[date, str | None]:
    return {m.cohort: m.why_not for m in archive.months(system, date(2026, 1, 1))}


async def work_off(context: Context, system: psycopg.Connection[Any]) -> int:
    """What a worker does with the jobs that wait."""
    jobs = system.execute(
        "DELETE FROM procrastinate_jobs WHERE task_name = %s RETURNING args", (recall.TASK,)
    ).fetchall()
    for (args,) in jobs:
        cohort = date.fromisoformat(args.pop("cohort"))
        await recall.work_off(context, Away(**args, cohort=cohort))
    return len(jobs)


async def story(tenant: Tenant, shipment: UUID) -> dict[str, Any]:
    answer = await tenant.client.get(f"/api/v1/shipments/{shipment}/timeline")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def scans(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in told["items"] if item["source"] == "courier"]


async def test_a_month_goes_and_comes_back_scan_by_scan(
    context: Context,
    nobody: httpx.AsyncClient,
    alpha: Tenant,
    beta: Tenant,
    platform: httpx.AsyncClient,
    line: Line,
    system: psycopg.Connection[Any],
) -> None:
    """Archived, looked at, told something late, archived again, restored: not a byte differs."""
    month = date(2025, 3, 1)
    mine = await old_parcel(context, nobody, line, alpha, "930000000001", month)
    theirs = await old_parcel(context, nobody, line, beta, "930000000002", month)
    before, told = ledger(system, month), await story(alpha, mine)
    assert len(before) == 8
    assert told["history"] == "complete"
    assert months(system)[month] is None
    done = archive.archive(system, context.blobs, month)
    assert (done.events, done.parts) == (8, 1)
    assert not partition(system, month)

    # Nobody but who may see the parcel can have it brought back, and asking twice is one job.
    assert (await beta.client.get(f"/api/v1/shipments/{mine}/timeline")).status_code == 404
    assert (await beta.client.get("/api/v1/tracks/ZTO/930000000001")).status_code == 404
    assert system.execute("SELECT count(*) FROM history_recalls").fetchone() == (0,)
    for _ in range(2):
        waiting = await story(alpha, mine)
        assert (waiting["history"], scans(waiting)) == ("recalling", [])
    assert (await alpha.client.get("/api/v1/tracks/ZTO/930000000001")).json()["history"] == (
        "recalling"
    )
    assert await work_off(context, system) == 1
    assert await story(alpha, mine) == told
    assert scans(await story(beta, theirs)) == []  # what is back is one track, not the month

    # A scan that was reported a year late finds its month again, though this process made it once.
    late = trace(START + HOUR / 2, "【深圳市】已装车")
    await ingest._make_partitions(context.database, {month})
    assert system.execute("SELECT yichuan_drop_cohort(%s, 4)", (month,)).fetchone() == (True,)
    system.execute("DELETE FROM history_recalls")
    assert (await story(alpha, mine))["history"] == "recalling"
    await pushed(context, nobody, line, record("930000000002", [late]))
    assert len(ledger(system, month)) == 1
    assert (await story(beta, theirs))["history"] == "recalling"
    assert await work_off(context, system) >= 1
    assert len(scans(await story(beta, theirs))) == 5
    assert "read again" in (months(system)[month] or "")

    again = archive.archive(system, context.blobs, month)
    assert again.events == 5  # the late scan with its track; what was only looked at stays away
    assert not partition(system, month)
    assert archive.restore(system, context.blobs, month) == 9
    after = ledger(system, month)
    assert [row for row in after if "已装车" not in row[5]] == before
    assert len(after) == 9
    assert await story(alpha, mine) == told
    assert system.execute("SELECT count(*) FROM archive_parts").fetchone() == (0,)


async def test_what_is_not_over_stays(
    context: Context,
    nobody: httpx.AsyncClient,
    alpha: Tenant,
    line: Line,
    system: psycopg.Connection[Any],
) -> None:
    """One parcel that may still move keeps its month."""
    month = date(2025, 4, 1)
    await old_parcel(context, nobody, line, alpha, "930000000011", month)
    system.execute("UPDATE tracks SET last_event_at = now() WHERE number = '930000000011'")
    assert months(system)[month] == "1 tracks are not over"
    system.execute(
        "UPDATE tracks SET last_event_at = now() - interval '70 days' WHERE number = '930000000011'"
    )
    assert months(system)[month] is None
    system.execute("UPDATE tracks SET milestone = 'in_transit' WHERE number = '930000000011'")
    assert months(system)[month] == "1 tracks are not over"


class Interfering:
    """A blob store that lets something happen while it writes, or keeps another thing."""

    def __init__(self, blobs: Any, act: Any) -> None:
        self._blobs, self._act = blobs, act

    def put(self, key: str, data: bytes) -> None:
        self._blobs.put(key, self._act(data))

    def get(self, key: str) -> bytes:
        kept: bytes = self._blobs.get(key)
        return kept

    def delete(self, key: str) -> None:
        self._blobs.delete(key)


async def test_nothing_is_dropped_that_is_not_proved(
    context: Context,
    nobody: httpx.AsyncClient,
    alpha: Tenant,
    line: Line,
    system: psycopg.Connection[Any],
    urls: DatabaseUrls,
) -> None:
    """A scan that comes while the month is written, or a store that spoils a file, stops it."""
    month = date(2025, 5, 1)
    await old_parcel(context, nobody, line, alpha, "930000000021", month)

    def add_scan(data: bytes) -> bytes:
        with psycopg.connect(urls.of(SYSTEM)) as other:
            other.execute(
                "INSERT INTO track_events SELECT cohort, courier, number, cycle, 'latecome',"
                " occurred_at, text, code, detail, city FROM track_events"
                " WHERE number = '930000000021' LIMIT 1"
            )
        return data

    with pytest.raises(archive.ArchiveError, match="meanwhile"):
        archive.archive(system, Interfering(context.blobs, add_scan), month)
    spoil = Interfering(context.blobs, lambda data: data[:-1] + b"?")
    with pytest.raises((archive.Damaged, ValueError)):
        archive.archive(system, spoil, month)
    assert len(ledger(system, month)) == 5
    assert system.execute("SELECT FROM archived_cohorts WHERE cohort = %s", (month,)).rowcount == 0


async def test_a_damaged_file_is_said_and_not_shown(
    context: Context,
    nobody: httpx.AsyncClient,
    alpha: Tenant,
    line: Line,
    system: psycopg.Connection[Any],
) -> None:
    """The timeline says that old scans cannot be fetched; once the file is back they are."""
    month = date(2025, 6, 1)
    mine = await old_parcel(context, nobody, line, alpha, "930000000031", month)
    told = await story(alpha, mine)
    archive.archive(system, context.blobs, month)
    row = system.execute("SELECT blob_key FROM archive_parts WHERE cohort = %s", (month,))
    (key,) = row.fetchone() or ("",)
    whole = context.blobs.get(key)
    context.blobs.put(key, whole[: len(whole) // 2])
    assert (await story(alpha, mine))["history"] == "recalling"
    await work_off(context, system)
    assert (await story(alpha, mine))["history"] == "unavailable"
    with pytest.raises(archive.Damaged, match="damaged"):
        archive.restore(system, context.blobs, month)
    context.blobs.put(key, whole)
    system.execute("UPDATE history_recalls SET wanted_at = now() - interval '6 minutes'")
    assert (await story(alpha, mine))["history"] == "recalling"
    await work_off(context, system)
    assert await story(alpha, mine) == told


async def test_the_commands(
    context: Context,
    nobody: httpx.AsyncClient,
    alpha: Tenant,
    line: Line,
    system: psycopg.Connection[Any],
    urls: DatabaseUrls,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """A dry run changes nothing; what is kept is said with its reason."""
    gone, kept = date(2024, 7, 1), date(2024, 8, 1)
    await old_parcel(context, nobody, line, alpha, "930000000041", gone)
    await old_parcel(context, nobody, line, alpha, "930000000042", kept)
    system.execute("UPDATE tracks SET last_event_at = now() WHERE number = '930000000042'")

    @contextmanager
    def here(_: object) -> Iterator[Any]:
        yield urls, context.vault

    config = context.settings.model_copy(update={"data_dir": tmp_path})
    monkeypatch.setattr(archiving, "located", here)
    monkeypatch.setattr(archiving, "settings", lambda: config)

    def run(dry_run: bool) -> dict[str, dict[str, Any]]:
        archiving.archive_command("2024-09", dry_run=dry_run, as_json=True)
        return {row["month"]: row for row in json.loads(capsys.readouterr().out)}

    said = run(dry_run=True)
    assert {name: row["state"] for name, row in said.items()} == {
        "2024-07": "would go",
        "2024-08": "kept",
    }
    assert (said["2024-07"]["events"], partition(system, gone)) == (4, True)
    assert run(dry_run=False)["2024-07"]["events"] == 4
    assert not partition(system, gone)
    archiving.restore_command("2024-07", as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["events"] == 4
    assert not list((tmp_path / "blobs").rglob("*.parquet"))
