"""What number recognition learns: consumer of confirmed shipments, and reading the counts.

A shipment confirms its number when the courier's first scan moves it on from 只下单: then courier
and number belong together, whoever typed them. Each is counted once, for the platform and for the
merchant, by shape; no number is kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select, text

from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.log import Entry
from yichuan.couriers.models import MerchantNumberShape, NumberShape
from yichuan.couriers.recognise import Learned, Recognition, all_shapes, count, recognise
from yichuan.identity.scope import scoped

UNCONFIRMED: Final = frozenset({None, "created", "cancelled", "lost"})
"""Milestones that are reached without a courier's scan."""
ONLY: Final = "milestone_from = 'created' AND milestone NOT IN ('created', 'cancelled', 'lost')"
"""The entries that confirm a number."""
_ADD_PLATFORM: Final = text(
    "INSERT INTO number_shapes AS t (shape, courier, count)"
    " SELECT * FROM unnest(CAST(:shapes AS text[]), CAST(:couriers AS text[]),"
    " CAST(:counts AS bigint[]))"
    " ON CONFLICT (shape, courier) DO UPDATE SET count = t.count + excluded.count"
)
_ADD_MERCHANT: Final = text(
    "INSERT INTO merchant_number_shapes AS t (merchant_id, shape, courier, count)"
    " SELECT * FROM unnest(CAST(:merchants AS uuid[]), CAST(:shapes AS text[]),"
    " CAST(:couriers AS text[]), CAST(:counts AS bigint[]))"
    " ON CONFLICT (merchant_id, shape, courier) DO UPDATE SET count = t.count + excluded.count"
)


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Count what the entries confirm. Entry and cursor commit together, so each counts once."""
    confirmed = [
        (e.merchant_id, e.courier, e.number)
        for e in entries
        if e.milestone_from == "created"
        and e.milestone not in UNCONFIRMED
        and e.merchant_id is not None
        and e.courier is not None
        and e.number is not None
    ]
    await learn(session, confirmed)


async def learn(session: SystemSession, confirmed: Sequence[tuple[UUID, str, str]]) -> None:
    """Add confirmed shipments (merchant, courier, number) to the counts."""
    if not confirmed:
        return
    platform: Counter[tuple[str, str]] = Counter()
    merchants: Counter[tuple[UUID, str, str]] = Counter()
    for merchant_id, courier, number in confirmed:
        for (shape, code), n in count([(courier, number)]).items():
            platform[shape, code] += n
            merchants[merchant_id, shape, code] += n
    rows = sorted(platform.items())
    await session.execute(
        _ADD_PLATFORM,
        {
            "shapes": [shape for (shape, _), _ in rows],
            "couriers": [code for (_, code), _ in rows],
            "counts": [n for _, n in rows],
        },
    )
    owned = sorted(merchants.items())
    await session.execute(
        _ADD_MERCHANT,
        {
            "merchants": [merchant_id for (merchant_id, _, _), _ in owned],
            "shapes": [shape for (_, shape, _), _ in owned],
            "couriers": [code for (_, _, code), _ in owned],
            "counts": [n for _, n in owned],
        },
    )


def _by_shape(rows: Sequence[tuple[str, str, int]]) -> Mapping[str, Mapping[str, int]]:
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for shape, courier, n in rows:
        found[shape][courier] = n
    return found


async def learned(
    session: ReadSession, numbers: Sequence[str], merchant_id: UUID | None
) -> Learned:
    """What is known of the numbers' shapes; a merchant's own part only where the session may
    see that merchant."""
    wanted = all_shapes(numbers)
    platform = await session.execute(
        select(NumberShape.shape, NumberShape.courier, NumberShape.count).where(
            NumberShape.shape.in_(wanted)
        )
    )
    own: list[tuple[str, str, int]] | None = None
    if merchant_id is not None:
        mine = MerchantNumberShape
        query = scoped(session, mine).where(mine.merchant_id == merchant_id)
        rows = await session.scalars(query.where(mine.shape.in_(wanted)))
        own = [(row.shape, row.courier, row.count) for row in rows]
    return Learned(
        _by_shape([(row[0], row[1], row[2]) for row in platform]),
        None if own is None else _by_shape(own),
    )


async def recognise_all(
    session: ReadSession, numbers: Sequence[str], merchant_id: UUID | None = None
) -> list[Recognition]:
    """Rank the couriers of some numbers, with what was learned here and of the merchant."""
    known = await learned(session, numbers, merchant_id)
    return [recognise(number, known) for number in numbers]
