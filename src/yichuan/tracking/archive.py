"""Old months of events leave for Parquet files, and come back.

A month goes as a whole once every one of its tracks is over: another scan would begin a new life of
its number. Its rows are exported at one snapshot in the order of their key, each file is fetched
back from the blob store and must give the same CSV byte for byte, and only then does one short
transaction note the files and drop the partition, unless a row came in between. Blocking: for
workers' threads and the command line. Loads pyarrow.
"""

from __future__ import annotations

import csv
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import psycopg
from psycopg import sql

from yichuan.core.blobs import BlobStore
from yichuan.core.clock import now
from yichuan.core.errors import NotFound
from yichuan.core.ids import new_id
from yichuan.tracking import parquet
from yichuan.tracking.batch import ENDED_REST, SILENT_REST
from yichuan.tracking.parquet import TrackKey
from yichuan.tracking.values import END_MILESTONES

PART: Final = 250_000
"""Rows of one file: 2 to 5 MB, so that a single track comes back in a moment."""
KEEP_RECALLED: Final = timedelta(days=7)
"""A month whose history is being read again stays that long."""
TRIES: Final = 6
LOCK_MS: Final = 2000
"""How long pushes and readers may queue behind the end of an archive run that cannot get in."""
_ONE_AT_A_TIME: Final = 7_301_2605
"""Key of the advisory lock that a run holds."""

Connection = psycopg.Connection[tuple[Any, ...]]
Progress = Callable[[int], None]
"""Told how many rows were just written."""

_MONTHS: Final = """
    SELECT to_date(right(c.relname, 6), 'YYYYMM'), c.reltuples::bigint
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'track_events'::regclass ORDER BY 1
"""
_MOVING: Final = """
    SELECT cohort, count(*) FROM tracks
    WHERE cohort = ANY (%(months)s::date[]) AND events > 0
      AND coalesce(last_event_at, updated_at) >= CASE WHEN milestone = ANY (%(ended)s::text[])
          THEN %(ended_before)s ELSE %(silent_before)s END
    GROUP BY cohort
"""
_READ_AGAIN: Final = """
    SELECT DISTINCT cohort FROM history_recalls WHERE wanted_at > %(recalled_after)s
"""
_COLUMNS: Final = """
    e.courier, e.number, e.cycle, encode(e.event_key, 'hex') AS event_key,
    (extract(epoch FROM e.occurred_at) * 1000000)::bigint, e.text, e.code, e.detail, e.city,
    (extract(epoch FROM e.received_at) * 1000000)::bigint
"""
_EXPORT: Final = f"""
    COPY (
        SELECT {_COLUMNS} FROM track_events e
        WHERE e.cohort = {{cohort}} AND NOT EXISTS (
            SELECT FROM history_recalls r JOIN tracks t USING (courier, number, cycle)
            WHERE r.courier = e.courier AND r.number = e.number AND r.cycle = e.cycle
              AND r.state = 'done' AND r.events = t.events)
        ORDER BY e.courier COLLATE "C", e.number COLLATE "C", e.cycle, e.event_key
    ) TO STDOUT (FORMAT csv, FORCE_QUOTE (courier, number, event_key, text, code, detail, city))
"""
"""A recalled track that has as many events as its archive is in there already."""
_NOTE: Final = """
    INSERT INTO archived_cohorts AS a (cohort, events, size_bytes) VALUES (%s, %s, %s)
    ON CONFLICT (cohort) DO UPDATE SET events = a.events + excluded.events,
        size_bytes = a.size_bytes + excluded.size_bytes, archived_at = now()
"""
_NOTE_PART: Final = """
    INSERT INTO archive_parts (cohort, blob_key, first_courier, first_number, first_cycle,
                               last_courier, last_number, last_cycle, events, size_bytes, digest)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_STAGE: Final = """
    CREATE TEMPORARY TABLE IF NOT EXISTS coming_back (
        courier text, number text, cycle bigint, event_key text, occurred_at bigint, text text,
        code text, detail text, city text, received_at bigint) ON COMMIT DELETE ROWS
"""
_SETTLE: Final = """
    INSERT INTO track_events (cohort, courier, number, cycle, event_key, occurred_at, text, code,
                              detail, city, received_at)
    SELECT DISTINCT ON (c.courier, c.number, c.cycle, c.event_key)
           %(cohort)s::date, c.courier, c.number, c.cycle, decode(c.event_key, 'hex'),
           timestamptz 'epoch' + c.occurred_at * interval '1 microsecond', c.text, c.code, c.detail,
           c.city, timestamptz 'epoch' + c.received_at * interval '1 microsecond'
    FROM coming_back c WHERE NOT EXISTS (
        SELECT FROM track_events e
        WHERE e.cohort = %(cohort)s AND e.courier = c.courier AND e.number = c.number
          AND e.cycle = c.cycle AND e.event_key = decode(c.event_key, 'hex'))
