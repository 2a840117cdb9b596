"""Orders of the sample world: one after the other, or a past of many days with its rhythm."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType

from yichuan.simulator.geo import distance_km
from yichuan.simulator.journey import BEIJING
from yichuan.simulator.sample import Merchant, Sku, goods
from yichuan.simulator.sample_buyers import Buyer, somebody

HOURS = (1.4, 0.8, 0.5, 0.3, 0.3, 0.5, 1.0, 1.9, 3.2, 4.6, 5.6, 5.4, 4.8, 5.0, 5.2, 5.0, 4.9, 4.6,
         4.4, 5.2, 6.8, 7.6, 6.4, 3.4)  # fmt: skip
"""How many orders come in each hour of the day (Beijing), relative."""
WEEKDAYS = (1.05, 1.0, 1.0, 1.02, 1.08, 0.95, 0.9)
"""The same for Monday to Sunday."""
SHARES = (0.76, 0.95)
"""An order has one merchant below the first figure, two below the second, else three."""
LINES = (0.72, 0.92)
"""The same for the lines of a merchant's share."""
BOXES_PER_ORDER = 1.29
"""What the shares above come to; one box per merchant."""
PASTED = 0.1
"""Share of orders whose recipient is one pasted text."""
REMARKS = ("", "", "", "", "", "", "", "请尽快发货", "放驿站即可", "工作日白天派送",
           "送人，勿放价格单", "到货前请电话", "包装请仔细一点")  # fmt: skip
FRESH = frozenset({"生鲜水果"})
MARGIN_HOURS = MappingProxyType({True: 40, False: 60})
"""From hand-over to the promised delivery, before distance is added; fresh goods or not."""
KM_PER_DAY = 900


@dataclass(frozen=True, slots=True)
class Line:
    """Some pieces of one article."""

    item: Sku
    quantity: int


