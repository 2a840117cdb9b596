"""Reading and writing tracks in bulk, on plain psycopg inside the merge's one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Final

import msgspec
import psycopg

from yichuan.core import arrays
from yichuan.core.database import Connection
from yichuan.core.vault import Vault
from yichuan.couriers.connectors.base import Deliverer
from yichuan.tracking import spoken
from yichuan.tracking.batch import Bad, Key, Moved, StoredTrack
from yichuan.tracking.raw import sealed
from yichuan.tracking.walk import second_of


class Raced(Exception):
    """Another worker wrote one of the same tracks at the same moment: begin the batch again."""


class Unfounded(Raced):
    """The month of a track has no partition (any more): make it, and begin the batch again."""


_LOAD: Final = """
    SELECT t.courier, t.number, t.cycle, t.cohort, t.milestone, t.events, t.digest, t.history,
           t.words, t.last_event_at, t.ctid, t.xmin
    FROM (SELECT unnest(%s::text[]) AS courier, unnest(%s::text[]) AS number) k
    JOIN tracks t ON t.courier = k.courier AND t.number = k.number
"""
_LOAD_LOCKED: Final = f"{_LOAD} ORDER BY t.courier, t.number, t.cycle FOR UPDATE OF t"
"""Locks in the order of the key, so that two workers never wait for each other in a ring."""

_STATE: Final = {
    "milestone": "text",
    "detail": "text",
    "problem": "text",
    "problem_party": "text",
    "problem_since": "timestamptz",
    "events": "bigint",
    "digest": "bytea",
    "history": "bytea",
    "words": "bytea",
    "first_event_at": "timestamptz",
    "last_event_at": "timestamptz",
    "last_text": "text",
    "last_city": "text",
    "picked_up_at": "timestamptz",
    "out_for_delivery_at": "timestamptz",
    "delivered_at": "timestamptz",
    "returned_at": "timestamptz",
    "signed_by": "text",
    "sign_kind": "text",
    "deliverer": "bytea",
    "expected_from": "timestamptz",
    "expected_to": "timestamptz",
}
_IN_DAY: Final = f"""n.expected_to - n.expected_from >= interval '{spoken.DAY.total_seconds()} s'
    AND t.expected_to BETWEEN n.expected_from AND n.expected_to"""
"""Only the day is told anew, and the hours were known."""
_KEY: Final = {"courier": "text", "number": "text", "cycle": "bigint"}


def _unnested(columns: Mapping[str, str]) -> str:
    """Rows of these arrays. Not FROM unnest(…): that would put them into a table first."""
    parts = ", ".join(f"unnest(%s::{kind}[]) AS {name}" for name, kind in columns.items())
    return f"(SELECT {parts}) AS n"


def _values(columns: Mapping[str, str]) -> str:
    return ", ".join(f"n.{name}" for name in columns)


_NEW: Final = {**_KEY, "cohort": "date", **_STATE}
_OLDER: Final = f"n.expected_to IS NULL OR ({_IN_DAY})"
_KEEPING: Final = {
    "deliverer": "CASE WHEN n.milestone = 'out_for_delivery'"
    " THEN coalesce(n.deliverer, t.deliverer) END",
    **{
        name: f"CASE WHEN {_OLDER} THEN t.{name} ELSE n.{name} END"
        for name in ("expected_from", "expected_to")
    },
}
"""Columns that news without a word about them leave as they are. Who delivers it is forgotten with
the delivery."""
_SET: Final = ", ".join(f"{name} = {_KEEPING.get(name, f'n.{name}')}" for name in _STATE)
_INSERT: Final = (
    f"INSERT INTO tracks ({', '.join(_NEW)}) SELECT {_values(_NEW)} FROM {_unnested(_NEW)}"
    " ORDER BY n.courier, n.number, n.cycle ON CONFLICT DO NOTHING"
)
_VERSION: Final = {"place": "tid", "version": "xid"}
_UPDATE: Final = (
    f"UPDATE tracks t SET {_SET}, updated_at = now() FROM {_unnested({**_VERSION, **_STATE})}"
    " WHERE t.ctid = n.place AND t.xmin = n.version"
)
"""Rows are written over where they were read, and only if they are still what was read: that needs
no lock before and no second way through the index."""
_EVENT: Final = {
    **_KEY,
    "cohort": "date",
    "event_key": "bytea",
    "occurred_at": "timestamptz",
    "text": "text",
    "code": "text",
    "detail": "text",
    "city": "text",
}
_EVENTS: Final = (
    f"INSERT INTO track_events ({', '.join(_EVENT)}) SELECT {_values(_EVENT)}"
    f" FROM {_unnested(_EVENT)}"
)
"""Each once: who writes a track's row knows all its events (`tracks.history`)."""
_MOVE: Final = {
    **_KEY,
    "before": "text",
    "milestone": "text",
    "detail": "text",
    "at": "timestamptz",
}
_LOG: Final = (
    "INSERT INTO milestone_log (topic, kind, courier, number, cycle, milestone_from, milestone,"
    " detail, occurred_at) SELECT 'track', CASE WHEN n.before IS DISTINCT FROM n.milestone"
    f" THEN 'milestone' ELSE 'progress' END, {_values(_MOVE)} FROM {_unnested(_MOVE)}"
)
_BAD: Final = (
    "INSERT INTO quarantine (connector, connection_id, inbox_id, courier, number, kind, reason,"
    " raw, digest) SELECT * FROM unnest(%s::text[], %s::uuid[], %s::bigint[], %s::text[],"
    " %s::text[], %s::text[], %s::text[], %s::bytea[], %s::bytea[])"
    " ON CONFLICT (digest) DO UPDATE SET resolved_at = NULL, resolution = NULL"
    " WHERE quarantine.resolution = 'replayed'"
)
"""What is bad again after a replay opens again; what was dismissed stays dismissed."""
_STOPPED: Final = """
    UPDATE track_subscriptions s
    SET state = CASE WHEN s.stops < 2 THEN 'wanted' ELSE 'failed' END,
        next_at = now() + interval '1 hour', last_error = n.reason,
        stops = s.stops + 1, stopped_at = now(), stopped_reason = n.reason
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS n(courier, number, reason)
    WHERE s.courier = n.courier AND s.number = n.number AND s.state = 'subscribed'
      AND NOT EXISTS (
        SELECT 1 FROM tracks t
        WHERE t.courier = s.courier AND t.number = s.number AND t.cycle = s.cycle
          AND t.milestone IN ('delivered', 'returned', 'cancelled', 'lost'))
"""


