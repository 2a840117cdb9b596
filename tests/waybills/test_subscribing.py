"""A number taken from a courier that pushes only what was subscribed. If it broke, its buyers
would see nothing until somebody asked."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from sqlalchemy import text

from conftest import Tenant
from waybills.conftest import HOST, Setup
from waybills.test_taking import box, take
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors import registry
from yichuan.simulator.config import NetworkConfig, demo_config
from yichuan.tracking.subscribing import subscribe_due


@pytest.fixture(scope="module")
def network() -> NetworkConfig:
    """The simulated network, with ZTO speaking its own protocol too."""
    return replace(demo_config(seed=7, balance=500, protocols=("zto",)), asks_phone=False)


async def test_a_number_is_subscribed_where_taking_it_does_not(
    alpha: Tenant, accounts: Setup, context: Context, network: NetworkConfig,
    courier_http: httpx.AsyncClient,
) -> None:  # fmt: skip
    me = next(one for one in network.subscribers if one.protocol == "zto")
    branch = next(one for one in network.branches if one.courier == "ZTO")
    async with context.database.system() as session:
        connection, _ = await couriers.add_connection(
            session,
            context.vault,
            merchant_id=None,
            connector="zto",
            name="中通",
            endpoint=HOST,
            public_id=me.ebusiness_id,
            secret=me.app_key,
        )
        account = await couriers.add_account(
            session,
            context.vault,
            merchant_id=None,
            connection_id=connection,
            courier="ZTO",
            branch_code=branch.branch_code,
            branch_name=branch.branch_name,
            customer_name=branch.customer_name,
            customer_password=branch.customer_pwd,
            month_code=branch.month_code,
        )
    direct = await number(alpha, "S1", courier="ZTO", account_id=str(account))
    through = await number(alpha, "S2", courier="ZTO", account_id=accounts.accounts["ZTO"])
    assert await state(context, direct) == ("wanted", True)
    assert await state(context, through) == ("subscribed", True), "kept for asking when pushes stop"
    assert await subscribe_due(context, courier_http) == 1
    assert await state(context, direct) == ("subscribed", True)


def test_who_must_be_subscribed() -> None:
    """Aggregators and couriers that push what was taken are not asked twice."""
    must = {one.name for one in registry.connectors().values() if one.must_subscribe}
    assert must >= {"zto", "yto", "sto", "yunda"}
    assert not must & {"kdniao", "sf", "deppon"}


async def number(tenant: Tenant, order: str, **wish: str) -> str:
    """The number of a new box."""
    _, shipment = await box(tenant, order)
    answer = await take(tenant, shipment, **wish)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


async def state(context: Context, waybill: str) -> tuple[str, bool]:
    """Of its subscription, and whether the phone's last digits are kept for it."""
    async with context.database.system() as session:
        row = await session.execute(
            text(
                "SELECT state, phone_last4_enc IS NOT NULL FROM track_subscriptions"
                " WHERE courier = 'ZTO' AND number = :number"
            ),
            {"number": waybill},
        )
        found, kept = row.one()
    return found, kept
