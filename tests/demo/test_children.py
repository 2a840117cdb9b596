"""The demonstration's processes: a user would notice orphans, or a dead server nobody mentions."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from yichuan.demo.children import ChildError, Family, until
from yichuan.demo.ports import HOST, free_port


async def test_a_child_is_started_watched_restarted_and_stopped(tmp_path: Path) -> None:
    said: list[str] = []
    family = Family({}, tmp_path, said.append)
    port = free_port(21600)
    child = await family.start("couriers", "simulate", "couriers", "--port", str(port))
    url = f"http://{HOST}:{port}/sim/stats"
    try:
        await family.ready(child, url)
        assert child.process is not None
        first = child.process.pid
        child.process.kill()
        watching = asyncio.create_task(family.watch())
        async with asyncio.timeout(60):
            while child.process.pid == first:
                await asyncio.sleep(0.05)
        await family.ready(child, url)
        assert len(said) == 1
        assert "couriers.log" in said[0]
        watching.cancel()
        await asyncio.wait({watching})
    finally:
        await family.stop()
    assert not child.running
    with pytest.raises(ProcessLookupError):
        os.kill(child.process.pid, 0)


async def test_last_words_of_a_child_that_ends_are_told(tmp_path: Path) -> None:
    family = Family({}, tmp_path, lambda text: None)
    child = await family.start("bad", "simulate", "couriers", "--port", "x")
    with pytest.raises(ChildError, match="bad ended at once"):
        await family.ready(child, f"http://{HOST}:9/")
    with pytest.raises(ChildError, match=r"again and again(.|\n)*integer"):
        await family.watch()
    await family.stop()


async def test_work_ends_by_itself_by_a_stop_or_with_its_error() -> None:
    async def quick() -> None:
        await asyncio.sleep(0)

    async def endless() -> None:
        await asyncio.Event().wait()

    async def broken() -> None:
        raise ChildError("gone")

    stop = asyncio.Event()
    assert await until(stop, quick())
    with pytest.raises(ChildError, match="gone"):
        await until(stop, broken())
    stop.set()
    assert not await until(stop, endless())
