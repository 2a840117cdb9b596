"""The sample world that ships with the product: invented merchants, their goods and their habits.

Read from `data/sample_merchants.toml` and `data/sample_skus.csv`. Everything drawn from it is a
pure function of a seed: the same seed gives the same merchants, buyers and orders everywhere.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from types import MappingProxyType
from typing import Literal

import msgspec

from yichuan.simulator.geo import City, find_city
from yichuan.simulator.journey import BEIJING
from yichuan.simulator.numbers import allot

Mode = Literal["own", "platform"]
Fate = Literal["ships", "fakes", "forgets"]

OPENS, CLOSES = 8.5, 20.0
"""Working hours of the merchants' warehouses (Beijing)."""
BRANCH_CITIES = ("成都市", "武汉市", "西安市", "沈阳市", "郑州市", "昆明市", "福州市", "重庆市")
"""Where further branches of the sample merchants stand, when more merchants are wanted."""
BRANCH_WORDS = "二三四五六七八九十"


class Sender(msgspec.Struct, frozen=True, array_like=True):
    """Who sends, and from where."""

    name: str
    province: str
    city: str
    district: str
    street: str

    @property
    def place(self) -> City:
        """The city on the couriers' map."""
        return find_city(self.city, self.province)


@dataclass(frozen=True, slots=True)
class Sku:
    """Something to buy. Grams and fen per piece; `weight` is its share of the sales, relative."""

    sku: str
    name: str
    weight_g: int
    price_fen: int
    weight: int


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant as at the top of `data/sample_merchants.toml`."""

    code: str
    name: str
    category: str
    tier: str
    mode: Mode
    ship_hours: int
    sender: Sender
    shops: tuple[str, ...]
    hub_share: float
    couriers: tuple[str, ...]
    pack_hours: tuple[float, float]
    late: float
    fake: float
    forgets: float
    weight: int

    @property
    def sender_phone(self) -> str:
        """A number of valid shape that nobody has (139 0000 00nn)."""
        return f"139000000{sum(map(ord, self.code)) % 100:02d}"


@dataclass(frozen=True, slots=True)
class Handling:
    """What a merchant's clerk does with one box. Times are aware."""

    fate: Fate
    hub: bool
    """By hub waybill; otherwise with a number of the merchant's own from `courier`."""
    courier: str
    print_at: datetime
    """When the label is printed, or the own number is given."""
    hand_over_at: datetime
    """When the courier gets the box (never, when the number is fake)."""
    found_at: datetime
    """When what was forgotten is found and goes out after all; else as `hand_over_at`."""


@cache
def _originals() -> tuple[Merchant, ...]:
    text = files("yichuan.simulator").joinpath("data/sample_merchants.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text)["merchant"], tuple[Merchant, ...])


@cache
def _goods() -> Mapping[str, tuple[Sku, ...]]:
    text = files("yichuan.simulator").joinpath("data/sample_skus.csv").read_text("utf-8")
    found: dict[str, tuple[Sku, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        item = Sku(
            row["sku"], row["name"], int(row["weight_g"]), int(row["price_fen"]), int(row["weight"])
        )
        found[row["merchant"]] = (*found.get(row["merchant"], ()), item)
    return MappingProxyType(found)


def goods(merchant: Merchant) -> tuple[Sku, ...]:
    """What a merchant sells; a branch sells what its parent sells."""
    return _goods()[merchant.code.rstrip("0123456789")]


@cache
def merchants(count: int = 12) -> tuple[Merchant, ...]:
    """The first `count` merchants: twelve originals, then branches of them in other cities.

    Raises:
        ValueError: no merchant is wanted, or more than 120.
    """
    originals = _originals()
    most = len(originals) * (len(BRANCH_WORDS) + 1)
    if not 1 <= count <= most:
        raise ValueError(f"between 1 and {most} sample merchants, not {count}")
    return tuple(_merchant(originals, index) for index in range(count))


def _merchant(originals: tuple[Merchant, ...], index: int) -> Merchant:
    generation, which = divmod(index, len(originals))
    parent = originals[which]
    if not generation:
        return parent
    city = find_city(BRANCH_CITIES[(which + generation) % len(BRANCH_CITIES)])
    sender = Sender(
        parent.sender.name, city.province, city.name, city.districts[0], parent.sender.street
    )
    word = BRANCH_WORDS[generation - 1]
    return replace(
        parent,
        code=f"{parent.code}{generation + 1}",
        name=f"{parent.name}{word}店",
        sender=sender,
        shops=tuple(f"{shop}{word}店" for shop in parent.shops),
    )


def handle(
    merchant: Merchant, seed: int, box: str, paid_at: datetime, time_scale: float = 1.0
) -> Handling:
    """What becomes of a box, decided by the seed and the box's number.

    Args:
        merchant: whose habits.
        seed: the world.
        box: shipment number; the same box is always handled the same way.
        paid_at: from when on the clerk works on it.
        time_scale: everything happens this many times faster; working hours count at 1 only.
    """
    rng = Random(f"{seed}/box/{merchant.code}/{box}")
    hub = rng.random() < merchant.hub_share or merchant.mode == "platform"
    courier = rng.choice(merchant.couriers)
    hours, lead = rng.uniform(*merchant.pack_hours), rng.uniform(0.4, 4.0)
    fate = _fate(merchant, hub, rng.random())
    if fate == "ships" and rng.random() < merchant.late:
        hours = merchant.ship_hours + rng.uniform(2, 36)

    def after(natural_hours: float) -> datetime:
        at = paid_at + timedelta(hours=natural_hours) / time_scale
        return _at_work(at, rng) if time_scale == 1 else at

    out = after(hours)
    return Handling(
        fate=fate,
        hub=hub,
        courier=courier,
        print_at=max(paid_at, out - timedelta(hours=lead) / time_scale),
        hand_over_at=out,
        found_at=after(merchant.ship_hours + rng.uniform(20, 160)) if fate == "forgets" else out,
    )


def _fate(merchant: Merchant, hub: bool, roll: float) -> Fate:
    if not hub and roll < merchant.fake:
        return "fakes"
    return "forgets" if roll > 1 - merchant.forgets else "ships"


def _at_work(at: datetime, rng: Random) -> datetime:
    """The same moment, or the next morning when the warehouse is closed."""
    here = at.astimezone(BEIJING)
    hour = here.hour + here.minute / 60
    if OPENS <= hour < CLOSES:
        return at
    morning = here.replace(hour=0, minute=0, second=0) + timedelta(days=int(hour >= CLOSES))
    return (morning + timedelta(hours=OPENS + rng.uniform(0, 3))).astimezone(at.tzinfo)


def own_number(seed: int, courier: str, box: str) -> str:
    """The number a merchant got from its own courier for a box."""
    return allot(courier, seed, f"own/{box}")
