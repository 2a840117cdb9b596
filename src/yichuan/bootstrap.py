"""Bring an installation to the current state: roles, schema, catalogue, partitions, cursors."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import text

from yichuan.consumers import CONSUMERS
from yichuan.core import context
from yichuan.core.clock import CHINA, now
from yichuan.core.consumers import register
from yichuan.core.database import Database, Urls
from yichuan.core.vault import Vault
from yichuan.couriers import service as couriers


async def ensure_cohorts(database: Database) -> None:
    """Event partitions of this month and the next."""
    today = now().astimezone(CHINA).date()
    async with database.system() as session:
        for day in (today, today + timedelta(days=31)):
            await session.execute(text("SELECT yichuan_ensure_cohort(:day)"), {"day": day})


async def _fill(urls: Urls) -> None:
    database = Database(urls)
    try:
        async with database.system() as session:
            await couriers.seed(session)
        await ensure_cohorts(database)
        await register(database, CONSUMERS)
    finally:
        await database.close()


def prepare_installation(urls: Urls, vault: Vault) -> None:
    """Everything `yichuan db upgrade` does. Safe to repeat."""
    context.prepare(urls, vault)
    asyncio.run(_fill(urls))
