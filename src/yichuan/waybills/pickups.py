"""Asking couriers to come for parcels 预约取件, and what becomes of it.

Like a number, a booking is claimed under our reference before the courier is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import httpx
import msgspec
from sqlalchemy import select, text, tuple_, update

from yichuan.core import arrays
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import ReadSession, SystemSession, WriteSession
from yichuan.core.errors import Conflict, CourierFailed, NotFound
from yichuan.core.ids import new_id
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.core.vault import Vault
from yichuan.couriers import queries as couriers
from yichuan.couriers import service as courier_calls
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import Contact, CourierError, Goods, PickupRequest
from yichuan.couriers.queries import CourierAccount
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.identity.scope import scoped
from yichuan.waybills.models import Pickup

__all__ = ["Pickup", "Wanted", "again", "book", "by_order_code", "cancel", "change", "collected",
           "details_of", "listing", "one"]  # fmt: skip

CONSOLE: Final = "console"
"""`Pickup.call` of bookings made over our own API: visits for boxes that carry their labels."""
OPEN: Final = ("requested", "booked", "assigned")
NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "assigned": ("booked", "assigned"),
    "collected": OPEN,
    "cancelled": OPEN,
}
"""State → the states it may follow."""
# unscoped: a log consumer notes for every merchant what couriers have scanned
_AWAITED: Final = text("""
    SELECT p.id FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[]))
        AS k(courier, number)
    JOIN pickups p ON p.courier = k.courier AND (p.number = k.number OR k.number = ANY(p.numbers))
    WHERE p.state IN ('requested', 'booked', 'assigned')
