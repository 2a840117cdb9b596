"""What benchmarks share: a fresh installation with fsync on, processes, and a load client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
import psutil
import psycopg

from yichuan.bootstrap import prepare_installation
from yichuan.core.context import located
from yichuan.core.database import Urls
from yichuan.core.embedded import SUPERUSER
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Installation:
    """A prepared installation in a temporary directory."""

    settings: Settings
    urls: Urls
    vault: Vault

    @property
    def environment(self) -> dict[str, str]:
        """Environment of the product's processes."""
        keep = {k: v for k, v in os.environ.items() if not k.startswith("YICHUAN_")}
        return keep | {
            "YICHUAN_DATA_DIR": str(self.settings.data_dir),
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }

    def superuser(self) -> psycopg.Connection[tuple[object, ...]]:
        """A superuser connection, for filling and for asserting settings."""
        return psycopg.connect(self.urls.of(SUPERUSER), autocommit=True)

    def assert_durable(self) -> None:
        """Figures only count with fsync and synchronous_commit on."""
        with self.superuser() as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                row = connection.execute(f"SHOW {name}").fetchone()
                assert row is not None
                assert row[0] == "on", f"{name} is {row[0]}"


@contextmanager
def installation() -> Iterator[Installation]:
    """A fresh installation; removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="yichuan-bench-") as folder:
        settings = Settings(data_dir=Path(folder))
        with located(settings) as (urls, vault):
            prepare_installation(urls, vault)
            made = Installation(settings, urls, vault)
            made.assert_durable()
            yield made


_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
    WHERE indrelid = ANY(%s::regclass[])
      AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


@contextmanager
def without_indexes(
    connection: psycopg.Connection[Any],
    tables: Sequence[str],
    again: Container[str] | None = None,
) -> Iterator[None]:
    """Rows written and indexes built afterwards: the same tables in a fraction of the time.

    Args:
        again: the indexes that are needed; None: all.
    """
    found = connection.execute(_INDEXES, [list(tables)]).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    yield
    connection.execute("SET maintenance_work_mem = '512MB'")
    for name, definition in found:
        if again is None or name in again:
            connection.execute(definition)


@contextmanager
def part(name: str, seconds: float) -> Iterator[None]:
    """A part of a benchmark, which says when it ends, and ends in time. In the main thread only.

    Raises:
        TimeoutError: it takes longer.
    """

    def over(*_: object) -> None:
        raise TimeoutError(f"{name} did not end within {seconds:.0f} s")

    began = time.perf_counter()
    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        print(f"{name}: {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)


def built_console() -> None:
    """Browsers are shown the console as it is now, or nothing.

    Raises:
        SystemExit: it is not built, or its source has changed since.
    """
    look = ["make", "--question", "console"]
    made = subprocess.run(look, cwd=ROOT, capture_output=True, check=False)
    if made.returncode != 0:
        raise SystemExit("the console's build is missing or older than its source: `make console`")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def process(args: Sequence[str], env: dict[str, str], ready: str | None) -> Iterator[int]:
    """A child process, waited for until `ready` (a URL) answers; ends by SIGTERM."""
    child = subprocess.Popen(list(args), env=env, stdout=sys.stderr, start_new_session=True)
    try:
        if ready is not None:
            wait_for(ready, child)
        yield child.pid
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)


def wait_for(url: str, child: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Wait until a URL answers 200.

    Raises:
        RuntimeError: the process ended or the time is over.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise RuntimeError(f"process ended with {child.returncode}")
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer in {seconds} s")


@contextmanager
def web(inst: Installation, workers: int = 1) -> Iterator[tuple[str, int]]:
    """The product's web process; gives (base URL, pid)."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    args = [sys.executable, "-m", "yichuan.cli", "serve", "--port", str(port)]
    args += ["--workers", str(workers)]
    with process(args, inst.environment, f"{base}/readyz") as pid:
        yield base, pid


def memory_mb(pid: int) -> float:
    """Resident memory of a process, MB."""
    resident: int = psutil.Process(pid).memory_info().rss
    return round(resident / 1e6, 1)


def cpu_seconds(pids: Mapping[str, int], families: Container[str] = ()) -> dict[str, float]:
    """CPU seconds used so far by named processes; those in `families` with their children, also
    those that have ended."""
    used = {}
    for name, pid in pids.items():
        top = psutil.Process(pid)
        used[name] = sum(top.cpu_times()[: 4 if name in families else 2])
        for child in top.children(recursive=True) if name in families else ():
            with suppress(psutil.NoSuchProcess):
                used[name] += sum(child.cpu_times()[:2])
    return used


def postgres_pid(inst: Installation) -> int:
    """The embedded server's main process."""
    return int((inst.settings.pg_dir / "postmaster.pid").read_text("ascii").splitlines()[0])


@dataclass(frozen=True)
class Load:
    """What a load run saw: answers per second and latencies in ms."""

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int


Request = Callable[[int], bytes]
"""Builds the n-th raw HTTP/1.1 request."""


def get(path: str, key: str) -> bytes:
    """A raw keep-alive GET."""
    return (f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\r\n").encode()


def load(
    base: str, request: Request, *, clients: int = 4, seconds: float = 8.0, warm: float = 1.5
) -> Load:
    """Keep `clients` connections busy for a while (after `warm` seconds that do not count)."""
    if warm:
        asyncio.run(_load(base, request, clients, warm))
    return asyncio.run(_load(base, request, clients, seconds))


async def _load(base: str, request: Request, clients: int, seconds: float) -> Load:
    host, port = base.removeprefix("http://").split(":")
    times: list[float] = []
    errors = 0
    counter = iter(range(10**9))
    deadline = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.perf_counter() < deadline:
            started = time.perf_counter()
            writer.write(request(next(counter)))
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
            await reader.readexactly(int(length))
            times.append(time.perf_counter() - started)
            errors += not head.startswith(b"HTTP/1.1 2")
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(clients)))
    spent = time.perf_counter() - began
    cuts = quantiles(times, n=100)
    return Load(
        per_second=round(len(times) / spent, 1),
        p50_ms=round(cuts[49] * 1000, 2),
        p95_ms=round(cuts[94] * 1000, 2),
        p99_ms=round(cuts[98] * 1000, 2),
        errors=errors,
    )


class Raw:
    """A keep-alive HTTP/1.1 client that costs next to nothing, so that the server is measured."""

    def __init__(self, base: str, key: str) -> None:
        self._host, port = base.removeprefix("http://").split(":")
        self._port, self._key = int(port), key

    async def __aenter__(self) -> Raw:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        self._writer.close()

    async def request(self, method: str, path: str, body: object = None) -> bytes:
        """One call; the answer's body.

        Raises:
            RuntimeError: the answer is not 2xx.
        """
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self._key}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        self._writer.write(head.encode() + data)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = answer.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
        content = await self._reader.readexactly(int(length))
        if not answer.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{answer[:40]!r} {content[:500]!r}")
        return content

    async def json(self, method: str, path: str, body: object = None) -> Any:
        """One call; the answer's JSON."""
        return json.loads(await self.request(method, path, body))
