"""The verbs on tracks: bind numbers to shipments, ask for pushes, deal with the quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update

from yichuan.core.clock import now
from yichuan.core.database import SystemSession, WriteSession
from yichuan.core.errors import Conflict, Invalid, NotFound
from yichuan.core.log import Entry, append
from yichuan.core.vault import Vault
from yichuan.couriers import queries as couriers
from yichuan.couriers import service as courier_calls
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.connector import Pushed, Refused
from yichuan.tracking.batch import begins_anew
from yichuan.tracking.ingest import cohort_of
from yichuan.tracking.models import InboxPush, Quarantined, TrackBinding, TrackSubscription
from yichuan.tracking.raw import opened, sealed
from yichuan.tracking.values import NewBinding, normal_courier, normal_number

Resolution = Literal["replayed", "dismissed"]
Key = tuple[str, str]

_LATEST: Final = text("""
    SELECT DISTINCT ON (t.courier, t.number) t.courier, t.number, t.cycle, t.milestone,
           t.last_event_at
    FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[])) AS k(courier, number)
    JOIN tracks t ON t.courier = k.courier AND t.number = k.number
    ORDER BY t.courier, t.number, t.cycle DESC
""")
_BEGIN: Final = text("""
    INSERT INTO tracks (courier, number, cycle, cohort)
    SELECT n.courier, n.number, n.cycle, CAST(:cohort AS date)
    FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[]), CAST(:cycles AS bigint[]))
        AS n(courier, number, cycle)
    ORDER BY n.courier, n.number, n.cycle
    ON CONFLICT DO NOTHING RETURNING courier, number, cycle
""")
_STATES: Final = text("""
    SELECT t.courier, t.number, t.cycle, t.milestone, t.detail, t.last_event_at
    FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[]), CAST(:cycles AS bigint[]))
        AS n(courier, number, cycle)
    JOIN tracks t USING (courier, number, cycle)
""")
_BIND: Final = text("""
    INSERT INTO track_bindings (merchant_id, shipment_id, courier, number, cycle, waybill_id, leg)
    VALUES (:merchant_id, :shipment_id, :courier, :number, :cycle, :waybill_id, :leg)
    ON CONFLICT (merchant_id, shipment_id, courier, number, cycle) DO UPDATE
    SET waybill_id = coalesce(excluded.waybill_id, track_bindings.waybill_id), leg = excluded.leg
""")
_WISH: Final = text("""
    INSERT INTO track_subscriptions (courier, number, cycle, connection_id, state, phone_last4_enc)
    VALUES (:courier, :number, :cycle, :connection_id, :state, :phone_last4_enc)
    ON CONFLICT (courier, number, cycle) DO UPDATE SET
        connection_id = coalesce(excluded.connection_id, track_subscriptions.connection_id),
        phone_last4_enc = coalesce(excluded.phone_last4_enc, track_subscriptions.phone_last4_enc),
        attempts = CASE WHEN track_subscriptions.state = 'failed' THEN 0
                   ELSE track_subscriptions.attempts END,
        next_at = CASE WHEN track_subscriptions.state = 'failed' THEN now()
                  ELSE track_subscriptions.next_at END,
        state = CASE WHEN track_subscriptions.state = 'failed' THEN excluded.state
                ELSE track_subscriptions.state END
""")
"""A number that is subscribed stays so; one that failed is tried afresh."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Pushes of a number are asked for."""

    courier: str
    number: str
    cycle: int


async def bind(
    session: SystemSession, bindings: Sequence[NewBinding], *, vault: Vault | None = None
) -> None:
    """Tie numbers to shipments; whatever their tracks say already flows to the shipments.

    A number whose latest parcel is long over binds its next cycle. `vault` is needed where a
    binding has `phone_last4`: it is kept encrypted.

    Raises:
        ValueError: `phone_last4` without a vault.
    """
    if not bindings:
        return
    keys = [(normal_courier(b.courier), normal_number(b.number)) for b in bindings]
    cycles = await _cycles(session, keys)
    tracks = sorted({(*key, cycles[key]) for key in keys})
    begun = await _begin(session, tracks)
    rows = [
        {"courier": key[0], "number": key[1], "cycle": cycles[key], "leg": b.leg}
        | {"merchant_id": b.merchant_id, "shipment_id": b.shipment_id, "waybill_id": b.waybill_id}
        for b, key in zip(bindings, keys, strict=True)
    ]
    await session.execute(_BIND, rows)
    wishes = [
        {"courier": key[0], "number": key[1], "cycle": cycles[key]}
        | {"connection_id": b.connection_id, "state": "wanted" if b.subscribe else "subscribed"}
        | {"phone_last4_enc": _tail(vault, b.phone_last4)}
        for b, key in zip(bindings, keys, strict=True)
    ]
    await session.execute(_WISH, wishes)
    await _tell(session, [track for track in tracks if track not in begun])


