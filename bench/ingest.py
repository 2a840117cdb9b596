"""Pushes in, tracks out: new events merged per second through the real HTTP door.

    python -m bench.ingest [--small] [--curve] [--most EVENTS]

One web process, one worker, embedded PostgreSQL with fsync and synchronous_commit on, and the
client, all on this machine. A million tracks with ten events each are there when the clock starts
(`bench.tracks`); parcels are pushed in random order from all over them.

- `full_history`: pushes as KDNiao sends them, 10 shipments each, 11 events per shipment, one new.
- `new_only`: pushes of 10 shipments with their one new event each.
- `single`: pushes of one shipment with its whole history, 11 events, one new.
- `bare`: the events of `new_only` written by plain psycopg into a copy of the same database, in
  idempotent batches of 1,000 with their tracks' rows, nothing parsed, verified or derived. Its
  events have a primary key in place of our index: a batch is only idempotent by one.
- `to_list`: parcels of shipments, pushed at 5,000 per second, half the rate that is aimed at,
  however fast this machine is; milliseconds from the acknowledgement of a push to the shipment list
  that shows it, and CPU seconds with all that the log's consumers make of it and with the looks.

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
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

import psutil
import psycopg

from bench.harness import (
    Installation,
    Raw,
    cpu_seconds,
    installation,
    postgres_pid,
    process,
    web,
)
from bench.pushes import Line
from bench.tracks import KNOWN, Which, World, fill, more
from yichuan.consumers import CONSUMERS
from yichuan.core.consumers import BEHIND
from yichuan.core.database import DATABASE, SYSTEM, Database
from yichuan.core.embedded import SUPERUSER
from yichuan.identity import service as identity
from yichuan.merchants import service as merchants

PER_PUSH = 10
WANTED: Final = 10_000
"""New events per second that are aimed at."""
WATCHERS, LOOKS = 4, 400
"""Who looks at the list, and pushes they may choose from."""
LOOK_SECONDS: Final = 0.1
"""Between two looks of one watcher: the processes that are measured answer them."""
PATIENCE = 60.0
"""Seconds after which a scan that the list does not show is lost."""
BARE, BARE_BATCH = "bare", 1000
ROUNDS: Final = 3
"""At each point of the curve."""
WARM = 1000
"""Shipments pushed in each form before the clock starts: processes compile and cache."""
FORMS = {"full_history": (PER_PUSH, True), "new_only": (PER_PUSH, False), "single": (1, True)}
"""Form → shipments in a push, and whether their whole history."""


@dataclass(frozen=True)
class Sizes:
    """How much is there, and how much is pushed."""

    base: int
    copies: int
    full_history: int
    new_only: int
    single: int
    seconds: float
    """Of pushing at half the rate that is aimed at."""


SMALL = Sizes(1_000, 80, 6_000, 12_000, 2_000, 4)
FULL = Sizes(5_000, 200, 30_000, 80_000, 8_000, 8)


@dataclass(frozen=True)
class Stage:
    """The installation with its processes running."""

    inst: Installation
    base: str
    path: str
    pids: dict[str, int]

    def cpu(self) -> dict[str, float]:
        """CPU seconds used so far, by process (PostgreSQL with all its children)."""
        return cpu_seconds(self.pids, {"postgres"}) | {
            "client": sum(psutil.Process().cpu_times()[:2])
        }


def wait_merged(inst: Installation) -> None:
    """Until the inbox has nothing left to merge."""
    with inst.superuser() as connection:
        while connection.execute(
            "SELECT 1 FROM push_inbox WHERE merged_at IS NULL LIMIT 1"
        ).fetchone():
            time.sleep(0.02)


def measure(stage: Stage, pushes: Sequence[bytes], events: int) -> dict[str, Any]:
    """Post pushes and wait until they are merged."""
    line = Line(stage.base, stage.path, pushes)
    before, began = stage.cpu(), time.perf_counter()
    asyncio.run(line.run())
    acknowledged = time.perf_counter() - began
    wait_merged(stage.inst)
    spent = time.perf_counter() - began
    used = {name: seconds - before[name] for name, seconds in stage.cpu().items()}
    took = sorted(line.took)
    return {
        "new_events": events,
        "pushes": len(pushes),
        "push_kb": round(sum(map(len, pushes)) / len(pushes) / 1000, 1),
        "new_events_per_second": round(events / spent, 1),
        "pushes_per_second": round(len(pushes) / spent, 1),
        "pushes_acknowledged_per_second": round(len(pushes) / acknowledged, 1),
        "told_to_come_later": line.refused,
        "ack_p50_ms": round(took[len(took) // 2] * 1000, 1),
        "ack_p99_ms": round(took[len(took) * 99 // 100] * 1000, 1),
        "cpu_seconds_per_1000": {n: round(s / events * 1000, 3) for n, s in used.items()},
    }


# --- from the acknowledgement to the list -----------------------------------------------------

BIND = """
INSERT INTO recipients (merchant_id, id, province, city)
SELECT m.id, m.id, '广东省', '深圳市' FROM merchants m;
INSERT INTO shipments (merchant_id, id, shipment_no, order_no, recipient_id, courier,
    waybill_number, milestone, detail, shop_name, recipient_name, recipient_phone, dest_province,
    dest_city, dest_district, goods, quantity, weight_g, paid_at, ship_by, promised_at, shipped_at,
    picked_up_at, buyer_token, last_event_at, last_event_text, ship_method)
