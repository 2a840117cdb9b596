"""Carrying the log's positions into another cluster.

Rows of the log and cursors hold transaction ids of the cluster they were written in. Another one
counts from its own beginning: there, old rows would seem to be of the future and be read by nobody,
and new ones would lie behind every cursor. So ids are given out anew in the old order, and the
cluster's own counter is moved behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import psycopg

from yichuan.core.consumers import Consumer

FIRST: Final = 3
"""PostgreSQL's first ordinary transaction id: that of all rows nobody has still to read."""

_CURSORS: Final = """
    CREATE TEMP TABLE positions ON COMMIT DROP AS
    SELECT c.name, t.topic, c.xid, c.last_id
    FROM consumer_cursors c
    JOIN unnest(%s::text[], %s::text[]) AS t(name, topic) ON t.name = c.name
"""
_UNREAD: Final = """
    CREATE TEMP TABLE unread ON COMMIT DROP AS
    SELECT xid AS old, (dense_rank() OVER (ORDER BY xid) + %s)::text::xid8 AS new FROM (
        SELECT DISTINCT l.xid FROM milestone_log l
        WHERE EXISTS (SELECT FROM positions p
                      WHERE p.topic = l.topic AND (l.xid, l.id) > (p.xid, p.last_id))) x
"""
_MOVE_CURSORS: Final = """
    UPDATE consumer_cursors c SET xid = coalesce(m.xid, '0'::xid8), last_id = coalesce(m.id, 0)
    FROM positions p LEFT JOIN LATERAL (
        SELECT coalesce(u.new, '3'::xid8) AS xid, l.id
        FROM milestone_log l LEFT JOIN unread u ON u.old = l.xid
        WHERE l.topic = p.topic AND (l.xid, l.id) <= (p.xid, p.last_id)
        ORDER BY 1 DESC, 2 DESC LIMIT 1) m ON true
    WHERE c.name = p.name
"""
_MOVE_LOG: Final = """
    UPDATE milestone_log l SET xid = coalesce((SELECT u.new FROM unread u WHERE u.old = l.xid),
                                              '3'::xid8)
"""
_COUNT_ON: Final = """
    DO $$ BEGIN
        WHILE pg_current_xact_id()::text::bigint <= {last} LOOP COMMIT; END LOOP;
    END $$
"""


def rebase(connection: psycopg.Connection[Any], consumers: Sequence[Consumer]) -> None:
    """Give the log's rows ids of this cluster, in their order, and the cursors with them.

    A transaction is one id's, and a consumer may have stopped in the midst of one: both keep their
    places. The connection is in autocommit mode and nobody else uses the database.
    """
    names = [consumer.name for consumer in consumers]
    topics: list[str] = [consumer.topic for consumer in consumers]
    with connection.transaction():
        connection.execute(_CURSORS, (names, topics))
        connection.execute(_UNREAD, (FIRST,))
        connection.execute("ANALYZE unread")
        connection.execute(_MOVE_CURSORS)
        connection.execute(_MOVE_LOG)
    row = connection.execute("SELECT max(xid)::text::bigint FROM milestone_log").fetchone()
    last = int(row[0]) if row and row[0] is not None else FIRST
    connection.execute("SET synchronous_commit = off")
    connection.execute(_COUNT_ON.format(last=last).encode())
    connection.execute("RESET synchronous_commit")
