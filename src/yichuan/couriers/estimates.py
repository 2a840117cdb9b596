"""What couriers themselves say a lane costs and takes (运费, 时效): asked for quotes, then kept.

A second source beside rate cards. Couriers are asked only when a person wants a quote, all at once
and not for long; dispatch reads what is known and never waits for anybody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import UUID

import httpx

from yichuan.core.context import Context
from yichuan.core.errors import NotFound
from yichuan.couriers import queries, service
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import Contact, CourierError, Forecast, Lane, Price
from yichuan.couriers.connectors.connector import Connector
from yichuan.couriers.queries import CourierAccount

T = TypeVar("T")

PATIENCE: Final = 5.0
"""Seconds a courier is waited for; who is later is left out."""
KEPT: Final = 6 * 3600.0
"""Seconds an answer is used for; a refusal is asked again after `RETRY`."""
RETRY: Final = 300.0
REMEMBERED: Final = 20_000
GRAMS: Final = 1_000
"""Prices step by the kilogram: lanes of one step share an answer."""

Key = tuple[UUID, str, str, str, int]
"""Account, province of origin, destination's province and city, weight in whole kilograms."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one account's connector said of a lane. `errors` are stable codes."""

    account_id: UUID
    courier: str
    connector: str
    own: bool = False
    """The account is the merchant's own, not the platform's."""
    prices: tuple[Price, ...] = ()
    forecast: Forecast | None = None
    asked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    errors: tuple[str, ...] = ()

    def price_of(self, product: str, *, standard: bool) -> Price | None:
        """The price of one of our services; of the standard one also a price without a name."""
        for one in self.prices:
            if one.service == product or (standard and one.service in ("", "1")):
                return one
        return None

    @property
    def days(self) -> int | None:
        """Days until the promised delivery, as of the asking."""
        if self.forecast is None:
            return None
        return max(0, (self.forecast.by - self.asked_at).days)


_known: dict[Key, tuple[float, Estimate]] = {}


def key_of(
    account: UUID, origin: str | None, province: str | None, city: str | None, grams: int
) -> Key:
    """Where an estimate of a lane is kept."""
    places = [(place or "").rstrip("省市") for place in (origin, province, city)]
    return account, places[0], places[1], places[2], -(-max(grams, 1) // GRAMS)


def known(key: Key) -> Estimate | None:
    """What is known of a lane; nobody is asked."""
    until, found = _known.get(key, (0.0, None))
    return found if until > time.monotonic() else None


def of_lane(
    account: UUID, origin: str | None, province: str | None, city: str | None, grams: int
) -> Estimate | None:
    """What is known of an account's lane."""
    return known(key_of(account, origin, province, city, grams)) if _known else None


def forget() -> None:
    """Drop everything (tests)."""
    _known.clear()


async def ask(
    context: Context,
    http: httpx.AsyncClient,
    *,
    merchant_id: UUID,
    sender: Contact,
    receiver: Contact,
    weight_g: int,
    volume_cm3: int | None = None,
    courier: str = "",
) -> list[Estimate]:
    """Ask every usable account whose connector prices or forecasts, one per courier.

    Never raises: who refuses or is late has its reason in `errors`.
    """
    found: dict[str, tuple[CourierAccount, Connector]] = {}
    async with context.database.system() as session:
        for account in await queries.accounts_for(session, merchant_id, courier or None):
            row = await queries.connection(session, account.connection_id)
            one = registry.connector(row.connector)
            if one is not None and row.enabled and _asks(one, account):
                found.setdefault(account.courier, (account, one))
    lane = Lane("", sender, receiver, weight_g, volume_cm3)
    return list(
        await asyncio.gather(*(_one(context, http, a, one, lane) for a, one in found.values()))
    )


def _asks(connector: Connector, account: CourierAccount) -> bool:
    return connector.does("rate", account.courier) or connector.does("forecast", account.courier)


async def _one(
    context: Context,
    http: httpx.AsyncClient,
    account: CourierAccount,
    connector: Connector,
    lane: Lane,
) -> Estimate:
    key = key_of(
        account.id, lane.sender.province, lane.receiver.province, lane.receiver.city, lane.weight_g
    )
    before = known(key)
    if before is not None:
        return before
    nothing = Estimate(
        account.id, account.courier, connector.name, own=account.merchant_id is not None
    )
    try:
        line = await service.open_line(context.database, context.vault, http, account.id)
    except NotFound:
        return replace(nothing, errors=("no_connection",))
    asked = replace(lane, courier=account.courier, account=line.branch)
    prices: Sequence[Price] | None = None
    forecast: Forecast | None = None
    errors: list[CourierError] = []
    started = time.monotonic()
    if connector.does("rate", account.courier):
        prices, error = await _patiently(line.client.prices(asked))
        errors += [error] if error else []
    if connector.does("forecast", account.courier):
        forecast, error = await _patiently(line.client.forecast(asked))
        errors += [error] if error else []
    ms = int((time.monotonic() - started) * 1000)
    async with context.database.system() as session:
        await service.note_calls(
            session, [(line.connection_id, "estimate", ms, errors[0] if errors else None)]
        )
    estimate = replace(
        nothing,
        prices=tuple(prices or ()),
        forecast=forecast,
        errors=tuple(error.code for error in errors),
    )
    _remember(key, estimate)
    return estimate


async def _patiently(call: Awaitable[T]) -> tuple[T | None, CourierError | None]:
    try:
        return await asyncio.wait_for(call, PATIENCE), None
    except CourierError as error:
        return None, error
    except TimeoutError:
        return None, CourierError("no_answer", "the courier took too long", retryable=True)


def _remember(key: Key, estimate: Estimate) -> None:
    if len(_known) >= REMEMBERED:
        _known.clear()
    good = bool(estimate.prices) or estimate.forecast is not None
    _known[key] = (time.monotonic() + (KEPT if good else RETRY), estimate)
