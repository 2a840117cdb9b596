"""Webhooks out: deliveries per second to a local receiver, with one shipment's events poisoned.

    python -m bench.webhooks

One worker, embedded PostgreSQL with fsync and synchronous_commit on, and the receiver, all on this
machine. 20,000 events of 2,000 shipments wait when the clock starts; the receiver answers 500 to
everything of one of them, and the events of another endpoint hang there for seconds.

- `per_second`: events delivered per second, signed, each try recorded, in order per shipment.
- `bare_per_second`: such bodies posted by the same HTTP client, as many at once, and nothing else:
  no database, no signature, no record.
- `memory_mb`: the worker's resident memory before, and the most during the run.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from uuid import UUID

from bench.harness import Installation, installation, memory_mb, process
from yichuan.core.blobs import LocalBlobs
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import Database
from yichuan.core.ids import new_id
from yichuan.notify import endpoints, sender, service
from yichuan.notify.addresses import WebhookSettings, setting
from yichuan.notify.events import Event, Subscriber
from yichuan.notify.models import WebhookEndpoint

SHIPMENTS, EVENTS = 2_000, 10
HANGING, HANG_SECONDS = 200, 3.0
POISONED = "shipment-0"
ABREAST = 48
LIMIT_SECONDS = 120.0


class Receiver:
    """A mall's web server: counts what it takes, in what order."""

    def __init__(self) -> None:
        self.order: dict[str, list[int]] = defaultdict(list)
        self.ids: list[str] = []
        self.refused = 0
        self.hung = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests of one connection until it ends."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lowered = head.lower()
                length = int(lowered.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
                body = json.loads(await reader.readexactly(length))
                writer.write(await self._answer(head, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    async def _answer(self, head: bytes, body: dict[str, object]) -> bytes:
        if head.startswith(b"POST /hang"):
            self.hung += 1
            await asyncio.sleep(HANG_SECONDS)
        data = body["data"]
        assert isinstance(data, dict)
        if data["stream"] == POISONED:
            self.refused += 1
            return b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"
        if head.startswith(b"POST /hook"):
            self.order[data["stream"]].append(data["number"])
            self.ids.append(head.lower().split(b"webhook-id: ", 1)[1].split(b"\r\n", 1)[0].decode())
        return b"HTTP/1.1 204 Yes\r\n\r\n"


async def fill(inst: Installation, port: int) -> None:
    """Two endpoints, and the events that wait for them."""
    database = Database(inst.urls)
    await database.open()
    context = Context(inst.settings, inst.vault, database, LocalBlobs(inst.settings.blob_dir))
    async with database.system() as session:
        await setting.put(session, WebhookSettings(allowed_networks=("127.0.0.0/8",)))
    hook = await _endpoint(context, f"http://127.0.0.1:{port}/hook")
    hang = await _endpoint(context, f"http://127.0.0.1:{port}/hang")
    for number in range(EVENTS):
        events = [_event(f"shipment-{n}", number) for n in range(SHIPMENTS)]
        async with database.system() as session:
            await service.send_to(session, [Subscriber(hook, None, frozenset())], events)
    async with database.system() as session:
        events = [_event(f"hanging-{n}", 0) for n in range(HANGING)]
        await service.send_to(session, [Subscriber(hang, None, frozenset())], events)
    await database.close()


async def _endpoint(context: Context, url: str) -> UUID:
    row = WebhookEndpoint(
        id=new_id(), url=url, secret_enc=context.vault.seal_secret(endpoints.new_secret())
    )
    async with context.database.system() as session:
        session.add(row)
    return row.id


def _event(stream: str, number: int) -> Event:
    data = {"stream": stream, "number": number, "shipment_no": stream, "milestone": "in_transit"}
    return Event(new_id(), stream, "shipment.milestone", now(), data, f"{stream} {number}")


async def bare(port: int, count: int) -> float:
    """Deliveries per second of the HTTP client alone."""
    body = json.dumps({"data": {"stream": "bare", "number": 0}})
    left = iter(range(count))
    async with sender.client() as http:

        async def one() -> None:
            for _ in left:
                headers = {"webhook-id": "bare"}
                await http.post(f"http://127.0.0.1:{port}/bare", content=body, headers=headers)

        begun = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(ABREAST)))
        return count / (time.perf_counter() - begun)


async def measure(inst: Installation) -> dict[str, object]:
    """Everything, as one object."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    wanted = (SHIPMENTS - 1) * EVENTS
    await fill(inst, port)
    args = [sys.executable, "-m", "yichuan.cli", "worker"]
    with process(args, inst.environment, None) as pid:
        while not receiver.ids:
            await asyncio.sleep(0.01)
        begun, before, most = time.perf_counter(), memory_mb(pid), 0.0
        while len(receiver.ids) < wanted and time.perf_counter() - begun < LIMIT_SECONDS:
            most = max(most, memory_mb(pid))
            await asyncio.sleep(0.1)
        seconds = time.perf_counter() - begun
        await asyncio.sleep(1)  # the last outcomes are settled
    with inst.superuser() as connection:
        tried = connection.execute("SELECT count(*) FROM webhook_attempts").fetchone()
    per_second, alone = len(receiver.ids) / seconds, await bare(port, 3_000)
    server.close()
    return {
        "bench": "webhooks",
        "per_second": round(per_second),
        "bare_per_second": round(alone),
        "ratio": round(per_second / alone, 2),
        "delivered": len(receiver.ids),
        "of": wanted,
        "in_order": all(numbers == sorted(numbers) for numbers in receiver.order.values()),
        "repeated": len(receiver.ids) - len(set(receiver.ids)),
        "poisoned_tries": receiver.refused,
        "hanging_tries": receiver.hung,
        "attempts_recorded": tried[0] if tried else 0,
        "memory_mb": {"before": before, "most": most},
    }


def main() -> None:
    """Measure on a fresh installation."""
    with installation() as inst:
        print(json.dumps(asyncio.run(measure(inst))))


if __name__ == "__main__":
    main()
