"""Dispatch: gather the facts of a box, ask the rules, give the choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from yichuan.admission import queries as admission
from yichuan.admission.queries import NONE, Suspensions
from yichuan.core.cached import Remembered
from yichuan.core.clock import now
from yichuan.core.database import Database
from yichuan.couriers import estimates
from yichuan.couriers import queries as couriers
from yichuan.couriers.estimates import Estimate
from yichuan.couriers.queries import CourierAccount, CourierService
from yichuan.dispatch import rules
from yichuan.dispatch.rules import Choice, Option
from yichuan.rating import service as rating
from yichuan.rating.service import Snapshot
from yichuan.shipments.boxes import Box
from yichuan.terms import service as terms
from yichuan.terms.areas import Reason
from yichuan.terms.book import Parcel, Terms
from yichuan.terms.carriage import carriage_on

CARD_SECONDS = 2.0
"""How long rate cards are used without asking `rating` whether they changed."""
NO_QUOTAS: Mapping[UUID, int] = {}
Lane = tuple[str | None, str | None, str | None, int]
"""Province of origin, the destination's province and city, grams."""


class Told(NamedTuple):
    """A courier's own price and days."""

    cost_fen: int | None = None
    days: int | None = None


_NOTHING_TOLD = Told()


class _Served(NamedTuple):
    """A courier service, read off the mapper once: a batch asks for it box after box."""

    courier: str
    code: str
    name_zh: str
    name_en: str
    kind: str
    min_weight_g: int
    max_weight_g: int | None
    typical_days: int
    is_default: bool


_served = attrgetter(*_Served._fields)


def _by_courier(services: Iterable[CourierService]) -> dict[str, list[_Served]]:
    found: dict[str, list[_Served]] = {}
    for service in services:
        found.setdefault(service.courier, []).append(_Served(*_served(service)))
    return found


class Dispatcher:
    """Facts shared by a batch of one merchant's boxes: accounts, services, names.

    Read as the system role: platform accounts and cost cards are the platform's own.
    """

    def __init__(
        self,
        accounts: Sequence[CourierAccount],
        services: Iterable[CourierService],
        names: Mapping[str, str],
        cards: Snapshot,
        own_terms: Terms,
        suspended: Suspensions = NONE,
    ) -> None:
        self.cards = cards
        self.terms = own_terms
        self._suspended = suspended
        self._accounts = accounts
        self._names = names
        self._services = _by_courier(services)

    def options(
        self,
        costs: dict[tuple[str, str | None], int],
        *,
        lane: Lane,
        courier: str | None,
        service: str | None,
        account_id: UUID | None,
        quotas: Mapping[UUID, int],
        parcel: Parcel,
        province: str | None = None,
    ) -> list[Option]:
        """Usable services; narrowed where a person already chose. `province`: where it goes."""
        at, hits = now(), self.terms.hits(parcel)
        found: list[Option] = []
        seen: set[str] = set()
        for account in self._accounts:
            code, own_id, balance = account.courier, account.id, account.balance
            wanted = courier in (None, code) and account_id in (None, own_id)
            if not wanted or code in seen:
                continue
            left = quotas.get(own_id)
            if not ((balance is not None and balance <= 0) or (left is not None and left <= 0)):
                seen.add(code)
            told = estimates.of_lane(own_id, *lane)
            ruled = self.terms.may_refuse(code, hits)
            for item in self._services.get(code, ()):
                if service is not None and item.code != service:
                    continue
                barred = None
                if ruled:
                    carriage = carriage_on(account, item.code)
                    barred = self.terms.refusal(carriage, parcel, at, hits)
                stopped = self._suspended.why(code, item.code, province)
                cost = costs.get((code, item.code))
                if cost is None and item.is_default:
                    cost = costs.get((code, None))
                found.append(self._option(own_id, balance, item, cost, left, barred, stopped, told))
        return found

    def _option(
        self,
        account_id: UUID,
        balance: int | None,
        item: _Served,
        cost: int | None,
        quota: int | None,
        barred: Reason | None,
        stopped: tuple[str, str] | None,
        estimate: Estimate | None,
    ) -> Option:
        told = _NOTHING_TOLD if estimate is None else _told(estimate, item)
        return Option(
            courier=item.courier,
            courier_name=self._names.get(item.courier, item.courier),
            service=item.code,
            service_zh=item.name_zh,
            service_en=item.name_en,
            kind=item.kind,
            min_weight_g=item.min_weight_g,
            max_weight_g=item.max_weight_g,
            typical_days=item.typical_days if told.days is None else told.days,
            account_id=account_id,
            balance=balance,
            quota=quota,
            cost_fen=told.cost_fen if cost is None else cost,
            barred=(barred.zh, barred.en) if barred is not None else None,
            cost_told=cost is None and told.cost_fen is not None,
            days_told=told.days is not None,
            suspended=stopped,
        )

    def account(self, account_id: UUID) -> CourierAccount | None:
        """One of its accounts."""
        return next((one for one in self._accounts if one.id == account_id), None)


def _told(found: Estimate, item: _Served) -> Told:
    """What the courier itself said of this lane when a quote was asked for."""
    price = found.price_of(item.code, standard=item.is_default)
    usable = price is not None and price.currency == "CNY"
    days = found.days if item.is_default else None
    return Told(price.amount_minor if price is not None and usable else None, days)


_cards: Remembered[None, Snapshot] = Remembered(CARD_SECONDS)


async def dispatcher(database: Database, merchant_id: UUID) -> Dispatcher:
    """The dispatcher of a merchant: its own accounts first, then the platform's.

    Accounts, cards and services are a moment old (`couriers.queries.usable`, `CARD_SECONDS`).
    """

    async def load() -> Snapshot:
        async with database.system() as session:
            return await rating.snapshot(session)

    reference = await couriers.reference(database)
    return Dispatcher(
        await couriers.usable(database, merchant_id),
        reference.services,
        reference.names,
        await _cards.get(database, None, load),
        await terms.of(database, merchant_id),
        await admission.suspensions(database),
    )


def decide(
    facts: Dispatcher,
    box: Box,
    categories: Iterable[str | None],
    *,
    origin_province: str | None,
    parcel: Parcel,
    courier: str | None = None,
    service: str | None = None,
    account_id: UUID | None = None,
    quotas: Mapping[UUID, int] = NO_QUOTAS,
) -> Choice:
    """Choose the courier service for one box (within what a person already chose).

    `parcel`: what the terms of services must know of it.
    `quotas`: numbers the merchant may still take from lent accounts that limit it.
    """
    weight_g = box.weight_g or rules.ASSUMED_WEIGHT_G
    costs = rating.costs(
        facts.cards,
        merchant_id=box.merchant_id,
        origin_province=origin_province,
        dest_province=box.dest_province,
        dest_city=box.dest_city,
        weight_g=weight_g,
    )
    days_left = None
    if box.promised_at is not None:
        days_left = max(0, (box.promised_at - now()).days)
    goods = rules.Box(
        weight_g=box.weight_g,
        categories=tuple(sorted({category for category in categories if category})),
        days_left=days_left,
    )
    lane = (origin_province, box.dest_province, box.dest_city, weight_g)
    options = facts.options(
        costs,
        lane=lane,
        courier=courier,
        service=service,
        account_id=account_id,
        quotas=quotas,
        parcel=parcel,
        province=box.dest_province,
    )
    return rules.choose(goods, options)
