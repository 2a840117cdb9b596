"""The verbs on waybills that need no batch: own numbers in, cancellation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import httpx
from sqlalchemy import insert, select, update

from yichuan.admission import queries as admission
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.direct import within, write_within
from yichuan.core.errors import Conflict, CourierFailed, Forbidden, Invalid, NotFound, YichuanError
from yichuan.core.ids import new_id
from yichuan.core.rows import RowResult
from yichuan.core.vault import Vault
from yichuan.couriers import queries as courier_queries
from yichuan.couriers import quotas
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierError
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.identity.scope import in_scope
from yichuan.merchants import queries as merchants
from yichuan.regions.contact import phone_tail
from yichuan.shipments import queries as shipment_queries
from yichuan.shipments import service as shipments
from yichuan.shipments.boxes import Box
from yichuan.shipments.boxes import boxes as shipments_of
from yichuan.shipments.queries import Shipment
from yichuan.shipments.values import Attached
from yichuan.terms import queries as terms_queries
from yichuan.terms import service as terms
from yichuan.terms.book import NOBODY, Carriage, Parcel
from yichuan.tracking import service as tracking
from yichuan.tracking.values import NewBinding
from yichuan.waybills import queries
from yichuan.waybills.choosing import Choice, choose_couriers
from yichuan.waybills.models import Waybill
from yichuan.waybills.parties import Parties, gather
from yichuan.waybills.values import NumberRow, OwnNumberAnswer

ANY_SERVICE = ""
"""Merchants name the courier of an own number, not its service."""


class _Known(NamedTuple):
    """What is read of a box for its own number; nothing where its people cannot be read."""

    parcel: Parcel | None = None
    phone_tail: str | None = None
    """Last four digits: some couriers ask for them to track a number."""


_People: TypeAlias = dict[UUID, _Known]


async def accept_own_numbers(
    context: Context, caller: Caller, rows: Sequence[NumberRow], merchant_id: UUID | None = None
) -> list[OwnNumberAnswer]:
    """填单号发货: take merchants' own numbers for boxes; each row succeeds or fails alone.

    Giving the number declares the box shipped. A row without a courier takes the one its number
    tells, never a doubtful one.
    """
    async with context.database.read(visible_merchants(caller)) as session:
        owner = caller.merchant_id or merchant_id
        ids = await _boxes(session, owner, rows)
        chosen = await choose_couriers(session, rows, owner)
        boxes = await shipment_queries.of_ids(session, [i for i in ids if i is not None])
        modes = {m.id: m.logistics_mode for m in await merchants.listing(session)}
    owners = await _owners(context, rows, chosen)
    used: set[UUID] = set()
    results: list[OwnNumberAnswer] = []
    accepted: list[tuple[Shipment, str, str]] = []
    for index, (row, box_id, choice) in enumerate(zip(rows, ids, chosen, strict=True)):
        box = boxes.get(box_id) if box_id else None
        error = _own_number_refusal(row, box, choice, modes, used)
        if error is None and box is not None and owners[index] - {box.merchant_id}:
            error = Conflict(f"{row.number} is another parcel's number (单号已被其他包裹使用)")
        results.append(_answer(index, box, choice, error))
        if error is None and box is not None and choice.courier is not None:
            used.add(box.id)
            accepted.append((box, choice.courier, row.number.upper()))
    if not accepted:
        return results
    known = await _record_own(context, caller, accepted)
    warned = await _warnings(context, accepted, known)
    return [row.model_copy(update=warned.get(row.id, {})) if row.ok else row for row in results]


def _answer(
    index: int, box: Shipment | None, choice: Choice, error: YichuanError | None
) -> OwnNumberAnswer:
    return OwnNumberAnswer(
        **RowResult.of(index, box.id if box else None, error).model_dump(),
        courier=choice.courier,
        guessed=choice.guessed,
        score=choice.score,
    )


async def _warnings(
    context: Context, accepted: Sequence[tuple[Shipment, str, str]], known: _People
) -> dict[UUID | None, dict[str, str]]:
    """What dispatch would have held against the couriers merchants chose themselves.

    The parcels are on their way: it is said, not forbidden.
    """
    suspended = await admission.suspensions(context.database)
    found: dict[UUID | None, dict[str, str]] = {}
    for box, courier, _ in accepted:
        said: list[tuple[str, str]] = []
        if why := suspended.why(courier, None, box.dest_province):
            zh, en = (
                f"平台已暂停该快递：{why[0]}",
                f"the platform has suspended this courier: {why[1]}",
            )
            said.append((zh, en))
        book, parcel = await terms.of(context.database, box.merchant_id), known[box.id].parcel
        if parcel is not None:
            carriage = Carriage(courier, ANY_SERVICE, own=True)
            held = book.refusals(carriage, parcel, now(), book.hits(parcel))
            said += [(reason.zh, reason.en) for reason in held]
        if said:
            chinese, english = (dict.fromkeys(texts) for texts in zip(*said, strict=True))
            found[box.id] = {"warning_zh": "；".join(chinese), "warning_en": "; ".join(english)}
    return found


async def _owners(
    context: Context, rows: Sequence[NumberRow], chosen: Sequence[Choice]
) -> list[set[UUID]]:
    """Whose parcels the rows' numbers are: whoever names one would read its scans."""
    pairs = zip(rows, chosen, strict=True)
    keys = [(choice.courier or "", row.number) for row, choice in pairs]
    async with context.database.system() as session:
        owners = await tracking.owners_of(session, keys)
    return [owners[key] for key in keys]


