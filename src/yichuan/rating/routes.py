"""Rate cards and quotes over HTTP. Costs are for operators; merchants see their own cards."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Response

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.errors import Conflict, Invalid
from yichuan.core.mapplan import Plan, own_columns
from yichuan.core.money import Money
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.core.tabular import Batch
from yichuan.couriers import estimates
from yichuan.couriers.connectors.base import Contact, Price
from yichuan.couriers.estimates import Estimate
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.identity.deps import CallerDep, ContextDep, HttpDep, ReadDep
from yichuan.merchants import queries as merchants
from yichuan.rating import queries, service
from yichuan.rating.cards import RateRow, ShipmentToRate, china_day
from yichuan.rating.price import MISSES
from yichuan.rating.rows import RATES, RateCardRow
from yichuan.rating.schemas import (
    CardRole,
    Cell,
    CourierQuote,
    NoQuote,
    QuoteLineView,
    QuoteRequest,
    Quotes,
    QuoteView,
    RateCardDetail,
    RateCardRowsIn,
    RateCardsStored,
    RateCardView,
    RateRowView,
    RowRefusal,
)
from yichuan.rating.service import Priced

router = APIRouter(tags=["rating"])


@router.get("/rate-cards")
async def list_rate_cards(
    session: ReadDep,
    role: CardRole | None = None,
    courier: str | None = None,
    merchant_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[RateCardView]:
    """Rate cards 价卡, newest first; a merchant sees its own."""
    rows, following = await queries.listing(
        session, role=role, courier=courier, merchant_id=merchant_id, limit=limit, cursor=cursor
    )
    return Page(items=[RateCardView.model_validate(row) for row in rows], next_cursor=following)


@router.get("/rate-cards/{card_id}")
async def get_rate_card(
    session: ReadDep,
    card_id: UUID,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> RateCardDetail:
    """One card with a page of its rows."""
    card = await queries.get(session, card_id)
    rows, following = await queries.rows_of(session, card, limit=limit, cursor=cursor)
    return RateCardDetail(
        **RateCardView.model_validate(card).model_dump(),
        items=[_row_view(position, row) for position, row in rows],
        next_cursor=following,
    )


def _row_view(position: int, row: RateRow) -> RateRowView:
    return RateRowView(position=position, **asdict(row))


@router.post("/rate-cards", status_code=201)
async def store_rate_cards(
    wish: RateCardRowsIn, caller: CallerDep, context: ContextDep
) -> RateCardsStored:
    """Make cards from rows in the documented columns; a card of the same name is replaced."""
    caller.require("operator")
    rows, refused = await asyncio.to_thread(_read, wish.rows)
    async with context.database.system() as session:
        stored = await service.store(session, rows)
        cards = [
            RateCardView.model_validate(await queries.get(session, i)) for i in stored.card_ids
        ]
        for card in cards:
            await identity.audit(
                session, caller, "rate_card.stored", str(card.id), card.merchant_id, name=card.name
            )
    return RateCardsStored(
        cards=cards,
        rows=stored.rows,
        replaced=stored.replaced,
        refused=refused,
        warnings=[f"{problem.card}: {problem.zh}" for problem in stored.problems]
        + [f"快递公司不在目录中：{code}" for code in stored.unknown_couriers],
    )


def _read(rows: list[dict[str, Cell]]) -> tuple[list[RateCardRow], list[RowRefusal]]:
    """Typed rows of JSON objects, read as a file in our own columns would be.

    Raises:
        BadMapping: a required column is in no row.
    """
    header = list(dict.fromkeys(name for row in rows for name in row))
    cells = [["" if (v := row.get(name)) is None else str(v) for name in header] for row in rows]
    plan = Plan(RATES, own_columns(RATES, header), header)
    found = plan.run(Batch(list(range(len(rows))), cells, [], len(rows), 1.0))
    refused = [
        RowRefusal(index=r.line, code=r.code, column=r.column, detail_zh=r.zh, detail_en=r.en)
        for r in found.rejects
    ]
    return found.rows, refused


@router.delete("/rate-cards/{card_id}", status_code=204)
async def remove_rate_card(card_id: UUID, caller: CallerDep, context: ContextDep) -> Response:
    """Delete a card; nothing is priced on it any more."""
    caller.require("operator")
    async with context.database.system() as session:
        await service.remove(session, card_id)
        await identity.audit(session, caller, "rate_card.removed", str(card_id), None)
    return Response(status_code=204)


@router.post("/quotes")
async def quote_shipment(
    wish: QuoteRequest, caller: CallerDep, context: ContextDep, http: HttpDep
) -> Quotes:
    """Price one shipment 报价: what merchants are charged, and for operators what it costs.

    A merchant sees costs only on contracts of its own.
    """
    merchant_id = caller.merchant_id or wish.merchant_id
    shipment = ShipmentToRate(
        courier=wish.courier.strip().upper(),
        weight_g=wish.weight_g,
        province=wish.dest_province,
        city=wish.dest_city,
        zone=wish.zone,
        origin_province=wish.origin_province,
        service=wish.service,
        volume_cm3=wish.volume_cm3,
        shipped_on=wish.on or china_day(now()),
    )
    items: list[QuoteView] = []
    missing: list[NoQuote] = []
    async with context.database.system() as session:
        if merchant_id is not None:
            await merchants.get(session, merchant_id)
        for role in _roles(caller):
            priced, reasons = await service.quotes(session, role, shipment, merchant_id)
            shown = [_view(p, role) for p in priced if _may_see(caller, p)]
            items += shown
            if not shown:
                zh, en = MISSES[reason := (reasons or ["no_card"])[0]]
                missing.append(NoQuote(role=role, reason=reason, zh=zh, en=en))
    asked = await _asked(context, http, caller, wish, merchant_id) if wish.ask_couriers else []
    return Quotes(items=items, missing=missing, couriers=asked)


async def _asked(
    context: Context,
    http: httpx.AsyncClient,
    caller: Caller,
    wish: QuoteRequest,
    merchant_id: UUID | None,
) -> list[CourierQuote]:
    """What couriers themselves say, from the merchant's sender address."""
    if merchant_id is None:
        raise Invalid("say whose parcel it is (请选择商家)", field="merchant_id")
    async with context.database.system() as session:
        addresses = await merchants.senders(session, merchant_id)
    sender = next(iter(addresses), None)
    if sender is None:
        raise Conflict("the merchant has no sender address (发货地址) yet")
    found = await estimates.ask(
        context,
        http,
        merchant_id=merchant_id,
        sender=Contact(sender.name, sender.province, sender.city, sender.district, sender.address),
        receiver=Contact(
            "", wish.dest_province, wish.dest_city or wish.dest_province, "", wish.dest_city
        ),
        weight_g=wish.weight_g,
        volume_cm3=wish.volume_cm3 or None,
        courier=wish.courier.strip().upper(),
    )
    return [view for one in found for view in _courier_views(caller, one)]