"""
_SETTLE_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('yichuan.settle', 0))"
"""Two that bring back the same scans would both find them missing."""
_DISTINCT: Final = "SELECT count(DISTINCT event_key) FROM coming_back"
_RECALLED: Final = """
    UPDATE history_recalls SET state = 'done', done_at = now(), error = NULL, events = %(events)s
    WHERE courier = %(courier)s AND number = %(number)s AND cycle = %(cycle)s
"""
_PARTS_OF: Final = "SELECT blob_key, digest FROM archive_parts WHERE cohort = %s ORDER BY blob_key"
_PARTS_WITH: Final = """
    SELECT blob_key, digest FROM archive_parts
    WHERE cohort = %(cohort)s
      AND (first_courier COLLATE "C", first_number COLLATE "C", first_cycle)
          <= (%(courier)s, %(number)s, %(cycle)s)
      AND (last_courier COLLATE "C", last_number COLLATE "C", last_cycle)
          >= (%(courier)s, %(number)s, %(cycle)s)
    ORDER BY blob_key
"""


class ArchiveError(ValueError):
    """An archive cannot be made or read; nothing was dropped or changed."""


class Damaged(ArchiveError):
    """A file is not what was written."""


@dataclass(frozen=True, slots=True)
class Month:
    """A partition that is old enough; `why_not` says what keeps it (None: it may go)."""

    cohort: date
    events: int
    """By the database's statistics, counted where it has none yet."""
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A file that was written and proved."""

    blob_key: str
    first: TrackKey
    last: TrackKey
    events: int
    size_bytes: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Archived:
    """What became of a month: rows and files, and bytes of the files."""

    cohort: date
    events: int
    parts: int
    size_bytes: int
    csv_bytes: int
    seconds: float


@contextmanager
def alone(url: str) -> Iterator[Connection]:
    """A connection for an archive run; there is one run at a time.

    Raises:
        ArchiveError: another is going on.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_ONE_AT_A_TIME,)).fetchone()
        if row != (True,):
            raise ArchiveError("another archive run is going on")
        yield connection


def months(connection: Connection, before: date) -> list[Month]:
    """Partitions of the months before one, oldest first, and what keeps each of them."""
    found = [row for row in connection.execute(_MONTHS) if row[0] < before]
    at = now()
    values: dict[str, Any] = {
        "months": [cohort for cohort, _ in found],
        "ended": sorted(END_MILESTONES),
        "ended_before": at - ENDED_REST,
        "silent_before": at - SILENT_REST,
        "recalled_after": at - KEEP_RECALLED,
    }
    moving: dict[date, int] = dict(connection.execute(_MOVING, values).fetchall())
    read_again = {row[0] for row in connection.execute(_READ_AGAIN, values)}

    def why_not(cohort: date) -> str | None:
        if count := moving.get(cohort):
            return f"{count} tracks are not over"
        return "its history is being read again" if cohort in read_again else None

    return [
        Month(cohort, events if events >= 0 else _count(connection, cohort), why_not(cohort))
        for cohort, events in found
    ]


def _count(connection: Connection, cohort: date) -> int:
    row = connection.execute(
        "SELECT count(*) FROM track_events WHERE cohort = %s", (cohort,)
    ).fetchone()
    return int(row[0]) if row else 0


def archive(
    connection: Connection, blobs: BlobStore, cohort: date, progress: Progress = lambda _: None
) -> Archived:
    """Export a month, prove the files, drop its partition.

    Raises:
        Damaged: a file did not come back as it was written.
        ArchiveError: the month changed meanwhile, or is in use all the time: run it again.
    """
    begun = time.monotonic()
    folder = f"archive/track_events/{cohort:%Y-%m}/{new_id()}"
    parts: list[Part] = []
    csv_bytes = 0
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        there = _count(connection, cohort)
        for rows in _rows(connection, cohort):
            part = _written(blobs, f"{folder}/part-{len(parts):04d}.parquet", rows)
            csv_bytes += sum(map(len, rows))
            parts.append(part)
            progress(part.events)
    _let_go(connection, cohort, there, parts)
    events, size = sum(p.events for p in parts), sum(p.size_bytes for p in parts)
    return Archived(cohort, events, len(parts), size, csv_bytes, time.monotonic() - begun)


def _rows(connection: Connection, cohort: date) -> Iterator[list[bytes]]:
    """The month's rows as CSV, by files."""
    statement = sql.SQL(_EXPORT).format(cohort=sql.Literal(cohort))
    rows: list[bytes] = []
    with connection.cursor().copy(statement) as copy:
        for row in copy:
            rows.append(bytes(row))
            if len(rows) >= PART:
                yield rows
                rows = []
    if rows:
        yield rows


