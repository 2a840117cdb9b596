"""Server, worker and PostgreSQL are killed again and again in the middle of pushes.

What was acknowledged is in the database afterwards, each event exactly once, and the shipments
know it. If this breaks, a power cut costs merchants their parcels' scans.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import httpx
import pytest_asyncio

from conftest import MASTER_KEY
from tracking.forks import Forks
from tracking.killing import Courier, Products, some_parcels
from tracking.reckoning import MUST_BE_NONE, Installed, compare, merged, prepared
from yichuan.bootstrap import prepare_installation
from yichuan.core.database import Urls
from yichuan.core.embedded import running
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault

PARCELS = 1200
BOUND = 60
CLIENTS = 4
PAUSE = 0.8
"""Seconds of pushing between two blows."""
BLOWS = ("worker", "serve", "postgres", "serve worker", "postgres worker", "serve worker postgres")


@pytest_asyncio.fixture(loop_scope="session")
async def installed() -> AsyncIterator[Installed]:
    """On an embedded cluster with fsync on, as in production."""
    with tempfile.TemporaryDirectory(prefix="yichuan-kill-") as folder, ExitStack() as stack:
        config = Settings(data_dir=Path(folder), master_key=MASTER_KEY)
        cluster = stack.enter_context(running(config.pg_dir))
        vault = Vault(bytes.fromhex(MASTER_KEY))
        urls = Urls(config, cluster, vault)
        await asyncio.to_thread(prepare_installation, urls, vault)
        products = Forks(config, stack)
        yield Installed(products, urls, vault)
        for child in products.children.values():
            child.terminate()
        for child in products.children.values():
            child.wait(timeout=30)


async def blow(products: Products, names: list[str]) -> None:
    """Kill these at once, and start them again."""
    ours = [name for name in names if name != "postgres"]
    if "postgres" in names:
        await asyncio.to_thread(products.kill_postgres)
    products.kill(*ours)
    if "postgres" in names:
        await asyncio.to_thread(products.start_postgres)
    for name in ours:
        products.start(name)
    await products.ready()


async def test_kill(installed: Installed) -> None:
    assert installed.rows("SHOW fsync") == [("on",)]
    assert installed.rows("SHOW synchronous_commit") == [("on",)]
    products = installed.products
    parcels = some_parcels(PARCELS)
    path = await prepared(installed, parcels, BOUND)
    products.start("serve")
    products.start("worker")
    await products.ready()
    courier = Courier(products.base + path, parcels, Random(5))
    async with httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0)) as client:
        pushing = [
            asyncio.create_task(courier.run(part, CLIENTS, client)) for part in range(CLIENTS)
        ]
        for names in BLOWS:
            await asyncio.sleep(PAUSE)
            await blow(products, names.split())
        await asyncio.sleep(PAUSE)
        courier.stop = True
        await asyncio.gather(*pushing)
    await merged(installed)
    counts = await asyncio.to_thread(compare, installed, courier)
    assert courier.pushes > 50, "the test pushed too little to say anything"
    assert courier.refused > 0, "no push was hit by a blow"
    assert not [name for name in MUST_BE_NONE if counts[name]], counts
