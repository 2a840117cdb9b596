"""The demonstration's processes: started in order, watched, stopped in reverse order."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

STOP_SECONDS = 20.0
READY_SECONDS = 120.0
SOON = 30.0
"""A process that ends again within so many seconds of its start is not started a third time."""
TAIL_BYTES = 2_000
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
Say = Callable[[str], None]


class ChildError(RuntimeError):
    """A process ended, or did not become ready; the message ends with its last words."""


def _die_with_parent() -> None:
    """In the child (Linux): be told to stop when the parent is killed."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One process of ours."""

    name: str
    args: Sequence[str]
    env: Mapping[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None
    started: float = 0.0
    restarts: int = 0

    async def start(self) -> None:
        """Start it, in a session of its own: Ctrl-C reaches the parent only."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.started = time.monotonic()
        with self.log.open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "yichuan.cli",
                *self.args,
                env={**os.environ, **self.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.process is not None and self.process.returncode is None

    async def stop(self) -> None:
        """Ask it to stop; kill it when it does not."""
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    def last_words(self) -> str:
        """The end of its log."""
        if not self.log.exists():
            return ""
        raw = self.log.read_bytes()[-TAIL_BYTES:]
        return raw.decode("utf-8", "replace").strip()


@dataclass(slots=True)
class Family:
    """All processes, the oldest first."""

    env: Mapping[str, str]
    logs: Path
    say: Say
    children: list[Child] = field(default_factory=list)

    async def start(self, name: str, *args: str, **env: str) -> Child:
        """Start `yichuan <args>`."""
        child = Child(name, args, {**self.env, **env}, self.logs / f"{name}.log")
        self.children.append(child)
        await child.start()
        return child

    async def ready(self, child: Child, url: str) -> None:
        """Wait until a child answers at `url` with 200.

        Raises:
            ChildError: it ended, or does not answer.
        """
        deadline = time.monotonic() + READY_SECONDS
        async with httpx.AsyncClient(trust_env=False) as http:
            while not await _answers(http, url):
                if not child.running:
                    raise ChildError(f"{child.name} ended at once:\n{child.last_words()}")
                if time.monotonic() > deadline:
                    raise ChildError(f"{child.name} does not answer:\n{child.last_words()}")
                await asyncio.sleep(0.1)

    async def watch(self) -> None:
        """Start again what ends by itself.

        Raises:
            ChildError: something ends again and again.
        """
        while True:
            for child in self.children:
                if not child.running:
                    await self._again(child)
            await asyncio.sleep(0.5)

    async def _again(self, child: Child) -> None:
        soon = time.monotonic() - child.started < SOON
        child.restarts = child.restarts + 1 if soon else 1
        if child.restarts > 2:
            raise ChildError(f"{child.name} ends again and again:\n{child.last_words()}")
        self.say(f"{child.name} ended and is started again; its log is {child.log}")
        await child.start()

    async def stop(self) -> None:
        """Stop all, the youngest first; the web server and the worker side by side."""
        for child in reversed(self.children):
            await child.stop()


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url, timeout=5)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


async def until(stop: asyncio.Event, work: Awaitable[None]) -> bool:
    """Do some work until it ends (True) or `stop` is set (False); its errors are raised."""
    task = asyncio.ensure_future(work)
    end = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()
        end.cancel()
        await asyncio.wait({task, end})
    if task.cancelled():
        return False
    error = task.exception()
    if error is not None:
        raise error
    return True