""")
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish to be visited. `courier` "": any that comes."""

    order_code: str
    courier: str
    sender: Contact
    receiver: Contact
    goods: tuple[Goods, ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    weight_g: int | None = None
    pieces: int = 1
    number: str = ""
    numbers: tuple[str, ...] = ()
    """Of all boxes that wait."""
    remark: str = ""


class _Details(msgspec.Struct):
    sender: Contact
    receiver: Contact
    goods: tuple[Goods, ...]
    weight_g: int | None = None
    pieces: int = 1
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Claim:
    row: Pickup
    line: courier_calls.Line | None = field(default=None, repr=False)
    repeated: bool = False
    lost: bool = False
    """It was asked for before, and the answer was lost."""


async def book(
    context: Context,
    http: httpx.AsyncClient,
    *,
    merchant_id: UUID,
    key_id: UUID | None,
    call: str,
    wanted: Wanted,
) -> tuple[Pickup, bool]:
    """Have a courier come; True: the same order code was booked before, nothing was done.

    Raises:
        Conflict: no courier account of the merchant's comes for parcels.
        CourierFailed: the courier refused or could not be heard; the same order code may be
            sent again.
    """
    claim = await _claim(context, http, merchant_id, key_id, call, wanted)
    if claim.repeated or claim.line is None:
        return claim.row, True
    line = claim.line
    request = PickupRequest(
        order_code=claim.row.reference,
        courier=claim.row.courier,
        sender=wanted.sender,
        receiver=wanted.receiver,
        goods=wanted.goods,
        account=line.branch,
        start=wanted.starts_at,
        end=wanted.ends_at,
        weight_g=wanted.weight_g,
        pieces=wanted.pieces,
        number=wanted.number,
        visit=call == CONSOLE,
        remark=wanted.remark,
    )
    values: dict[str, Any] = {"state": "booked", "failure_text": None}
    failure: CourierError | None = None
    try:
        booked = await line.client.book_pickup(request)
        values |= {"courier_order_no": booked.courier_order}
        values |= {"number": booked.number} if booked.number else {}
    except CourierError as error:
        # Asked before under this reference: the courier says that it is coming already.
        failure = None if claim.lost and error.code == "order_exists" else error
    if failure is not None:
        values = {"failure_text": failure.courier_text or failure.code}
        values |= {"state": "failed"} if failure.outcome == "refused" else {}
    async with context.database.system() as session:
        row = await _set(session, claim.row, values)
        await courier_calls.note_calls(session, [(line.connection_id, "pickup", 0, failure)])
    if failure is not None:
        raise CourierFailed(failure.courier_text or failure.code, reason=failure.code)
    return row, False


async def _claim(
    context: Context,
    http: httpx.AsyncClient,
    merchant_id: UUID,
    key_id: UUID | None,
    call: str,
    wanted: Wanted,
) -> _Claim:
    async with context.database.system() as session:
        await session.execute(_LOCK, {"key": f"pickup/{merchant_id}/{wanted.order_code}"})
        known = await by_order_code(session, merchant_id, wanted.order_code)
        if known is not None and known.state not in ("failed", "requested"):
            return _Claim(known, repeated=True)
        account = await _account(session, merchant_id, wanted.courier)
        values = _values(context.vault, key_id, call, wanted, account)
        if known is None:
            row = Pickup(
                merchant_id=merchant_id, id=new_id(), reference=f"YC{new_id().hex[-28:]}", **values
            )
            session.add(row)
            await session.flush()
            await session.refresh(row)
        else:
            row = await _set(session, known, values)
        line = await courier_calls.line(session, context.vault, http, account.id)
    return _Claim(row, line, lost=known is not None and known.state == "requested")


def _values(
    vault: Vault, key_id: UUID | None, call: str, wanted: Wanted, account: CourierAccount
) -> dict[str, Any]:
    details = _Details(
        wanted.sender, wanted.receiver, wanted.goods, wanted.weight_g, wanted.pieces, wanted.remark
    )
    return {
        "key_id": key_id,
        "call": call,
        "order_code": wanted.order_code,
        "courier": account.courier,
        "number": wanted.number or None,
        "numbers": list(wanted.numbers or ((wanted.number,) if wanted.number else ())),
        "account_id": account.id,
        "state": "requested",
        "details_enc": vault.seal_secret(msgspec.json.encode(details).decode()),
        "starts_at": wanted.starts_at,
        "ends_at": wanted.ends_at,
    }


async def _account(session: SystemSession, merchant_id: UUID, courier: str) -> CourierAccount:
    """An account whose connector can have the courier come."""
    found = await couriers.accounts_for(session, merchant_id, courier or None)
    for row in found:
        connection = await couriers.connection(session, row.connection_id)
        known = registry.connector(connection.connector)
        if connection.enabled and known is not None and "pickup" in known.can:
            return row
    if not found:
        raise Conflict(f"没有可用的快递账号：{courier}" if courier else "没有可用的快递账号")
    raise Conflict("该快递公司的接口暂不支持预约取件")


async def _set(session: SystemSession, row: Pickup, values: Mapping[str, Any]) -> Pickup:
    await session.execute(
        update(Pickup)
        .where(Pickup.merchant_id == row.merchant_id, Pickup.id == row.id)
        .values(**values, changed_at=now())
    )
    found = await session.scalar(
        scoped(session, Pickup)
        .where(Pickup.merchant_id == row.merchant_id, Pickup.id == row.id)
        .execution_options(populate_existing=True)
    )
    assert found is not None
    return found


async def by_order_code(session: ReadSession, merchant_id: UUID, order_code: str) -> Pickup | None:
    """A merchant's booking by the caller's order code."""
    return await session.scalar(
        scoped(session, Pickup).where(
            Pickup.merchant_id == merchant_id, Pickup.order_code == order_code
        )
    )


async def one(session: ReadSession, pickup_id: UUID) -> Pickup:
    """One booking.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(scoped(session, Pickup).where(Pickup.id == pickup_id))
    if row is None:
        raise NotFound("no such pickup")
    return row


async def listing(
    session: ReadSession, state: str | None, limit: int, cursor: str | None
) -> tuple[list[Pickup], str | None]:
    """Bookings, newest first, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, Pickup)
    if state is not None:
        query = query.where(Pickup.state == state)
    if cursor is not None:
        before = tuple_(*read_time_cursor(cursor))
        query = query.where(tuple_(Pickup.created_at, Pickup.id) < before)
    query = query.order_by(Pickup.created_at.desc(), Pickup.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], time_cursor(last.created_at, last.id) if last else None


