"""Reading and keeping what there is of each connector: connections, calls, pushes, accounts."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select, text

from yichuan.core.database import ReadSession, SystemSession
from yichuan.couriers import queries
from yichuan.couriers.golive import Standing
from yichuan.couriers.models import CourierAccount, CourierConnection

LATELY: Final = "30 days"
NOTE_SECONDS: Final = 600.0
"""A connection's last push is written down at most this often by a process."""

_noted: dict[UUID, float] = {}
_PUSHED = text(
    "UPDATE courier_connections SET last_push_at = now() WHERE id = ANY (CAST(:ids AS uuid[]))"
)
_CALLED = text(
    "SELECT DISTINCT connection_id FROM connector_calls WHERE connection_id ="
    " ANY (CAST(:ids AS uuid[])) AND calls > failures"
    f" AND minute > now() - interval '{LATELY}'"
)


def unnoted(connections: Iterable[UUID]) -> list[UUID]:
    """Connections whose push was not written down in the last minutes."""
    due = time.monotonic() - NOTE_SECONDS
    return sorted(one for one in set(connections) if one not in _noted or _noted[one] <= due)


async def note_pushes(session: SystemSession, connections: Iterable[UUID]) -> None:
    """Write down that pushes came in."""
    fresh = unnoted(connections)
    if fresh:
        await session.execute(_PUSHED, {"ids": fresh})
        _noted.update(dict.fromkeys(fresh, time.monotonic()))


async def of_courier(
    session: ReadSession, system: SystemSession, courier: str
) -> Mapping[str, Standing]:
    """Standings by connector for a courier, as far as the session's caller may use them.

    `system` reads which connectors lent accounts go through: merchants do not see the platform's
    connections.
    """
    accounts = [row for row in await queries.accounts(session, courier) if row.enabled]
    own = [row.id for row in await queries.connections(session)]
    usable = {*own, *(row.connection_id for row in accounts)}
    # unscoped: the caller's own connections and those of accounts it may use, by id
    rows = await system.scalars(
        select(CourierConnection).where(
            CourierConnection.id.in_(usable), CourierConnection.enabled.is_(True)
        )
    )
    connections = list(rows)
    called = await system.execute(_CALLED, {"ids": [row.id for row in connections]})
    works = set(called.scalars())
    return {
        name: _standing([r for r in connections if r.connector == name], accounts, works)
        for name in {row.connector for row in connections}
    }


def _standing(
    connections: list[CourierConnection], accounts: list[CourierAccount], works: set[UUID]
) -> Standing:
    ids = {row.id for row in connections}
    return Standing(
        connections=len(ids),
        works=not works.isdisjoint(ids),
        pushed=any(row.last_push_at is not None for row in connections),
        accounts=sum(account.connection_id in ids for account in accounts),
    )
