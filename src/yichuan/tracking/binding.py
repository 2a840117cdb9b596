"""Tying numbers to shipments: which life of a number it is, its track, its binding, its pushes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from yichuan.core.clock import now
from yichuan.core.direct import Ask, Direct, Write
from yichuan.core.log import Entry, entry_rows
from yichuan.core.models import LogEntry
from yichuan.core.vault import Vault
from yichuan.core.writing import inserts
from yichuan.tracking.batch import begins_anew
from yichuan.tracking.ingest import cohort_of
from yichuan.tracking.values import NewBinding, normal_courier, normal_number

Key = tuple[str, str]
"""Courier and number, as they are stored."""
Track = tuple[str, str, int]
"""Courier, number and cycle."""

_LATEST: Final = """
    SELECT DISTINCT ON (t.courier, t.number) t.courier, t.number, t.cycle, t.milestone,
           t.last_event_at
    FROM unnest(CAST(%(couriers)s AS text[]), CAST(%(numbers)s AS text[])) AS k(courier, number)
    JOIN tracks t ON t.courier = k.courier AND t.number = k.number
    ORDER BY t.courier, t.number, t.cycle DESC
"""
_BEGIN: Final = """
    INSERT INTO tracks (courier, number, cycle, cohort)
    SELECT n.courier, n.number, n.cycle, CAST(%(cohort)s AS date)
    FROM unnest(%(couriers)s::text[], %(numbers)s::text[], %(cycles)s::bigint[])
        AS n(courier, number, cycle)
    ORDER BY n.courier, n.number, n.cycle
    ON CONFLICT DO NOTHING RETURNING courier, number, cycle
"""
_BEGIN_FIRST: Final = _BEGIN.replace(
    "    ORDER BY",
    "    WHERE NOT EXISTS (SELECT 1 FROM tracks t"
    " WHERE t.courier = n.courier AND t.number = n.number)\n    ORDER BY",
)
_STATES: Final = """
    SELECT t.courier, t.number, t.cycle, t.milestone, t.detail, t.last_event_at
    FROM unnest(%(couriers)s::text[], %(numbers)s::text[], %(cycles)s::bigint[])
        AS n(courier, number, cycle)
    JOIN tracks t USING (courier, number, cycle)
"""
_BIND: Final = """
    INSERT INTO track_bindings (merchant_id, shipment_id, courier, number, cycle, waybill_id, leg)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (merchant_id, shipment_id, courier, number, cycle) DO UPDATE
    SET waybill_id = coalesce(excluded.waybill_id, track_bindings.waybill_id), leg = excluded.leg
"""
_EVICT: Final = """
    DELETE FROM track_subscribers s
    WHERE s.courier = %s AND s.number = %s AND s.cycle = %s AND s.merchant_id <> %s
      AND NOT EXISTS (SELECT 1 FROM track_bindings b
                      WHERE b.courier = s.courier AND b.number = s.number AND b.cycle = s.cycle
                        AND b.merchant_id = s.merchant_id)
"""
"""A shipment under a number ends what other merchants' programs follow without one."""
_WISH: Final = """
    INSERT INTO track_subscriptions (courier, number, cycle, connection_id, state, phone_last4_enc)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (courier, number, cycle) DO UPDATE SET
        connection_id = coalesce(excluded.connection_id, track_subscriptions.connection_id),
        phone_last4_enc = coalesce(excluded.phone_last4_enc, track_subscriptions.phone_last4_enc),
        attempts = CASE WHEN track_subscriptions.state = 'failed' THEN 0
                   ELSE track_subscriptions.attempts END,
        stops = CASE WHEN track_subscriptions.state = 'failed' THEN 0
                ELSE track_subscriptions.stops END,
        next_at = CASE WHEN track_subscriptions.state = 'failed' THEN now()
                  ELSE track_subscriptions.next_at END,
        state = CASE WHEN track_subscriptions.state = 'failed' THEN excluded.state
                ELSE track_subscriptions.state END
"""
"""A number that is subscribed stays so; one that failed is tried afresh."""


