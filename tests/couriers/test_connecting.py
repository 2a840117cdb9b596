"""Connections. If these break, a wrong key is found out by the morning's batch, a merchant edits
or tests somebody else's connection, or a stored secret leaves for a stranger's server."""

from __future__ import annotations

from typing import Any

import httpx
import pytest_asyncio

from conftest import Tenant
from waybills.conftest import HOST, Setup
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.simulator.config import NetworkConfig

PATH = "/api/v1/courier-connections"


async def patch(client: httpx.AsyncClient, which: str, **wish: Any) -> httpx.Response:
    return await client.patch(f"{PATH}/{which}", json=wish)


@pytest_asyncio.fixture(loop_scope="session")
async def own(alpha: Tenant, accounts: Setup, network: NetworkConfig) -> str:
    """A connection of ALPHA's that works, without any account."""
    user = network.subscribers[0]
    wish = {"name": "自有", "endpoint": HOST, "public_id": user.ebusiness_id}
    made = await alpha.client.post(PATH, json=wish | {"secret": user.app_key})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_a_test_says_what_the_courier_said(
    alpha: Tenant, own: str, network: NetworkConfig
) -> None:
    good = await alpha.client.post(f"{PATH}/{own}/test")
    assert good.json()["ok"], good.text
    assert (await patch(alpha.client, own, secret="wrong")).status_code == 200
    bad = (await alpha.client.post(f"{PATH}/{own}/test")).json()
    assert (bad["ok"], bool(bad["courier_text"])) == (False, True)
    (row,) = (await alpha.client.get(PATH)).json()["items"]
    assert bad["courier_text"] in row["last_error"]
    assert row["last_ok_at"] is not None
    health = (await alpha.client.get(f"{PATH}/{own}/health")).json()
    (trial,) = health["operations"]
    assert (trial["operation"], trial["calls"], trial["failures"]) == ("test", 2, 1)
    assert bad["courier_text"] in trial["last_error"]
    assert sum(hour["calls"] for hour in health["hours"]) == 2
    # a replaced secret works at once
    assert (await patch(alpha.client, own, secret=network.subscribers[0].app_key)).is_success
    assert (await alpha.client.post(f"{PATH}/{own}/test")).json()["ok"]


async def test_a_courier_that_counts_no_numbers_is_no_failure(
    platform: httpx.AsyncClient, accounts: Setup
) -> None:
    answer = (await platform.post(f"{PATH}/{accounts.connection}/test")).json()
    assert answer == {"ok": True, "balance": None, "code": None, "courier_text": None}


async def test_a_secret_does_not_follow_to_another_server(alpha: Tenant, own: str) -> None:
    moved = await patch(alpha.client, own, endpoint="https://api.kdniao.com")
    assert moved.status_code == 422
    assert "secret" in moved.text
    same = await patch(alpha.client, own, endpoint=f"{HOST}/api/", name="自有二")
    assert (same.json()["endpoint"], same.json()["name"]) == (f"{HOST}/api", "自有二")
    again = await patch(alpha.client, own, endpoint="https://api.kdniao.com", secret="new")
    assert again.status_code == 200


async def test_extras_are_kept_shown_and_removed_but_secrets_are_not_told(
    alpha: Tenant, accounts: Setup, context: Context
) -> None:
    wish = {"connector": "kuaidi100", "name": "快递100", "endpoint": HOST, "public_id": "C"}
    extra = {"salt": "grain-of-salt", "secret2": "hidden-words"}
    made = (await alpha.client.post(PATH, json=wish | {"secret": "K", "extra": extra})).json()
    assert "grain-of-salt" not in str(made)
    assert made["secrets"] == ["salt", "secret2"]
    changed = await patch(alpha.client, made["id"], extra={"secret2": "other"})
    assert changed.status_code == 200, changed.text
    async with context.database.system() as session:
        stored = await couriers.keys_of(session, context.vault, made["id"])
    assert (stored.secret, stored.extra) == (
        "K",
        {"salt": "grain-of-salt", "secret2": "other"},
    )
    missing = await patch(alpha.client, made["id"], extra={"salt": ""})
    assert missing.status_code == 422
    assert "salt" in missing.text


async def test_nobody_touches_a_connection_of_others(
    alpha: Tenant, beta: Tenant, own: str, accounts: Setup
) -> None:
    for client, which in ((beta.client, own), (alpha.client, accounts.connection)):
        assert (await patch(client, which, enabled=False)).status_code == 404
        assert (await client.post(f"{PATH}/{which}/test")).status_code == 404
        assert (await client.get(f"{PATH}/{which}/health")).status_code == 404
