"""Polling over HTTP: when a number is asked for, and how it goes at a connection."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter

from yichuan.core.clock import now
from yichuan.couriers import allowance
from yichuan.couriers import queries as couriers
from yichuan.couriers.allowance import Line
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep
from yichuan.tracking import polling_rows, queries
from yichuan.tracking.polling import next_ask
from yichuan.tracking.polling_learning import Books
from yichuan.tracking.polling_rates import Book
from yichuan.tracking.polling_rows import Row
from yichuan.tracking.schemas import AskingView, PollingState
from yichuan.tracking.values import END_MILESTONES

router = APIRouter(tags=["tracking"])


@router.get("/tracks/{courier}/{number}/asking")
async def track_asking(
    context: ContextDep, session: ReadDep, courier: str, number: str
) -> AskingView:
    """When the courier was last asked for a number and will be next; merchants see the numbers they
    ship."""
    seen = await queries.track(session, courier, number)
    async with context.database.system() as system:
        row = await polling_rows.one(system, seen.courier, seen.number, seen.cycle)
        wanted = {row.poll_connection_id} if row is not None and row.poll_connection_id else set()
        lines = await allowance.lines_by_id(system, wanted)
        books = Books()
        await books.learn(system, {seen.courier})
    line = next(iter(lines.values()), None)
    asked = line if context.settings.polling else None
    return _asking(row, asked, books.of(seen.courier))


def _asking(row: Row | None, line: Line | None, book: Book) -> AskingView:
    if row is None:
        return AskingView(
            mode="nobody", asked_at=None, next_at=None, calls=0, last_error=None,
            paused_until=None, stretch=1.0,
        )  # fmt: skip
    at = now()
    seen = row.heard().seen(pushes=line.pushes if line else False)
    due = next_ask(seen, line.stretch if line else 1.0, book)
    mode = "ended" if row.milestone in END_MILESTONES else "given_up" if due is None else None
    open_mode = "nobody" if line is None else "pushed" if seen.pushed else "polled"
    paused = line.paused_until if line else None
    return AskingView.model_validate(
        {
            "mode": mode or open_mode,
            "asked_at": row.poll_asked_at,
            "next_at": None if line is None or due is None else _soonest(due, paused, at),
            "calls": row.poll_calls,
            "last_error": row.poll_error,
            "paused_until": paused,
            "stretch": line.stretch if line else 1.0,
        }
    )


def _soonest(due: datetime, paused: datetime | None, at: datetime) -> datetime:
    """When it can happen: not in the past, nor before a pause ends."""
    return max(due, at + timedelta(seconds=1), paused or due)


@router.get("/courier-connections/{connection_id}/polling")
async def connection_polling(
    connection_id: UUID, caller: CallerDep, context: ContextDep, session: ReadDep
) -> PollingState:
    """How asking for numbers whose pushes do not come goes: due, late, quota, pause."""
    caller.require("operator", "merchant")
    row = await couriers.connection(session, connection_id)
    at = now()
    async with context.database.system() as system:
        counts = await polling_rows.counts(system, connection_id)
        line = allowance.line_of(row, at)
    late = (at - counts.first).total_seconds() if counts.first is not None else 0.0
    return PollingState(
        possible=line is not None and context.settings.polling,
        pushes=line is not None and line.pushes,
        followed=counts.followed,
        due=counts.due,
        late_seconds=max(0, int(late)),
        per_day=allowance.quota_of(row, context.settings.polls_per_day),
        used_today=allowance.used_on(row, allowance.today(at)),
        stretch=row.polls_stretch,
        paused_until=line.paused_until if line is not None else None,
        paused_why=row.polls_paused_why if line is not None and line.paused_until else None,
    )
