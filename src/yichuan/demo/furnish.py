"""What a demonstration needs before the first order: people, keys, couriers' contracts, prices."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

from sqlalchemy import text

from yichuan.core.context import Context
from yichuan.core.errors import Conflict
from yichuan.demo import ports, rates
from yichuan.demo.state import State
from yichuan.identity import service as identity
from yichuan.identity.callers import Role
from yichuan.merchants import queries as merchants
from yichuan.rating import service as rating
from yichuan.simulator.config import NetworkConfig, demo_config, read_config, write_config
from yichuan.simulator.mall_hub import Hub
from yichuan.simulator.mall_setup import admit, contract
from yichuan.simulator.sample import merchants as sample_merchants
from yichuan.terms import service as terms
from yichuan.terms.values import TermKind

PASSWORD = "yichuan-demo"
TIME_SCALE = 350.0
"""A parcel is about 59 hours on its way in nature: ten minutes here."""
BALANCE = 20_000
LOW_COURIER, LOW_BALANCE = "STO", 36
"""The branch account with nearly no numbers left, so that the warning shows."""
MERCHANT_LOG_IN = "YUNQIAO"
"""Whose log-in is printed; the other merchants have one as well."""


def network(data_dir: Path, seed: int) -> NetworkConfig:
    """The couriers' configuration, written on the first start."""
    path = data_dir / "couriers.json"
    if path.exists():
        return read_config(path)
    plain = demo_config(seed, balance=BALANCE)
    branches = tuple(
        replace(branch, balance=LOW_BALANCE) if branch.courier == LOW_COURIER else branch
        for branch in plain.branches
    )
    config = replace(plain, branches=branches, time_scale=TIME_SCALE)
    write_config(config, path)
    return config


async def first_people(context: Context, state: State) -> None:
    """The platform's log-ins and the key of the mall. Safe to repeat before the state is saved."""
    await _user(context, "operator", "运营 小驿", "operator")
    await _user(context, "service", "客服 小传", "service")
    state.log_ins = [("平台运营 operator", "operator", PASSWORD)]
    state.log_ins += [("平台客服 service", "service", PASSWORD)]
    async with context.database.system() as session:
        key = await identity.create_key(session, context.vault, "示例商城", None, kdniao=False)
    state.key = key.token


async def merchants_people(context: Context, state: State) -> None:
    """A log-in for every merchant; one of them is printed."""
    async with context.database.read(None) as session:
        rows = list(await merchants.listing(session))
    for row in rows:
        await _user(context, row.code.lower(), row.name, "merchant", row)
    shown = next((row for row in rows if row.code == MERCHANT_LOG_IN), rows[0] if rows else None)
    if shown is not None:
        what = f"商家 merchant · {shown.name}"
        state.log_ins = [line for line in state.log_ins if not line[0].startswith("商家")]
        state.log_ins.append((what, shown.code.lower(), PASSWORD))


async def _user(
    context: Context,
    username: str,
    name: str,
    role: Role,
    merchant: merchants.Merchant | None = None,
) -> None:
    owner = merchant.id if merchant else None
    try:
        async with context.database.system() as session:
            await identity.create_user(session, username, PASSWORD, name, role, owner)
    except Conflict:
        await asyncio.sleep(0)  # there already


async def prices(context: Context) -> None:
    """Invented cost cards, so that dispatch has something to compare."""
    async with context.database.system() as session:
        await rating.store(session, rates.cards())


RULES: Mapping[TermKind, Sequence[Mapping[str, Any]]] = {
    "areas": [
        {
            "courier": courier,
            "adcode": "540423",
            "keyword": "",
            "serves": False,
            "note": "网点未开通（示例）",
        }
        for courier in ("ZTO", "YTO", "STO", "YD", "JTSD")
    ],
    "cutoffs": [
        {"courier": courier, "branch_code": None, "adcode": "", "weekdays": "1234567", "at": at}
        for courier, at in ((None, time(17)), ("SF", time(19, 30)))
    ],
    "compensation": [
        {
            "courier": None,
            "trouble": trouble,
            "insured": False,
            "freight_percent": percent,
            "claim_days": 30,
            "counted_from": "shipped",
            "source": "示例，请按合同填写",
        }
        for trouble, percent in (("lost", 300), ("damaged", 300), ("delayed", 100))
    ],
}
"""Invented terms of couriers, so that the pages and the print check have something to show."""


async def rules(context: Context) -> None:
    """Invented terms of couriers' services."""
    async with context.database.system() as session:
        for kind, found in RULES.items():
            ready = [{"merchant_id": None, "service": None, **row} for row in found]
            await terms.store(session, kind, ready, "示例")


async def contracts(
    context: Context, state: State, config: NetworkConfig, hub_url: str, couriers_url: str
) -> None:
    """Sample merchants (unless files are shown) and the couriers, through the public API."""
    await _move(context, config, couriers_url)
    async with (
        ports.client(hub_url, state.key) as http,
        ports.client(couriers_url) as couriers,
    ):
        hub = Hub(http)
        if not state.source:
            await admit(hub, sample_merchants(state.merchants))
        await contract(hub, couriers, config)


async def _move(context: Context, config: NetworkConfig, couriers_url: str) -> None:
    """The couriers may listen on another port than last time."""
    async with context.database.system() as session:
        await session.execute(
            text("UPDATE courier_connections SET endpoint = :url WHERE public_id = :me"),
            {"url": couriers_url, "me": config.subscribers[0].ebusiness_id},
        )
