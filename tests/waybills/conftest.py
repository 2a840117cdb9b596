"""A simulated courier network in this process, and merchants with accounts at its branches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
import pytest
import pytest_asyncio

from conftest import Tenant
from yichuan.core.context import Context
from yichuan.couriers import endpoints
from yichuan.couriers import service as couriers
from yichuan.couriers.endpoints import CourierAddressSettings
from yichuan.merchants import service as merchants
from yichuan.simulator.config import NetworkConfig, demo_config
from yichuan.simulator.couriers_app import create_app

SERVER = "couriers.test"
HOST = f"http://{SERVER}"


@pytest.fixture(scope="module")
def network() -> NetworkConfig:
    """Couriers with a few numbers each."""
    return replace(demo_config(seed=7, balance=500), asks_phone=False)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def courier_http(network: NetworkConfig) -> AsyncIterator[httpx.AsyncClient]:
    """The client that calls couriers reaches the simulated network."""
    async with calling(network) as http:
        yield http


@asynccontextmanager
async def calling(network: NetworkConfig) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose every call reaches a simulated network."""
    app = create_app(network, moving=False)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as http:
        yield http


@dataclass(frozen=True)
class Setup:
    """The platform's connection and accounts by courier."""

    connection: str
    accounts: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def accounts(context: Context, network: NetworkConfig, alpha: Tenant) -> Setup:
    """Platform accounts at every simulated branch; ALPHA has a sender address."""
    api_user = network.subscribers[0]
    async with context.database.system() as session:
        await couriers.seed(session)
        await endpoints.setting.put(session, CourierAddressSettings(allowed_hosts=(SERVER,)))
        connection, _ = await couriers.add_connection(
            session,
            context.vault,
            merchant_id=None,
            connector="kdniao",
            name="快递鸟",
            endpoint=HOST,
            public_id=api_user.ebusiness_id,
            secret=api_user.app_key,
        )
        made = {
            branch.courier: await couriers.add_account(
                session,
                context.vault,
                merchant_id=None,
                connection_id=connection,
                courier=branch.courier,
                branch_code=branch.branch_code,
                branch_name=branch.branch_name,
                customer_name=branch.customer_name,
                customer_password=branch.customer_pwd,
                month_code=branch.month_code,
            )
            for branch in network.branches
        }
        await merchants.add_sender(
            session,
            context.vault,
            alpha.id,
            name="阿尔法仓",
            phone="028-88888888",
            province="四川省",
            city="成都市",
            district="双流区",
            address="物流大道 1 号",
        )
    return Setup(str(connection), {code: str(i) for code, i in made.items()})
