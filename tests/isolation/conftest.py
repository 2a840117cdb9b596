"""The hub with the platform's, BETA's and ALPHA's data, and what BETA saw before ALPHA came."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from conftest import Tenant
from isolation.canaries import Canaries, Stock, gather, words_in
from isolation.filling import Hub, Mover, Things, furnish
from isolation.people import ALPHA, BETA
from isolation.probes import Seen, views
from isolation.walk import Door, doors
from waybills.conftest import calling
from yichuan.core.context import Context
from yichuan.simulator.config import Branch, NetworkConfig, Subscriber, demo_config


@pytest.fixture(scope="module")
def network() -> NetworkConfig:
    """Couriers where the platform and both merchants have contracts of their own."""
    demo = demo_config(seed=7, balance=500)
    users = [Subscriber(who.ebusiness_id, who.app_key) for who in (ALPHA, BETA)]
    own = [
        Branch("YTO", f"{who.mark}-BR", f"{who.mark}网点", who.account_name, who.branch_password)
        for who in (ALPHA, BETA)
    ]
    return replace(
        demo,
        asks_phone=False,
        subscribers=(*demo.subscribers, *users),
        branches=(*demo.branches, *(replace(branch, balance=500) for branch in own)),
    )


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
class Town:
    """Everybody moved in."""

    hub: Hub
    alpha: Things
    beta: Things
    platform: dict[str, Any]
    canaries: Canaries
    before: dict[str, Seen]
    """BETA's answers to every read without parameters, before ALPHA had any data."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(
    context: Context,
    network: NetworkConfig,
    courier_http: httpx.AsyncClient,
    platform: httpx.AsyncClient,
    nobody: httpx.AsyncClient,
    alpha: Tenant,
    beta: Tenant,
    every_door: list[Door],
) -> Town:
    """The platform furnished, BETA moved in and looked around, then ALPHA moved in."""
    hub = Hub(context, platform, nobody, courier_http, network)
    furnished = await furnish(hub)
    at_first = await words_in(hub)
    theirs = await Mover(hub, beta, BETA).move_in()
    before = await views(beta.client, every_door)
    with_beta = await words_in(hub)
    ours = await Mover(hub, alpha, ALPHA).move_in()
    stock = Stock(at_first, with_beta, await words_in(hub))
    canaries = await gather(hub, stock, ours, theirs, furnished)
    return Town(hub, ours, theirs, furnished, canaries, before)
