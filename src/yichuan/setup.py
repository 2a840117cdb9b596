"""What the command line does to an installation: first administrator, keys, users."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text

from yichuan.core.addresses import check
from yichuan.core.context import Context, located, opened
from yichuan.core.settings import settings
from yichuan.identity import service as identity
from yichuan.merchants import queries as merchants
from yichuan.merchants import service as merchant_service
from yichuan.notify import addresses

T = TypeVar("T")
Act = Callable[[Context], Coroutine[Any, Any, T]]
POSITIONS = ("speed", "cost", "bulky", "cross-border")


def run(act: Act[T]) -> T:
    """Run something on the installation's database.

    Raises:
        YichuanError: what the act refuses.
    """
    config = settings()

    async def inside() -> T:
        with located(config) as (urls, vault):
            async with opened(config, urls, vault) as context:
                return await act(context)

    return asyncio.run(inside())


def init(username: str, password: str, name: str, position: str) -> Act[dict[str, Any]]:
    """First administrator and the platform's logistics position."""

    async def act(context: Context) -> dict[str, Any]:
        async with context.database.system() as session:
            user_id = await identity.create_user(session, username, password, name, "operator")
            await session.execute(
                text(
                    "INSERT INTO platform_settings (key, value) VALUES ('position',"
                    " jsonb_build_object('position', CAST(:position AS text)))"
                    " ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()"
                ),
                {"position": position},
            )
        return {"user_id": str(user_id), "username": username, "position": position}

    return act


def list_merchants() -> Act[list[dict[str, Any]]]:
    """Every merchant."""

    async def act(context: Context) -> list[dict[str, Any]]:
        async with context.database.read(None) as session:
            rows = await merchants.listing(session)
        return [
            {
                "id": str(row.id),
                "code": row.code,
                "name": row.name,
                "tier": row.tier,
                "status": row.status,
                "logistics_mode": row.logistics_mode,
            }
            for row in rows
        ]

    return act


def create_merchant(code: str, name: str) -> Act[dict[str, Any]]:
    """Admit a merchant."""

    async def act(context: Context) -> dict[str, Any]:
        async with context.database.system() as session:
            merchant_id = await merchant_service.create(session, code, name)
        return {"id": str(merchant_id), "code": code, "name": name}

    return act


def create_key(
    name: str, merchant_id: UUID | None, kdniao: bool, callback_url: str | None = None
) -> Act[dict[str, Any]]:
    """Make an API key."""

    async def act(context: Context) -> dict[str, Any]:
        async with context.database.system() as session:
            if merchant_id is not None:
                await merchants.get(session, merchant_id)
            if callback_url is not None:
                await check(callback_url, await addresses.setting.get(session), plain=True)
            made = await identity.create_key(
                session,
                context.vault,
                name,
                merchant_id,
                kdniao=kdniao,
                callback_url=callback_url,
            )
        shown = {"id": str(made.id), "token": made.token}
        if kdniao:
            shown |= {"ebusiness_id": made.ebusiness_id or "", "api_key": made.api_key or ""}
        return shown

    return act


def create_user(
    username: str, password: str, name: str, role: str, merchant_id: UUID | None
) -> Act[dict[str, Any]]:
    """Make a user."""

    async def act(context: Context) -> dict[str, Any]:
        async with context.database.system() as session:
            user_id = await identity.create_user(
                session,
                username,
                password,
                name,
                role,  # type: ignore[arg-type]
                merchant_id,
            )
        return {"id": str(user_id), "username": username, "role": role}

    return act
