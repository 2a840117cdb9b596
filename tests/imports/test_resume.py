"""Killing an import. Broken, a power cut during a migration doubles parcels or loses them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import MASTER_KEY, DatabaseUrls
from imports.files import one, take, write
from yichuan.core.context import Context
from yichuan.core.embedded import SUPERUSER
from yichuan.imports import runs, service
from yichuan.imports.runs import AlreadyRunning

ROWS = 24_000
PATIENCE = 120.0


@pytest.fixture
def environment(urls: DatabaseUrls, tmp_path: Path) -> dict[str, str]:
    """Of a command that works on the test's own database."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith("YICHUAN_")}
    return keep | {
        "YICHUAN_DATABASE_URL": urls.of(SUPERUSER),
        "YICHUAN_MASTER_KEY": MASTER_KEY,
        "YICHUAN_DATA_DIR": str(tmp_path / "data"),
    }


def command(path: Path) -> list[str]:
    return [sys.executable, "-m", "yichuan.cli", "import", "shipments", str(path), "--json"]


async def counted(context: Context) -> tuple[int, int, str]:
    """Rows the run says are done, boxes that are there, its status."""
    found = await one(
        context,
        "SELECT coalesce((SELECT rows_done FROM import_runs), 0), (SELECT count(*) FROM shipments"
        " WHERE shipment_no LIKE 'K%%'), coalesce((SELECT status FROM import_runs), '')",
    )
    return found[0], found[1], found[2]


async def test_a_killed_import_goes_on_where_it_stopped(
    context: Context, environment: dict[str, str], tmp_path: Path
) -> None:
    rows = [
        {
            "shipment_no": f"K{i}" if i % 1000 else "",
            "merchant": f"M{i % 3}",
            "ship_method": "own_fleet",
            "shipped_at": "2021-05-01",
            "province": "湖南",
        }
        for i in range(ROWS)
    ]
    path = write(tmp_path / "many.csv", rows)
    child = await asyncio.to_thread(
        subprocess.Popen, command(path), env=environment, stdout=subprocess.DEVNULL
    )
    async with asyncio.timeout(PATIENCE):
        while (await counted(context))[0] < 5000 and child.poll() is None:
            await asyncio.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    await asyncio.to_thread(child.wait)
    done, boxes, status = await counted(context)
    assert boxes == done - done // 1000  # every batch is there whole, or not at all
    assert status == "running"
    assert done < ROWS
    finished = await asyncio.to_thread(
        subprocess.run, command(path), env=environment, capture_output=True, check=True
    )
    report = json.loads(finished.stdout)
    rejects = ROWS // 1000
    assert report["resumed_from"] == done
    assert (report["rows"], report["rejected"]) == (ROWS, rejects)
    assert report["accepted"] == ROWS - rejects
    assert report["known"] == 0
    assert await counted(context) == (ROWS, ROWS - rejects, "finished")
    entries = "SELECT count(*) FROM milestone_log WHERE kind = 'imported'"
    assert await one(context, entries) == (ROWS - rejects,)
    lines = Path(report["rejects_file"]).read_text("utf-8-sig").splitlines()
    assert len(lines) == rejects + 1
    assert lines[1].startswith("2,required,shipment_no")


async def test_two_at_once_do_not_mix(context: Context, tmp_path: Path) -> None:
    write(tmp_path / "two.csv", [{"shipment_no": f"T{i}", "merchant": "M0"} for i in range(40)])

    async def other() -> None:
        await take(context, "shipments", tmp_path / "two.csv")

    results = await asyncio.gather(other(), other(), return_exceptions=True)
    refused = [result for result in results if isinstance(result, AlreadyRunning)]
    assert len(refused) <= 1
    assert all(result is None or isinstance(result, AlreadyRunning) for result in results)
    assert await one(context, "SELECT count(*) FROM shipments WHERE shipment_no ~ '^T'") == (40,)


async def test_progress_claimed_by_another_is_refused(context: Context, tmp_path: Path) -> None:
    report = await take(
        context, "shipments", tmp_path / "p.csv", [{"shipment_no": "P1", "merchant": "M0"}]
    )
    async with context.database.system() as session:
        with pytest.raises(AlreadyRunning):
            await runs.advance(session, report.run_id, 0, 5, 10)


async def test_a_number_taken_meanwhile_costs_one_more_try(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch is planned before the one in front is written; collisions are planned again."""
    monkeypatch.setattr(service, "BATCH", 2)
    rows = [
        {"shipment_no": f"Z{i}", "merchant": "M0", "order_no": f"ZO{i // 3}"} for i in range(12)
    ]
    report = await take(context, "shipments", tmp_path / "z.csv", rows)
    assert (report.accepted, report.rejected) == (12, 0)
    subs = "SELECT count(*) FROM sub_orders WHERE sub_order_no ~ '^ZO'"
    assert await one(context, subs) == (4,)
