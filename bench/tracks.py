"""Tracks by the million for benchmarks: a few thousand merged for real, the rest copied from them.

Every parcel is on its way: the first event that is not known happens about now.

What a track's row remembers (keys, times, words, digest) does not depend on its number, so a copy
under another number is as valid as the original: pushes for it are recognised and merged alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from random import Random
from urllib.parse import parse_qs, quote_plus

from bench.harness import Installation, without_indexes
from yichuan.core.blobs import LocalBlobs
from yichuan.core.context import Context
from yichuan.core.database import Database
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.connector import Keys, Pushed
from yichuan.couriers.connectors.registry import door
from yichuan.simulator.faults import FaultRates
from yichuan.simulator.history import ParcelHistory, parcel_history, push_body
from yichuan.simulator.wire import data_sign
from yichuan.tracking.ingest import merge_pending
from yichuan.tracking.raw import sealed

EBUSINESS_ID, APP_KEY = "1234567", "bench-key"
KNOWN = 10
"""Events every parcel has before the clock starts."""
COURIERS = ("ZTO", "YTO", "YD", "STO", "SF", "JD")
CITIES = ("深圳市", "杭州市", "北京市", "成都市", "武汉市", "西安市", "泉州市", "哈尔滨市")
NOW = datetime.now(UTC).replace(microsecond=0)
FAULTS = FaultRates(odd_time=0, missing_zone=0)
"""Every event can be used, so that they can be counted."""
NEAR = timedelta(hours=12)
"""How far from now a parcel's next scan may be: what lies a day ahead is a forecast and waits."""
STEP = 4
"""Numbers tried per parcel: some parcels are too short-lived."""
CHUNK = 250
CORES = 2

Which = tuple[int, int]
"""A parcel: its original's place, and which copy it is (0: itself)."""


def originals(first: int, count: int) -> list[ParcelHistory]:
    """Parcels with more events than are known at the start, the same for the same places."""
    return list(islice(_long_ones(first * STEP), count))