def _tail(vault: Vault | None, phone_last4: str | None) -> bytes | None:
    if not phone_last4:
        return None
    if vault is None:
        raise ValueError("phone_last4 needs a vault to be kept")
    return vault.seal_secret(phone_last4)


async def _cycles(session: WriteSession, keys: Iterable[Key]) -> dict[Key, int]:
    """Which life of each number begins or goes on now."""
    wanted = sorted(set(keys))
    rows = await session.execute(
        _LATEST, {"couriers": [c for c, _ in wanted], "numbers": [n for _, n in wanted]}
    )
    cycles = dict.fromkeys(wanted, 1)
    at = now()
    for row in rows:
        over = begins_anew(row.milestone, row.last_event_at, at)
        cycles[row.courier, row.number] = row.cycle + 1 if over else row.cycle
    return cycles


# unscoped: whether a number is somebody else's cannot be asked within one's own merchants
_ELSEWHERE: Final = text("""
    SELECT b.courier, b.number, b.merchant_id
    FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[]), CAST(:cycles AS bigint[]))
        AS n(courier, number, cycle)
    JOIN track_bindings b USING (courier, number, cycle)
""")


async def owners_of(session: SystemSession, keys: Iterable[Key]) -> dict[Key, set[UUID]]:
    """Merchants whose parcels travel under these numbers now, as far as the hub knows."""
    normal = {(c, n): (normal_courier(c), normal_number(n)) for c, n in keys}
    cycles = await _cycles(session, normal.values()) if normal else {}
    rows = await session.execute(_ELSEWHERE, _columns([(*k, c) for k, c in cycles.items()]))
    owners: dict[Key, set[UUID]] = {}
    for courier, number, merchant_id in rows:
        owners.setdefault((courier, number), set()).add(merchant_id)
    return {key: owners.get(stored, set()) for key, stored in normal.items()}


async def _begin(
    session: SystemSession, tracks: Sequence[tuple[str, str, int]]
) -> set[tuple[str, str, int]]:
    """Make the rows of tracks that are not there; returns those made.

    With the row there, a merge of the same number waits for this transaction and then finds its
    binding: no state can slip between the two.
    """
    made = await session.execute(_BEGIN, {**_columns(tracks), "cohort": cohort_of(now())})
    return {(row.courier, row.number, row.cycle) for row in made}


def _columns(tracks: Sequence[tuple[str, str, int]]) -> dict[str, list[str] | list[int]]:
    return {
        "couriers": [courier for courier, _, _ in tracks],
        "numbers": [number for _, number, _ in tracks],
        "cycles": [cycle for _, _, cycle in tracks],
    }


async def _tell(session: SystemSession, tracks: Sequence[tuple[str, str, int]]) -> None:
    """Say in the log that somebody new listens to these tracks."""
    if not tracks:
        return
    rows = await session.execute(_STATES, _columns(tracks))
    entries = [
        Entry(
            topic="track",
            kind="progress",
            courier=row.courier,
            number=row.number,
            cycle=row.cycle,
            milestone_from=row.milestone,
            milestone=row.milestone,
            detail=row.detail,
            occurred_at=row.last_event_at,
        )
        for row in rows
    ]
    await append(session, entries)