async def cancel(
    context: Context, http: httpx.AsyncClient, caller: Caller, pickup_id: UUID, reason: str
) -> Pickup:
    """Take a booking back, at the courier first.

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: the parcels were collected, or it is over otherwise.
        CourierFailed: the courier refused; nothing changed here.
    """
    async with context.database.read(visible_merchants(caller)) as session:
        row = await one(session, pickup_id)
    if row.state == "cancelled":
        return row
    if row.state not in OPEN or row.account_id is None:
        raise Conflict("订单已取件或已结束，不能取消")
    async with context.database.system() as system:
        line = await courier_calls.line(system, context.vault, http, row.account_id)
    try:
        await line.client.cancel_pickup(row.reference, row.courier, line.branch, reason)
    except CourierError as error:
        raise CourierFailed(error.courier_text or error.code, reason=error.code) from error
    async with context.database.write(visible_merchants(caller)) as session:
        return await change(session, pickup_id, "cancelled", {})


async def again(
    context: Context, http: httpx.AsyncClient, caller: Caller, pickup_id: UUID
) -> Pickup:
    """Ask once more after a refusal or a lost answer, under the same reference.

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: it is booked or over, or no account of the merchant's comes for parcels.
        CourierFailed: the courier refused or could not be heard.
    """
    async with context.database.read(visible_merchants(caller)) as session:
        row = await one(session, pickup_id)
    if row.state not in ("requested", "failed"):
        raise Conflict("该预约已成功或已结束，无需重试")
    details = details_of(context.vault, row)
    wanted = Wanted(
        order_code=row.order_code,
        courier=row.courier,
        sender=details.sender,
        receiver=details.receiver,
        goods=details.goods,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        weight_g=details.weight_g,
        pieces=details.pieces,
        number=row.number or "",
        numbers=tuple(row.numbers),
        remark=details.remark,
    )
    booked, _ = await book(
        context, http, merchant_id=row.merchant_id, key_id=row.key_id, call=row.call, wanted=wanted
    )
    return booked


async def change(
    session: WriteSession, pickup_id: UUID, state: str, picker: Mapping[str, str]
) -> Pickup:
    """Note what became of a booking: who comes, collected, cancelled.

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: it is in a state that this one cannot follow.
    """
    row = await session.scalar(
        scoped(session, Pickup).where(Pickup.id == pickup_id).with_for_update()
    )
    if row is None:
        raise NotFound("no such pickup")
    if row.state not in NEXT[state]:
        raise Conflict(f"the pickup is {row.state}")
    row.state, row.changed_at = state, now()
    if picker:
        row.picker = dict(picker)
    await session.flush()
    return row


async def collected(session: SystemSession, numbers: Sequence[tuple[str, str]]) -> list[Pickup]:
    """Bookings of numbers that couriers have scanned: the parcels were collected."""
    if not numbers:
        return []
    columns = {
        "couriers": arrays.texts([c for c, _ in numbers]),
        "numbers": arrays.texts([n for _, n in numbers]),
    }
    ids = (await session.execute(_AWAITED, columns)).scalars().all()
    if not ids:
        return []
    found = list(await session.scalars(select(Pickup).where(Pickup.id.in_(ids)).with_for_update()))
    for row in found:
        row.state, row.changed_at = "collected", now()
    await session.flush()
    return found


def details_of(vault: Vault, row: Pickup) -> _Details:
    """Who, where and what, in clear."""
    return msgspec.json.decode(vault.open_secret(row.details_enc), type=_Details)