@dataclass(frozen=True, slots=True)
class Share:
    """One merchant's part of an order. `number` is the sub-order's (子单号)."""

    number: str
    merchant: Merchant
    shop: str
    lines: tuple[Line, ...]
    remark: str

    @property
    def weight_g(self) -> int:
        """Of all pieces."""
        return sum(line.item.weight_g * line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Order:
    """What one buyer bought at once."""

    number: str
    placed_at: datetime
    paid_at: datetime
    buyer: Buyer
    shares: tuple[Share, ...]
    pasted: bool


def order(
    merchants: Sequence[Merchant],
    seed: int,
    nonce: str,
    at: datetime,
    pay_seconds: float = 240,
    again: Buyer | None = None,
) -> Order:
    """The order of this nonce, placed at this moment.

    Args:
        merchants: who sells.
        seed: the world.
        nonce: which order; another nonce, another order.
        at: when it is placed, aware.
        pay_seconds: the longest a buyer takes to pay.
        again: a buyer who comes back; None: somebody.
    """
    rng = Random(f"{seed}/order/{nonce}")
    at = at.replace(microsecond=0)
    number = f"{at.astimezone(BEIJING):%y%m%d%H%M%S}{rng.randrange(10**6):06d}"
    sellers = _sellers(merchants, rng)
    return Order(
        number=number,
        placed_at=at,
        paid_at=at + timedelta(seconds=int(rng.uniform(0.1, 1) * pay_seconds)),
        buyer=again or somebody(seed, rng),
        shares=tuple(_share(m, f"{number}-{i}", rng) for i, m in enumerate(sellers, 1)),
        pasted=rng.random() < PASTED and again is None,
    )


def _count(rng: Random, limits: tuple[float, float]) -> int:
    roll = rng.random()
    return 1 + sum(roll >= limit for limit in limits)


def _sellers(merchants: Sequence[Merchant], rng: Random) -> list[Merchant]:
    left, chosen = list(merchants), list[Merchant]()
    for _ in range(min(_count(rng, SHARES), len(left))):
        one = rng.choices(left, [m.weight for m in left])[0]
        left.remove(one)
        chosen.append(one)
    return chosen


def _share(merchant: Merchant, number: str, rng: Random) -> Share:
    left, lines = list(goods(merchant)), list[Line]()
    for _ in range(_count(rng, LINES)):
        item = rng.choices(left, [sku.weight for sku in left])[0]
        left.remove(item)
        most = 1 if item.weight_g > 8_000 or item.price_fen > 40_000 else 3
        lines.append(Line(item, 1 if rng.random() < 0.75 else rng.randint(1, most)))
    return Share(number, merchant, rng.choice(merchant.shops), tuple(lines), rng.choice(REMARKS))


def ship_by(one: Order, share: Share, time_scale: float = 1.0) -> datetime:
    """When the merchant promised to hand over."""
    return one.paid_at + timedelta(hours=share.merchant.ship_hours) / time_scale


def promised_at(one: Order, share: Share, time_scale: float = 1.0) -> datetime:
    """When the buyer was promised delivery: the later, the farther."""
    km = distance_km(share.merchant.sender.place, one.buyer.city)
    hours = MARGIN_HOURS[share.merchant.category in FRESH] + 24 * math.ceil(km / KM_PER_DAY)
    return ship_by(one, share, time_scale) + timedelta(hours=hours) / time_scale


def as_request(one: Order, time_scale: float = 1.0) -> dict[str, object]:
    """The body of `POST /api/v1/orders`."""
    who = one.buyer
    recipient: dict[str, object] = {"raw": who.pasted} if one.pasted else person(who)
    return {
        "order_no": one.number,
        "placed_at": one.placed_at.isoformat(),
        "paid_at": one.paid_at.isoformat(),
        "buyer_ref": who.ref,
        "recipient": recipient,
        "sub_orders": [
            {
                "sub_order_no": share.number,
                "merchant": share.merchant.code,
                "shop": share.shop,
                "lines": [_line(share.merchant, line) for line in share.lines],
                "remark": share.remark or None,
                "ship_by": ship_by(one, share, time_scale).isoformat(),
                "promised_at": promised_at(one, share, time_scale).isoformat(),
            }
            for share in one.shares
        ],
    }


def person(who: Buyer) -> dict[str, object]:
    """A recipient in parts, as the API takes it."""
    return {
        "name": who.name,
        "phone": who.phone,
        "province": who.city.province,
        "city": who.city.name,
        "district": who.district,
        "address": who.street,
    }


def _line(merchant: Merchant, line: Line) -> dict[str, object]:
    return {
        "sku": line.item.sku,
        "name": line.item.name,
        "category": merchant.category,
        "quantity": line.quantity,
        "weight_g": line.item.weight_g,
        "unit_price": {"amount_minor": line.item.price_fen, "currency": "CNY"},
    }


def history(
    merchants: Sequence[Merchant], seed: int, begin: datetime, end: datetime, boxes: int
) -> Iterator[Order]:
    """About `boxes` boxes' worth of orders between two moments, in order of time."""
    rng = Random(f"{seed}/history")
    slots = list(_slots(begin, end))
    if not slots:
        return
    wanted = max(1, round(boxes / (BOXES_PER_ORDER if len(merchants) > 2 else 1.1)))
    starts = [at for at, _ in slots]
    moments = sorted(
        at + timedelta(seconds=rng.uniform(0, 3600))
        for at in rng.choices(starts, [weight for _, weight in slots], k=wanted)
    )
    for index, at in enumerate(moments):
        if at < end:
            yield order(merchants, seed, f"past/{index}", at)


def _slots(begin: datetime, end: datetime) -> Iterator[tuple[datetime, float]]:
    """Every hour between two moments and how many orders come in it, relative."""
    at = begin.replace(minute=0, second=0, microsecond=0)
    while at < end:
        here = at.astimezone(BEIJING)
        if at >= begin:
            yield at, HOURS[here.hour] * WEEKDAYS[here.weekday()]
        at += timedelta(hours=1)