async def unbind(
    session: SystemSession, merchant_id: UUID, shipment_id: UUID, courier: str, number: str
) -> None:
    """The shipment does not have this number any more: its track is none of its business.

    Pushes that nobody has asked for yet and nobody waits for are not asked for.
    """
    courier, number = normal_courier(courier), normal_number(number)
    await session.execute(
        delete(TrackBinding).where(
            TrackBinding.merchant_id == merchant_id,
            TrackBinding.shipment_id == shipment_id,
            TrackBinding.courier == courier,
            TrackBinding.number == number,
        )
    )
    # unscoped: any merchant's binding keeps the wish alive
    others = select(TrackBinding.cycle).where(
        TrackBinding.courier == courier, TrackBinding.number == number
    )
    await session.execute(
        delete(TrackSubscription).where(
            TrackSubscription.courier == courier,
            TrackSubscription.number == number,
            TrackSubscription.state == "wanted",
            TrackSubscription.cycle.not_in(others),
        )
    )


async def request_subscription(
    session: WriteSession,
    vault: Vault,
    *,
    courier: str,
    number: str,
    connection_id: UUID | None,
    phone_last4: str | None,
) -> Wish:
    """Ask for pushes of a number that no shipment has (platform session).

    Raises:
        NotFound: no such courier or connection.
        Invalid: the number cannot be one.
    """
    courier, number = normal_courier(courier), normal_number(number)
    if not 3 <= len(number) <= 60:
        raise Invalid("not a waybill number", field="number")
    if not await couriers.known(session, {courier}):
        raise NotFound(f"no courier with code {courier}")
    if connection_id is not None:
        await couriers.connection(session, connection_id)
    cycles = await _cycles(session, [(courier, number)])
    wish = Wish(courier, number, cycles[courier, number])
    await session.execute(
        _WISH,
        {"courier": courier, "number": number, "cycle": wish.cycle, "state": "wanted"}
        | {"connection_id": connection_id, "phone_last4_enc": _tail(vault, phone_last4)},
    )
    return wish


async def dismiss(session: WriteSession, quarantine_id: int) -> None:
    """Leave a quarantined thing aside for good.

    Raises:
        NotFound: unknown.
        Conflict: dealt with already.
    """
    row = await _open_row(session, quarantine_id)
    await _resolve(session, row.id, "dismissed")


async def replay(session: SystemSession, vault: Vault, quarantine_id: int) -> None:
    """Read a quarantined thing again: it goes through the inbox like a new push.

    What is bad again comes back to the quarantine with its new reason.

    Raises:
        NotFound: unknown.
        Conflict: dealt with already, or it cannot be read any better now.
    """
    row = await _open_row(session, quarantine_id)
    if row.connection_id is None or registry.door(row.connector) is None:
        raise Conflict("nothing knows how to read it")
    content = await _content(session, vault, row)
    await session.execute(
        insert(InboxPush).values(
            connector=row.connector,
            connection_id=row.connection_id,
            body=sealed(vault, content),
        )
    )
    await _resolve(session, row.id, "replayed")


async def _content(session: SystemSession, vault: Vault, row: Quarantined) -> bytes:
    """What the inbox is given for a quarantined row.

    Raises:
        Conflict: it cannot be read any better now.
    """
    door = registry.door(row.connector)
    assert door is not None
    raw = opened(vault, row.raw)
    try:
        if row.kind == "signature" and row.connection_id is not None:
            keys = await courier_calls.keys_of(session, vault, row.connection_id)
            return door.open(Pushed(raw), keys)
        if row.kind == "event" and row.courier and row.number:
            return door.again(row.courier, row.number, raw)
    except (Refused, ValueError) as error:
        raise Conflict(f"it cannot be read any better now: {error}") from error
    if row.kind == "record":
        raise Conflict("the record names no courier and number; only the courier can mend it")
    return raw


async def _open_row(session: WriteSession, quarantine_id: int) -> Quarantined:
    row = await session.get(Quarantined, quarantine_id, with_for_update=True)
    if row is None:
        raise NotFound("no such thing in the quarantine")
    if row.resolved_at is not None:
        raise Conflict(f"dealt with already: {row.resolution}")
    return row


async def _resolve(session: WriteSession, quarantine_id: int, how: Resolution) -> None:
    await session.execute(
        update(Quarantined)
        .where(Quarantined.id == quarantine_id)
        .values(resolved_at=now(), resolution=how)
    )
