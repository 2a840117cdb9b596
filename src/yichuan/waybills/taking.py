"""Taking waybill numbers: claim → call the courier → record, for one box or a batch.

The claim is committed before the courier is called, under our unique order code. After a lost
answer or a crash the same order code is sent again: the courier answers with the number it gave,
so nothing is bought twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import structlog
from sqlalchemy import bindparam, insert, select, update

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import SystemSession, WriteSession
from yichuan.core.errors import Conflict, CourierFailed, YichuanError
from yichuan.core.ids import new_id
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierError, WaybillIssued, WaybillRequest
from yichuan.dispatch import service as dispatch
from yichuan.dispatch.service import Dispatcher
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.identity.scope import scoped
from yichuan.shipments import queries as shipment_queries
from yichuan.shipments import service as shipments
from yichuan.shipments.queries import Shipment, ShipmentLine
from yichuan.shipments.values import Attached, without_costs
from yichuan.tracking import service as tracking
from yichuan.tracking.values import NewBinding
from yichuan.waybills.models import Waybill
from yichuan.waybills.parties import Parties, gather
from yichuan.waybills.values import Answer, Chosen, Claim, Taken

log = structlog.get_logger(__name__)
CONCURRENCY = 8
RESOLVE_AFTER = timedelta(seconds=60)


async def take(
    context: Context,
    http: httpx.AsyncClient,
    caller: Caller,
    shipment_ids: Sequence[UUID],
    *,
    courier: str | None = None,
    service: str | None = None,
    account_id: UUID | None = None,
) -> list[Taken]:
    """Give each box a number, or say why not; results in the order of the ids.

    Boxes that have an issued number keep it. Raises nothing per box.
    """
    database = context.database
    async with database.system() as system, database.write(visible_merchants(caller)) as session:
        claims, results = await _claim(
            context, system, session, caller, shipment_ids, Chosen(courier, service, account_id)
        )
        lines = await _lines(context, system, http, claims)
    answers = await _call_all(lines, claims)
    results |= await record(context, answers, caller.id)
    return [results[i] for i in shipment_ids]


async def _claim(
    context: Context,
    system: SystemSession,
    session: WriteSession,
    caller: Caller,
    shipment_ids: Sequence[UUID],
    chosen: Chosen,
) -> tuple[list[Claim], dict[UUID, Taken]]:
    rows = await shipments.lock(session, shipment_ids)
    live = await _live_waybills(session, shipment_ids)
    parties = await gather(session, context.vault, rows)
    lines = await shipment_queries.lines_of(session, shipment_ids)
    facts = {m: await dispatch.dispatcher(system, m) for m in {row.merchant_id for row in rows}}
    claims: list[Claim] = []
    fresh: list[dict[str, Any]] = []
    results: dict[UUID, Taken] = {}
    for row in rows:
        known = live.get(row.id)
        if known is not None and known.state == "issued":
            results[row.id] = Taken(row.id, known.id)
            continue
        found = refusal(row) or parties[row.id]
        if isinstance(found, YichuanError):
            results[row.id] = Taken(row.id, error=found)
        elif known is not None:
            claims.append(_reclaim(row, known, found))
        else:
            claim = await _decide(system, facts[row.merchant_id], row, lines[row.id], found, chosen)
            if isinstance(claim, YichuanError):
                results[row.id] = Taken(row.id, error=claim)
            else:
                claims.append(claim)
                fresh.append(_waybill_values(claim, caller.id))
    if fresh:
        await session.execute(insert(Waybill), fresh)
    return claims, results


async def _decide(
    system: SystemSession,
    facts: Dispatcher,
    row: Shipment,
    lines: Sequence[ShipmentLine],
    parties: Parties,
    chosen: Chosen,
) -> Claim | YichuanError:
    choice = await dispatch.decide(
        system,
        facts,
        row,
        lines,
        origin_province=parties.origin_province,
        courier=chosen.courier,
        service=chosen.service,
        account_id=chosen.account_id,
    )
    option = choice.option
    if option is None:
        return Conflict(choice.reason["zh"], dispatch=without_costs(choice.reason))
    return Claim(
        merchant_id=row.merchant_id,
        shipment_id=row.id,
        waybill_id=new_id(),
        account_id=option.account_id,
        courier=option.courier,
        service=option.service,
        cost_fen=option.cost_fen,
        reason=choice.reason,
        request=_request(row, parties, option.courier, option.service),
    )


def refusal(row: Shipment) -> YichuanError | None:
    """Why a box may not get a number now, or None."""
    if row.hold:
        return Conflict(f"{row.shipment_no} is on hold (退款拦截中)")
    if row.milestone != "created" or row.shipped_at is not None:
        return Conflict(f"{row.shipment_no} was shipped or is over (已发货或已结束)")
    if row.waybill_number is not None:
        return Conflict(f"{row.shipment_no} ships with its own number (已填单号)")
    return None


async def _live_waybills(
    session: WriteSession, shipment_ids: Sequence[UUID]
) -> dict[UUID, Waybill]:
    rows = await session.scalars(
        scoped(session, Waybill).where(
            Waybill.shipment_id.in_(shipment_ids),
            Waybill.state.in_(("requested", "issued")),
            Waybill.leg == "out",
        )
    )
    return {row.shipment_id: row for row in rows}


def _request(
    row: Shipment,
    parties: Parties,
    courier: str,
    service: str | None,
    order_code: str | None = None,
) -> WaybillRequest:
    return WaybillRequest(
        order_code=order_code or f"YC{new_id().hex[-28:]}",
        courier=courier,
        exp_type=service if service and service.isdigit() else "1",
        sender=parties.sender,
        receiver=parties.receiver,
        goods=parties.goods,
        weight_g=row.weight_g,
        volume_cm3=row.volume_cm3,
        pieces=row.pieces,
        remark=row.remark or "",
        member_id=str(row.merchant_id.hex),
    )


def _reclaim(row: Shipment, known: Waybill, parties: Parties) -> Claim:
    """A claim whose answer was lost: the same order code again."""
    assert known.account_id is not None
    return Claim(
        merchant_id=row.merchant_id,
        shipment_id=row.id,
        waybill_id=known.id,
        account_id=known.account_id,
        courier=known.courier,
        service=known.service,
        cost_fen=known.label_fields.get("cost_fen"),
        reason=known.label_fields.get("dispatch") or {},
        request=_request(row, parties, known.courier, known.service, known.order_code),
        again=True,
    )


def _waybill_values(claim: Claim, actor: str) -> dict[str, Any]:
    return {
        "merchant_id": claim.merchant_id,
        "id": claim.waybill_id,
        "shipment_id": claim.shipment_id,
        "kind": "hub",
        "state": "requested",
        "courier": claim.courier,
        "service": claim.service,
        "account_id": claim.account_id,
        "order_code": claim.request.order_code,
        "label_fields": {"dispatch": claim.reason, "cost_fen": claim.cost_fen},
        "actor": actor,
    }


async def _lines(
    context: Context, system: SystemSession, http: httpx.AsyncClient, claims: Sequence[Claim]
) -> dict[UUID, couriers.Line]:
    """The accounts the claims are to be called on."""
    accounts = {claim.account_id for claim in claims}
    return {a: await couriers.line(system, context.vault, http, a) for a in accounts}


async def _call_all(lines: dict[UUID, couriers.Line], claims: Sequence[Claim]) -> list[Answer]:
    """Ask the couriers, a few at a time."""
    gate = asyncio.Semaphore(CONCURRENCY)

    async def one(claim: Claim) -> Answer:
        async with gate:
            return await _call(lines[claim.account_id], claim)

    return list(await asyncio.gather(*(one(claim) for claim in claims)))


async def _call(line: couriers.Line, claim: Claim) -> Answer:
    started = time.monotonic()
    request = replace(claim.request, account=line.branch)
    issued: WaybillIssued | None = None
    error: CourierError | None = None
    # A number claimed before may have been issued: it is looked up, never bought blindly again.
    for ask in (line.client.recover,) if claim.again else (line.client.issue, line.client.recover):
        try:
            issued, error = await ask(request), None
        except CourierError as failure:
            error = failure
        if error is None or error.outcome != "unknown":
            break
    ms = int((time.monotonic() - started) * 1000)
    return Answer(claim, line.connection_id, ms, issued, error)


def _label_fields(issued: WaybillIssued, claim: Claim) -> dict[str, Any]:
    names = (
        "mark_destination",
        "origin_code",
        "origin_name",
        "destination_code",
        "destination_name",
        "sorting_code",
        "package_code",
        "package_name",
    )
    fields = {name: getattr(issued, name) for name in names if getattr(issued, name)}
    return {**fields, "dispatch": claim.reason, "cost_fen": claim.cost_fen}


_ISSUED = (
    update(Waybill.__table__)  # type: ignore[arg-type]
    .where(
        Waybill.__table__.c.merchant_id == bindparam("m"), Waybill.__table__.c.id == bindparam("w")
    )
    .values(
        state="issued",
        number=bindparam("v_number"),
        courier_order_no=bindparam("v_courier_order_no"),
        label_fields=bindparam("v_label_fields"),
        child_numbers=bindparam("v_child_numbers"),
        issued_at=bindparam("v_at"),
    )
)


async def record(context: Context, answers: Sequence[Answer], actor: str) -> dict[UUID, Taken]:
    """Write down what the couriers said, in one transaction."""
    if not answers:
        return {}
    good = [a for a in answers if a.issued is not None]
    async with context.database.system() as session:
        if good:
            await _record_issued(session, good, actor)
        for answer in answers:
            if answer.error is not None:
                await _record_failure(session, answer)
        spent = Counter(a.claim.account_id for a in good if a.issued and not a.issued.repeated)
        for account_id, count in sorted(spent.items()):  # in one order: batches must not deadlock
            await couriers.spend(session, account_id, count)
        await couriers.note_calls(
            session, [(a.connection_id, "waybill", a.milliseconds, a.error) for a in answers]
        )
    return {a.claim.shipment_id: _taken(a) for a in answers}


def _taken(answer: Answer) -> Taken:
    if answer.error is None:
        return Taken(answer.claim.shipment_id, answer.claim.waybill_id)
    error = CourierFailed(
        f"{answer.error.courier_text or answer.error.code}",
        courier=answer.claim.courier,
        reason=answer.error.code,
        courier_code=answer.error.courier_code,
        retryable=answer.error.retryable or answer.error.outcome == "unknown",
    )
    return Taken(answer.claim.shipment_id, error=error)


async def _record_issued(session: SystemSession, good: Sequence[Answer], actor: str) -> None:
    at = now()
    values: list[dict[str, Any]] = []
    attached: list[Attached] = []
    bindings: list[NewBinding] = []
    for answer in good:
        claim, issued = answer.claim, answer.issued
        assert issued is not None
        values.append(
            {
                "m": claim.merchant_id,
                "w": claim.waybill_id,
                "v_number": issued.number,
                "v_courier_order_no": issued.courier_order,
                "v_label_fields": _label_fields(issued, claim),
                "v_child_numbers": list(issued.child_numbers) or None,
                "v_at": at,
            }
        )
        attached.append(
            Attached(
                merchant_id=claim.merchant_id,
                shipment_id=claim.shipment_id,
                ship_method="hub_waybill",
                courier=claim.courier,
                service=claim.service,
                waybill_number=issued.number,
                cost_expected_minor=claim.cost_fen,
                dispatch_reason=claim.reason,
            )
        )
        bindings.append(
            NewBinding(
                merchant_id=claim.merchant_id,
                shipment_id=claim.shipment_id,
                waybill_id=claim.waybill_id,
                courier=claim.courier,
                number=issued.number,
                connection_id=answer.connection_id,
                subscribe=False,
            )
        )
    await (await session.connection()).execute(_ISSUED, values)
    await shipments.attach_waybills(session, attached, actor)
    await tracking.bind(session, bindings)


async def _record_failure(session: SystemSession, answer: Answer) -> None:
    """A refusal ends the claim; after a lost answer it stays, to be resolved."""
    error = answer.error
    assert error is not None
    values: dict[str, Any] = {"failure_code": error.code, "failure_text": error.courier_text}
    if error.outcome == "refused":
        values["state"] = "failed"
    await session.execute(
        update(Waybill)
        .where(
            Waybill.merchant_id == answer.claim.merchant_id, Waybill.id == answer.claim.waybill_id
        )
        .values(**values)
    )


async def resolve_lost(context: Context, http: httpx.AsyncClient, limit: int = 50) -> int:
    """Ask again for numbers whose answer was lost (crash, timeout); returns how many were settled.

    The same order code is sent: a courier that had issued the number answers with it.
    """
    database = context.database
    async with database.system() as session:
        lost = list(
            await session.scalars(
                select(Waybill)
                .where(Waybill.state == "requested", Waybill.requested_at < now() - RESOLVE_AFTER)
                .order_by(Waybill.requested_at)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        )
        rows = await shipment_queries.of_ids(session, [w.shipment_id for w in lost])
        parties = await gather(session, context.vault, list(rows.values()))
        claims = [
            _reclaim(rows[w.shipment_id], w, found)
            for w in lost
            if w.shipment_id in rows
            and not isinstance(found := parties[w.shipment_id], YichuanError)
        ]
        lines = await _lines(context, session, http, claims)
    answers = await _call_all(lines, claims)
    await record(context, answers, "system:resolve")
    settled = sum(a.issued is not None for a in answers)
    if answers:
        log.info("lost waybill answers resolved", asked=len(answers), settled=settled)
    return settled
