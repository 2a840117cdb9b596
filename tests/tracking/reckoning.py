"""For the kill test and `make chaos`: the database held against a courier's ledger."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import psycopg

from exceptions.boxes import make_box
from tracking.killing import LONGEST, Courier, Products
from tracking.parcels import make_line
from yichuan.core.blobs import LocalBlobs
from yichuan.core.context import Context
from yichuan.core.database import SYSTEM, Database, Urls
from yichuan.core.vault import Vault
from yichuan.couriers.connectors.codes import detail_of
from yichuan.merchants import service as merchants
from yichuan.simulator.history import ParcelHistory
from yichuan.tracking import service
from yichuan.tracking.merge import TrackEvent, derive
from yichuan.tracking.normalise import detail_of_event
from yichuan.tracking.redact import redact
from yichuan.tracking.values import NewBinding


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


async def prepared(installed: Installed, parcels: list[ParcelHistory], bound: int) -> str:
    """A push address, and shipments bound to the first of the parcels."""
    context = await installed.context()
    line = await make_line(context)
    async with context.database.system() as session:
        merchant = await merchants.create(session, "KILL", "商家")
        bindings = [
            NewBinding(merchant, await make_box(session, merchant), parcel.courier, parcel.number)
            for parcel in parcels[:bound]
        ]
        await service.bind(session, bindings)
    await context.database.close()
    return line.path


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
    """Hold the database against the ledger, event by event. All its events are this courier's."""
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
    counts["quarantined"] = installed.rows("SELECT count(*) FROM quarantine")[0][0]
    counts["shipments apart"] = installed.rows(
        "SELECT count(*) FROM shipments s JOIN track_bindings b ON b.shipment_id = s.id"
        " JOIN tracks t ON t.courier = b.courier AND t.number = b.number AND t.cycle = b.cycle"
        " WHERE t.events > 0 AND s.milestone <> t.milestone"
    )[0][0]
    return counts


MUST_BE_NONE = (
    "lost",
    "doubled or invented",
    "wrong state",
    "of nobody",
    "quarantined",
    "shipments apart",
)
"""What `compare` may not find a single one of."""
