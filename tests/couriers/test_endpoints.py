"""Which servers connections may name. If this breaks, a merchant reads the operator's network
through "test connection", or a courier's own server is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from conftest import Tenant
from yichuan.core import outgoing
from yichuan.core.context import Context
from yichuan.couriers import endpoints, service
from yichuan.couriers.connectors import registry
from yichuan.couriers.endpoints import CourierAddressSettings

PATH = "/api/v1/courier-connections"
SETTING = "/api/v1/settings/courier-addresses"
INSIDE = "http://127.0.0.1:9"
PUBLIC = "https://8.8.8.8"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def courier_http() -> AsyncIterator[httpx.AsyncClient]:
    async with outgoing.client() as http:
        yield http


async def create(client: httpx.AsyncClient, endpoint: str, **more: Any) -> httpx.Response:
    wish = {"connector": "kdniao", "name": "x", "public_id": "1", "secret": "s"}
    return await client.post(PATH, json=wish | {"endpoint": endpoint} | more)


async def allow(client: httpx.AsyncClient, **wish: Any) -> None:
    assert (await client.put(SETTING, json=wish)).status_code == 200


def test_every_connector_has_its_own_servers() -> None:
    for name, one in registry.connectors().items():
        assert one.hosts, name
        assert endpoints.barred(name, one.endpoint, CourierAddressSettings()) is None


async def test_merchants_name_couriers_servers_and_what_the_operator_allows(
    alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    await allow(platform)
    known = await create(alpha.client, "https://api.kdniao.com/")
    assert known.status_code == 201, known.text
    for endpoint in (PUBLIC, INSIDE, "http://api.kdniao.com.evil.test", "http://localhost"):
        refused = await create(alpha.client, endpoint)
        assert (refused.status_code, refused.json()["field"]) == (422, "endpoint"), refused.text
        assert "operator" in refused.text
    moved = {"endpoint": PUBLIC, "secret": "new"}
    which = known.json()["id"]
    assert (await alpha.client.patch(f"{PATH}/{which}", json=moved)).status_code == 422
    await allow(platform, allowed_hosts=["8.8.8.8"], allowed_networks=["127.0.0.0/8"])
    assert (await alpha.client.patch(f"{PATH}/{which}", json=moved)).status_code == 200
    assert (await create(alpha.client, INSIDE)).status_code == 201
    assert (await alpha.client.put(SETTING, json={})).status_code == 403


async def test_operators_name_public_servers_but_none_inside_until_allowed(
    alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    await allow(platform)
    assert (await create(platform, PUBLIC)).status_code == 201
    refused = await create(platform, "http://2130706433")
    assert refused.status_code == 422
    assert "内网" in refused.text
    theirs = await create(platform, PUBLIC, merchant_id=str(alpha.id))
    assert theirs.status_code == 422  # in a merchant's hands from now on
    await allow(platform, allowed_networks=["127.0.0.0/8"])
    assert (await create(platform, "http://2130706433")).status_code == 201


@pytest.mark.parametrize("theirs", [True, False])
async def test_a_connection_from_before_is_not_called_inside(
    theirs: bool, alpha: Tenant, platform: httpx.AsyncClient, context: Context
) -> None:
    await allow(platform)
    async with context.database.system() as session:
        connection, _ = await service.add_connection(
            session, context.vault, merchant_id=alpha.id if theirs else None, connector="kdniao",
            name="old", endpoint=INSIDE, public_id="1", secret="s",
        )  # fmt: skip
    client = alpha.client if theirs else platform
    tried = (await client.post(f"{PATH}/{connection}/test")).json()
    assert (tried["ok"], tried["code"]) == (False, "address_refused")
    assert "operator can allow" in tried["courier_text"]
    await allow(platform, allowed_networks=["127.0.0.0/8"])
    assert (await client.post(f"{PATH}/{connection}/test")).json()["code"] == "unreachable"
