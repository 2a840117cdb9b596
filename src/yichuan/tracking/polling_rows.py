"""The rows behind polling: which numbers are due, claimed so that a crash gives them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.database import ReadSession, SystemSession
from yichuan.tracking.polling import Seen
from yichuan.tracking.polling_leg import leg_of

FIRST: Final = UUID(int=0)
"""Before every merchant."""
NOBODY: Final = UUID(int=2**128 - 1)
"""Stands for the platform, whose numbers have no merchant."""
LEASE: Final = 180
"""Seconds after which a crash gives claimed numbers back."""
EXAMINED: Final = 500
"""Merchants looked at in a round; the next one goes on behind them."""
_ROW: Final = """
    s.courier, s.number, s.cycle, s.state, s.connection_id, s.phone_last4_enc,
    s.poll_connection_id, s.poll_merchant_id, s.poll_at, s.poll_asked_at, s.poll_failures,
    s.poll_refusals, s.poll_error, s.poll_events, s.poll_unpushed, s.poll_calls,
    coalesce(t.milestone, 'created') AS milestone, coalesce(t.detail, 'none') AS detail,
    coalesce(t.events, 0) AS events, t.last_text, t.last_city,
    coalesce(t.last_event_at, t.created_at, s.next_at) AS since
"""
_TRACK: Final = """
    LEFT JOIN tracks t ON t.courier = {0}.courier AND t.number = {0}.number AND t.cycle = {0}.cycle
"""
_SAME: Final = "s.courier = d.courier AND s.number = d.number AND s.cycle = d.cycle"

# unscoped: the system asks couriers for every merchant's numbers
_WAITING: Final = text("""
    WITH RECURSIVE m(id) AS (
        (SELECT poll_merchant_id FROM track_subscriptions
         WHERE poll_connection_id = :connection AND poll_at IS NOT NULL
           AND poll_merchant_id > :after
         ORDER BY poll_merchant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT n.poll_merchant_id FROM track_subscriptions n
                WHERE n.poll_connection_id = :connection AND n.poll_at IS NOT NULL
                  AND n.poll_merchant_id > m.id
                ORDER BY n.poll_merchant_id LIMIT 1)
        FROM m WHERE m.id IS NOT NULL
    ), these AS (SELECT id FROM m WHERE id IS NOT NULL LIMIT :examined)
    SELECT these.id,
        (SELECT count(*) FROM (
            SELECT 1 FROM track_subscriptions n
            WHERE n.poll_connection_id = :connection AND n.poll_merchant_id = these.id
              AND n.poll_at <= now() LIMIT :most) d) AS due,
        coalesce((SELECT n.poll_at FROM track_subscriptions n
                  WHERE n.poll_connection_id = :connection AND n.poll_merchant_id = these.id
                    AND n.poll_at IS NOT NULL
                  ORDER BY n.poll_at LIMIT 1), now() + interval '1 minute') AS first
    FROM these
""")
_CLAIM: Final = text(f"""
    UPDATE track_subscriptions s SET poll_at = now() + make_interval(secs => {LEASE})
    FROM (SELECT n.courier, n.number, n.cycle, n.poll_at FROM
            unnest(CAST(:merchants AS uuid[]), CAST(:shares AS bigint[])) AS w(merchant, share)
            CROSS JOIN LATERAL (
                SELECT courier, number, cycle, poll_at FROM track_subscriptions x
                WHERE x.poll_connection_id = :connection AND x.poll_merchant_id = w.merchant
                  AND x.poll_at <= now()
                ORDER BY x.poll_at LIMIT w.share FOR UPDATE SKIP LOCKED) n) d
    {_TRACK.format("d")}
    WHERE {_SAME}
    RETURNING {_ROW.replace("s.poll_at", "d.poll_at")}
