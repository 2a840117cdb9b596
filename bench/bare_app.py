"""The peer of `bench.reads`: bare FastAPI + psycopg over the same rows, no auth, no scope."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from yichuan.shipments.schemas import ShipmentRow

COLUMNS = ", ".join(ShipmentRow.model_fields)
pool = AsyncConnectionPool(
    os.environ["BARE_URL"],
    min_size=1,
    max_size=8,
    open=False,
    kwargs={"autocommit": True, "row_factory": dict_row},
)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Open the pool."""
    await pool.open()
    yield
    await pool.close()


app = FastAPI(lifespan=lifespan)


@app.get("/ready")
async def ready() -> str:
    """Up."""
    return "ok"


@app.get("/shipments/{shipment_id}")
async def one(shipment_id: UUID) -> Any:
    """One row."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            f"SELECT {COLUMNS} FROM shipments WHERE id = %s", (shipment_id,)
        )
        return await cursor.fetchone()


@app.get("/shipments")
async def listing() -> Any:
    """Twenty rows, newest first."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            f"SELECT {COLUMNS} FROM shipments ORDER BY created_at DESC, id DESC LIMIT 20"
        )
        return {"items": await cursor.fetchall()}
