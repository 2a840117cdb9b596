"""A mall's web server that remembers every webhook it was sent."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chaos.stage import Checks, Stage
from tracking.killing import LONGEST
from yichuan.core.context import Context
from yichuan.core.ids import new_id
from yichuan.notify import endpoints
from yichuan.notify.addresses import WebhookSettings, setting
from yichuan.notify.models import WebhookEndpoint


@dataclass
class Receiver:
    """Says yes to everything and keeps the ledger of it."""

    port: int = 0
    heard: Counter[str] = field(default_factory=Counter)
    """How often each webhook-id came."""
    bodies: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    order: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Sequence numbers of a shipment's events, each at its first coming."""
    milestones: Counter[str] = field(default_factory=Counter)
    """Different `shipment.milestone` events by shipment."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests of one connection until it ends."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
                fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
                body = await reader.readexactly(int(fields["content-length"]))
                self._note(fields["webhook-id"], body)
                writer.write(b"HTTP/1.1 204 Yes\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    def _note(self, webhook_id: str, body: bytes) -> None:
        self.heard[webhook_id] += 1
        self.bodies[webhook_id].add(body)
        if self.heard[webhook_id] > 1:
            return
        event = json.loads(body)
        shipment = event["data"]["shipment_id"]
        self.order[shipment].append(event["sequence"])
        self.milestones[shipment] += event["type"] == "shipment.milestone"

    def reckon(self, stage: Stage, checks: Checks) -> None:
        """Every event under one id, and repeats only under that id."""
        done = "SELECT payload->>'webhook_id' FROM outbox WHERE done_at IS NOT NULL"
        sent = {row[0] for row in stage.rows(f"{done} AND channel = 'webhook'")}
        logged = Counter(
            {
                str(shipment): count
                for shipment, count in stage.rows(
                    "SELECT shipment_id, count(*) FROM milestone_log WHERE topic = 'shipment'"
                    " AND kind = 'milestone' GROUP BY 1"
                )
            }
        )
        checks.facts["webhooks"] = {
            "events": len(self.heard),
            "deliveries": self.heard.total(),
            "repeated_under_their_id": self.heard.total() - len(self.heard),
        }
        checks.must("webhooks were sent", self.heard)
        checks.must("a webhook marked as sent never came", sent <= set(self.heard))
        checks.must("a webhook came that is not marked as sent", set(self.heard) <= sent)
        checks.must("one id, two bodies", all(len(bodies) == 1 for bodies in self.bodies.values()))
        checks.must("an event told under two ids, or not at all", logged == self.milestones)
        checks.must(
            "events of a shipment out of order",
            all(numbers == sorted(numbers) for numbers in self.order.values()),
        )


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a port of its own."""
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found
        server.close()


async def subscribe(context: Context, receiver: Receiver) -> None:
    """Have everything told to the receiver."""
    async with context.database.system() as session:
        await setting.put(session, WebhookSettings(allowed_networks=("127.0.0.0/8",)))
        session.add(
            WebhookEndpoint(
                id=new_id(),
                url=f"http://127.0.0.1:{receiver.port}/hook",
                secret_enc=context.vault.seal_secret(endpoints.new_secret()),
            )
        )


async def all_told(stage: Stage) -> None:
    """Until nothing waits in the outbox and every consumer has read what there is to be told."""
    waiting = (
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE done_at IS NULL AND failed_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM consumer_cursors c, LATERAL (SELECT l.xid, l.id FROM"
        " milestone_log l WHERE l.topic = 'shipment' ORDER BY l.xid DESC, l.id DESC LIMIT 1) l"
        " WHERE c.name = 'notify.webhooks' AND (c.xid, c.last_id) < (l.xid, l.id))"
    )
    async with asyncio.timeout(2 * LONGEST):
        while (await asyncio.to_thread(stage.rows, waiting))[0][0]:
            stage.machine.supervise()
            await asyncio.sleep(0.5)
