"""Dispatch: gather the facts of a box, ask the rules, give the choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.couriers import queries as couriers
from yichuan.couriers.queries import CourierAccount, CourierService
from yichuan.dispatch.rules import Box, Choice, Option, choose
from yichuan.rating import service as rating
from yichuan.shipments.queries import Shipment, ShipmentLine


class Dispatcher:
    """Facts shared by a batch of one merchant's boxes: accounts, services, names.

    Made on a system session: platform accounts and cost cards are the platform's own.
    """

    def __init__(
        self,
        accounts: Sequence[CourierAccount],
        services: Iterable[CourierService],
        names: dict[str, str],
    ) -> None:
        self._accounts = accounts
        self._names = names
        self._services: dict[str, list[CourierService]] = {}
        for service in services:
            self._services.setdefault(service.courier, []).append(service)

    def options(
        self,
        costs: dict[tuple[str, str | None], int],
        *,
        courier: str | None,
        service: str | None,
        account_id: UUID | None,
    ) -> list[Option]:
        """Usable services; narrowed where a person already chose."""
        found: list[Option] = []
        seen: set[str] = set()
        for account in self._accounts:
            wanted = courier in (None, account.courier) and account_id in (None, account.id)
            empty = account.balance is not None and account.balance <= 0
            if not wanted or (account.courier in seen and empty):
                continue
            if account.courier in seen:
                continue
            if not empty:
                seen.add(account.courier)
            for item in self._services.get(account.courier, []):
                if service is not None and item.code != service:
                    continue
                found.append(self._option(account, item, costs))
        return found

    def _option(
        self,
        account: CourierAccount,
        item: CourierService,
        costs: dict[tuple[str, str | None], int],
    ) -> Option:
        cost = costs.get((item.courier, item.code))
        if cost is None and item.is_default:
            cost = costs.get((item.courier, None))
        return Option(
            courier=item.courier,
            courier_name=self._names.get(item.courier, item.courier),
            service=item.code,
            service_zh=item.name_zh,
            service_en=item.name_en,
            kind=item.kind,
            min_weight_g=item.min_weight_g,
            max_weight_g=item.max_weight_g,
            typical_days=item.typical_days,
            account_id=account.id,
            balance=account.balance,
            cost_fen=cost,
        )


async def dispatcher(session: SystemSession, merchant_id: UUID) -> Dispatcher:
    """The dispatcher of a merchant: its own accounts first, then the platform's."""
    return Dispatcher(
        await couriers.accounts_for(session, merchant_id),
        await couriers.services(session),
        await couriers.names(session),
    )


async def decide(
    session: SystemSession,
    facts: Dispatcher,
    shipment: Shipment,
    lines: Sequence[ShipmentLine],
    *,
    origin_province: str | None,
    courier: str | None = None,
    service: str | None = None,
    account_id: UUID | None = None,
) -> Choice:
    """Choose the courier service for one box (within what a person already chose)."""
    costs = await rating.costs(
        session,
        merchant_id=shipment.merchant_id,
        origin_province=origin_province,
        dest_province=shipment.dest_province,
        dest_city=shipment.dest_city,
        weight_g=shipment.weight_g or 1000,
    )
    days_left = None
    if shipment.promised_at is not None:
        days_left = max(0, (shipment.promised_at - now()).days)
    box = Box(
        weight_g=shipment.weight_g,
        categories=tuple(sorted({line.category for line in lines if line.category})),
        days_left=days_left,
    )
    options = facts.options(costs, courier=courier, service=service, account_id=account_id)
    return choose(box, options)
