"""Making a hub ready for the mall through its public API: merchants, couriers, webhooks.

Everything is looked up first, so a filled hub gets only what it lacks.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from yichuan.simulator.config import NetworkConfig, Subscriber
from yichuan.simulator.mall_hub import Hub
from yichuan.simulator.mall_ledger import Endpoint, MallLedger
from yichuan.simulator.sample import Merchant

log = logging.getLogger(__name__)
CONNECTION = "快递鸟（模拟快递网络）"
LOOPBACK = "127.0.0.1/32"
GONE = 404


async def admit(hub: Hub, merchants: Sequence[Merchant]) -> dict[str, Merchant]:
    """Make sure the sample merchants are there, with a sender address each.

    Returns:
        They, by the hub's ids.

    Raises:
        HubError: refused, for example without a platform key.
    """
    known = {m["code"]: str(m["id"]) for m in (await hub.get("/merchants"))["items"]}
    ids: dict[str, Merchant] = {}
    for merchant in merchants:
        if merchant.code not in known:
            made = await hub.post("/merchants", _admission(merchant))
            known[merchant.code] = str(made["id"])
        path = f"/merchants/{known[merchant.code]}/sender-addresses"
        if not (await hub.get(path))["items"]:
            await hub.post(path, _sender(merchant))
        ids[known[merchant.code]] = merchant
    return ids


def _admission(merchant: Merchant) -> dict[str, object]:
    return {
        "code": merchant.code,
        "name": merchant.name,
        "tier": merchant.tier,
        "logistics_mode": merchant.mode,
        "category": merchant.category,
        "ship_within_hours": merchant.ship_hours,
    }


def _sender(merchant: Merchant) -> dict[str, object]:
    sender = merchant.sender
    return {
        "name": sender.name,
        "phone": merchant.sender_phone,
        "province": sender.province,
        "city": sender.city,
        "district": sender.district,
        "address": sender.street,
    }


async def contract(
    hub: Hub, couriers: httpx.AsyncClient, network: NetworkConfig, balance_alert: int = 100
) -> str:
    """Connect the hub with the couriers' network: a connection, a branch account per courier.

    Args:
        hub: with a platform key.
        couriers: leads to the network.
        network: whose first subscriber the hub is.
        balance_alert: numbers left at which a branch account warns.

    Returns:
        The connection's id.

    Raises:
        HubError: the hub refuses.
        httpx.HTTPError: the network does not answer or refuses.
    """
    if couriers.base_url.host == "127.0.0.1":
        await _allow_loopback(hub, "/settings/courier-addresses", "call couriers at")
    me = network.subscribers[0]
    known = {c["public_id"]: c for c in (await hub.get("/courier-connections"))["items"]}
    connection = known.get(me.ebusiness_id) or await hub.post(
        "/courier-connections", _connection(me, str(couriers.base_url))
    )
    accounts = (await hub.get("/courier-accounts"))["items"]
    have = {a["courier"] for a in accounts if a["connection_id"] == connection["id"]}
    for branch in network.branches:
        if branch.courier in have:
            continue
        account = await hub.post(
            "/courier-accounts",
            {
                "connection_id": connection["id"],
                "courier": branch.courier,
                "branch_code": branch.branch_code,
                "branch_name": branch.branch_name,
                "customer_name": branch.customer_name or None,
                "customer_password": branch.customer_pwd or None,
                "month_code": branch.month_code or None,
                "balance_alert": balance_alert,
            },
        )
        await hub.post(f"/courier-accounts/{account['id']}/test")  # asks for the balance
    wish = {"ebusiness_id": me.ebusiness_id, "url": connection["push_url"]}
    (await couriers.post("/sim/push-url", json=wish)).raise_for_status()
    return str(connection["id"])


def _connection(me: Subscriber, endpoint: str) -> dict[str, object]:
    return {
        "connector": "kdniao",
        "name": CONNECTION,
        "endpoint": endpoint,
        "public_id": me.ebusiness_id,
        "secret": me.app_key,
        "rate_per_second": 1000,
    }


async def listen(hub: Hub, ledger: MallLedger, hub_url: str, own_url: str, now: datetime) -> str:
    """Have the hub tell us everything at `own_url`; returns the signing secret.

    An endpoint remembered in the ledger is used again. A loopback address must be allowed
    explicitly by an operator, so that is asked for as well.

    Raises:
        HubError: refused.
    """
    if (urlsplit(own_url).hostname or "") == "127.0.0.1":
        await _allow_loopback(hub, "/settings/webhooks", "send webhooks to")
    known = ledger.memory.endpoints.get(hub_url)
    there: Mapping[str, Any] = {
        str(e["id"]): e for e in (await hub.get("/webhook-endpoints"))["items"]
    }
    if known is not None and known.id in there:
        if there[known.id]["url"] != own_url or not there[known.id]["enabled"]:
            wish = {"url": own_url, "enabled": True}
            await hub.change("PATCH", f"/webhook-endpoints/{known.id}", wish)
        return known.secret
    made = await hub.post("/webhook-endpoints", {"url": own_url})
    ledger.write(Endpoint(now, hub_url, str(made["id"]), made["secret"], own_url))
    return str(made["secret"])


async def _allow_loopback(hub: Hub, path: str, act: str) -> None:
    allowed = await hub.get(path)
    if LOOPBACK not in allowed["allowed_networks"]:
        allowed["allowed_networks"] = [*allowed["allowed_networks"], LOOPBACK]
        await hub.change("PUT", path, allowed)
        log.warning("the hub may now %s %s", act, LOOPBACK)
