"""The database is restarted; its disk forgets, crawls, hangs and is full."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from random import Random

import httpx
import psycopg

from chaos.stage import Checks, Stage, Watch, stage
from tracking.killing import Courier, some_parcels
from tracking.reckoning import compare, merged, prepared
from yichuan.core import embedded
from yichuan.core.blobs import LocalBlobs
from yichuan.core.embedded import SUPERUSER
from yichuan.identity import service as identity

PARCELS, BOUND = 3000, 60
DOCUMENTS = 20
RECOVERS_IN = 60.0
"""Seconds within which things must go on by themselves (a busy machine's; the line says how many
it took)."""


class Run:
    """One installation through all faults, with one courier and its ledger."""

    def __init__(self, made: Stage, courier: Courier, key: str) -> None:
        self.made, self.courier, self.key = made, courier, key
        self.machine, self.disk = made.machine, made.machine.disk

    def pids(self) -> dict[str, int]:
        """Our processes; a fault that they live through leaves them alone."""
        return {name: child.pid for name, child in self.machine.children.items()}

    async def api(self, method: str, path: str, **more: object) -> httpx.Response:
        """A call of the public API as the platform."""
        headers = {"Authorization": f"Bearer {self.key}"}
        async with httpx.AsyncClient(base_url=self.machine.base, headers=headers) as http:
            return await http.request(method, path, timeout=30, **more)  # type: ignore[arg-type]

    async def accepted(self, more: int = 5) -> float:
        """Until so many more pushes were acknowledged; seconds it took."""
        begun, wanted = time.monotonic(), self.courier.pushes + more
        async with asyncio.timeout(RECOVERS_IN):
            while self.courier.pushes < wanted:
                await asyncio.sleep(0.05)
        return round(time.monotonic() - begun, 1)

    async def reckoned(self, checks: Checks, pids: dict[str, int]) -> Checks:
        """Merged, and held against the ledger; nobody had to be started again."""
        checks.must("a process ended", pids == self.pids())
        await merged(self.made)
        await asyncio.to_thread(checks.ledger, self.made, replace(self.courier))
        return checks


async def faults(seed: int) -> AsyncIterator[tuple[str, Checks]]:
    """Each fault's name and what was found."""
    parcels, rng = some_parcels(PARCELS), Random(seed)

    async def furnish(made: Stage) -> tuple[str, str]:
        path = await prepared(made, parcels, BOUND)
        context = await made.context()
        async with context.database.system() as session:
            key = await identity.create_key(session, made.vault, "chaos", None, kdniao=False)
        await context.database.close()
        return path, key.token

    async with stage(1536, furnish) as (made, (path, key)):
        await made.up()
        courier = Courier(made.machine.base + path, parcels, rng, pause=0.05)
        run = Run(made, courier, key)
        yield "database_restart", await restart(run)
        if not made.machine.disk.lossy:
            why = f"left out, no such disk here: {made.machine.disk.why_plain}"
            for name in ("disk_slow", "disk_hangs", "disk_full", "disk_forgets", "control"):
                yield name, Checks({"left_out": why})
            return
        yield "disk_slow", await slow(run)
        yield "disk_hangs", await hangs(run)
        yield "disk_full", await full(run)
        yield "disk_forgets", await forgets(run)
        yield "control", await control(run, path, rng)


async def restart(run: Run) -> Checks:
    """As an operator or an update does it."""
    checks, pids = Checks(), run.pids()
    async with run.made.watched() as watch, run.made.pushing_as(run.courier):
        await run.accepted()
        await asyncio.to_thread(embedded.stop, run.machine.config.pg_dir)
        down = time.monotonic()
        answers = [(await run.api("GET", "/api/v1/shipments")).status_code for _ in range(3)]
        await asyncio.sleep(5)
        gone = time.monotonic()
        with embedded.running(run.machine.config.pg_dir):
            checks.facts["pushes_again_after_seconds"] = await run.accepted()
            checks.facts["ready_again_after_seconds"] = round(await run.machine.ready(), 1)
    checks.facts["api_meanwhile"] = answers
    checks.must("the API said something else than 503", set(answers) == {503})
    # it may wait three seconds for the database before it says so
    checks.must("/readyz did not say so", 503 in watch.statuses("readyz", down, gone))
    checks.must("/readyz said 200", watch.statuses("readyz", down + 1.1, gone - 3) <= {503})
    _alive(checks, watch)
    return await run.reckoned(checks, pids)


async def slow(run: Run) -> Checks:
    """Every write and sync takes up to 0.3 s longer."""
    checks, pids = Checks(), run.pids()
    async with run.made.watched() as watch, run.made.pushing_as(run.courier):
        before, begun = run.courier.pushes, time.monotonic()
        while time.monotonic() - begun < 8:
            with run.disk.hanging():
                await asyncio.sleep(0.3)
            await asyncio.sleep(0.05)
        checks.facts["acknowledged_meanwhile"] = run.courier.pushes - before
    checks.must("pushes stopped", run.courier.pushes > before + 5)
    checks.must("/readyz was not ready", watch.statuses("readyz") == {200})
    _alive(checks, watch)
    return await run.reckoned(checks, pids)