SELECT m.id, uuidv7(), 'YC' || n, 'M' || n, m.id, t.courier, t.number, t.milestone, t.detail,
    '旗舰店', '张*', '138****1234', g.province, g.city, NULL, '保温杯×2', 2, 800,
    t.first_event_at - interval '1 day', t.first_event_at + interval '1 day',
    t.first_event_at + interval '7 days', t.first_event_at, t.picked_up_at, md5(t.number),
    t.last_event_at, t.last_text, 'own_number'
FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY g(number, province, city, n)
    JOIN tracks t ON t.number = g.number
    JOIN (SELECT id, row_number() OVER () AS k FROM merchants) m ON m.k = 1 + n %% 20;
INSERT INTO track_bindings (merchant_id, shipment_id, courier, number)
SELECT merchant_id, id, courier, waybill_number FROM shipments;
INSERT INTO search_tokens (merchant_id, token, target_id, kind)
SELECT merchant_id, waybill_number, id, 'waybill' FROM shipments;
INSERT INTO milestone_log (topic, kind, merchant_id, shipment_id)
SELECT 'shipment', 'imported', merchant_id, id FROM shipments;
ANALYZE shipments, track_bindings, search_tokens
"""
"""Shipments on their way to where their parcels go, promised within a week. The log is told, so
that their deadlines are set and they are counted, as they are in life when a scan comes."""


async def _keys(inst: Installation) -> str:
    database = Database(inst.urls)
    async with database.system() as session:
        for n in range(20):
            await merchants.create(session, f"M{n:03}", f"商家 {n}")
        made = await identity.create_key(session, inst.vault, "bench", None, kdniao=False)
    await database.close()
    return made.token


def ship(inst: Installation, world: World, group: Sequence[Which]) -> str:
    """Shipments of 20 merchants for these parcels; gives the platform's key."""
    key = asyncio.run(_keys(inst))
    places = [world.parcels[n].destination.city for n, _ in group]
    columns = (
        [world.number(which) for which in group],
        [place.province for place in places],
        [place.name for place in places],
    )
    with inst.superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in BIND.split(";\n"):
            connection.execute(statement, columns if "%s" in statement else None)
    return key


Sample = tuple[bytes, str]
"""A push, and a number that it tells of."""


async def _look(client: Raw, number: str) -> str:
    found = await client.json("GET", f"/api/v1/shipments?q={number}&limit=20")
    return str(found["items"][0]["last_event_at"])


async def _watch(stage: Stage, key: str, line: Line, samples: list[Sample]) -> list[float]:
    """For some pushes, how long the list takes to show them after they were acknowledged.

    A watcher takes the next push that is not acknowledged yet: what it missed while it watched
    another one would seem to have waited for the watcher.
    """
    waits: list[float] = []

    async def watch(client: Raw, mine: Sequence[Sample], before: dict[str, str]) -> None:
        for body, number in mine:
            if body in line.times:
                continue
            while body not in line.times:
                await asyncio.sleep(0.002)
            while await _look(client, number) == before[number]:
                assert time.perf_counter() - line.times[body] < PATIENCE, number
                await asyncio.sleep(LOOK_SECONDS)
            waits.append(time.perf_counter() - line.times[body])

    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(Raw(stage.base, key)) for _ in range(WATCHERS)]
        before = {number: await _look(clients[0], number) for _, number in samples}
        watching = [
            asyncio.create_task(watch(client, samples[k::WATCHERS], before))
            for k, client in enumerate(clients)
        ]
        await line.run()
        await asyncio.gather(*watching)
    return waits