def _written(blobs: BlobStore, key: str, rows: Sequence[bytes]) -> Part:
    """Write a file, and prove what the store gives back.

    Raises:
        Damaged: it is not what was exported.
    """
    whole = b"".join(rows)
    data = parquet.written(whole)
    blobs.put(key, data)
    back = blobs.get(key)
    digest = hashlib.sha256(back).digest()
    if hashlib.sha256(data).digest() != digest or parquet.read(back) != whole:
        raise Damaged(f"{key} did not come back as it was written")
    return Part(key, _key_of(rows[0]), _key_of(rows[-1]), len(rows), len(data), digest)


def _key_of(row: bytes) -> TrackKey:
    """The track of a CSV row."""
    courier, number, cycle = next(csv.reader([row.decode()]))[:3]
    return TrackKey(courier, number, int(cycle))


def _let_go(connection: Connection, cohort: date, there: int, parts: Sequence[Part]) -> None:
    """Note the files and drop the partition, in one transaction.

    Raises:
        ArchiveError: it holds other rows than were counted, or cannot be locked.
    """
    for wait in range(TRIES):
        try:
            with connection.transaction():
                _drop(connection, cohort, there)
                totals = sum(p.events for p in parts), sum(p.size_bytes for p in parts)
                connection.execute(_NOTE, (cohort, *totals))
                with connection.cursor() as cursor:
                    cursor.executemany(_NOTE_PART, [_values(cohort, part) for part in parts])
                connection.execute("DELETE FROM history_recalls WHERE cohort = %s", (cohort,))
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            time.sleep(2**wait / 4)
        else:
            return
    raise ArchiveError(f"{cohort:%Y-%m} is in use all the time: try again later")


def _drop(connection: Connection, cohort: date, there: int) -> None:
    connection.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
    row = connection.execute("SELECT yichuan_drop_cohort(%s, %s)", (cohort, there)).fetchone()
    if row != (True,):
        raise ArchiveError(f"scans came into {cohort:%Y-%m} meanwhile: try again")


def _values(cohort: date, part: Part) -> tuple[Any, ...]:
    return cohort, part.blob_key, *part.first, *part.last, part.events, part.size_bytes, part.digest


def restore(
    connection: Connection, blobs: BlobStore, cohort: date, progress: Progress = lambda _: None
) -> int:
    """Bring a whole month back into its table; how many rows were missing there.

    Stopped half-way it may be run again. At its end the files are deleted.

    Raises:
        ArchiveError: nothing of that month was archived.
        Damaged: a file is not what was written; the month stays archived.
    """
    parts = connection.execute(_PARTS_OF, (cohort,)).fetchall()
    known = connection.execute("SELECT FROM archived_cohorts WHERE cohort = %s", (cohort,))
    if known.fetchone() is None:
        raise ArchiveError(f"{cohort:%Y-%m} is not archived")
    for key, digest in parts:  # all are proved before the first row is written
        _fetched(blobs, key, digest)
    connection.execute("SELECT yichuan_ensure_cohort(%s)", (cohort,))
    connection.execute(_STAGE)
    back = 0
    for key, digest in parts:
        # While a transaction that wrote is open the log's readers wait for it: short ones.
        for rows in parquet.read_groups(_fetched(blobs, key, digest)):
            with connection.transaction():
                back += _put_back(connection, cohort, rows)
            progress(back)
    with connection.transaction():
        for table in ("history_recalls", "archive_parts", "archived_cohorts"):
            connection.execute(f"DELETE FROM {table} WHERE cohort = %s", (cohort,))
    for key, _ in parts:
        blobs.delete(key)
    return back


def recall(connection: Connection, blobs: BlobStore, cohort: date, key: TrackKey) -> int:
    """Bring one track's events back; how many its archive has. Repeating it is harmless.

    Raises:
        Damaged: a file is not what was written.
        psycopg.Error: not stored.
    """
    named = {"cohort": cohort, **key._asdict()}
    parts = connection.execute(_PARTS_WITH, named).fetchall()
    found = [parquet.track_in(_fetched(blobs, name, digest), key) for name, digest in parts]
    connection.execute("SELECT yichuan_ensure_cohort(%s)", (cohort,))
    connection.execute(_STAGE)
    with connection.transaction():
        _put_back(connection, cohort, b"".join(found))
        (count,) = connection.execute(_DISTINCT).fetchone() or (0,)
        connection.execute(_RECALLED, named | {"events": count})
    return int(count)


def _fetched(blobs: BlobStore, key: str, digest: bytes) -> bytes:
    try:
        data = blobs.get(key)
    except NotFound as error:
        raise Damaged(f"{key} is missing: restore it from a backup") from error
    if hashlib.sha256(data).digest() != digest:
        raise Damaged(f"{key} is damaged: restore it from a backup")
    return data


def _put_back(connection: Connection, cohort: date, rows: bytes) -> int:
    if not rows:
        return 0
    with connection.cursor().copy("COPY coming_back FROM STDIN (FORMAT csv)") as copy:
        copy.write(rows)
    connection.execute(_SETTLE_ALONE)
    return connection.execute(_SETTLE, {"cohort": cohort}).rowcount
