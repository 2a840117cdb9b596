"""Reading stored events again after an operator mapped a code or a text, or took that back.

Only open tracks are read again, and of them only the events the mapping is about: what was said
about ended parcels stays as it was reported. A track whose milestone moves by it tells so in the
milestone log like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from yichuan.core import arrays
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import Connection
from yichuan.core.vault import Vault
from yichuan.couriers import service as couriers
from yichuan.tracking import memory, store, unknown
from yichuan.tracking.batch import NOTHING, Key, Moved, StoredTrack
from yichuan.tracking.codes import detail_of_code
from yichuan.tracking.details import NONE
from yichuan.tracking.memory import Scan, Words
from yichuan.tracking.values import END_MILESTONES

PAGE: Final = 500
"""Tracks looked through at once, and at most changed in one transaction."""
SILENT: Final = timedelta(days=90)
"""A track without a scan for so long is left alone: its next scan begins a new life."""

_OPEN: Final = """
    SELECT number, cycle FROM tracks
    WHERE courier = %s AND (number, cycle) > (%s, %s) AND milestone <> ALL (%s::text[])
      AND last_event_at > %s
    ORDER BY number, cycle LIMIT %s
"""
_EVENTS: Final = """
    SELECT e.number, e.cycle, e.event_key, e.occurred_at, e.text, e.code, e.detail, e.city
    FROM unnest(%s::text[], %s::bigint[]) AS k(number, cycle)
    JOIN tracks t ON t.courier = %s AND t.number = k.number AND t.cycle = k.cycle
    JOIN track_events e ON e.courier = t.courier AND e.number = t.number
      AND e.cycle = t.cycle AND e.cohort = t.cohort
"""
_CHANGE: Final = """
    UPDATE track_events e SET detail = n.detail
    FROM unnest(%s::text[], %s::bigint[], %s::date[], %s::bytea[], %s::text[])
        AS n(number, cycle, cohort, event_key, detail)
    WHERE e.courier = %s AND e.number = n.number AND e.cycle = n.cycle AND e.cohort = n.cohort
      AND e.event_key = n.event_key
"""


class Change(NamedTuple):
    """What was mapped, and how that was read before."""

    connector: str
    courier: str
    code: str
    before: str | None


class _Event(NamedTuple):
    number: str
    cycle: int
    key: bytes
    occurred_at: datetime
    text: str
    code: str | None
    detail: str
    city: str | None


async def reread(
    context: Context, connector: str, courier: str, code: str, before: str | None
) -> int:
    """Read the events again that a mapping is about; how many tracks were changed by it.

    Raises:
        psycopg.Error: not finished; repeating it is harmless.
    """
    about = Change(connector, courier, code, before)
    changed, place = 0, ("", 0)
    while True:
        async with (
            context.database.hot_system.connection() as connection,
            connection.transaction(),
        ):
            mapped = (await couriers.mapped_unknown(connection)).get((connector, courier), NOTHING)
            tracks = await _page(connection, courier, place)
            changed += await _reread(connection, context.vault, about, tracks, mapped)
        if len(tracks) < PAGE:
            return changed
        place = tracks[-1]


async def _page(
    connection: Connection, courier: str, place: tuple[str, int]
) -> list[tuple[str, int]]:
    ended = arrays.texts(sorted(END_MILESTONES))
    values = (courier, *place, ended, now() - SILENT, PAGE)
    return await (await connection.execute(_OPEN, values)).fetchall()


async def _reread(
    connection: Connection,
    vault: Vault,
    about: Change,
    tracks: Sequence[tuple[str, int]],
    mapped: Mapping[str, str],
) -> int:
    """One page: find the tracks with events that read otherwise now, and write these anew."""
    events = await _events(connection, about.courier, tracks)
    touched = {
        track for track, known in events.items() if any(_again(e, about, mapped) for e in known)
    }
    if not touched:
        return 0
    keys = {(about.courier, number) for number, _ in touched}
    stored = await store.load(connection, keys, locked=True)
    # What came in between the look and the lock is there now: read the locked tracks once more.
    events = await _events(connection, about.courier, sorted(touched))
    moved: list[Moved] = []
    changes: list[tuple[StoredTrack, bytes, str]] = []
    for track in _cycles(stored, touched):
        known = events[track.number, track.cycle]
        new = {e.key: d for e in known if (d := _again(e, about, mapped)) is not None}
        moved.append(_moved(track, known, new))
        changes += [(track, key, detail) for key, detail in new.items()]
    await _change(connection, about.courier, changes)
    await store.write(connection, vault, moved)
    return len(moved)


def _cycles(
    stored: Mapping[Key, Sequence[StoredTrack]], touched: set[tuple[str, int]]
) -> list[StoredTrack]:
    return [t for cycles in stored.values() for t in cycles if (t.number, t.cycle) in touched]


async def _events(
    connection: Connection, courier: str, tracks: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], list[_Event]]:
    keys = (arrays.texts([n for n, _ in tracks]), arrays.numbers([c for _, c in tracks]))
    found: dict[tuple[str, int], list[_Event]] = {track: [] for track in tracks}
    cursor = connection.cursor(binary=True)
    await cursor.execute(_EVENTS, (*keys, courier))
    for row in await cursor.fetchall():
        event = _Event(*row)
        found[event.number, event.cycle].append(event)
    return found


def _again(event: _Event, about: Change, mapped: Mapping[str, str]) -> str | None:
    """The detail of an event as it reads now; None: the mapping is not about it, or as before."""
    if about.code.startswith(unknown.TEXT):
        if event.detail not in (NONE, about.before) or unknown.shape(event.text) != about.code:
            return None
    elif event.code is None or event.code[: unknown.MAX_CODE] != about.code:
        return None
    coded = detail_of_code(about.connector, event.code) if event.code else None
    detail = unknown.read(event.text, event.code, coded, mapped)
    return None if detail == event.detail else detail


def _moved(track: StoredTrack, events: Sequence[_Event], new: Mapping[bytes, str]) -> Moved:
    """The track with these of its events read otherwise; the order of its history stays."""
    by_key = {event.key: event for event in events}
    scans: list[Scan] = []
    for scan in memory.unpack(track.history, track.recall()):
        event = by_key.get(scan.key)
        if event is None:
            scans.append(scan)
        else:
            detail = new.get(scan.key, event.detail)
            scans.append(Scan(scan.key, scan.second, detail, event.text, event.city))
    row = memory.remembered(b"", Words({}, {}), scans, now())
    milestone = row.walk.milestone
    return Moved(
        courier=track.courier,
        number=track.number,
        cycle=track.cycle,
        cohort=track.cohort,
        read=(track.place, track.version),
        milestone_from=track.milestone,
        milestone=milestone.name if milestone else "created",
        count=track.events,
        digest=track.digest,
        row=row,
        new_events=[],
    )


async def _change(
    connection: Connection, courier: str, changes: Sequence[tuple[StoredTrack, bytes, str]]
) -> None:
    await connection.execute(
        _CHANGE,
        (
            arrays.texts([track.number for track, _, _ in changes]),
            arrays.numbers([track.cycle for track, _, _ in changes]),
            arrays.dates([track.cohort for track, _, _ in changes]),
            arrays.blobs([key for _, key, _ in changes]),
            arrays.texts([detail for _, _, detail in changes]),
            courier,
        ),
    )