def wait_drained(inst: Installation) -> float:
    """Until every consumer of the log has caught up; seconds."""
    began = time.perf_counter()
    with inst.superuser() as connection:
        for consumer in CONSUMERS:
            while True:
                which = {"topic": consumer.topic, "name": consumer.name}
                row = connection.execute(BEHIND, which).fetchone()
                if row is not None and not row[0]:
                    break
                time.sleep(0.2)
    return time.perf_counter() - began


def to_list(stage: Stage, world: World, rate: float, seconds: float) -> dict[str, Any]:
    """Push shipped parcels at a steady rate and look when the list shows them."""
    group = world.take(int(rate * seconds) // PER_PUSH * PER_PUSH)
    key = ship(stage.inst, world, group)
    wait_drained(stage.inst)
    pushes = world.bodies(group, PER_PUSH, whole=False)
    step = max(1, len(pushes) // LOOKS)
    samples = [
        (pushes[k], world.number(group[k * PER_PUSH])) for k in range(step, len(pushes), step)
    ]
    line = Line(stage.base, stage.path, pushes, pace=rate / PER_PUSH)
    before, began = stage.cpu(), time.perf_counter()
    waits = sorted(asyncio.run(_watch(stage, key, line, samples)))
    wait_merged(stage.inst)
    drained = wait_drained(stage.inst)
    used = {name: used - before[name] for name, used in stage.cpu().items()}
    first, last = min(line.times.values()), max(line.times.values())
    return {
        "new_events_per_second": round(len(group) / (last - first), 1),
        "wanted_per_second": round(rate, 1),
        "looks": len(waits),
        "p50_ms": round(waits[len(waits) // 2] * 1000),
        "p99_ms": round(waits[len(waits) * 99 // 100] * 1000),
        "seconds_until_all_consumers_are_done": round(drained, 2),
        "seconds_in_all": round(time.perf_counter() - began, 1),
        "cpu_seconds_per_1000": {n: round(s / len(group) * 1000, 3) for n, s in used.items()},
    }


# --- the peer ---------------------------------------------------------------------------------

EVENT = ("cohort", "courier", "number", "cycle", "event_key", "occurred_at", "text", "detail")
KINDS = ("date", "text", "text", "bigint", "bytea", "timestamptz", "text", "text")
INSERT = (
    f"INSERT INTO track_events ({', '.join(EVENT)}) SELECT * FROM"
    f" unnest({', '.join(f'%s::{kind}[]' for kind in KINDS)}) ON CONFLICT DO NOTHING"
)
UPDATE = (
    "UPDATE tracks t SET last_event_at = n.at, last_text = n.text, detail = n.detail,"
    " events = t.events + 1, updated_at = now() FROM unnest(%s::text[], %s::text[],"
    " %s::bigint[], %s::timestamptz[], %s::text[], %s::text[])"
    " AS n(courier, number, cycle, at, text, detail)"
    " WHERE t.courier = n.courier AND t.number = n.number AND t.cycle = n.cycle"
)


def copy(inst: Installation) -> None:
    """A second database with the same files, and the key by which a batch may be repeated."""
    with inst.superuser() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
            " datname = %s AND pid <> pg_backend_pid()",
            (DATABASE,),
        )
    with psycopg.connect(inst.urls.admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {BARE} TEMPLATE {DATABASE} STRATEGY FILE_COPY")
    with psycopg.connect(inst.urls.of(SUPERUSER, BARE), autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("DROP INDEX ix_track_events_track")
        connection.execute(f"ALTER TABLE track_events ADD PRIMARY KEY ({', '.join(EVENT[:5])})")
        # Gigabytes are to be written yet, and would be while the clock runs.
        connection.execute("CHECKPOINT")


def bare(inst: Installation, world: World, group: Sequence[Which]) -> float:
    """The same new events by plain psycopg on the copy; events per second."""
    cohort = datetime.now(UTC).date().replace(day=1)
    rows = []
    for n, c in group:
        parcel, number = world.parcels[n], world.number((n, c))
        event = parcel.events[KNOWN]
        key = hash((event.at, event.text)).to_bytes(8, "big", signed=True)
        rows.append((cohort, parcel.courier, number, 1, key, event.at, event.text, "in_transit"))
    began = time.perf_counter()
    with psycopg.connect(inst.urls.of(SYSTEM, BARE), prepare_threshold=0) as connection:
        for first in range(0, len(rows), BARE_BATCH):
            some = rows[first : first + BARE_BATCH]
            columns = [list(column) for column in zip(*some, strict=True)]
            connection.execute(INSERT, columns)
            connection.execute(UPDATE, [*columns[1:4], *columns[5:8]])
            connection.commit()
    return len(rows) / (time.perf_counter() - began)


# --- the whole --------------------------------------------------------------------------------


def count(inst: Installation) -> tuple[int, int]:
    """Tracks and events, the latter as the tracks have them."""
    with inst.superuser() as connection:
        row = connection.execute("SELECT count(*), sum(events) FROM tracks").fetchone()
    assert row is not None
    return int(str(row[0])), int(str(row[1]))


@contextmanager
def running(inst: Installation, token: str) -> Iterator[Stage]:
    """The web process and the worker."""
    args = [sys.executable, "-m", "yichuan.cli", "worker"]
    with web(inst) as (base, web_pid), process(args, inst.environment, None) as worker_pid:
        pids = {"web": web_pid, "worker": worker_pid, "postgres": postgres_pid(inst)}
        yield Stage(inst, base, f"/push/kdniao/{token}", pids)


def push(stage: Stage, world: World, form: str, group: Sequence[Which]) -> dict[str, Any]:
    """A group's next events in one form."""
    each, whole = FORMS[form]
    made = measure(stage, world.bodies(group, each, whole=whole), len(group))
    print(form, json.dumps(made), file=sys.stderr)
    return made


def run(sizes: Sizes) -> dict[str, Any]:
    """Fill and measure every form and the peer."""
    world = World(sizes.base, sizes.copies)
    with installation() as inst:
        token = asyncio.run(fill(inst, world))
        copy(inst)
        tracks, before = count(inst)
        with running(inst, token) as stage:
            for form in FORMS:
                push(stage, world, form, world.take(WARM))
            group = world.take(sizes.new_only)
            found = {"new_only": push(stage, world, "new_only", group)}
            plain = bare(inst, world, group)
            for form, size in (("full_history", sizes.full_history), ("single", sizes.single)):
                found[form] = push(stage, world, form, world.take(size))
            listed = to_list(stage, world, WANTED / 2, sizes.seconds)
        after = count(inst)[1]
        assert after == before + world.taken, (before, world.taken, after)
    ratio = found["new_only"]["new_events_per_second"] / plain
    return {
        "bench": "ingest",
        "tracks": tracks,
        "events_before": before,
        **found,
        "bare_new_events_per_second": round(plain, 1),
        "new_only_to_bare": round(ratio, 3),
        "to_list": listed,
    }


def curve(base: int, steps: Sequence[int], most: int) -> dict[str, Any]:
    """The speed of `new_only` while the tables grow from ten copies of `base` parcels on, the
    middle one of a few rounds: seconds differ more from each other than tables do.

    `steps`: how many times as many there are at each point, as far as that is not over `most`
    events.

    Raises:
        ValueError: not even the first point is.
    """
    first = base * 10 * KNOWN
    wanted = [first * step for step in steps if first * step <= most]
    if not wanted:
        raise ValueError(f"the curve begins at {first} events")
    world = World(base, wanted[-1] // KNOWN // base)
    points = []
    with installation() as inst:
        began = time.perf_counter()
        token = asyncio.run(fill(inst, world, 10))
        before = first
        for stored in wanted:
            if stored > before:
                began = time.perf_counter()
                more(inst, before // KNOWN // base, stored // KNOWN // base)
            filled = time.perf_counter() - began
            with running(inst, token) as stage:
                push(stage, world, "new_only", world.take(base // 10, stored))
                rounds = [
                    push(stage, world, "new_only", world.take(base * 2, stored))
                    for _ in range(ROUNDS)
                ]
            rates = [made["new_events_per_second"] for made in rounds]
            used = [sum(made["cpu_seconds_per_1000"].values()) for made in rounds]
            points.append(
                {
                    "events": stored,
                    "per_second": median(rates),
                    "per_second_of_each_round": rates,
                    "cpu_seconds_per_1000": round(median(used), 3),
                    "seconds_to_fill": round(filled, 1),
                }
            )
            before = stored
    return {"bench": "ingest", "curve": points}


def _long_curve(most: int) -> dict[str, Any]:
    return curve(10_000, (1, 10, 50), most)


def main() -> None:
    """Print one JSON object."""
    options = argparse.ArgumentParser()
    options.add_argument("--small", action="store_true", help="a quick run on little data")
    options.add_argument("--curve", action="store_true", help="the speed as the tables grow")
    options.add_argument("--most", type=int, default=10_000_000, help="events at the curve's end")
    args = options.parse_args()
    if args.curve:
        print(json.dumps(curve(1_000, (1, 2), 200_000) if args.small else _long_curve(args.most)))
    else:
        print(json.dumps(run(SMALL if args.small else FULL)))


if __name__ == "__main__":
    main()
