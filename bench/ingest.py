"""Pushes in, tracks out: new events merged per second through the real HTTP door.

    python -m bench.ingest [--small]

One web process, one worker, embedded PostgreSQL with fsync and synchronous_commit on, and the
client, all on this machine. Every shipment has ten events when the clock starts.

- `full_history`: pushes as KDNiao sends them, 10 shipments each, 11 events per shipment, one new.
- `new_only`: pushes of 10 shipments with their one new event each.
- `bare`: the events of `new_only` written by plain psycopg into the same tables' copies, in
  idempotent batches of 1,000 with their tracks' rows, nothing parsed, verified or derived.

Time runs from the first push to the last event merged. CPU seconds are per 1,000 new events. At
the end every event is counted in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import psycopg

from bench.harness import Installation, cpu_seconds, installation, postgres_pid, process, web
from yichuan.core.blobs import LocalBlobs
from yichuan.core.context import Context
from yichuan.core.database import SYSTEM, Database
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.couriers.connectors.codes import detail_of
from yichuan.simulator.faults import FaultRates
from yichuan.simulator.history import ParcelHistory, parcel_history, push_body
from yichuan.tracking.batch import Source
from yichuan.tracking.ingest import merge_updates

EBUSINESS_ID, APP_KEY = "1234567", "bench-key"
KNOWN = 10
"""Events every shipment has before the clock starts."""
PER_PUSH = 10
CLIENTS = 32
COURIERS = ("ZTO", "YTO", "YD", "STO", "SF", "JD")
CITIES = ("深圳市", "杭州市", "北京市", "成都市", "武汉市", "西安市", "泉州市", "哈尔滨市")
START = datetime(2025, 11, 1, 9, tzinfo=UTC)
BARE_BATCH = 1000
WARM = 500
"""Shipments of each form pushed before the clock starts: processes compile and cache."""
FAULTS = FaultRates(odd_time=0, missing_zone=0)
"""Every event can be used, so that they can be counted."""


def parcels(first: int, count: int) -> list[ParcelHistory]:
    """Parcels with more events than are known at the start, the same for the same numbers."""
    return list(islice(_long_ones(first), count))


def _long_ones(first: int) -> Iterator[ParcelHistory]:
    n = first
    while True:
        courier, origin = COURIERS[n % len(COURIERS)], CITIES[n % len(CITIES)]
        target = CITIES[(n // len(CITIES) + n + 1) % len(CITIES)]
        at = START + timedelta(seconds=n % 86_400)
        made = parcel_history(7, courier, f"7{n:013d}", origin, target, at, FAULTS)
        if len(made.events) > KNOWN:
            yield made
        n += 1


def update_of(parcel: ParcelHistory, count: int) -> TrackUpdate:
    """What the courier has said after `count` events."""
    events = tuple(
        CourierEvent(e.at, e.text, e.code, e.city, detail_of("kdniao", e.code))
        for e in parcel.events[:count]
    )
    return TrackUpdate(parcel.courier, parcel.number, events)


@dataclass(frozen=True)
class Stage:
    """The installation with its processes running."""

    inst: Installation
    base: str
    path: str
    pids: dict[str, int]

    def cpu(self) -> dict[str, float]:
        """CPU seconds used so far, by process (PostgreSQL with all its children)."""
        return cpu_seconds(self.pids, {"postgres"})


async def fill(inst: Installation, groups: Sequence[range]) -> str:
    """Ten events for every shipment, through the merge itself; gives the push token."""
    database = Database(inst.urls)
    await database.open()
    context = Context(inst.settings, inst.vault, database, LocalBlobs(inst.settings.blob_dir))
    async with database.system() as session:
        connection_id, token = await couriers.add_connection(
            session,
            inst.vault,
            merchant_id=None,
            connector="kdniao",
            name="bench",
            endpoint="http://nowhere.invalid",
            public_id=EBUSINESS_ID,
            secret=APP_KEY,
        )
    source = Source("kdniao", connection_id)
    for group in groups:
        for first in range(group.start, group.stop, 500):
            count = min(500, group.stop - first)
            some = parcels(spread(first), count)
            await merge_updates(context, source, [update_of(p, KNOWN) for p in some])
    await database.close()
    return token


def spread(place: int) -> int:
    """The number series of the chunk that begins at a place: some numbers are too short-lived."""
    return place * 4


def bodies(group: range, *, whole: bool) -> list[bytes]:
    """The group's pushes, each shipment with its next event."""
    made: list[bytes] = []
    at = datetime.now(UTC)
    for first in range(group.start, group.stop, 500):
        some = parcels(spread(first), min(500, group.stop - first))
        for k in range(0, len(some), PER_PUSH):
            ten = [(parcel, KNOWN + 1) for parcel in some[k : k + PER_PUSH]]
            start = 0 if whole else KNOWN
            made.append(push_body(EBUSINESS_ID, APP_KEY, ten, pushed_at=at, from_event=start))
    return made


