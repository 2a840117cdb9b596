"""Reading alerts, webhook endpoints and their attempts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, tuple_

from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.errors import NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.identity.scope import in_scope, owner_of, scoped
from yichuan.notify.events import Subscriber
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
        select(WebhookEndpoint.id, WebhookEndpoint.merchant_id, WebhookEndpoint.event_types).where(
            WebhookEndpoint.enabled.is_(True)
        )
    )
    return [Subscriber(row.id, row.merchant_id, frozenset(row.event_types)) for row in rows]


async def attempts(
    session: ReadSession, endpoint_id: UUID, *, limit: int, cursor: str | None
) -> tuple[list[WebhookAttempt], str | None]:
    """Tries to deliver to an endpoint, newest first.

    Raises:
        NotFound: unknown endpoint, or not the caller's.
        Invalid: the cursor is not of this list.
    """
    await endpoint(session, endpoint_id)
    query = select(WebhookAttempt).where(WebhookAttempt.endpoint_id == endpoint_id)
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
