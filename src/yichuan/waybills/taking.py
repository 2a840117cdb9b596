"""Taking waybill numbers: claim → call the courier → record, for one box or a batch.

The claim is committed before the courier is called, under our unique order code. After a lost
answer or a crash the same order code is sent again: the courier answers with the number it gave,
so nothing is bought twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import structlog

from yichuan.core import direct
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.direct import Ask, Direct
from yichuan.core.errors import Conflict, CourierFailed, NotFound, YichuanError
from yichuan.core.ids import new_id
from yichuan.core.vault import Vault
from yichuan.core.writing import inserts, json_value
from yichuan.couriers import quotas
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierError, WaybillIssued, WaybillRequest
from yichuan.couriers.connectors.errors import answered, in_doubt
from yichuan.dispatch import service as dispatch
from yichuan.dispatch.service import Dispatcher
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.regions.contact import phone_tail
from yichuan.shipments import service as shipments
from yichuan.shipments.boxes import Box
from yichuan.shipments.boxes import boxes as shipments_of
from yichuan.shipments.values import Attached, without_costs
from yichuan.terms.book import NOBODY, Parcel
from yichuan.tracking import binding as tracking
from yichuan.tracking.values import Leg, NewBinding
from yichuan.waybills import queries
from yichuan.waybills.models import Waybill
from yichuan.waybills.parties import Parties, gather, gather_and_ask
from yichuan.waybills.permits import cleared
from yichuan.waybills.queries import Live
from yichuan.waybills.schemas import WaybillView
from yichuan.waybills.values import Answer, Chosen, Claim

log = structlog.get_logger(__name__)
CONCURRENCY = 8
RESOLVE_AFTER = timedelta(seconds=60)
CANNOT_RECOVER: Final = "cannot_recover"
"""Of a claim whose courier cannot be asked whether there is a number: a person settles it
(`waybills.settling`), the worker need not look again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The result for one box: a waybill, or why not."""

    shipment_id: UUID
    waybill_id: UUID | None = None
    error: YichuanError | None = None
    view: WaybillView | None = None
    """The waybill as it was written down; only where it was taken alone, just now."""


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
    async with direct.writing(context.database, visible_merchants(caller)) as claiming:
        claims, results = await _claim(
            context, claiming, caller, shipment_ids, Chosen(courier, service, account_id)
        )
        lines = await lines_of(context, http, claims)
    answers = await _call_all(lines, claims)
    results |= await record(context, answers, caller.id)
    return [results[i] for i in shipment_ids]


async def _claim(
    context: Context,
    claiming: Direct,
    caller: Caller,
    shipment_ids: Sequence[UUID],
    chosen: Chosen,
) -> tuple[list[Claim], dict[UUID, Taken]]:
    boxes = await _locked(claiming, shipment_ids)
    owners = {box.merchant_id for box in boxes}
    parties, live, limits = await gather_and_ask(
        claiming,
        context.vault,
        boxes,
        queries.live(owners, shipment_ids),
        quotas.lock(owners),
    )
    quota = quotas.Reserving(limits)
    facts = {m: await dispatch.dispatcher(context.database, m) for m in owners}
    passed = await cleared(claiming, facts, boxes, parties)
    claims: list[Claim] = []
    fresh: list[dict[str, Any]] = []
    results: dict[UUID, Taken] = {}
    for box in boxes:
        known = live.get(box.id)
        if known is not None and known.state == "issued":
            results[box.id] = Taken(box.id, known.id)
            continue
        found = refusal(box) or parties[box.id]
        if isinstance(found, YichuanError):
            results[box.id] = Taken(box.id, error=found)
        elif known is not None:
            claims.append(reclaim(box, known, found))
        else:
            left = quota.left(box.merchant_id)
            parcel = found.parcel(box, passed.get(box.id, NOBODY))
            claim = _decide(facts[box.merchant_id], box, found, parcel, chosen, left)
            if isinstance(claim, YichuanError):
                results[box.id] = Taken(box.id, error=claim)
            else:
                claims.append(claim)
                quota.reserve(claim.merchant_id, claim.account_id)
                fresh.append(_waybill_values(claim, caller.id))
    claiming.write(*inserts((Waybill, fresh)), quotas.used(quota.reserved))
    return claims, results


async def _locked(claiming: Direct, shipment_ids: Sequence[UUID]) -> list[Box]:
    """The boxes, locked, in the given order.

    Raises:
        NotFound: one is unknown or not the caller's.
    """
    (found,) = await claiming.ask(shipments_of(claiming, shipment_ids, lock=True))
    missing = [str(i) for i in shipment_ids if i not in found]
    if missing:
        raise NotFound(f"no such shipment: {', '.join(missing[:5])}")
    return [found[i] for i in shipment_ids]


def _decide(
    facts: Dispatcher,
    row: Box,
    parties: Parties,
    parcel: Parcel,
    chosen: Chosen,
    left: Mapping[UUID, int],
) -> Claim | YichuanError:
    forbidden = facts.terms.forbidden(parcel)
    if forbidden is not None:
        return Conflict(f"{forbidden.zh} / {forbidden.en}", rule_id=str(forbidden.rule_id))
    choice = dispatch.decide(
        facts,
        row,
        parties.categories,
        origin_province=parties.sender.province,
        parcel=parcel,
        courier=chosen.courier,
        service=chosen.service,
        account_id=chosen.account_id,
        quotas=left,
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
        asked_at=now(),
    )


def refusal(row: Box) -> YichuanError | None:
    """Why a box may not get a number now, or None."""
    if row.hold:
        return Conflict(f"{row.shipment_no} is on hold (退款拦截中)")
    if row.milestone != "created" or row.shipped_at is not None:
        return Conflict(f"{row.shipment_no} was shipped or is over (已发货或已结束)")
    if row.waybill_number is not None:
        return Conflict(f"{row.shipment_no} ships with its own number (已填单号)")
    return None


def _request(
    row: Box,
    parties: Parties,
    courier: str,
    service: str | None,
    order_code: str | None = None,
) -> WaybillRequest:
    return WaybillRequest(
        order_code=order_code or f"YC{new_id().hex[-28:]}",
        courier=courier,
        exp_type=service if service and service.isdigit() else parties.wish.exp_type,
        pay=parties.wish.pay,
        services=parties.wish.services,
        sender=parties.sender,
        receiver=parties.receiver,
        goods=parties.goods,
        weight_g=row.weight_g,
        volume_cm3=row.volume_cm3,
        pieces=row.pieces,
        remark=row.remark or "",
        member_id=str(row.merchant_id.hex),
    )


def reclaim(row: Box, known: Live, parties: Parties) -> Claim:
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
        asked_at=known.requested_at,
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
        "requested_at": claim.asked_at,
        "label_fields": {"dispatch": claim.reason, "cost_fen": claim.cost_fen},
        "actor": actor,
    }


async def lines_of(
    context: Context, http: httpx.AsyncClient, claims: Sequence[Claim]
) -> dict[UUID, couriers.Line]:
    """The accounts the claims are to be called on."""
    accounts = {claim.account_id for claim in claims}
    return {
        account: await couriers.open_line(context.database, context.vault, http, account)
        for account in accounts
    }


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
            # A look-up that nobody heard says nothing about the number that may be there.
            lost = ask == line.client.recover and not answered(failure)
            error = in_doubt(failure) if lost else failure
        if error is None or error.outcome != "unknown":
            break
    ms = int((time.monotonic() - started) * 1000)
    return Answer(claim, line.connection_id, line.must_subscribe, ms, issued, error)


_SORTING = (
    "mark_destination",
    "origin_code",
    "origin_name",
    "destination_code",
    "destination_name",
    "sorting_code",
    "package_code",
    "package_name",
)
_ISSUED = (
    "UPDATE waybills SET state = 'issued', number = %s, courier_order_no = %s,"
    " label_fields = label_fields || %s, child_numbers = %s, issued_at = %s"
    " WHERE merchant_id = %s AND id = %s"
)
_FAILED = (
    "UPDATE waybills SET failure_code = %s, failure_text = %s,"
    " state = CASE WHEN %s THEN 'failed' ELSE state END WHERE merchant_id = %s AND id = %s"
)
"""A refusal ends the claim; after a lost answer it stays, to be resolved."""


async def record(context: Context, answers: Sequence[Answer], actor: str) -> dict[UUID, Taken]:
    """Write down what the couriers said, in one transaction."""
    if not answers:
        return {}
    good = [a for a in answers if a.issued is not None]
    spent = Counter(a.claim.account_id for a in good if a.issued and not a.issued.repeated)
    async with direct.serving_all(context.database) as recording:
        recording.write((_FAILED, [_failure(a) for a in answers if a.error is not None]))
        await record_issued(recording, context.vault, good, actor)
        # last, as every waybill of an account waits for its row; in one order, against deadlocks
        recording.write(couriers.spent(spent))
        recording.write(quotas.given_back(_refused(answers)))
        recording.write(
            couriers.called(
                [(a.connection_id, "waybill", a.milliseconds, a.error) for a in answers]
            )
        )
        if len(answers) == len(good) == 1:  # shown at once: it costs no trip of its own
            claim = good[0].claim
            view = await recording.ask_last(queries.view(recording, claim.waybill_id))
            return {claim.shipment_id: Taken(claim.shipment_id, claim.waybill_id, view=view)}
    return {a.claim.shipment_id: _taken(a) for a in answers}


def _refused(answers: Sequence[Answer]) -> Iterator[tuple[UUID, UUID, datetime]]:
    """Numbers that were reserved and never came."""
    for answer in answers:
        if answer.error is not None and answer.error.outcome == "refused":
            claim = answer.claim
            yield claim.merchant_id, claim.account_id, claim.asked_at


def _failure(answer: Answer) -> tuple[Any, ...]:
    claim, error = answer.claim, answer.error
    assert error is not None
    refused = error.outcome == "refused"
    return error.code, error.courier_text, refused, claim.merchant_id, claim.waybill_id


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


async def record_issued(
    recording: Direct, vault: Vault, good: Sequence[Answer], actor: str
) -> None:
    """Give boxes the numbers that their couriers issued, and follow them."""
    at = now()
    values: list[tuple[Any, ...]] = []
    attached: list[Attached] = []
    bindings: list[NewBinding] = []
    for answer in good:
        claim, issued = answer.claim, answer.issued
        assert issued is not None
        sorting = {name: getattr(issued, name) for name in _SORTING if getattr(issued, name)}
        values.append(
            (
                issued.number,
                issued.courier_order,
                json_value(sorting),
                list(issued.child_numbers) or None,
                at,
                claim.merchant_id,
                claim.waybill_id,
            )
        )
        attached.append(
            Attached(
                merchant_id=claim.merchant_id,
                shipment_id=claim.shipment_id,
                ship_method="hub_waybill",
                courier=claim.courier,
                service=claim.service,
                waybill_number=issued.number,
                child_numbers=issued.child_numbers,
                cost_expected_minor=claim.cost_fen,
                dispatch_reason=claim.reason,
            )
        )
        bindings += _bindings(answer, claim, issued)
    recording.write((_ISSUED, values), *shipments.attached(attached, actor))
    await tracking.bind(recording, bindings, vault=vault)


def _bindings(answer: Answer, claim: Claim, issued: WaybillIssued) -> Iterator[NewBinding]:
    """The number, and those of the further boxes (子件): each is followed."""
    receiver = claim.request.receiver
    tail = phone_tail(receiver.mobile or receiver.tel)
    legs: list[tuple[str, Leg]] = [(issued.number, "out")]
    legs += [(child, "piece") for child in issued.child_numbers if child != issued.number]
    for number, leg in legs:
        yield NewBinding(
            merchant_id=claim.merchant_id,
            shipment_id=claim.shipment_id,
            waybill_id=claim.waybill_id,
            courier=claim.courier,
            number=number,
            leg=leg,
            connection_id=answer.connection_id,
            phone_last4=tail,
            subscribe=answer.must_subscribe,
        )


_LOST = f"""
    SELECT {", ".join(Live.__slots__)} FROM waybills
    WHERE state = 'requested' AND requested_at < %s
      AND failure_code IS DISTINCT FROM '{CANNOT_RECOVER}'
    ORDER BY requested_at LIMIT %s FOR UPDATE SKIP LOCKED
"""


def _lost(limit: int) -> Ask[dict[UUID, Live]]:
    return Ask(
        _LOST,
        (now() - RESOLVE_AFTER, limit),
        lambda rows: {row[1]: Live(*row) for row in rows},
    )


async def resolve_lost(context: Context, http: httpx.AsyncClient, limit: int = 50) -> int:
    """Ask again for numbers whose answer was lost (crash, timeout); returns how many were settled.

    The same order code is sent: a courier that had issued the number answers with it.
    """
    async with direct.serving_all(context.database) as asking:
        (lost,) = await asking.ask(_lost(limit))
        if not lost:
            return 0
        (boxes,) = await asking.ask(shipments_of(asking, lost))
        parties = await gather(asking, context.vault, list(boxes.values()))
        claims = [
            reclaim(box, lost[box.id], found)
            for box in boxes.values()
            if not isinstance(found := parties[box.id], YichuanError)
        ]
        lines = await lines_of(context, http, claims)
    answers = await _call_all(lines, claims)
    await record(context, answers, "system:resolve")
    settled = sum(a.issued is not None for a in answers)
    if answers:
        log.info("lost waybill answers resolved", asked=len(answers), settled=settled)
    return settled
