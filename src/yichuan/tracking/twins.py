"""Whose a pushed number is, where a courier pushes for several of its couriers and does not say.

Deppon pushes 德邦快递 and 德邦快运 alike, China Post EMS and 快递包裹: their connectors name one.
What was bound to a shipment under another one of them belongs there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from yichuan.core import arrays
from yichuan.core.database import Connection
from yichuan.couriers.connectors.registry import connectors
from yichuan.tracking.batch import Gathered, Key

_BOUND: Final = (
    "SELECT DISTINCT courier, number FROM track_bindings"
    " WHERE courier = ANY(%s::text[]) AND number = ANY(%s::text[])"
)


@cache
def families() -> Mapping[str, frozenset[str]]:
    """Connectors that push for several couriers of their own, and these."""
    return {
        one.name: frozenset(one.couriers)
        for one in connectors().values()
        if one.kind == "direct" and one.door is not None and one.couriers and len(one.couriers) > 1
    }


async def settle(connection: Connection, gathered: Gathered) -> None:
    """Put the histories of a batch under the courier that each number is bound under."""
    doubtful = {
        key: family
        for key in gathered.histories
        if (family := families().get(gathered.connectors[key])) and key[0] in family
    }
    if not doubtful:
        return
    couriers = sorted(frozenset().union(*doubtful.values()))
    numbers = sorted({number for _, number in doubtful})
    cursor = await connection.execute(_BOUND, (arrays.texts(couriers), arrays.texts(numbers)))
    bound: dict[str, set[str]] = {}
    for courier, number in await cursor.fetchall():
        bound.setdefault(number, set()).add(courier)
    for key, family in doubtful.items():
        owners = bound.get(key[1], set()) & family
        if len(owners) == 1 and key[0] not in owners:
            _move(gathered, key, (owners.pop(), key[1]))


def _move(gathered: Gathered, key: Key, owner: Key) -> None:
    gathered.histories.setdefault(owner, []).extend(gathered.histories.pop(key))
    gathered.connectors[owner] = gathered.connectors.pop(key)
    if key in gathered.asides:
        gathered.asides[owner] = gathered.asides.pop(key)
    if key in gathered.pictures:
        gathered.pictures.setdefault(owner, []).extend(gathered.pictures.pop(key))