async def send(stage: Stage, pushes: Sequence[bytes]) -> list[float]:
    """Post everything over a few connections, again where the answer was 503; seconds each."""
    host, port = stage.base.removeprefix("http://").split(":")
    head = (
        f"POST {stage.path} HTTP/1.1\r\nHost: {host}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
    ).encode()
    waiting = list(reversed(pushes))
    took: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        while waiting:
            body = waiting.pop()
            began = time.perf_counter()
            writer.write(head + str(len(body)).encode() + b"\r\n\r\n" + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = answer.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
            said = await reader.readexactly(int(length))
            took.append(time.perf_counter() - began)
            if answer.startswith(b"HTTP/1.1 503"):
                waiting.append(body)
                await asyncio.sleep(0.2)
            elif b'"Success":true' not in said:
                raise RuntimeError(said.decode())
        writer.close()

    await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return took


def wait_merged(inst: Installation) -> None:
    """Until the inbox has nothing left to merge."""
    with inst.superuser() as connection:
        while True:
            row = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM push_inbox WHERE merged_at IS NULL)"
            ).fetchone()
            if row is None or not row[0]:
                return
            time.sleep(0.02)


def measure(stage: Stage, group: range, *, whole: bool) -> dict[str, Any]:
    """Push a group's next events and wait until they are merged."""
    pushes = bodies(group, whole=whole)
    before, began = stage.cpu(), time.perf_counter()
    took = sorted(asyncio.run(send(stage, pushes)))
    acknowledged = time.perf_counter() - began
    wait_merged(stage.inst)
    spent = time.perf_counter() - began
    used = {name: seconds - before[name] for name, seconds in stage.cpu().items()}
    events = len(group)
    return {
        "new_events": events,
        "pushes": len(pushes),
        "push_kb": round(sum(map(len, pushes)) / len(pushes) / 1000, 1),
        "new_events_per_second": round(events / spent, 1),
        "pushes_acknowledged_per_second": round(len(pushes) / acknowledged, 1),
        "ack_p50_ms": round(took[len(took) // 2] * 1000, 1),
        "ack_p99_ms": round(took[len(took) * 99 // 100] * 1000, 1),
        "cpu_seconds_per_1000": {n: round(s / events * 1000, 3) for n, s in used.items()},
    }


COPY = """
CREATE TABLE bare_tracks (LIKE tracks INCLUDING ALL);
CREATE TABLE bare_events (LIKE track_events INCLUDING ALL);
INSERT INTO bare_tracks SELECT * FROM tracks;
INSERT INTO bare_events SELECT * FROM track_events;
ANALYZE bare_tracks, bare_events;
CHECKPOINT
"""
EVENT = ("cohort", "courier", "number", "cycle", "event_key", "occurred_at", "text", "detail")
KINDS = ("date", "text", "text", "bigint", "bytea", "timestamptz", "text", "text")
INSERT = (
    f"INSERT INTO bare_events ({', '.join(EVENT)}) SELECT * FROM"
    f" unnest({', '.join(f'%s::{kind}[]' for kind in KINDS)}) ON CONFLICT DO NOTHING"
)
UPDATE = (
    "UPDATE bare_tracks t SET last_event_at = n.at, last_text = n.text, detail = n.detail,"
    " events = t.events + 1, updated_at = now() FROM unnest(%s::text[], %s::text[],"
    " %s::bigint[], %s::timestamptz[], %s::text[], %s::text[])"
    " AS n(courier, number, cycle, at, text, detail)"
    " WHERE t.courier = n.courier AND t.number = n.number AND t.cycle = n.cycle"
)


def bare(inst: Installation, group: range) -> float:
    """The same new events by plain psycopg on copies of the tables; events per second."""
    with inst.superuser() as connection:
        for statement in COPY.split(";\n"):
            connection.execute(statement)
        connection.execute("GRANT ALL ON bare_tracks, bare_events TO yichuan_system")
    cohort = datetime.now(UTC).date().replace(day=1)
    rows = []
    for first in range(group.start, group.stop, 500):
        for parcel in parcels(spread(first), min(500, group.stop - first)):
            event = parcel.events[KNOWN]
            key = hash((event.at, event.text)).to_bytes(8, "big", signed=True)
            rows.append(
                (cohort, parcel.courier, parcel.number, 1, key, event.at, event.text, "in_transit")
            )
    began = time.perf_counter()
    with psycopg.connect(inst.urls.of(SYSTEM), prepare_threshold=0) as connection:
        for first in range(0, len(rows), BARE_BATCH):
            columns = [
                list(column) for column in zip(*rows[first : first + BARE_BATCH], strict=True)
            ]
            connection.execute(INSERT, columns)
            connection.execute(UPDATE, [*columns[1:4], *columns[5:8]])
            connection.commit()
    return len(rows) / (time.perf_counter() - began)


def count(inst: Installation) -> tuple[int, int, int]:
    """Tracks, events and database bytes."""
    with inst.superuser() as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM tracks), (SELECT count(*) FROM track_events),"
            " pg_database_size(current_database())"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2])


def run(shipments: int, full: int, only: int) -> dict[str, Any]:
    """Fill and measure both forms and the peer."""
    first, second = range(full), range(full, full + only)
    warm = (range(shipments, shipments + WARM), range(shipments + WARM, shipments + 2 * WARM))
    with installation() as inst:
        token = asyncio.run(fill(inst, [range(shipments), *warm]))
        with inst.superuser() as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        tracks, events, _ = count(inst)
        postgres = postgres_pid(inst)
        args = [sys.executable, "-m", "yichuan.cli", "worker"]
        with web(inst) as (base, web_pid), process(args, inst.environment, None) as worker_pid:
            pids = {"web": web_pid, "worker": worker_pid, "postgres": postgres}
            stage = Stage(inst, base, f"/push/kdniao/{token}", pids)
            for group, form in zip(warm, (True, False), strict=True):
                measure(stage, group, whole=form)
            whole = measure(stage, first, whole=True)
            alone = measure(stage, second, whole=False)
        tracks_after, events_after, size = count(inst)
        assert tracks_after == tracks == shipments + 2 * WARM
        assert events_after == events + full + only + 2 * WARM, (events, events_after)
        plain = bare(inst, second)
    ratio = alone["new_events_per_second"] / plain
    return {
        "bench": "ingest",
        "shipments": tracks,
        "events_before": events,
        "events_after": events_after,
        "database_mb": round(size / 1e6),
        "full_history": whole,
        "new_only": alone,
        "bare_new_events_per_second": round(plain, 1),
        "new_only_to_bare": round(ratio, 3),
    }


def main() -> None:
    """Print one JSON object."""
    options = argparse.ArgumentParser()
    options.add_argument("--small", action="store_true", help="a quick run on little data")
    args = options.parse_args()
    sizes = (10_000, 4_000, 6_000) if args.small else (100_000, 40_000, 60_000)
    print(json.dumps(run(*sizes)))


if __name__ == "__main__":
    main()
