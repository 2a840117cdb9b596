"""Asking a courier for the history of a number now (即时查询), where no push has told it yet."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

import httpx

from yichuan.core.context import Context
from yichuan.core.errors import CourierFailed, NotFound
from yichuan.couriers import allowance
from yichuan.couriers import queries as couriers
from yichuan.couriers import service as courier_calls
from yichuan.couriers.connectors.base import CourierError
from yichuan.tracking import ingest, polling_rows
from yichuan.tracking.batch import Source
from yichuan.tracking.values import normal_courier, normal_number

AGAIN_SECONDS: Final = 600.0
"""How long a number is not asked for again: queries are paid for one by one."""
REMEMBERED: Final = 10_000

_asked: dict[tuple[str, str, str], float] = {}


async def ask(
    context: Context,
    http: httpx.AsyncClient,
    *,
    courier: str,
    number: str,
    phone_last4: str,
    merchant_id: UUID | None,
) -> None:
    """Merge what the courier says of a number now; at most once in ten minutes.

    Raises:
        CourierFailed: the courier refused or could not be reached.
    """
    key = (normal_courier(courier), normal_number(number), phone_last4)
    if _asked.get(key, 0.0) > time.monotonic():
        return
    async with context.database.system() as session:
        connection = await couriers.tracking_connection(session, merchant_id, key[0])
        if connection is None:
            return
        try:
            client = await courier_calls.client_for(session, context.vault, http, connection.id)
        except NotFound:
            return
        source = Source(connection.connector, connection.id)
    if len(_asked) >= REMEMBERED:
        _asked.clear()
    _asked[key] = time.monotonic() + AGAIN_SECONDS
    failure: CourierError | None = None
    started = time.monotonic()
    try:
        update = await client.track(key[0], key[1], phone_last4=phone_last4)
    except CourierError as error:
        failure = error
    else:
        await ingest.merge_updates(context, source, [update])
    ms = int((time.monotonic() - started) * 1000)
    async with context.database.system() as session:
        await courier_calls.note_calls(session, [(connection.id, "track", ms, failure)])
        await allowance.spend(session, connection.id, 1)
        if failure is None:
            await polling_rows.note_asked(session, key[0], key[1])
    if failure is not None:
        raise CourierFailed(failure.code, courier_text=failure.courier_text) from failure