""")
_UNROUTED: Final = text(f"""
    UPDATE track_subscriptions s SET poll_at = now() + make_interval(secs => {LEASE})
    FROM (SELECT courier, number, cycle, poll_at FROM track_subscriptions
          WHERE poll_connection_id IS NULL AND poll_at <= now()
          ORDER BY poll_at LIMIT :most FOR UPDATE SKIP LOCKED) d
    {_TRACK.format("d")}
    WHERE {_SAME}
    RETURNING {_ROW.replace("s.poll_at", "d.poll_at")},
        coalesce(
            (SELECT b.merchant_id FROM track_bindings b WHERE b.courier = s.courier
             AND b.number = s.number AND b.cycle = s.cycle ORDER BY b.created_at LIMIT 1),
            (SELECT f.merchant_id FROM track_subscribers f WHERE f.courier = s.courier
             AND f.number = s.number AND f.cycle = s.cycle AND f.merchant_id IS NOT NULL
             ORDER BY f.created_at LIMIT 1)) AS owner
""")
_AFRESH: Final = text(f"""
    SELECT {_ROW}
    FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[]), CAST(:cycles AS bigint[]))
        AS k(courier, number, cycle)
    JOIN track_subscriptions s USING (courier, number, cycle)
    {_TRACK.format("s")}
""")
_ONE: Final = text(f"""
    SELECT {_ROW} FROM track_subscriptions s {_TRACK.format("s")}
    WHERE s.courier = :courier AND s.number = :number AND s.cycle = :cycle
""")
_WRITE: Final = text("""
    UPDATE track_subscriptions SET poll_connection_id = :connection, poll_merchant_id = :merchant,
        poll_at = :at, poll_asked_at = :asked_at, poll_failures = :failures,
        poll_refusals = :refusals, poll_error = :error, poll_events = :events,
        poll_unpushed = :unpushed, poll_calls = poll_calls + :calls
    WHERE courier = :courier AND number = :number AND cycle = :cycle
""")
_UNROUTE: Final = text("""
    UPDATE track_subscriptions s SET poll_connection_id = NULL
    FROM (SELECT n.courier, n.number, n.cycle
          FROM courier_connections c
          CROSS JOIN LATERAL (
              SELECT courier, number, cycle FROM track_subscriptions x
              WHERE x.poll_connection_id = c.id AND x.poll_at IS NOT NULL LIMIT 5000) n
          WHERE NOT c.enabled LIMIT 5000) d
    WHERE s.courier = d.courier AND s.number = d.number AND s.cycle = d.cycle
""")
_ASKED: Final = text("""
    UPDATE track_subscriptions s SET poll_asked_at = now(), poll_calls = s.poll_calls + 1,
        poll_events = (SELECT t.events FROM tracks t WHERE t.courier = s.courier
                       AND t.number = s.number AND t.cycle = s.cycle)
    WHERE s.courier = :courier AND s.number = :number
      AND s.cycle = (SELECT max(cycle) FROM track_subscriptions
                     WHERE courier = :courier AND number = :number)
""")


@dataclass(frozen=True, slots=True)
class Row:
    """A number as the poller sees it."""

    courier: str
    number: str
    cycle: int
    state: str
    connection_id: UUID | None
    phone_last4_enc: bytes | None
    poll_connection_id: UUID | None
    poll_merchant_id: UUID | None
    poll_at: datetime | None
    poll_asked_at: datetime | None
    poll_failures: int
    poll_refusals: int
    poll_error: str | None
    poll_events: int | None
    poll_unpushed: bool
    poll_calls: int
    milestone: str
    detail: str
    events: int
    last_text: str | None
    last_city: str | None
    since: datetime

    @property
    def key(self) -> tuple[str, str, int]:
        """Courier, number, cycle."""
        return self.courier, self.number, self.cycle

    def heard(self) -> Row:
        """With what pushes did since the last call: one that brought more makes good for a missed
        one."""
        told = self.poll_events is not None and self.events > self.poll_events
        return replace(self, poll_unpushed=False, poll_events=self.events) if told else self

    def seen(self, *, pushes: bool) -> Seen:
        """What the decision needs. `pushes`: its connection pushes."""
        return Seen(
            milestone=self.milestone,
            detail=self.detail,
            since=self.since,
            leg=leg_of(self.last_text or "", self.last_city),
            asked_at=self.poll_asked_at,
            pushed=pushes and self.state == "subscribed" and not self.poll_unpushed,
            failures=self.poll_failures,
            refusals=self.poll_refusals,
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A merchant's numbers at a connection: how many are due, and when the first one is."""

    merchant_id: UUID
    due: int
    first: datetime


