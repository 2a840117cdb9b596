"""Server, worker and PostgreSQL of an installation of their own, whose disk can be taken away."""

from __future__ import annotations

import asyncio
import fcntl
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psycopg

from chaos.disk import Disk, disk
from tracking.killing import LONGEST, Courier, Products
from tracking.reckoning import MUST_BE_NONE, Installed, compare
from yichuan.bootstrap import prepare_installation
from yichuan.core import embedded
from yichuan.core.database import Urls
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault
from yichuan.simulator.history import ParcelHistory

MASTER_KEY = "22" * 32
CLIENTS = 4
"""Couriers that push at once."""
OURS = ("serve", "worker")


@dataclass
class Checks:
    """What a scenario found: facts to print, and what is not as it must be."""

    facts: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def must(self, what: str, good: object) -> None:
        """Note a demand that is not met."""
        if not good:
            self.wrong.append(what)

    def ledger(self, installed: Installed, courier: Courier) -> None:
        """The database holds what was acknowledged, event by event."""
        counts = compare(installed, courier)
        self.facts["pushes"] = dict(courier.answers)
        self.facts["events"] = dict(counts)
        for name in MUST_BE_NONE:
            self.must(f"{counts[name]} events or parcels {name}", counts[name] == 0)


class Machine(Products):
    """The processes; PostgreSQL is left to them: the product starts it, and again when it died."""

    disk: Disk
    starts_failed: int = 0

    def cluster_alive(self) -> bool:
        """Whether the server process is there."""
        try:
            return bool(self.cluster_pid())
        except (OSError, ValueError, IndexError):
            return False

    def cluster_pid(self) -> int:
        return self.postmaster()

    @contextmanager
    def nobody_starts_postgres(self) -> Iterator[None]:
        """Those who want to must wait: nobody starts a machine whose disk is not back."""
        with (self.config.data_dir / "pg.start.lock").open("w") as lock:
            deadline = time.monotonic() + LONGEST
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)
                else:
                    break
            yield

    def blow(self, names: tuple[str, ...]) -> None:
        """Kill these at once. PostgreSQL goes with its disk's unsynced writes."""
        ours = [name for name in names if name in self.children]
        if "postgres" in names:
            self.disk.cut()
            if self.cluster_alive():
                self.kill_postgres()
        self.kill(*ours)
        if "postgres" in names:
            with self.nobody_starts_postgres():
                if self.cluster_alive():  # somebody was starting it just then
                    self.kill_postgres()
                self.disk.back()
        for name in ours:
            self.start(name)

    async def ready(self, seconds: float = LONGEST) -> float:
        """Until the server says it is ready; who died at its start is started again, as by any
        supervisor. Returns the seconds it took."""
        begun = time.monotonic()
        async with httpx.AsyncClient() as client, asyncio.timeout(seconds):
            while True:
                self.supervise()
                try:
                    answer = await client.get(f"{self.base}/readyz", timeout=5)
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.status_code == 200:
                    return time.monotonic() - begun
                await asyncio.sleep(0.1)

    def supervise(self) -> None:
        """Start again who has ended."""
        for name, child in list(self.children.items()):
            if child.poll() is not None:
                self.starts_failed += 1
                self.start(name)

    def end(self) -> None:
        """Stop everything, by force what does not want to."""
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(timeout=60)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if self.cluster_alive():
            embedded.stop(self.config.pg_dir)


class Stage(Installed):
    """An installation on such a machine."""

    products: Machine

    @property
    def machine(self) -> Machine:
        return self.products

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """As of `Installed`; the database may be coming back just now."""
        deadline = time.monotonic() + LONGEST
        while True:
            try:
                return super().rows(sql)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    async def up(self) -> None:
        """Server and worker run."""
        for name in OURS:
            if name not in self.machine.children:
                self.machine.start(name)
        await self.machine.ready()

    @asynccontextmanager
    async def pushing(
        self, path: str, parcels: list[ParcelHistory], rng: Random, pause: float = 0.02
    ) -> AsyncIterator[Courier]:
        """Couriers push all the while."""
        courier = Courier(self.machine.base + path, parcels, rng, pause=pause)
        async with self.pushing_as(courier):
            yield courier

    @asynccontextmanager
    async def pushing_as(self, courier: Courier) -> AsyncIterator[None]:
        """The same with a ledger that goes on."""
        courier.stop = False
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(limits=limits) as client:
            tasks = [asyncio.create_task(courier.run(n, CLIENTS, client)) for n in range(CLIENTS)]
            try:
                yield
            finally:
                courier.stop = True
                await asyncio.gather(*tasks)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[Watch]:
        """Somebody asks /healthz and /readyz all the while."""
        watch = Watch(self.machine.base)
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(httpx.AsyncClient())
            tasks = [asyncio.create_task(watch.ask(client, name)) for name in ("healthz", "readyz")]
            try:
                yield watch
            finally:
                watch.stop = True
                await asyncio.gather(*tasks)


@dataclass
class Watch:
    """What /healthz and /readyz said over time."""

    base: str
    said: list[tuple[float, str, int, str]] = field(default_factory=list)
    slowest: Counter[str] = field(default_factory=Counter)
    """Milliseconds."""
    stop: bool = False

    async def ask(self, client: httpx.AsyncClient, name: str) -> None:
        """Ask one of them every fifth of a second."""
        while not self.stop:
            begun = time.monotonic()
            try:
                answer = await client.get(f"{self.base}/{name}", timeout=10)
                found = answer.status_code, answer.text
            except httpx.HTTPError as error:
                found = 0, type(error).__name__
            self.said.append((begun, name, *found))
            took = int((time.monotonic() - begun) * 1000)
            self.slowest[name] = max(self.slowest[name], took)
            await asyncio.sleep(0.2)

    def statuses(self, name: str, begun: float = 0.0, ended: float = 1e12) -> set[int]:
        """The statuses of one of them to questions of a time."""
        return {status for at, n, status, _ in self.said if n == name and begun <= at <= ended}

    def words(self, status: int) -> set[str]:
        """What /readyz said with a status."""
        return {text for _, name, found, text in self.said if name == "readyz" and found == status}


Furnish = Callable[[Stage], Awaitable[Any]]


@asynccontextmanager
async def stage(megabytes: int, furnish: Furnish) -> AsyncIterator[tuple[Stage, Any]]:
    """A prepared installation on a disk of its own; nothing of it runs yet. `furnish` fills it
    while its database is up."""
    with (
        tempfile.TemporaryDirectory(prefix="yichuan-chaos-") as folder,
        disk(Path(folder), megabytes) as drive,
        ExitStack() as stack,
    ):
        data = Path(folder) / "data"
        data.mkdir()
        for name in ("pg", "blobs"):
            (drive.root / name).mkdir(mode=0o700)
            (data / name).symlink_to(drive.root / name)
        config = Settings(data_dir=data, master_key=MASTER_KEY)
        vault = Vault(bytes.fromhex(MASTER_KEY))
        machine = Machine(config, stack)
        machine.disk = drive
        with embedded.running(config.pg_dir) as cluster:
            urls = Urls(config, cluster, vault)
            await asyncio.to_thread(prepare_installation, urls, vault)
            made = Stage(machine, urls, vault)
            furnished = await furnish(made)
        try:
            yield made, furnished
        finally:
            await asyncio.to_thread(machine.end)
