"""The simulated courier network, and a line to it that fails as told."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import httpx

from tracking.killing import ROOT
from yichuan.simulator.config import NetworkConfig, demo_config, write_config
from yichuan.simulator.ledger import Accepted, read_ledger
from yichuan.simulator.protocols import PROTOCOLS

GARBAGE: Final = bytes(range(256)) * 4
TRICKLE_SECONDS: Final = 0.5
FAULTS: Final = ("garbage", "down", "closing", "nothing", "trickling")
"""What becomes of answers: other bytes; an error page with 502; the connection is closed; nothing
comes; one byte comes now and then. The courier has acted on the request each time."""


@dataclass
class Line:
    """Passes requests on to the network, and its answers back unless told otherwise.

    `/c/<name>/…` is the address of connection `<name>`.
    """

    target: str
    fault: str = ""
    """What becomes of answers; "" nothing, `hold`: they wait until `release`."""
    release: asyncio.Event = field(default_factory=asyncio.Event)
    acted: Counter[str] = field(default_factory=Counter)
    """Requests that the couriers have answered, by connection."""
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the connection is closed."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            start, *lines = head.split("\r\n")
            method, target, _ = start.split(" ")
            fields = dict(line.split(": ", 1) for line in lines if line)
            length = next((v for k, v in fields.items() if k.lower() == "content-length"), "0")
            body = await reader.readexactly(int(length))
            await self._answer(writer, method, target, fields, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(
        self,
        writer: asyncio.StreamWriter,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
    ) -> None:
        name, _, path = target.removeprefix("/c/").partition("/")
        dropped = {"host", "connection", "content-length", "accept-encoding"}
        kept = {k: v for k, v in headers.items() if k.lower() not in dropped}
        async with httpx.AsyncClient() as http:
            url = f"{self.target}/{path}"
            answer = await http.request(method, url, content=body, headers=kept)
        self.acted[name] += 1
        fault, content, status = self.fault, answer.content, answer.status_code
        if fault == "hold":
            await self.release.wait()
        elif fault == "nothing":
            await asyncio.sleep(60)
            return
        elif fault == "closing":
            return
        elif fault == "garbage":
            content = GARBAGE
        elif fault == "down":
            content, status = "<html>系统维护中</html>".encode(), 502
        head = (
            f"HTTP/1.1 {status} So\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode())
        if fault == "trickling":
            for byte in content:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(TRICKLE_SECONDS)
        writer.write(content)
        await writer.drain()


@dataclass(frozen=True)
class Network:
    """The couriers: their configuration, their ledger, and the line to them."""

    config: NetworkConfig
    ledger: Path
    line: Line

    def bought(self) -> dict[str, list[str]]:
        """Numbers that couriers have allotted, by order code."""
        found: dict[str, list[str]] = defaultdict(list)
        for entry in read_ledger(self.ledger):
            if isinstance(entry, Accepted):
                found[entry.order_code].append(entry.number)
        return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def network(folder: Path) -> AsyncIterator[Network]:
    """Couriers as a process of their own; nothing moves by itself but what is asked for."""
    config = replace(demo_config(seed=7, balance=5000, protocols=PROTOCOLS), asks_phone=False)
    settings, ledger, port = folder / "couriers.json", folder / "couriers.jsonl", _free_port()
    write_config(config, settings)
    args = [sys.executable, "-m", "yichuan.cli", "simulate", "couriers", "--port", str(port)]
    args += ["--config", str(settings), "--ledger", str(ledger)]
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    line = Line(f"http://127.0.0.1:{port}")
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    child = subprocess.Popen(args, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        await _answering(line.target)
        yield Network(config, ledger, line)
    finally:
        server.close()
        child.terminate()
        child.wait(timeout=30)


async def _answering(base: str) -> None:
    async with httpx.AsyncClient() as http, asyncio.timeout(120):
        while True:
            try:
                if (await http.get(f"{base}/sim/stats")).status_code == 200:
                    return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
