"""One merchant with data of every kind, and everybody who may ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from conftest import Tenant
from isolation.filling import Hub, Mover, Things, furnish
from isolation.people import ALPHA
from isolation.walk import Door, doors
from waybills.conftest import calling
from yichuan.core.context import Context
from yichuan.simulator.config import Branch, NetworkConfig, Subscriber, demo_config


@pytest.fixture(scope="module")
def network() -> NetworkConfig:
    """Couriers where the platform and the merchant have contracts."""
    demo = demo_config(seed=7, balance=5_000)
    names = (f"{ALPHA.mark}-BR", f"{ALPHA.mark}网点", ALPHA.account_name, ALPHA.branch_password)
    own = Branch("YTO", *names, balance=5_000)
    user = Subscriber(ALPHA.ebusiness_id, ALPHA.app_key)
    users, branches = (*demo.subscribers, user), (*demo.branches, own)
    return replace(demo, asks_phone=False, subscribers=users, branches=branches)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def courier_http(network: NetworkConfig) -> AsyncIterator[httpx.AsyncClient]:
    """Courier calls reach the simulated network in this process."""
    async with calling(network) as http:
        yield http


@pytest.fixture(scope="module")
def every_door(app: FastAPI) -> list[Door]:
    """Every method of every route."""
    return doors(app)


@dataclass(frozen=True)
class House:
    """The application with one merchant in it."""

    hub: Hub
    things: Things
    merchant: httpx.AsyncClient
    platform: httpx.AsyncClient


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(
    context: Context,
    network: NetworkConfig,
    courier_http: httpx.AsyncClient,
    platform: httpx.AsyncClient,
    nobody: httpx.AsyncClient,
    alpha: Tenant,
) -> House:
    """The platform furnished and ALPHA moved in."""
    hub = Hub(context, platform, nobody, courier_http, network)
    await furnish(hub)
    return House(hub, await Mover(hub, alpha, ALPHA).move_in(), alpha.client, platform)
