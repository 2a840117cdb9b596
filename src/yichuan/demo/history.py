"""The sample's past: the orders of many days and the boxes planned for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar
from uuid import UUID

from msgspec import structs
from sqlalchemy import text

from yichuan.core.context import Context
from yichuan.core.database import SystemSession
from yichuan.core.ids import new_id
from yichuan.core.vault import Vault
from yichuan.demo.state import State
from yichuan.merchants import queries as merchants
from yichuan.merchants import service as merchant_service
from yichuan.orders import bulk as orders
from yichuan.orders.boxing import boxed
from yichuan.orders.recipients import Person
from yichuan.regions import lookup
from yichuan.shipments import service as shipments
from yichuan.shipments.values import Plan
from yichuan.simulator.sample import Handling, handle
from yichuan.simulator.sample import merchants as sample_merchants
from yichuan.simulator.sample_buyers import Buyer
from yichuan.simulator.sample_orders import Order, Share, history, promised_at, ship_by

ACTOR = "system:demo"
PER_MERCHANT_DAY = 18
"""Boxes of a merchant on a day: about 3,000 for twelve merchants in a fortnight."""
ORDERS_AT_ONCE = 250
T = TypeVar("T")
Tell = Callable[[int], None]
"""Told how many boxes are done."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the past, as it was planned."""

    merchant_id: UUID
    shipment_id: UUID
    sub_order_id: UUID
    order_id: UUID
    order: Order
    share: Share
    plan: Handling


def in_parts(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows in lists of at most `size`."""
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def wanted_boxes(state: State) -> int:
    """How many boxes the past has, about."""
    return PER_MERCHANT_DAY * state.merchants * state.days


def sample_past(state: State, now: datetime) -> list[Order]:
    """The orders of the last `state.days` days."""
    return list(
        history(
            sample_merchants(state.merchants),
            state.seed,
            now - timedelta(days=state.days),
            now - timedelta(minutes=5),
            wanted_boxes(state),
        )
    )


async def place(
    context: Context, state: State, past: Sequence[Order], tell: Tell
) -> AsyncIterator[list[Box]]:
    """Take the orders in, part by part, with a planned box for each merchant's share."""
    async with context.database.read(None) as reading:
        ids = {row.code: row.id for row in await merchants.listing(reading)}
    for part in in_parts(past, ORDERS_AT_ONCE):
        async with context.database.system() as session:
            made = await _place(session, context.vault, state.seed, part, ids)
        tell(len(made))
        yield made


async def _place(
    session: SystemSession,
    vault: Vault,
    seed: int,
    part: Sequence[Order],
    ids: dict[str, UUID],
) -> list[Box]:
    pairs = [(ids[s.merchant.code], s.shop) for one in part for s in one.shares]
    shops = await merchant_service.ensure_shops(session, pairs)
    written: list[orders.NewOrder] = []
    lines: list[orders.NewLine] = []
    plans: list[Plan] = []
    drafts: list[tuple[orders.NewOrder, Order, Share]] = []
    for one in part:
        order_id, who = new_id(), person(one.buyer)
        for index, share in enumerate(one.shares):
            owner = ids[share.merchant.code]
            sub = _sub_order(order_id, owner, one, share, who, main=index == 0)
            sub = structs.replace(sub, shop_id=shops.get((owner, share.shop)))
            mine = _lines(sub, share)
            plans.append(boxed(vault, sub, mine, share.merchant.sender.city))
            written.append(sub)
            lines += mine
            drafts.append((sub, one, share))
    await orders.write(session, orders.encode(vault, written))
    await orders.write_lines(session, orders.encode_lines(lines))
    made = await shipments.plan(session, plans, ACTOR)
    return [
        Box(
            merchant_id=sub.merchant_id,
            shipment_id=shipment_id,
            sub_order_id=sub.sub_order_id,
            order_id=sub.order_id,
            order=one,
            share=share,
            plan=handle(share.merchant, seed, share.number, one.paid_at),
        )
        for shipment_id, (sub, one, share) in zip(made, drafts, strict=True)
    ]


def person(who: Buyer) -> Person:
    """A buyer as the hub keeps recipients."""
    place = lookup.resolve(who.city.province, who.city.name, who.district)
    return Person(
        name=who.name,
        phone=who.phone,
        province=who.city.province,
        city=who.city.name,
        district=who.district or None,
        address=who.street,
        adcode=place.region.adcode if place else None,
    )


def _sub_order(
    order_id: UUID, owner: UUID, one: Order, share: Share, who: Person, *, main: bool
) -> orders.NewOrder:
    return orders.NewOrder(
        merchant_id=owner,
        order_id=order_id,
        sub_order_id=new_id(),
        recipient_id=new_id(),
        order_no=one.number,
        sub_order_no=share.number,
        who=who,
        placed_at=one.placed_at,
        main=main,
        shop_name=share.shop,
        buyer_ref=one.buyer.ref,
        remark=share.remark or None,
        paid_at=one.paid_at,
        ship_by=ship_by(one, share),
        promised_at=promised_at(one, share),
    )


def _lines(sub: orders.NewOrder, share: Share) -> list[orders.NewLine]:
    return [
        orders.NewLine(
            merchant_id=sub.merchant_id,
            id=new_id(),
            sub_order_id=sub.sub_order_id,
            line_no=number,
            sku=line.item.sku,
            quantity=line.quantity,
            name=line.item.name,
            category=share.merchant.category,
            unit_price_minor=line.item.price_fen,
            weight_g=line.item.weight_g,
        )
        for number, line in enumerate(share.lines, 1)
    ]


async def count(context: Context) -> int:
    """How many boxes there are."""
    async with context.database.system() as session:
        found = await session.execute(text("SELECT count(*) FROM shipments"))
        return int(found.scalar_one())