async def _boxes(
    session: ReadSession, merchant_id: UUID | None, rows: Sequence[NumberRow]
) -> list[UUID | None]:
    numbers = [row.order_no for row in rows if row.shipment_id is None and row.order_no]
    known: dict[str, UUID] = {}
    if numbers:
        if merchant_id is None:
            raise Invalid("rows with order numbers need merchant_id", field="merchant_id")
        known = await shipment_queries.known_numbers(session, merchant_id, numbers)
    return [row.shipment_id or known.get(row.order_no or "") for row in rows]


def _own_number_refusal(
    row: NumberRow,
    box: Shipment | None,
    choice: Choice,
    modes: dict[UUID, str],
    used: set[UUID],
) -> YichuanError | None:
    if box is None:
        return NotFound(f"no box for {row.order_no or row.shipment_id} (找不到对应包裹)")
    if choice.courier is None:
        return Invalid(choice.doubt, field="courier")
    if box.id in used:
        return Conflict("this box is named twice in the same file (重复行)")
    if modes.get(box.merchant_id) == "platform":
        return Forbidden("this merchant ships through the platform only (须使用平台物流)")
    if box.hold:
        return Conflict(f"{box.shipment_no} is on hold (退款拦截中)")
    if box.milestone != "created" or box.shipped_at is not None:
        return Conflict(f"{box.shipment_no} was shipped or is over (已发货或已结束)")
    if box.waybill_number is not None:
        return Conflict(f"{box.shipment_no} has a hub waybill; cancel it first (已有电子面单)")
    return None


async def _record_own(
    context: Context, caller: Caller, accepted: Sequence[tuple[Shipment, str, str]]
) -> _People:
    at = now()
    async with context.database.system() as session:
        waybills: list[dict[str, Any]] = []
        attached: list[Attached] = []
        bindings: list[NewBinding] = []
        known = await people(session, context.vault, [box.id for box, _, _ in accepted])
        for box, courier, number in accepted:
            connection = await courier_queries.tracking_connection(
                session, box.merchant_id, courier, "subscribe"
            )
            waybill_id = new_id()
            waybills.append(_own_waybill(box, waybill_id, courier, number, caller.id, at))
            attached.append(
                Attached(
                    merchant_id=box.merchant_id,
                    shipment_id=box.id,
                    ship_method="own_number",
                    courier=courier,
                    service=None,
                    waybill_number=number,
                    shipped_at=at,
                )
            )
            bindings.append(
                NewBinding(
                    merchant_id=box.merchant_id,
                    shipment_id=box.id,
                    waybill_id=waybill_id,
                    courier=courier,
                    number=number,
                    connection_id=connection.id if connection else None,
                    phone_last4=known[box.id].phone_tail,
                    subscribe=True,
                )
            )
        await session.execute(insert(Waybill), waybills)
        await write_within(session, *shipments.attached(attached, caller.id))
        await tracking.bind(session, bindings, vault=context.vault)
    return known