async def load(
    connection: Connection, wanted: Collection[Key], *, locked: bool = False
) -> dict[Key, list[StoredTrack]]:
    """All cycles of these numbers, oldest first; numbers without a track are left out.

    `locked`: nobody else writes them until the transaction ends.
    """
    cursor = connection.cursor(binary=True)
    await cursor.execute(
        _LOAD_LOCKED if locked else _LOAD,
        (arrays.texts([c for c, _ in wanted]), arrays.texts([n for _, n in wanted])),
    )
    found: dict[Key, list[StoredTrack]] = {}
    for row in await cursor.fetchall():
        found.setdefault((row[0], row[1]), []).append(StoredTrack(*row))
    for cycles in found.values():
        if len(cycles) > 1:
            cycles.sort(key=attrgetter("cycle"))
    return found


async def write(connection: Connection, vault: Vault, moved: Sequence[Moved]) -> None:
    """Store moved tracks, their new events and one log entry for each.

    Raises:
        Raced: a new track is there already, or a known one was written since it was read.
        Unfounded: a partition is missing.
    """
    if not moved:
        return
    new = [track for track in moved if track.is_new]
    known = [track for track in moved if not track.is_new]
    if new:
        cohorts = [arrays.dates([track.cohort for track in new])]
        cursor = await connection.execute(_INSERT, (*_keys(new), *cohorts, *_states(vault, new)))
        if cursor.rowcount != len(new):
            raise Raced
    if known:
        cursor = await connection.execute(_UPDATE, (*_versions(known), *_states(vault, known)))
        if cursor.rowcount != len(known):
            raise Raced
    try:
        await connection.execute(_EVENTS, _events(moved))
    except psycopg.errors.CheckViolation as error:  # PostgreSQL's word for "no partition"
        raise Unfounded(str(error)) from error
    await connection.execute(
        _LOG,
        (
            *_keys(moved),
            arrays.texts([track.milestone_from for track in moved]),
            arrays.texts([track.milestone for track in moved]),
            arrays.texts([track.row.walk.detail for track in moved]),
            arrays.seconds([track.row.walk.last for track in moved]),
        ),
    )


