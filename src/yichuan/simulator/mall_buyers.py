"""What the mall's buyers do after they have ordered: want their money back, think again, move."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from yichuan.simulator.geo import find_city
from yichuan.simulator.mall_hub import Hub, HubError
from yichuan.simulator.mall_ledger import Acted, MallLedger, Ordered, SubOrder
from yichuan.simulator.sample_buyers import street

Act = Literal["hold", "release", "cancel", "address"]

REFUNDS, CANCELS, MOVES = 0.035, 0.02, 0.025
"""Shares of sub-orders: refund asked for, cancelled at once, sent to another address."""
GIVES_IN = 0.4
"""Share of refunds that the buyer takes back."""
SETTLED_HOURS = 24
"""After so many (natural) hours a buyer does nothing any more."""
REFUND_REASONS = ("买家申请退款：拍错了", "买家申请退款：不想要了", "买家申请退款：重复下单")
CANCEL_REASONS = ("买家取消：地址填错", "买家取消：有更便宜的", "买家取消：下错规格")


@dataclass(frozen=True, slots=True, order=True)
class Wish:
    """Something a buyer is going to want of a sub-order."""

    at: datetime
    sub_order: str
    act: Act
    reason: str = ""
    city: str = ""
    """Administrative code, for an address."""


def wishes(
    seed: int, sub: SubOrder, placed_at: datetime, city: str, time_scale: float
) -> Iterator[Wish]:
    """What the buyer of a sub-order will want, decided by the seed and its number."""
    rng = Random(f"{seed}/wish/{sub.number}")

    def after(low: float, high: float, since: datetime = placed_at) -> datetime:
        return since + timedelta(hours=rng.uniform(low, high)) / time_scale

    roll = rng.random()
    if roll < REFUNDS:
        asked = after(0.2, 3)
        yield Wish(asked, sub.id, "hold", rng.choice(REFUND_REASONS))
        kept = rng.random() < GIVES_IN
        decided = after(0.5, 6, asked)
        yield Wish(decided, sub.id, "release" if kept else "cancel", "" if kept else "已退款")
    elif roll < REFUNDS + CANCELS:
        yield Wish(after(0.1, 2), sub.id, "cancel", rng.choice(CANCEL_REASONS))
    elif roll < REFUNDS + CANCELS + MOVES:
        yield Wish(after(0.1, 2), sub.id, "address", city=city)


class Buyers:
    """Carries out what buyers want, when the time has come."""

    def __init__(self, hub: Hub, ledger: MallLedger, seed: int, time_scale: float) -> None:
        """Begin with the orders that the ledger remembers."""
        self._hub, self._ledger, self._seed, self._scale = hub, ledger, seed, time_scale
        self._due: list[Wish] = []
        for line in list(ledger.memory.recent.values()):
            self.expect(line)

    def expect(self, line: Ordered) -> None:
        """An order was placed: think of what will be wanted of it."""
        for sub in line.sub_orders:
            for wish in wishes(self._seed, sub, line.at, line.city, self._scale):
                if (wish.sub_order, wish.act) not in self._ledger.memory.acted:
                    heapq.heappush(self._due, wish)

    @property
    def waiting(self) -> int:
        """How many wishes are still to come."""
        return len(self._due)

    async def step(self, now: datetime) -> int:
        """Do what is due. Returns how many wishes there were."""
        count = 0
        while self._due and self._due[0].at <= now:
            wish = heapq.heappop(self._due)
            note = ""
            try:
                await self._ask(wish)
            except HubError as error:
                note = f"{error.code}: {error.detail}"
            self._ledger.write(Acted(now, wish.sub_order, wish.act, not note, note))
            count += 1
        self._forget(now)
        return count

    async def _ask(self, wish: Wish) -> None:
        path = f"/orders/{wish.sub_order}/{wish.act}"
        if wish.act == "address":
            await self._hub.post(path, self._new_home(wish))
        elif wish.act == "release":
            await self._hub.post(path)
        else:
            await self._hub.post(path, {"reason": wish.reason})

    def _new_home(self, wish: Wish) -> dict[str, object]:
        """Another recipient in the same city: a relative, another flat."""
        rng = Random(f"{self._seed}/move/{wish.sub_order}")
        city = find_city(wish.city)
        return {
            "name": rng.choice("王李张刘陈杨") + rng.choice(("女士", "先生", "阿姨")),
            "phone": f"1380000{rng.randrange(10_000):04d}",
            "province": city.province,
            "city": city.name,
            "district": rng.choice(city.districts) if city.districts else "",
            "address": street(rng),
        }

    def _forget(self, now: datetime) -> None:
        """Drop settled orders from the memory."""
        long_ago = now - timedelta(hours=SETTLED_HOURS) / self._scale
        recent = self._ledger.memory.recent
        for number in [number for number, line in recent.items() if line.at < long_ago]:
            del recent[number]