async def bind(
    direct: Direct, bindings: Sequence[NewBinding], *, vault: Vault | None = None
) -> None:
    """Tie numbers to shipments; whatever their tracks say already flows to the shipments.

    A number whose latest parcel is long over binds its next cycle. `vault` is needed where a
    binding has `phone_last4`: it is kept encrypted. The last writes wait in `direct`.

    Raises:
        ValueError: `phone_last4` without a vault.
    """
    if not bindings:
        return
    keys = [(normal_courier(b.courier), normal_number(b.number)) for b in bindings]
    lives, begun = await direct.ask(cycles(keys), begin_first(keys))
    tracks = sorted({(*key, lives[key]) for key in keys})
    missing = [track for track in tracks if track not in begun]
    if missing:
        (more,) = await direct.ask(begin(missing))
        begun |= more
    both = list(zip(bindings, keys, strict=True))
    bound = [
        (b.merchant_id, b.shipment_id, *key, lives[key], b.waybill_id, b.leg) for b, key in both
    ]
    direct.write((_BIND, bound))
    direct.write((_EVICT, [(*key, lives[key], b.merchant_id) for b, key in both]))
    for b, key in both:
        state = "wanted" if b.subscribe else "subscribed"
        direct.write(wish(vault, key, lives[key], b.connection_id, b.phone_last4, state))
    heard = [track for track in tracks if track not in begun]
    if heard:
        (entries,) = await direct.ask(_states(heard))
        direct.write(*inserts((LogEntry, entry_rows(entries))))


def cycles(keys: Iterable[Key]) -> Ask[dict[Key, int]]:
    """Which life of each number begins or goes on now."""
    wanted = sorted(set(keys))

    def read(rows: Sequence[tuple[Any, ...]]) -> dict[Key, int]:
        found, at = dict.fromkeys(wanted, 1), now()
        for courier, number, cycle, milestone, last_event_at in rows:
            over = begins_anew(milestone, last_event_at, at)
            found[courier, number] = cycle + 1 if over else cycle
        return found

    values = {"couriers": [c for c, _ in wanted], "numbers": [n for _, n in wanted]}
    return Ask(_LATEST, values, read)


def begin(tracks: Sequence[Track]) -> Ask[set[Track]]:
    """Make the rows of tracks that are not there; gives those made.

    With the row there, a merge of the same number waits for this transaction and then finds its
    binding: no state can slip between the two.
    """
    values = columns(tracks) | {"cohort": cohort_of(now())}
    return Ask(_BEGIN, values, lambda rows: {(row[0], row[1], row[2]) for row in rows})


def begin_first(keys: Iterable[Key]) -> Ask[set[Track]]:
    """`begin` for numbers that never had a track, which most have not: asked with `cycles`."""
    first = begin([(*key, 1) for key in sorted(set(keys))])
    return Ask(_BEGIN_FIRST, first.values, first.read)


def columns(tracks: Sequence[Track]) -> dict[str, Any]:
    """Tracks as the arrays that the statements here take."""
    return {
        "couriers": [courier for courier, _, _ in tracks],
        "numbers": [number for _, number, _ in tracks],
        "cycles": [cycle for _, _, cycle in tracks],
    }


def _states(tracks: Sequence[Track]) -> Ask[list[Entry]]:
    """Log entries that tell somebody new what these tracks say already."""

    def read(rows: Sequence[tuple[Any, ...]]) -> list[Entry]:
        heard = [
            Entry(
                topic="track",
                kind="progress",
                courier=courier,
                number=number,
                cycle=cycle,
                milestone_from=milestone,
                milestone=milestone,
                detail=detail,
                occurred_at=last_event_at,
            )
            for courier, number, cycle, milestone, detail, last_event_at in rows
        ]
        named = [
            Entry("handover", "named", courier=e.courier, number=e.number, cycle=e.cycle)
            for e in heard
        ]
        return heard + named

    return Ask(_STATES, columns(tracks), read)


def wish(
    vault: Vault | None,
    key: Key,
    cycle: int,
    connection_id: UUID | None,
    phone_last4: str | None,
    state: str = "wanted",
) -> Write:
    """Pushes of a number are asked for (`wanted`) or come by themselves (`subscribed`).

    Raises:
        ValueError: `phone_last4` without a vault.
    """
    return _WISH, ((*key, cycle, connection_id, state, _tail(vault, phone_last4)),)


def _tail(vault: Vault | None, phone_last4: str | None) -> bytes | None:
    if not phone_last4:
        return None
    if vault is None:
        raise ValueError("phone_last4 needs a vault to be kept")
    return vault.seal_secret(phone_last4)
