"""Old months out and back: events a second into proved Parquet, bytes kept, time to fetch one.

    python -m bench.archive [--small]

A million events (simulated couriers' texts, redacted by the merge; keys, numbers and times
scattered as if each parcel were its own) stand in one month's partition. The month is archived:
exported, written, read back and compared byte for byte, dropped. The peer is PostgreSQL's COPY of
the same rows to CSV, thrown away, in the same run: what reading them costs at least. Then single
tracks are recalled, and the month is restored whole. CPU seconds are this process's and
PostgreSQL's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from datetime import date
from statistics import median
from typing import Any

import psutil
import psycopg

from bench.harness import Installation, cpu_seconds, installation, postgres_pid
from bench.tracks import World, fill
from yichuan.core.blobs import LocalBlobs
from yichuan.core.database import SYSTEM

SCATTER = """
    INSERT INTO track_events (cohort, courier, number, cycle, event_key, occurred_at, text, code,
                              detail, city, received_at)
    SELECT '2025-01-01', courier, lpad((abs(hashtextextended(number, 1)) % 1000000000000)::text, 12,
           '7'), cycle, substr(sha256((number || encode(event_key, 'hex'))::bytea), 1, 8),
           occurred_at + moved, text, code, detail, city,
           occurred_at + moved + hashtextextended(number, 3) % 1800000000 * interval '1 microsecond'
    FROM (SELECT *, abs(hashtextextended(number, 2)) % 2500000 * interval '1 second' AS moved
          FROM track_events WHERE cohort <> '2025-01-01') e
"""
MONTH = date(2025, 1, 1)


def measure(small: bool) -> dict[str, Any]:
    """The figures."""
    from yichuan.tracking import archive
    from yichuan.tracking.parquet import TrackKey

    with installation() as inst:
        asyncio.run(fill(inst, World(*((500, 20) if small else (3000, 33)))))
        table_bytes = scattered(inst)
        pids = {"python": os.getpid(), "postgres": postgres_pid(inst)}
        blobs = LocalBlobs(inst.settings.blob_dir)
        with archive.alone(inst.urls.of(SYSTEM)) as connection:
            peer = copied(connection)
            cpu = total(pids)
            done = archive.archive(connection, blobs, MONTH)
            cpu = total(pids) - cpu
            rows = connection.execute(
                "SELECT first_courier, first_number, first_cycle FROM archive_parts"
            ).fetchall()
            keys = [TrackKey(*row) for row in rows] * 10
            archive.recall(connection, blobs, MONTH, keys[0])
            times = [timed(archive.recall, connection, blobs, MONTH, key) for key in keys]
            began = time.perf_counter()
            archive.restore(connection, blobs, MONTH)
            restore = time.perf_counter() - began
    return {
        "bench": "archive",
        "events": done.events,
        "archived_events_per_s": round(done.events / done.seconds),
        "csv_mb_per_s": round(done.csv_bytes / done.seconds / 1e6, 1),
        "cpu_s_per_million": round(cpu / done.events * 1e6, 2),
        "parquet_mb_per_million": round(done.size_bytes / done.events, 2),
        "table_mb_per_million": round(table_bytes / done.events, 2),
        "kept": round(done.size_bytes / table_bytes, 3),
        "recall_one_ms": round(median(times) * 1000, 1),
        "restore_events_per_s": round(done.events / restore),
        "peer": {"what": "COPY to CSV, thrown away", "events_per_s": round(done.events / peer)},
        "ratio": round(peer / done.seconds, 3),
        "cores": os.cpu_count(),
        "peak_mb": round(psutil.Process().memory_info().rss / 1e6),
    }


def timed(act: Any, *given: Any) -> float:
    """Seconds a call took."""
    began = time.perf_counter()
    act(*given)
    return time.perf_counter() - began


def total(pids: dict[str, int]) -> float:
    """CPU seconds used so far."""
    return sum(cpu_seconds(pids, {"postgres"}).values())


def scattered(inst: Installation) -> int:
    """Put the copies into one old month as parcels of their own; bytes of its table and key."""
    with inst.superuser() as connection:
        connection.execute("SELECT yichuan_ensure_cohort(%s)", (MONTH,))
        connection.execute(SCATTER)
        connection.execute("VACUUM ANALYZE track_events_202501")
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT pg_total_relation_size('track_events_202501')").fetchone()
    assert row is not None
    return int(str(row[0]))


def copied(connection: psycopg.Connection[Any]) -> float:
    """Seconds that plain COPY takes for the rows."""
    began = time.perf_counter()
    rows = "SELECT * FROM track_events WHERE cohort = '2025-01-01'"
    with connection.cursor().copy(f"COPY ({rows}) TO STDOUT (FORMAT csv)".encode()) as copy:
        for _ in copy:
            pass
    return time.perf_counter() - began


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="100,000 events")
    print(json.dumps(measure(parser.parse_args().small)))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
