"""Reading alerts, webhook endpoints and their attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text, tuple_

from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.errors import NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.identity.scope import in_scope, owner_of, scoped
from yichuan.notify.events import Subscriber, lane_of
from yichuan.notify.models import Alert, WebhookAttempt, WebhookEndpoint


async def alerts(
    session: ReadSession, *, unread: bool, limit: int, cursor: str | None
) -> tuple[list[Alert], str | None]:
    """The caller's own alerts, newest first: a merchant's, or the platform's.

    Raises:
        Invalid: the cursor is not of this list.
    """
    mine = Alert.merchant_id.is_not_distinct_from(owner_of(session, None))
    query = scoped(session, Alert).where(mine)
    if unread:
        query = query.where(Alert.read_at.is_(None))
    if cursor is not None:
        query = query.where(tuple_(Alert.created_at, Alert.id) < tuple_(*read_time_cursor(cursor)))
    query = query.order_by(Alert.created_at.desc(), Alert.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    following = None
    if len(rows) > limit:
        following = time_cursor(rows[limit - 1].created_at, rows[limit - 1].id)
    return rows[:limit], following


async def unread_count(session: ReadSession, cap: int = 100) -> int:
    """How many of the caller's alerts are unread, counted up to `cap`."""
    mine = Alert.merchant_id.is_not_distinct_from(owner_of(session, None))
    some = select(Alert.id).where(in_scope(session, Alert), mine, Alert.read_at.is_(None))
    found = await session.scalar(select(func.count()).select_from(some.limit(cap).subquery()))
    return found or 0


async def endpoint(session: ReadSession, endpoint_id: UUID) -> WebhookEndpoint:
    """One webhook endpoint.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(
        scoped(session, WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)
    )
    if row is None:
        raise NotFound("no such webhook endpoint")
    return row


async def endpoints(session: ReadSession) -> list[WebhookEndpoint]:
    """The caller's endpoints; the platform sees everybody's."""
    query = scoped(session, WebhookEndpoint).order_by(WebhookEndpoint.created_at)
    return list(await session.scalars(query))


async def subscribers(session: SystemSession) -> list[Subscriber]:
    """Every endpoint that is switched on."""
    rows = await session.execute(
        select(
            WebhookEndpoint.id,
            WebhookEndpoint.merchant_id,
            WebhookEndpoint.event_types,
            WebhookEndpoint.paused_at,
        ).where(WebhookEndpoint.enabled.is_(True))
    )
    return [
        Subscriber(row.id, row.merchant_id, frozenset(row.event_types), row.paused_at is not None)
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class AttemptFilters:
    """Which tries are wanted; None: all."""

    event_type: str | None = None
    ok: bool | None = None
    webhook_id: str | None = None


async def attempts(
    session: ReadSession,
    endpoint_id: UUID,
    filters: AttemptFilters,
    *,
    limit: int,
    cursor: str | None,
) -> tuple[list[WebhookAttempt], str | None]:
    """Tries to deliver to an endpoint, newest first.

    Raises:
        NotFound: unknown endpoint, or not the caller's.
        Invalid: the cursor is not of this list.
    """
    await endpoint(session, endpoint_id)
    query = select(WebhookAttempt).where(WebhookAttempt.endpoint_id == endpoint_id)
    if filters.event_type is not None:
        query = query.where(WebhookAttempt.event_type == filters.event_type)
    if filters.webhook_id is not None:
        query = query.where(WebhookAttempt.webhook_id == filters.webhook_id)
    if filters.ok is not None:
        went_well = WebhookAttempt.error.is_(None)
        query = query.where(went_well if filters.ok else ~went_well)
    if cursor is not None:
        before = tuple_(*read_time_cursor(cursor))
        query = query.where(tuple_(WebhookAttempt.at, WebhookAttempt.id) < before)
    query = query.order_by(WebhookAttempt.at.desc(), WebhookAttempt.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    following = None
    if len(rows) > limit:
        following = time_cursor(rows[limit - 1].at, rows[limit - 1].id)
    return rows[:limit], following


async def attempt(session: ReadSession, endpoint_id: UUID, attempt_id: UUID) -> WebhookAttempt:
    """One try of an endpoint.

    Raises:
        NotFound: unknown, or not the caller's.
    """
    await endpoint(session, endpoint_id)
    row = await session.scalar(
        select(WebhookAttempt).where(
            WebhookAttempt.id == attempt_id, WebhookAttempt.endpoint_id == endpoint_id
        )
    )
    if row is None:
        raise NotFound("no such attempt")
    return row


@dataclass(frozen=True, slots=True)
class Queue:
    """What an endpoint has not got yet."""

    waiting: int
    """Counted up to 10,000."""
    oldest_at: datetime | None
    next_try_at: datetime | None
    """None: nothing waits, or what waits is held."""
    failed: int
    """Given up after the last try, in the time sent messages are kept; counted up to 10,000."""


_QUEUE = text("""
    SELECT count(*) FILTER (WHERE failed_at IS NULL) AS waiting,
           min(created_at) FILTER (WHERE failed_at IS NULL) AS oldest_at,
           min(due_at) FILTER (WHERE failed_at IS NULL AND due_at < '9000-01-01') AS next_try_at,
           count(*) FILTER (WHERE failed_at IS NOT NULL) AS failed
    FROM (SELECT created_at, due_at, failed_at FROM outbox
          WHERE lane = :lane AND done_at IS NULL ORDER BY id LIMIT 10000) o
""")


async def queue(session: ReadSession, endpoint_id: UUID) -> Queue:
    """What waits for an endpoint.

    Raises:
        NotFound: unknown, or not the caller's.
    """
    await endpoint(session, endpoint_id)
    row = (await session.execute(_QUEUE, {"lane": lane_of(endpoint_id)})).one()
    return Queue(row.waiting, row.oldest_at, row.next_try_at, row.failed)
