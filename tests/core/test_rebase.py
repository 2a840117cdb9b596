"""The log's positions in another cluster. If this broke, a restored hub would react to nothing any
more: old entries would seem to be of the future, new ones to be read already."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from sqlalchemy import text

from conftest import DatabaseUrls
from yichuan.core.consumers import Consumer, drain, register
from yichuan.core.context import Context
from yichuan.core.database import SYSTEM, SystemSession
from yichuan.core.log import Entry, append
from yichuan.core.rebase import rebase

FAR = 7_000_000_000
"""A transaction id that this cluster will not see today."""
IDS = 1_000
"""Row ids that its sequence has not given out."""


class Reader:
    """A consumer that keeps what it reads."""

    def __init__(self, name: str, topic: str) -> None:
        self.read: list[str] = []
        self.consumer = Consumer(name, topic, self.handle)  # type: ignore[arg-type]

    async def handle(self, _: SystemSession, entries: Sequence[Entry]) -> None:
        self.read += [entry.number or "" for entry in entries]


async def test_each_consumer_goes_on_where_it_stood(context: Context, urls: DatabaseUrls) -> None:
    """In the old order, though ids run against it, from the midst of a transaction."""
    slow, quick = Reader("test.slow", "track"), Reader("test.quick", "track")
    idle, other = Reader("test.idle", "handover"), Reader("test.other", "shipment")
    consumers = [one.consumer for one in (slow, quick, idle, other)]
    rows = [(FAR + 1, 5), (FAR + 2, 3), (FAR + 2, 9), (FAR + 2, 10), (FAR + 3, 1), (FAR + 9, 2)]
    async with context.database.system() as session:
        await session.execute(text("DELETE FROM milestone_log"))
        for xid, row_id in rows:
            await session.execute(
                text(
                    "INSERT INTO milestone_log (id, xid, topic, kind, number)"
                    " VALUES (:id, CAST(:xid AS text)::xid8, 'track', 'progress', :number)"
                ),
                {"id": IDS + row_id, "xid": str(xid), "number": f"n{row_id}"},
            )
    await register(context.database, consumers)
    async with context.database.system() as session:
        for name, xid, last_id in (("slow", FAR + 2, 3), ("quick", FAR + 3, 1)):
            await session.execute(
                text(
                    "UPDATE consumer_cursors SET xid = CAST(:xid AS text)::xid8, last_id = :id"
                    " WHERE name = :name"
                ),
                {"name": f"test.{name}", "xid": str(xid), "id": IDS + last_id},
            )
    assert await drain(context.database, consumers) == 0  # so it would be without
    with psycopg.connect(urls.of(SYSTEM), autocommit=True) as connection:
        rebase(connection, consumers)
    await drain(context.database, consumers)
    assert (slow.read, quick.read) == (["n9", "n10", "n1", "n2"], ["n2"])
    async with context.database.system() as session:
        await append(session, [Entry("track", "progress", number="new")])
        await append(session, [Entry("handover", "named", number="new")])
    await drain(context.database, consumers)
    assert (slow.read[4:], quick.read[1:], idle.read, other.read) == (["new"], ["new"], ["new"], [])
