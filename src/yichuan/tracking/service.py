"""The verbs on tracks: bind numbers to shipments, ask for pushes, deal with the quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update

from yichuan.core.clock import now
from yichuan.core.database import SystemSession, WriteSession
from yichuan.core.direct import within, write_within
from yichuan.core.errors import Conflict, Invalid, NotFound
from yichuan.core.vault import Vault
from yichuan.couriers import queries as couriers
from yichuan.couriers import service as courier_calls
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.connector import Pushed, Refused
from yichuan.tracking import binding
from yichuan.tracking.binding import Key
from yichuan.tracking.models import InboxPush, Quarantined, TrackBinding, TrackSubscription
from yichuan.tracking.raw import opened, sealed
from yichuan.tracking.values import NewBinding, normal_courier, normal_number

Resolution = Literal["replayed", "dismissed"]


@dataclass(frozen=True, slots=True)
class Wish:
    """Pushes of a number are asked for."""

    courier: str
    number: str
    cycle: int


async def bind(
    session: SystemSession, bindings: Sequence[NewBinding], *, vault: Vault | None = None
) -> None:
    """Tie numbers to shipments (see `binding.bind`).

    Raises:
        ValueError: `phone_last4` without a vault.
    """
    direct = await within(session)
    await binding.bind(direct, bindings, vault=vault)
    await direct.flush()


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
    rows = await session.execute(
        _ELSEWHERE, binding.columns([(*key, cycle) for key, cycle in cycles.items()])
    )
    owners: dict[Key, set[UUID]] = {}
    for courier, number, merchant_id in rows:
        owners.setdefault((courier, number), set()).add(merchant_id)
    return {key: owners.get(stored, set()) for key, stored in normal.items()}


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
    subscription = binding.wish(vault, (courier, number), wish.cycle, connection_id, phone_last4)
    await write_within(session, subscription)
    return wish


async def _cycles(session: WriteSession, keys: Iterable[Key]) -> dict[Key, int]:
    """Which life of each number begins or goes on now."""
    (cycles,) = await (await within(session)).ask(binding.cycles(keys))
    return cycles


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