def _long_ones(first: int) -> Iterator[ParcelHistory]:
    n = first
    while True:
        courier, origin = COURIERS[n % len(COURIERS)], CITIES[n % len(CITIES)]
        target = CITIES[(n // len(CITIES) + n + 1) % len(CITIES)]
        number, at = f"7{n:09d}", NOW - timedelta(days=4, seconds=n % 3600)
        for _ in range(3):
            made = parcel_history(7, courier, number, origin, target, at, FAULTS)
            if len(made.events) <= KNOWN:
                break
            off = made.events[KNOWN].at - NOW
            if abs(off) < NEAR and made.events[KNOWN].at > made.events[KNOWN - 1].at:
                yield made
                break
            at -= off  # so that its next scan is made about now
        n += 1


class World:
    """Originals and how often each exists."""

    def __init__(self, base: int, copies: int) -> None:
        """`base` originals, each there `copies` times. Nothing new is told about the originals:
        more copies may be made of them later."""
        self.base, self.copies, self.taken = base, copies, 0
        chunks = [(k, min(CHUNK, base - k)) for k in range(0, base, CHUNK)]
        with ProcessPoolExecutor(CORES, get_context("fork")) as pool:
            made = pool.map(originals, *zip(*chunks, strict=True))
            self.parcels = [parcel for chunk in made for parcel in chunk]
        self._rng = Random(7)
        self._told: set[Which] = set()

    def take(self, count: int, stored: int | None = None) -> list[Which]:
        """Parcels nothing new was told about yet, from all over the tables.

        `stored`: how many events are there, where not all copies are made yet.
        """
        made = self.copies if stored is None else stored // KNOWN // self.base
        assert (self.taken + count) * 5 < self.base * (made - 1) * 4, "the world is too small"
        ready: list[Which] = []
        while len(ready) < count:
            which = (self._rng.randrange(self.base), self._rng.randrange(1, made))
            if which not in self._told:
                self._told.add(which)
                ready.append(which)
        self.taken += count
        return ready

    def number(self, which: Which) -> str:
        """Its waybill number."""
        return f"{self.parcels[which[0]].number}{which[1]:03d}"

    def bodies(self, group: Sequence[Which], each: int, *, whole: bool) -> list[bytes]:
        """Pushes of `each` parcels with their next event; `whole`: and all before it."""
        writer = Writer(0 if whole else KNOWN, KNOWN + 1)
        told = [(self.parcels[n], self.number((n, c))) for n, c in group]
        return [writer.push(told[k : k + each]) for k in range(0, len(told), each)]


class Writer:
    """The simulator's pushes by the ten thousand: each record is written and encoded once, and
    its copies differ by their number alone."""

    def __init__(self, start: int, stop: int) -> None:
        """Events `start` to `stop` of each parcel are told."""
        self._span = (start, stop)
        self._records: dict[str, tuple[str, str]] = {}
        self._head, self._tail = "", ""

    def push(self, told: Sequence[tuple[ParcelHistory, str]]) -> bytes:
        """A signed form."""
        plain, quoted = [], []
        for parcel, number in told:
            record, encoded = self._records.get(parcel.number) or self._write(parcel)
            plain.append(record.replace(parcel.number, number))
            quoted.append(encoded.replace(parcel.number, number))
        data = self._head + ",".join(plain) + self._tail
        sign = quote_plus(data_sign(data, APP_KEY))
        form = f"{quote_plus(self._head)}{'%2C'.join(quoted)}{quote_plus(self._tail)}"
        return f"RequestData={form}&RequestType=102&DataSign={sign}".encode()

    def _write(self, parcel: ParcelHistory) -> tuple[str, str]:
        start, stop = self._span
        at = datetime.now(UTC)
        told = [(parcel, stop)]
        body = push_body(EBUSINESS_ID, APP_KEY, told, pushed_at=at, from_event=start).decode()
        data = parse_qs(body)["RequestData"][0]
        first, last = data.index("[", data.index('"Data"')) + 1, data.rindex("]")
        self._head, self._tail = data[:first], data[last:]
        record = data[first:last]
        made = self._records[parcel.number] = (record, quote_plus(record))
        return made


_COPIES = (
    """
CREATE TEMP TABLE copies AS SELECT to_char(c, 'FM000') AS ending, c FROM
    generate_series(%(first)s::int, %(last)s::int) c
""",
    """
INSERT INTO tracks (courier, number, cycle, cohort, milestone, detail, problem, problem_party,
    problem_since, events, digest, history, words, first_event_at, last_event_at, last_text,
    last_city, picked_up_at, out_for_delivery_at, delivered_at, returned_at, signed_by, sign_kind)
SELECT courier, left(number, -3) || ending, cycle, cohort, milestone, detail, problem,
    problem_party, problem_since, events, digest, history, words, first_event_at, last_event_at,
    last_text, last_city, picked_up_at, out_for_delivery_at, delivered_at, returned_at, signed_by,
    sign_kind
FROM tracks, copies WHERE number LIKE '%%000' ORDER BY c
""",
    """
INSERT INTO track_events (cohort, courier, number, cycle, event_key, occurred_at, text, code,
    detail, city)
SELECT cohort, courier, left(number, -3) || ending, cycle, event_key, occurred_at, text, code,
    detail, city
FROM track_events, copies WHERE number LIKE '%%000' ORDER BY c
""",
)


async def fill(inst: Installation, world: World, copies: int | None = None) -> str:
    """Everything with its first `KNOWN` events; gives the push token. `copies`: only so many.

    The originals come in as pushes and through the merge itself.
    """
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
    found, keys = door("kdniao"), Keys(EBUSINESS_ID, APP_KEY)
    assert found is not None
    writer = Writer(0, KNOWN)
    told = [(parcel, f"{parcel.number}000") for parcel in world.parcels]
    bodies = [writer.push(told[k : k + 10]) for k in range(0, len(told), 10)]
    with inst.superuser() as connection, connection.cursor() as cursor:
        into = "COPY push_inbox (connector, connection_id, body) FROM STDIN"
        with cursor.copy(into) as copy:
            for body in bodies:
                content = sealed(inst.vault, found.open(Pushed(body), keys))
                copy.write_row(("kdniao", connection_id, content))
    while await merge_pending(context):
        pass
    await database.close()
    await asyncio.to_thread(more, inst, 1, copies or world.copies)
    return token


def more(inst: Installation, first: int, stop: int) -> None:
    """Copies `first` to `stop` of all originals; indexes are built afterwards, in a fraction of
    the time."""
    with inst.superuser() as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("TRUNCATE push_inbox, milestone_log")
        row = connection.execute(
            "SELECT tableoid::regclass::text FROM track_events LIMIT 1"
        ).fetchone()
        assert row is not None
        partition = str(row[0])
        bound = connection.execute(
            "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = %s::regclass",
            (partition,),
        ).fetchone()
        assert bound is not None
        connection.execute(f"ALTER TABLE track_events DETACH PARTITION {partition}")
        connection.execute("ALTER TABLE tracks DROP CONSTRAINT pk_tracks")
        with without_indexes(connection, [partition]):
            for statement in _COPIES:
                values = {"first": first, "last": stop - 1} if "%(first)s" in statement else None
                text = statement.replace("track_events", partition)
                connection.execute(text if values else text.replace("%%", "%"), values)
        connection.execute(
            "ALTER TABLE tracks ADD CONSTRAINT pk_tracks PRIMARY KEY (courier, number, cycle)"
        )
        connection.execute(f"ALTER TABLE track_events ATTACH PARTITION {partition} {bound[0]}")
        connection.execute("VACUUM ANALYZE tracks, track_events")
        connection.execute("CHECKPOINT")