async def hangs(run: Run) -> Checks:
    """For eight seconds nothing gets to the disk."""
    checks, pids = Checks(), run.pids()
    async with run.made.watched() as watch, run.made.pushing_as(run.courier):
        await run.accepted()
        with run.disk.hanging():
            await asyncio.sleep(1)
            begun, yes = time.monotonic(), run.courier.pushes
            await asyncio.sleep(7)
            checks.must("a push was acknowledged", run.courier.pushes == yes)
        checks.facts["pushes_again_after_seconds"] = await run.accepted()
        checks.facts["ready_again_after_seconds"] = round(await run.machine.ready(), 1)
    said = watch.words(503)
    checks.facts["readyz_said"] = sorted(said)[:2]
    checks.must("/readyz did not say so", any("no answer" in words for words in said))
    checks.must("/readyz said 200", 200 not in watch.statuses("readyz", begun, begun + 5))
    _alive(checks, watch)
    return await run.reckoned(checks, pids)


async def full(run: Run) -> Checks:
    """Not a byte left, until somebody makes room."""
    checks, pids = Checks(), run.pids()
    async with run.made.watched() as watch, run.made.pushing_as(run.courier):
        await run.accepted()
        with run.disk.full():
            begun, before = time.monotonic(), run.courier.answers.copy()
            async with asyncio.timeout(RECOVERS_IN):
                while run.courier.answers["503"] - before["503"] < 20:
                    await asyncio.sleep(0.2)
            # it may take a while to fill the last pages; from now on nothing is accepted
            checks.facts["refused_after_seconds"] = round(time.monotonic() - begun, 1)
            read = await run.api("GET", "/api/v1/shipments")
            checks.facts["reading_meanwhile"] = read.status_code
            await asyncio.sleep(2)
            said = watch.statuses("readyz", begun + 2)
        checks.facts["pushes_again_after_seconds"] = await run.accepted()
        checks.facts["ready_again_after_seconds"] = round(await run.machine.ready(), 1)
        checks.facts["pushes_meanwhile"] = dict(run.courier.answers - before)
    checks.must("/readyz did not say so", said == {503})
    checks.facts["readyz_said"] = sorted(watch.words(503))[:3]
    checks.must("reading failed otherwise than by 503", read.status_code in (200, 503))
    _alive(checks, watch)
    return await run.reckoned(checks, pids)


async def forgets(run: Run) -> Checks:
    """Does the disk forget at all, and are documents there that were said to be kept?"""
    checks = Checks()
    await asyncio.to_thread(run.machine.kill, *run.machine.children)
    await asyncio.to_thread(embedded.stop, run.machine.config.pg_dir)
    blobs = LocalBlobs(run.machine.config.blob_dir)
    for n in range(DOCUMENTS):
        blobs.put(f"chaos/{n % 3}/{n}", b"%d" % n * 100)
    unsynced = run.disk.root / "unsynced"
    unsynced.write_bytes(b"x" * 10_000)
    run.disk.cut()
    run.disk.back()
    there = [n for n in range(DOCUMENTS) if _kept(blobs, n)]
    checks.facts["documents_kept"] = f"{len(there)} of {DOCUMENTS}"
    checks.must("the disk forgets nothing: this proves nothing", not unsynced.exists())
    checks.must("a document is gone", len(there) == DOCUMENTS)
    for name in run.machine.children:
        run.machine.start(name)
    await run.machine.ready()
    return checks


def _kept(blobs: LocalBlobs, n: int) -> bool:
    try:
        return blobs.get(f"chaos/{n % 3}/{n}") == b"%d" % n * 100
    except LookupError:
        return False


async def control(run: Run, path: str, rng: Random) -> Checks:
    """Would a loss be seen? With `synchronous_commit` off pushes are acknowledged too early, and
    the ledger must find them missing."""
    checks = Checks()
    with psycopg.connect(run.made.urls.of(SUPERUSER), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    await merged(run.made)
    await asyncio.to_thread(run.machine.kill, "worker")  # its commits would flush theirs
    parcels = some_parcels(PARCELS, PARCELS)
    async with run.made.pushing(path, parcels, rng, 0.01) as courier:
        async with asyncio.timeout(RECOVERS_IN):
            while courier.pushes < 40:
                await asyncio.sleep(0.02)
        await asyncio.to_thread(run.machine.blow, ("postgres", "serve"))
    run.machine.start("worker")
    await run.machine.ready()
    await merged(run.made)
    counts = await asyncio.to_thread(compare, run.made, courier)
    checks.facts |= {"acknowledged": counts["acknowledged"], "found_missing": counts["lost"]}
    checks.must("a loss would not be seen", counts["lost"] > 0)
    return checks


def _alive(checks: Checks, watch: Watch) -> None:
    """/healthz answered all the while, and never late."""
    checks.must("/healthz failed", watch.statuses("healthz") == {200})
    checks.facts["healthz_slowest_ms"] = watch.slowest["healthz"]