async def people(session: SystemSession, vault: Vault, ids: Sequence[UUID]) -> dict[UUID, _Known]:
    """What is read of these boxes' people, by box."""
    asking = await within(session)
    (boxes,) = await asking.ask(shipments_of(asking, ids))
    owners = {box.merchant_id for box in boxes.values()}
    (cleared,) = await asking.ask(terms_queries.cleared(owners, ids))
    found = await gather(asking, vault, list(boxes.values()))
    return {
        box_id: _known(boxes[box_id], parties, cleared.get(box_id, NOBODY))
        for box_id, parties in found.items()
    }


def _known(box: Box, parties: Parties | YichuanError, cleared: frozenset[UUID]) -> _Known:
    if not isinstance(parties, Parties):
        return _Known()
    return _Known(parties.parcel(box, cleared), phone_tail(parties.receiver.mobile))


def _own_waybill(
    box: Shipment,
    waybill_id: UUID,
    courier: str,
    number: str,
    actor: str,
    at: datetime,
) -> dict[str, Any]:
    return {
        "merchant_id": box.merchant_id,
        "id": waybill_id,
        "shipment_id": box.id,
        "kind": "own_number",
        "state": "issued",
        "courier": courier,
        "number": number,
        "order_code": f"OWN{waybill_id.hex[-27:]}",
        "actor": actor,
        "issued_at": at,
    }


async def cancel(
    context: Context, http: httpx.AsyncClient, caller: Caller, waybill_id: UUID
) -> Waybill:
    """Give a waybill back: the number is cancelled at the courier, the box waits again.

    Raises:
        NotFound: unknown or not the caller's.
        Conflict: not issued, or the parcel was picked up.
        CourierFailed: the courier refused or could not be heard; nothing changed here.
    """
    scope = visible_merchants(caller)
    async with context.database.read(scope) as session:
        row = await queries.get(session, waybill_id)
        box = await shipment_queries.get(session, row.shipment_id)
    if row.state != "issued" or row.number is None:
        raise Conflict(f"the waybill is {row.state}")
    if box.picked_up_at is not None:
        raise Conflict("the courier has the parcel: ask for interception (拦截) instead")
    if row.kind == "hub":
        await _cancel_at_courier(context, http, row)
    async with context.database.system() as session:
        await _record_cancelled(session, caller, row)
    async with context.database.read(scope) as session:
        return await queries.get(session, waybill_id)


async def _cancel_at_courier(context: Context, http: httpx.AsyncClient, row: Waybill) -> None:
    assert row.account_id is not None
    assert row.number is not None
    async with context.database.system() as session:
        line = await couriers.line(session, context.vault, http, row.account_id)
    try:
        await line.client.cancel(row.order_code, row.courier, row.number, line.branch)
    except CourierError as error:
        raise CourierFailed(
            error.courier_text or error.code,
            reason=error.code,
            courier=row.courier,
            courier_code=error.courier_code,
            retryable=error.retryable or error.outcome == "unknown",
        ) from error


async def _record_cancelled(session: SystemSession, caller: Caller, row: Waybill) -> None:
    locked = await session.scalar(
        select(Waybill.state)
        .where(
            in_scope(session, Waybill),
            Waybill.merchant_id == row.merchant_id,
            Waybill.id == row.id,
        )
        .with_for_update()
    )
    if locked != "issued":
        raise Conflict(f"the waybill is {locked}")
    await session.execute(
        update(Waybill)
        .where(Waybill.merchant_id == row.merchant_id, Waybill.id == row.id)
        .values(state="cancelled", cancelled_at=now())
    )
    assert row.number is not None
    await shipments.detach_waybill(session, row.merchant_id, row.shipment_id, caller.id)
    for number in (row.number, *(row.child_numbers or ())):
        await tracking.unbind(session, row.merchant_id, row.shipment_id, row.courier, number)
    if row.account_id is not None:
        await couriers.spend(session, row.account_id, -1)
        back = (row.merchant_id, row.account_id, row.requested_at)
        await write_within(session, quotas.given_back([back]))
    await identity.audit(session, caller, "waybill.cancelled", str(row.id), row.merchant_id)
