"""For the kill test: the product's real processes, and a courier that remembers what was said.

The courier's ledger is the truth: what it sent, and what was acknowledged. Half of its parcels
are pushed with new events only, so that an acknowledged push that got lost shows for ever; the
other half with the whole history each time, as KDNiao does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import psutil

from tracking.parcels import APP_KEY, EBUSINESS_ID, FORM, said
from yichuan.core.embedded import running
from yichuan.core.settings import Settings
from yichuan.simulator.faults import FaultRates
from yichuan.simulator.history import ParcelHistory, parcel_history, push_body

ROOT = Path(__file__).resolve().parents[2]
USABLE = FaultRates(odd_time=0, missing_zone=0)
PER_PUSH = 10
LONGEST = 240
"""Seconds anything may take on a machine that is busy with other things."""


@dataclass
class Products:
    """Server and worker as processes of their own, on an embedded cluster of their own."""

    config: Settings
    stack: ExitStack
    port: int = 0
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        """`serve` or `worker`, by the command line."""
        args = [sys.executable, "-m", "yichuan.cli", name]
        args += ["--port", str(self.port)] if name == "serve" else []
        with self.log(name).open("ab") as out:
            self.children[name] = subprocess.Popen(
                args, env=self.environment(), stdout=out, stderr=out, start_new_session=True
            )

    def environment(self) -> dict[str, str]:
        """Theirs: of the settings, only the data directory and the key."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("YICHUAN_")}
        env |= {"YICHUAN_DATA_DIR": str(self.config.data_dir), "PYTHONPATH": str(ROOT / "src")}
        assert self.config.master_key is not None
        return env | {"YICHUAN_MASTER_KEY": self.config.master_key.get_secret_value()}

    def log(self, name: str) -> Path:
        """What it prints."""
        return self.config.data_dir / f"{name}.log"

    def kill(self, *names: str) -> None:
        """SIGKILL: nothing is flushed, closed or said good-bye to."""
        for name in names:
            self.children[name].kill()
        for name in names:
            self.children[name].wait()

    def postmaster(self) -> int:
        pidfile = self.config.pg_dir / "postmaster.pid"
        return int(pidfile.read_text().splitlines()[0])

    def kill_postgres(self) -> None:
        """SIGKILL of the postmaster; its children notice and die before it can start again."""
        top = psutil.Process(self.postmaster())
        below = top.children(recursive=True)
        top.send_signal(signal.SIGKILL)
        _, left = psutil.wait_procs(below, timeout=10)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=5)

    def start_postgres(self) -> None:
        """As any of our processes would at its own start."""
        self.stack.enter_context(running(self.config.pg_dir))

    async def ready(self) -> None:
        """Until the server answers and reaches its database."""
        async with httpx.AsyncClient() as client, asyncio.timeout(LONGEST):
            while True:
                assert self.children["serve"].poll() is None, self.last_words("serve")
                try:
                    answer = await client.get(f"{self.base}/readyz", timeout=5)
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.status_code == 200:
                    return
                await asyncio.sleep(0.1)

    def last_words(self, name: str) -> str:
        return self.log(name).read_text("utf-8", "replace")[-2000:]


@dataclass
class Courier:
    """Pushes to the product and keeps the ledger."""

    url: str
    parcels: list[ParcelHistory]
    rng: Random
    sent: dict[str, set[int]] = field(default_factory=dict)
    acknowledged: dict[str, set[int]] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    """What was said to the pushes: `yes`, a status, or how the connection ended."""
    pause: float = 0.005
    """Seconds after each push."""
    stop: bool = False

    @property
    def pushes(self) -> int:
        """Those acknowledged."""
        return self.answers["yes"]

    @property
    def refused(self) -> int:
        """Those not acknowledged."""
        return self.answers.total() - self.pushes

    async def run(self, part: int, parts: int, client: httpx.AsyncClient) -> None:
        """Push the parcels of one part, those of one push all in the same form."""
        mine = [p for n, p in enumerate(self.parcels) if n // PER_PUSH % parts == part]
        groups = [mine[n : n + PER_PUSH] for n in range(0, len(mine), PER_PUSH)]
        while not self.stop:
            at = self.rng.randrange(len(groups))
            await self._push(groups[at], whole=at % 2 == 1, client=client)
            await asyncio.sleep(self.pause)

    async def _push(
        self, group: list[ParcelHistory], *, whole: bool, client: httpx.AsyncClient
    ) -> None:
        told = min(len(self.acknowledged.get(p.number, ())) for p in group)
        count = told + 1
        if whole and told and self.rng.random() < 0.2:
            count = self.rng.randint(1, told)  # an old state once more
        start = 0 if whole else told
        if all(len(p.events) <= start for p in group):
            return
        now = datetime.now(UTC)
        parcels = [(p, min(count, len(p.events))) for p in group]
        body = push_body(EBUSINESS_ID, APP_KEY, parcels, pushed_at=now, from_event=start)
        for parcel, upto in parcels:
            self.sent.setdefault(parcel.number, set()).update(range(start, upto))
        try:
            answer = await client.post(self.url, content=body, headers=FORM, timeout=5)
            good = answer.status_code == 200 and said(answer.content)["Success"] is True
            told_us = "yes" if good else str(answer.status_code)
        except httpx.HTTPError as error:
            told_us = type(error).__name__
        self.answers[told_us] += 1
        if told_us != "yes":
            await asyncio.sleep(0.05)
            return
        for parcel, upto in parcels:
            self.acknowledged.setdefault(parcel.number, set()).update(range(start, upto))


def some_parcels(count: int, first: int = 0) -> list[ParcelHistory]:
    """Parcels of several couriers that were handed over weeks ago, numbered from `first`."""
    start = datetime.now(UTC) - timedelta(days=25)
    codes, cities = ("ZTO", "YTO", "SF"), ("深圳市", "杭州市", "成都市", "北京市", "武汉市")
    return [
        parcel_history(
            11,
            codes[n % len(codes)],
            f"9{n:012d}",
            cities[n % len(cities)],
            cities[(n // 5 + n + 1) % len(cities)],
            start + timedelta(seconds=n),
            USABLE,
        )
        for n in range(first, first + count)
    ]