async def waiting(
    session: SystemSession, connection_id: UUID, after: UUID, most: int
) -> list[Waiting]:
    """Merchants behind `after` with numbers at a connection; each counts to `most`."""
    values = {"connection": connection_id, "after": after, "most": most, "examined": EXAMINED}
    return [Waiting(*row) for row in await session.execute(_WAITING, values)]


async def claim(
    session: SystemSession, connection_id: UUID, shared: Mapping[UUID, int]
) -> list[Row]:
    """The most overdue numbers of each merchant, its share of them, for `LEASE` seconds."""
    some = {merchant: n for merchant, n in shared.items() if n}
    if not some:
        return []
    values = {
        "connection": connection_id,
        "merchants": list(some),
        "shares": list(some.values()),
    }
    return [Row(**row) for row in (await session.execute(_CLAIM, values)).mappings()]


async def unrouted(session: SystemSession, most: int) -> list[tuple[Row, UUID | None]]:
    """Numbers of which it is not settled who is asked, each with the merchant whose it is."""
    found = []
    for row in (await session.execute(_UNROUTED, {"most": most})).mappings():
        fields = dict(row)
        owner = fields.pop("owner")
        found.append((Row(**fields), owner))
    return found


async def unroute_disabled(session: SystemSession) -> None:
    """Numbers of connections that are off look for another one, some at a time."""
    await session.execute(_UNROUTE)


async def afresh(session: SystemSession, rows: Sequence[Row]) -> list[Row]:
    """The same numbers with what their tracks say now."""
    values = {
        "couriers": arrays.texts([row.courier for row in rows]),
        "numbers": arrays.texts([row.number for row in rows]),
        "cycles": arrays.numbers([row.cycle for row in rows]),
    }
    return [Row(**row) for row in (await session.execute(_AFRESH, values)).mappings()]


async def one(session: ReadSession, courier: str, number: str, cycle: int) -> Row | None:
    """One number, whoever's it is: the caller's right to it was checked."""
    values = {"courier": courier, "number": number, "cycle": cycle}
    found = (await session.execute(_ONE, values)).mappings().one_or_none()
    return None if found is None else Row(**found)


async def write(
    session: SystemSession, rows: Sequence[tuple[Row, datetime | None]], calls: int = 0
) -> None:
    """Keep numbers as they are, to be looked at then. `calls`: how often each was asked for."""
    if rows:
        await session.execute(_WRITE, [_values(row, at, calls) for row, at in rows])


def _values(row: Row, at: datetime | None, calls: int) -> dict[str, Any]:
    return {
        "courier": row.courier,
        "number": row.number,
        "cycle": row.cycle,
        "connection": row.poll_connection_id,
        "merchant": row.poll_merchant_id,
        "at": at,
        "asked_at": row.poll_asked_at,
        "failures": row.poll_failures,
        "refusals": row.poll_refusals,
        "error": row.poll_error,
        "events": row.poll_events,
        "unpushed": row.poll_unpushed,
        "calls": calls,
    }


_COUNTS: Final = text("""
    SELECT
        (SELECT count(*) FROM (SELECT 1 FROM track_subscriptions WHERE poll_connection_id = :id
            AND poll_at IS NOT NULL LIMIT 100000) f) AS followed,
        (SELECT count(*) FROM (SELECT 1 FROM track_subscriptions WHERE poll_connection_id = :id
            AND poll_at <= now() LIMIT 10000) d) AS due,
        (SELECT min(poll_at) FROM track_subscriptions WHERE poll_connection_id = :id
            AND poll_at IS NOT NULL) AS first
""")


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands at a connection."""

    followed: int
    due: int
    first: datetime | None


async def counts(session: SystemSession, connection_id: UUID) -> Counts:
    """How many numbers are asked for through a connection, and how many are due."""
    # unscoped: counts of one connection whose owner was checked
    return Counts(*(await session.execute(_COUNTS, {"id": connection_id})).one())


async def note_asked(session: SystemSession, courier: str, number: str) -> None:
    """Somebody asked by hand, and the answer is merged: the poller need not so soon."""
    await session.execute(_ASKED, {"courier": courier, "number": number})
