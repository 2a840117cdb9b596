"""Two workers that read the same track: a user would miss the scans of the one that wrote first."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import Connection
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.tracking import ingest, lives, store
from yichuan.tracking.batch import Gathered, Key, Moved, Source, StoredTrack, news_of

KEY: Key = ("ZTO", "771000000001")
SOURCE = Source("kdniao", UUID(int=1))


def told(minute: int, text: str) -> TrackUpdate:
    at = datetime(2026, 3, 1, 2, minute, tzinfo=UTC)
    return TrackUpdate(*KEY, (CourierEvent(at, text, None, None, None),))


def moved(stored: list[StoredTrack], update: TrackUpdate) -> list[Moved]:
    gathered = Gathered()
    gathered.add_update(SOURCE, update)
    news = news_of(KEY, stored, gathered.histories[KEY])
    assert news is not None
    at = now()
    return lives.moves(news, stored, at=at, cohort=ingest.cohort_of(at))


async def read(connection: Connection) -> list[StoredTrack]:
    return (await store.load(connection, [KEY]))[KEY]


async def test_who_read_a_track_before_another_wrote_it_begins_again(context: Context) -> None:
    await ingest.merge_updates(context, SOURCE, [told(0, "已揽收")])
    pool = context.database.merging
    async with pool.connection() as one, pool.connection() as other:
        mine, theirs = await read(one), await read(other)
        async with other.transaction():
            await store.write(
                other, context.vault, moved(theirs, told(1, "快件已到达深圳转运中心"))
            )
        with pytest.raises(store.Raced):
            async with one.transaction():
                await store.write(
                    one, context.vault, moved(mine, told(2, "快件已发往杭州转运中心"))
                )
        async with one.transaction():
            await store.write(
                one, context.vault, moved(await read(one), told(2, "快件已发往杭州转运中心"))
            )
        (after,) = await read(one)
        cursor = await one.execute(
            "SELECT text FROM track_events WHERE number = %s ORDER BY occurred_at", (KEY[1],)
        )
        texts = [text for (text,) in await cursor.fetchall()]
    assert after.events == 3
    assert texts == ["已揽收", "快件已到达深圳转运中心", "快件已发往杭州转运中心"]
