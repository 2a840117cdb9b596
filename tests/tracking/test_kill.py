"""Server, worker and PostgreSQL are killed again and again in the middle of pushes.

What was acknowledged is in the database afterwards, each event exactly once, and the shipments
know it. If this breaks, a power cut costs merchants their parcels' scans. Takes about 40 seconds.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psycopg
import pytest_asyncio

from conftest import MASTER_KEY
from exceptions.boxes import make_box
from tracking.killing import LONGEST, Courier, Products, some_parcels
from tracking.parcels import make_line
from yichuan.bootstrap import prepare_installation
from yichuan.core.blobs import LocalBlobs
from yichuan.core.context import Context
from yichuan.core.database import SYSTEM, Database, Urls
from yichuan.core.embedded import running
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault
from yichuan.couriers.connectors.codes import detail_of
from yichuan.merchants import service as merchants
from yichuan.simulator.history import ParcelHistory
from yichuan.tracking import service
from yichuan.tracking.merge import TrackEvent, derive
from yichuan.tracking.normalise import detail_of_event
from yichuan.tracking.redact import redact
from yichuan.tracking.values import NewBinding

PARCELS = 1200
BOUND = 60
CLIENTS = 4
PAUSE = 1.2
"""Seconds of pushing between two blows."""
BLOWS = ("worker", "serve", "postgres", "serve worker", "postgres worker", "serve worker postgres")


class Installed:
    """A prepared installation with its processes, and how to look into its database."""

    def __init__(self, products: Products, urls: Urls, vault: Vault) -> None:
        self.products, self.urls, self.vault = products, urls, vault

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.urls.of(SYSTEM)) as connection:
            return connection.execute(sql).fetchall()

    async def context(self) -> Context:
        database = Database(self.urls)
        await database.open()
        config = self.products.config
        return Context(config, self.vault, database, LocalBlobs(config.blob_dir))


@pytest_asyncio.fixture(loop_scope="session")
async def installed() -> AsyncIterator[Installed]:
    """On an embedded cluster with fsync on, as in production."""
    with tempfile.TemporaryDirectory(prefix="yichuan-kill-") as folder, ExitStack() as stack:
        config = Settings(data_dir=Path(folder), master_key=MASTER_KEY)
        cluster = stack.enter_context(running(config.pg_dir))
        vault = Vault(bytes.fromhex(MASTER_KEY))
        urls = Urls(config, cluster, vault)
        await asyncio.to_thread(prepare_installation, urls, vault)
        products = Products(config, stack)
        yield Installed(products, urls, vault)
        for child in products.children.values():
            child.terminate()
        for child in products.children.values():
            child.wait(timeout=30)


async def prepared(installed: Installed, parcels: list[ParcelHistory]) -> str:
    """A push address, and shipments bound to some of the parcels."""
    context = await installed.context()
    line = await make_line(context)
    async with context.database.system() as session:
        merchant = await merchants.create(session, "KILL", "商家")
        bindings = [
            NewBinding(merchant, await make_box(session, merchant), parcel.courier, parcel.number)
            for parcel in parcels[:BOUND]
        ]
        await service.bind(session, bindings)
    await context.database.close()
    return line.path


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


async def merged(installed: Installed) -> None:
    """Until the worker has caught up: nothing unmerged, and every consumer at the log's end."""
    open_work = (
        "SELECT EXISTS (SELECT 1 FROM push_inbox WHERE merged_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM consumer_cursors c, LATERAL (SELECT l.xid, l.id FROM"
        " milestone_log l WHERE l.topic = 'track' ORDER BY l.xid DESC, l.id DESC LIMIT 1) l"
        " WHERE c.name = 'shipments.state' AND (c.xid, c.last_id) < (l.xid, l.id))"
    )
    async with asyncio.timeout(LONGEST):
        while installed.rows(open_work)[0][0]:
            assert installed.products.children["worker"].poll() is None
            await asyncio.sleep(0.1)


def expected_rows(parcel: ParcelHistory, indexes: set[int]) -> list[TrackEvent]:
    """The ledger's events as they should be stored."""
    found = []
    for event in (parcel.events[n] for n in sorted(indexes)):
        detail = detail_of_event(event.text, detail_of("kdniao", event.code))
        found.append(TrackEvent(event.at, redact(event.text, detail), detail, event.code))
    return found


def compare(installed: Installed, courier: Courier) -> Counter[str]:
    """Hold the database against the ledger, event by event."""
    stored: dict[str, list[tuple[Any, ...]]] = {}
    for number, *event in installed.rows(
        "SELECT number, occurred_at, text, detail, code FROM track_events"
    ):
        stored.setdefault(number, []).append(tuple(event))
    tracks = dict(installed.rows("SELECT number, (milestone, detail)::text FROM tracks"))
    counts: Counter[str] = Counter()
    for parcel in courier.parcels:
        rows = Counter(stored.pop(parcel.number, []))
        sure, maybe = (
            Counter(
                (e.occurred_at, e.text, e.detail, e.code)
                for e in expected_rows(parcel, ledger.get(parcel.number, set()))
            )
            for ledger in (courier.acknowledged, courier.sent)
        )
        counts["acknowledged"] += sure.total()
        counts["stored"] += rows.total()
        counts["lost"] += (sure - rows).total()
        counts["doubled or invented"] += (rows - maybe).total()
        state = derive([TrackEvent(*event) for event in rows])
        if rows and tracks[parcel.number] != f"({state.milestone or 'created'},{state.detail})":
            counts["wrong state"] += 1
    counts["of nobody"] = len(stored)
    return counts


async def test_kill(installed: Installed) -> None:
    assert installed.rows("SHOW fsync") == [("on",)]
    assert installed.rows("SHOW synchronous_commit") == [("on",)]
    products = installed.products
    parcels = some_parcels(PARCELS)
    path = await prepared(installed, parcels)
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
    assert counts["lost"] == 0, counts
    assert counts["doubled or invented"] == 0, counts
    assert counts["wrong state"] == 0, counts
    assert counts["of nobody"] == 0, counts
    assert installed.rows("SELECT count(*) FROM quarantine") == [(0,)]
    differing = installed.rows(
        "SELECT count(*) FROM shipments s JOIN track_bindings b ON b.shipment_id = s.id"
        " JOIN tracks t ON t.courier = b.courier AND t.number = b.number AND t.cycle = b.cycle"
        " WHERE t.events > 0 AND s.milestone <> t.milestone"
    )
    assert differing == [(0,)]
