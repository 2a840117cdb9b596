"""Asks karrio's process: one for this process, started on demand, gone when nobody asks."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Final

from yichuan.couriers.connectors.base import BranchAccount, CourierError, TrackUpdate
from yichuan.couriers.connectors.connector import Access, Client
from yichuan.couriers.connectors.fields import Fields, decoded, inside
from yichuan.couriers.connectors.karrio import parse

MODULE: Final = "yichuan.couriers.connectors.karrio.child"
PATIENCE: Final = 40.0
"""Seconds to wait for an answer; the couriers' own time-outs are shorter."""
IDLE: Final = 60.0
"""Seconds after which an unasked process is ended."""
LINE: Final = 8 * 1024 * 1024


class Child:
    """karrio's process."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._ending: asyncio.TimerHandle | None = None

    async def ask(self, question: Fields) -> Fields:
        """The answer to a question; questions wait for one another.

        Raises:
            CourierError: `no_answer`: the process died or took too long.
        """
        async with self._turn:
            if self._ending is not None:
                self._ending.cancel()
            process = await self._running()
            try:
                return await asyncio.wait_for(_exchange(process, question), PATIENCE)
            except (OSError, ValueError, TimeoutError) as error:
                await self._end()
                raise CourierError("no_answer", f"karrio: {error}", retryable=True) from error
            finally:
                loop = asyncio.get_running_loop()
                self._ending = loop.call_later(IDLE, self.close)

    def close(self) -> None:
        """End the process: its input ends."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            pipe = asyncio.subprocess.PIPE
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", MODULE),
                stdin=pipe,
                stdout=pipe,
                stderr=asyncio.subprocess.DEVNULL,
                limit=LINE,
            )
        return self._process

    async def _end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._process = None


async def _exchange(process: asyncio.subprocess.Process, question: Fields) -> Fields:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question).encode() + b"\n")
    await process.stdin.drain()
    line = await process.stdout.readline()
    if not line:
        raise ValueError("its process ended")
    return inside(decoded(line))


_children: dict[asyncio.AbstractEventLoop, Child] = {}


def _child() -> Child:
    """The process of the running loop."""
    return _children.setdefault(asyncio.get_running_loop(), Child())


class KarrioClient(Client):
    """One developer account at a courier abroad."""

    def __init__(self, carrier: str, access: Access) -> None:
        super().__init__(access)
        self._carrier = carrier

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Ask for a number that does not exist: proves the credentials."""
        try:
            await self.track(courier, "0000000000")
        except CourierError as error:
            if error.code not in ("bad_number", "rejected"):
                raise

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history now."""
        access = self._access
        access.wire.breaker.check()
        await access.wire.turnstile.turn()
        question: Fields = {
            "carrier": self._carrier,
            "public_id": access.public_id,
            "secret": access.secret,
            "test": "test" in access.endpoint or "sandbox" in access.endpoint,
            "numbers": [number],
        }
        try:
            answer = await _child().ask(question)
        except CourierError:
            access.wire.breaker.note(ok=False)
            raise
        access.wire.breaker.note(ok=True)
        return parse.track(answer, self._carrier, courier, number)
