"""What came of the past's deliveries: buyers' ratings, and photos that a courier has of them.

The simulated aggregator's protocol has no field for pictures, so that a courier has some is noted
here; they are fetched as any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from sqlalchemy import text

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.couriers.connectors.base import PictureLink
from yichuan.demo.state import State
from yichuan.feedback import service as feedback
from yichuan.feedback.service import Tag
from yichuan.shipments import queries as shipments
from yichuan.tracking import pictures

RATED = 240
"""So many of the latest deliveries are looked at, one in two of which is rated."""
PHOTOGRAPHED = 40
PHOTOS_OF = "JTSD"
SAID: Sequence[tuple[int, int, tuple[Tag, ...], str]] = (
    (40, 5, ("fast", "polite"), "送货很快，包装完好"),
    (25, 5, ("to_the_door",), ""),
    (15, 4, ("intact",), "还不错"),
    (8, 3, ("slow",), "比预计晚了一天"),
    (7, 2, ("not_asked",), "没打电话就放驿站了"),
    (5, 1, ("damaged", "rude"), "外箱压坏了，快递员态度不好"),
)
"""Weight, stars, tags and words of invented ratings."""
_DELIVERED = text(
    "SELECT id FROM shipments WHERE milestone = 'delivered' AND buyer_token IS NOT NULL"
    " ORDER BY delivered_at DESC LIMIT :most"
)
_NUMBERS = text(
    "SELECT waybill_number FROM shipments WHERE milestone = 'delivered' AND courier = :courier"
    " AND waybill_number IS NOT NULL ORDER BY delivered_at DESC LIMIT :most"
)


async def add(context: Context, state: State, couriers_url: str) -> int:
    """Ratings and pictures to be fetched. Returns how many of both."""
    rng = Random(state.seed)
    weights = [weight for weight, _, _, _ in SAID]
    rated = 0
    async with context.database.system() as session:
        ids = list(await session.scalars(_DELIVERED, {"most": RATED}))
        found = await shipments.of_ids(session, ids)
        for shipment_id in ids[::2]:
            _, stars, tags, words = rng.choices(SAID, weights)[0]
            await feedback.rate(session, found[shipment_id], stars, tags, words)
            rated += 1
        wanted = {"courier": PHOTOS_OF, "most": PHOTOGRAPHED}
        numbers = list(await session.scalars(_NUMBERS, wanted))
    links = {
        (PHOTOS_OF, number): [PictureLink("photo", f"{couriers_url}/pictures/{number}.png", now())]
        for number in numbers
    }
    async with context.database.hot_system.connection() as connection:
        await pictures.note(connection, context.vault, links)
    return rated + len(links)