def _courier_views(caller: Caller, one: Estimate) -> list[CourierQuote]:
    """A price of the platform's contracts is the platform's own; the days are for everybody."""
    seen = caller.role == "operator" or one.own
    prices: list[Price | None] = list(one.prices) if seen else []
    return [
        CourierQuote(
            courier=one.courier,
            connector=one.connector,
            service=price.service or None if price else None,
            total=Money(amount_minor=price.amount_minor, currency=price.currency)
            if price
            else None,
            by=one.forecast.by if one.forecast else None,
            text=one.forecast.text if one.forecast else "",
            errors=list(one.errors),
        )
        for price in prices or [None]
    ]


def _roles(caller: Caller) -> tuple[CardRole, ...]:
    return ("price",) if caller.role == "service" else ("price", "cost")


def _may_see(caller: Caller, priced: Priced) -> bool:
    return caller.role == "operator" or priced.role == "price" or priced.own_card


def _view(priced: Priced, role: CardRole) -> QuoteView:
    quote = priced.quote
    currency = quote.card.currency
    return QuoteView(
        courier=priced.courier,
        service=priced.service or None,
        role=role,
        card=quote.card.name,
        own_card=priced.own_card,
        total=Money(amount_minor=quote.total_fen, currency=currency),
        weight_g=quote.weight_g,
        chargeable_weight_g=quote.chargeable_weight_g,
        lead_days_min=quote.row.lead_days_min,
        lead_days_max=quote.row.lead_days_max,
        lines=[
            QuoteLineView(
                code=line.code,
                amount=Money(amount_minor=line.amount_fen, currency=currency),
                zh=line.zh,
                en=line.en,
            )
            for line in quote.lines
        ],
        explanation_zh=quote.explanation_zh,
        explanation_en=quote.explanation_en,
    )
