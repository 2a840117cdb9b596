"""What /readyz says. If this breaks, pushes are sent to a process that cannot keep them, or a sound
one is taken out of service. Databases that are killed and disks that hang or fill up in truth are
`make chaos`.
"""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from yichuan.core import vital
from yichuan.core.context import Context

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _asked_anew(app: FastAPI) -> Iterator[None]:
    """Each test looks for itself."""
    yield
    if hasattr(app.state, "vital"):
        del app.state.vital


async def test_ready_and_what_is_told_without_being_unready(
    nobody: httpx.AsyncClient, context: Context, monkeypatch: pytest.MonkeyPatch, app: FastAPI
) -> None:
    answer = await nobody.get("/readyz")
    assert answer.status_code == 200, answer.text
    assert answer.json()["worker"] == "none heard of for 60 s"
    async with context.database.system() as session:
        await session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    del app.state.vital
    low = Usage(10**12, 10**12, 100 * vital.MEGABYTE)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: low)
    answer = await nobody.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "database": "ok",
        "queue": "ok",
        "schema": "ok",
        "worker": "ok",
        "disk": "low: 100 MB left",
    }


async def test_a_full_disk_is_not_ready(
    nobody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 1000))
    answer = await nobody.get("/readyz")
    assert (answer.status_code, answer.json()["disk"]) == (503, "full: 0 MB left")


async def test_a_disk_that_hangs_is_not_waited_for(
    nobody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two ask, one look hangs, both are told; when it is over the next look says so."""
    monkeypatch.setattr(vital, "PATIENCE", 0.2)
    monkeypatch.setattr(vital, "_FLUSH", "SELECT pg_sleep(0.6)")
    for _ in range(2):
        answer = await nobody.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, "no answer in 0.2 s")
    monkeypatch.setattr(vital, "PATIENCE", 30.0)
    assert (await nobody.get("/readyz")).status_code == 200
