"""Reading bills. They are the platform's: row-level security shows merchants none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, tuple_

from yichuan.core.database import Database, ReadSession
from yichuan.core.errors import Invalid, NotFound
from yichuan.core.pagination import decode_cursor, encode_cursor
from yichuan.costs.models import Bill, BillFinding, BillLine

__all__ = ["Bill", "BillFinding", "BillLine"]
EXPORT_BATCH = 2000


async def get(session: ReadSession, bill_id: UUID) -> Bill:
    """One bill.

    Raises:
        NotFound: unknown, or the caller is no operator.
    """
    row = await session.get(Bill, bill_id)
    if row is None:
        raise NotFound("no such bill")
    return row


async def listing(
    session: ReadSession,
    *,
    courier: str | None,
    period: str | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[Bill], str | None]:
    """One page of bills, the latest month first, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = select(Bill)
    if courier is not None:
        query = query.where(Bill.courier == courier)
    if period is not None:
        query = query.where(Bill.period == period)
    if cursor is not None:
        after, bill_id = decode_cursor(cursor, 2)
        query = query.where(tuple_(Bill.period, Bill.id) < tuple_(str(after), _uuid(bill_id)))
    query = query.order_by(Bill.period.desc(), Bill.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], encode_cursor([last.period, str(last.id)])


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise Invalid("not a cursor of this list", field="cursor") from error


async def findings(session: ReadSession, bill_ids: Sequence[UUID]) -> dict[UUID, list[BillFinding]]:
    """Sums by reason, the most frequent first."""
    rows = await session.scalars(
        select(BillFinding)
        .where(BillFinding.bill_id.in_(bill_ids))
        .order_by(BillFinding.lines.desc(), BillFinding.reason)
    )
    found: dict[UUID, list[BillFinding]] = {bill_id: [] for bill_id in bill_ids}
    for row in rows:
        found[row.bill_id].append(row)
    return found


async def lines(
    session: ReadSession,
    bill_id: UUID,
    *,
    reason: str | None,
    different: bool,
    limit: int,
    after: int,
) -> list[BillLine]:
    """Lines of a bill in their order, beginning behind `after`.

    Args:
        different: only lines that differ from what was expected, or could not be priced.
    """
    query = select(BillLine).where(BillLine.bill_id == bill_id, BillLine.line_no > after)
    if reason is not None:
        query = query.where(BillLine.reason == reason)
    if different:
        query = query.where(BillLine.reason != "match")
    return list(await session.scalars(query.order_by(BillLine.line_no).limit(limit)))


async def differences(database: Database, bill_id: UUID) -> AsyncIterator[list[BillLine]]:
    """All lines with something to say about, in batches of their own short transactions."""
    after = 0
    while True:
        async with database.read(None) as session:
            rows = await lines(
                session, bill_id, reason=None, different=True, limit=EXPORT_BATCH, after=after
            )
        if not rows:
            return
        yield rows
        after = rows[-1].line_no


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over the bills of a courier and month, in fen."""

    period: str
    courier: str
    bills: int
    lines: int
    explained: int
    payable_minor: int
    expected_minor: int
    difference_minor: int
    claim_minor: int


async def totals(
    session: ReadSession, period_from: str | None, period_to: str | None
) -> list[Total]:
    """Sums by month and courier, the earliest month first."""
    sums = (
        func.sum(column)
        for column in (
            Bill.lines,
            Bill.explained,
            Bill.payable_minor,
            Bill.expected_minor,
            Bill.difference_minor,
            Bill.claim_minor,
        )
    )
    query = select(Bill.period, Bill.courier, func.count(), *sums)
    if period_from is not None:
        query = query.where(Bill.period >= period_from)
    if period_to is not None:
        query = query.where(Bill.period <= period_to)
    query = query.group_by(Bill.period, Bill.courier).order_by(Bill.period, Bill.courier)
    rows = (await session.execute(query)).all()
    return [Total(row[0], row[1], *(int(value) for value in row[2:])) for row in rows]
