"""A second opinion on a number (单号识别): an aggregator is asked where our own recognition doubts.

It only orders the candidates: what may be used without asking a person is still said by
`recognise` alone, since an aggregator gives no measure of its doubt.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import httpx

from yichuan.core.cached import Remembered
from yichuan.core.context import Context
from yichuan.couriers import queries, service
from yichuan.couriers.connectors.base import CourierError
from yichuan.couriers.recognise import Candidate, Recognition

PATIENCE: Final = 3.0
"""Seconds an answer is waited for."""
MOST: Final = 20
"""Doubtful numbers of one request that are asked about; each may cost a call of the contract."""
_KEPT: Final = 24 * 3600.0

_told: Remembered[tuple[UUID, str], tuple[str, ...]] = Remembered(_KEPT)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an aggregator said of a number; `error` is a stable code."""

    connector: str
    couriers: tuple[str, ...] = ()
    error: str | None = None


async def second(
    context: Context,
    http: httpx.AsyncClient,
    found: Sequence[Recognition],
    merchant_id: UUID | None,
) -> dict[str, Opinion]:
    """Opinions by number, for those of `found` that are in doubt. Never raises for an aggregator;
    empty where no connection can tell."""
    doubtful = [one.number for one in found if one.certain is None and one.number.isalnum()]
    wanted = list(dict.fromkeys(doubtful))[:MOST]
    if not wanted:
        return {}
    async with context.database.system() as session:
        row = await queries.tracking_connection(session, merchant_id, "", "recognise")
        if row is None:
            return {}
        connection_id, name = row.id, row.connector
        client = await service.client_for(session, context.vault, http, connection_id)
    calls: list[service.Call] = []

    async def load(number: str) -> tuple[str, ...]:
        started, error = time.monotonic(), None
        try:
            answer = await asyncio.wait_for(client.recognise(number), PATIENCE)
            return tuple(dict.fromkeys(one.courier for one in answer))
        except CourierError as refused:
            error = refused
            raise
        except TimeoutError:
            error = CourierError("no_answer", "the aggregator took too long", retryable=True)
            raise error from None
        finally:
            ms = int((time.monotonic() - started) * 1000)
            calls.append((connection_id, "recognise", ms, error))

    async def one(number: str) -> Opinion:
        try:
            told = await _told.get(http, (connection_id, number), lambda: load(number))
        except CourierError as error:
            return Opinion(name, error=error.code)
        return Opinion(name, told)

    opinions = await asyncio.gather(*(one(number) for number in wanted))
    if calls:
        async with context.database.system() as session:
            await service.note_calls(session, calls)
    return dict(zip(wanted, opinions, strict=True))


def forget() -> None:
    """Ask afresh next time (tests)."""
    _told.forget()


def ordered(found: Recognition, opinion: Opinion | None) -> Recognition:
    """The candidates with those of an opinion first, in its order; scores stay ours."""
    if opinion is None or not opinion.couriers or found.certain is not None:
        return found
    ours = {one.courier: one for one in found.candidates}
    first = [ours.pop(code, Candidate(code, 0.0, False, None)) for code in opinion.couriers]
    return replace(found, candidates=(*first, *ours.values()))