def _keys(moved: Sequence[Moved]) -> tuple[str, str, arrays.Numbers]:
    return (
        arrays.texts([track.courier for track in moved]),
        arrays.texts([track.number for track in moved]),
        arrays.numbers([track.cycle for track in moved]),
    )


def _versions(moved: Sequence[Moved]) -> tuple[arrays.Places, arrays.Versions]:
    """Where the rows were read, and what wrote what was read there."""
    read = [track.read for track in moved if track.read is not None]
    return (
        arrays.places([place for place, _ in read]),
        arrays.versions([version for _, version in read]),
    )


def _states(vault: Vault, moved: Sequence[Moved]) -> list[arrays.Array]:
    rows = [track.row for track in moved]
    walks = [row.walk for row in rows]
    problems = [walk.problem for walk in walks]
    expected = [track.expected for track in moved]
    return [
        arrays.texts([track.milestone for track in moved]),
        arrays.texts([walk.detail for walk in walks]),
        arrays.texts([p.kind if p else None for p in problems]),
        arrays.texts([p.party if p else None for p in problems]),
        arrays.seconds([w.raised_at if w.raised else None for w in walks]),
        arrays.numbers([track.count for track in moved]),
        arrays.blobs([track.digest for track in moved]),
        arrays.blobs([row.history for row in rows]),
        arrays.blobs([row.words for row in rows]),
        arrays.seconds([walk.first for walk in walks]),
        arrays.seconds([walk.last for walk in walks]),
        arrays.texts([row.last_text for row in rows]),
        arrays.texts([row.last_city for row in rows]),
        arrays.seconds([walk.picked_up for walk in walks]),
        arrays.seconds([walk.out for walk in walks]),
        arrays.seconds([walk.delivered for walk in walks]),
        arrays.seconds([walk.returned for walk in walks]),
        arrays.texts([walk.signed_by for walk in walks]),
        arrays.texts([walk.sign_kind for walk in walks]),
        arrays.blobs([_sealed(vault, track.deliverer) for track in moved]),
        arrays.seconds([_second(e.begin) if e else None for e in expected]),
        arrays.seconds([_second(e.end) if e else None for e in expected]),
    ]


def _sealed(vault: Vault, who: Deliverer | None) -> bytes | None:
    return vault.seal_bytes(msgspec.json.encode(who)) if who else None


def _second(at: datetime | None) -> int | None:
    return None if at is None else second_of(at)


def _events(moved: Sequence[Moved]) -> list[arrays.Array]:
    pairs = [(track, event) for track in moved for event in track.new_events]
    events = [event for _, event in pairs]
    return [
        arrays.texts([track.courier for track, _ in pairs]),
        arrays.texts([track.number for track, _ in pairs]),
        arrays.numbers([track.cycle for track, _ in pairs]),
        arrays.dates([track.cohort for track, _ in pairs]),
        arrays.blobs([event.key for event in events]),
        arrays.seconds([event.second for event in events]),
        arrays.texts([event.text for event in events]),
        arrays.texts([event.code for event in events]),
        arrays.texts([event.detail for event in events]),
        arrays.texts([event.city for event in events]),
    ]


async def quarantine(connection: Connection, vault: Vault, bad: Sequence[Bad]) -> None:
    """Put aside what could not be used; the same thing is kept once."""
    once = {one.digest(): one for one in bad}
    if not once:
        return
    rows = list(once.values())
    await connection.execute(
        _BAD,
        (
            arrays.texts([one.source.connector for one in rows]),
            arrays.uuids([one.source.connection_id for one in rows]),
            arrays.numbers([one.source.inbox_id for one in rows]),
            arrays.texts([one.courier for one in rows]),
            arrays.texts([one.number for one in rows]),
            arrays.texts([one.kind for one in rows]),
            arrays.texts([one.reason[:500] for one in rows]),
            arrays.blobs([sealed(vault, one.raw) for one in rows]),
            arrays.blobs(list(once)),
        ),
    )


async def stopped(connection: Connection, reasons: dict[Key, str]) -> None:
    """The courier watches these numbers no longer: they are asked for again, unless over. The third
    time nobody is asked any more: each subscription is paid for.
    """
    if not reasons:
        return
    keys = sorted(reasons)
    await connection.execute(
        _STOPPED,
        (
            arrays.texts([courier for courier, _ in keys]),
            arrays.texts([number for _, number in keys]),
            arrays.texts([reasons[key][:500] for key in keys]),
        ),
    )
