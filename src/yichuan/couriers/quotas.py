"""Quotas of lent accounts: how many numbers a merchant may take from the platform's account.

A quota counts numbers taken a day and a month (Asia/Shanghai). Numbers are reserved in the
transaction that claims them, before the courier is called, by one UPDATE that grants only what is
left: two batches at once wait for each other at the row and cannot exceed it together. A refusal
of the courier or a cancellation gives the number back to the day it was taken from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from yichuan.core.clock import CHINA, now
from yichuan.core.database import ReadSession, WriteSession
from yichuan.core.direct import Ask, Write
from yichuan.core.errors import Conflict, Invalid, NotFound
from yichuan.couriers import queries
from yichuan.couriers.models import AccountQuota
from yichuan.identity.scope import scoped


@dataclass(frozen=True, slots=True)
class Left:
    """What a merchant may still take from an account now; None: as much as it wants."""

    per_day: int | None
    per_month: int | None
    day: date
    used_day: int
    used_month: int

    def used(self, on: date) -> tuple[int, int]:
        """Numbers taken on a day (Asia/Shanghai) and in its month."""
        same_month = (self.day.year, self.day.month) == (on.year, on.month)
        return self.used_day if self.day == on else 0, self.used_month if same_month else 0

    def left(self, on: date) -> int | None:
        """Numbers left on a day; None: no limit."""
        limits = (self.per_day, self.per_month)
        pairs = zip(limits, self.used(on), strict=True)
        rest = [limit - used for limit, used in pairs if limit is not None]
        return max(0, min(rest)) if rest else None


def today() -> date:
    """The day a quota is counted on."""
    return now().astimezone(CHINA).date()


_LEFT = """
    SELECT merchant_id, account_id, per_day, per_month, day, used_day, used_month
    FROM courier_account_quotas WHERE merchant_id = ANY(%s)
    ORDER BY merchant_id, account_id FOR UPDATE
"""


def lock(merchants: Collection[UUID]) -> Ask[dict[tuple[UUID, UUID], Left]]:
    """The quotas of these merchants by merchant and account, locked until the claim commits."""
    return Ask(
        _LEFT,
        (sorted(merchants),),
        lambda rows: {(row[0], row[1]): Left(*row[2:]) for row in rows},
    )


class Reserving:
    """What is left while a batch reserves numbers, merchant by merchant."""

    def __init__(self, found: Mapping[tuple[UUID, UUID], Left]) -> None:
        day = today()
        left = {key: one.left(day) for key, one in found.items()}
        self._left = {key: n for key, n in left.items() if n is not None}
        self._limited = set(found)
        self.reserved: Counter[tuple[UUID, UUID]] = Counter()

    def left(self, merchant_id: UUID) -> Mapping[UUID, int]:
        """Numbers left by account, for accounts with a limit."""
        return {a: n for (m, a), n in self._left.items() if m == merchant_id}

    def reserve(self, merchant_id: UUID, account_id: UUID) -> None:
        """One number of an account that has one left."""
        key = (merchant_id, account_id)
        if key in self._left:
            self._left[key] -= 1
        if key in self._limited:
            self.reserved[key] += 1


_USE = """
    UPDATE courier_account_quotas SET
        used_month = %(n)s + CASE WHEN date_trunc('month', day) = date_trunc('month', %(day)s::date)
                                  THEN used_month ELSE 0 END,
        used_day = %(n)s + CASE WHEN day = %(day)s THEN used_day ELSE 0 END,
        day = %(day)s
    WHERE merchant_id = %(merchant)s AND account_id = %(account)s
"""
_GIVE = """
    UPDATE courier_account_quotas SET
        used_month = greatest(0, used_month - CASE
            WHEN date_trunc('month', day) = date_trunc('month', %(day)s::date) THEN 1 ELSE 0 END),
        used_day = greatest(0, used_day - CASE WHEN day = %(day)s THEN 1 ELSE 0 END)
    WHERE merchant_id = %(merchant)s AND account_id = %(account)s AND counted_since <= %(at)s
"""


def used(numbers: Mapping[tuple[UUID, UUID], int]) -> Write:
    """Count numbers reserved today, by merchant and account; the rows are locked already."""
    day = today()
    return _USE, [
        {"merchant": merchant, "account": account, "n": n, "day": day}
        for (merchant, account), n in sorted(numbers.items())
    ]


def given_back(numbers: Iterable[tuple[UUID, UUID, datetime]]) -> Write:
    """Give numbers back: merchant, account, and when each was asked for."""
    return _GIVE, [
        {"merchant": merchant, "account": account, "at": at, "day": at.astimezone(CHINA).date()}
        for merchant, account, at in sorted(numbers)
    ]


def look(merchants: Collection[UUID]) -> Ask[dict[tuple[UUID, UUID], Left]]:
    """`lock` without the lock, for looking ahead."""
    locked = lock(merchants)
    return Ask(locked.sql.replace("FOR UPDATE", ""), locked.values, locked.read)


def state(row: AccountQuota) -> Left:
    """A row as what is left."""
    return Left(row.per_day, row.per_month, row.day, row.used_day, row.used_month)


async def one(session: ReadSession, merchant_id: UUID, account_id: UUID) -> AccountQuota:
    """A quota, read afresh.

    Raises:
        NotFound: none was set.
    """
    row = await session.scalar(
        scoped(session, AccountQuota)
        .where(AccountQuota.merchant_id == merchant_id, AccountQuota.account_id == account_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("no quota was set")
    return row


async def of_merchants(session: ReadSession) -> Sequence[AccountQuota]:
    """The quotas the caller sees: its own, or all of the platform's."""
    query = scoped(session, AccountQuota).order_by(
        AccountQuota.account_id, AccountQuota.merchant_id
    )
    return list(await session.scalars(query))


_SET = text("""
    INSERT INTO courier_account_quotas (merchant_id, account_id, per_day, per_month, day)
    VALUES (:merchant, :account, :per_day, :per_month, :day)
    ON CONFLICT (merchant_id, account_id)
    DO UPDATE SET per_day = excluded.per_day, per_month = excluded.per_month
""")


async def set_quota(
    session: WriteSession,
    merchant_id: UUID,
    account_id: UUID,
    per_day: int | None,
    per_month: int | None,
) -> None:
    """Limit what a merchant takes from a lent account; both None lifts the limit again.

    What it took before the first limit was set is not counted.

    Raises:
        NotFound: no such account or merchant.
        Conflict: the account is a merchant's own: nobody lends it.
        Invalid: the day's limit is above the month's.
    """
    account = await queries.account(session, account_id)
    if account.merchant_id is not None:
        raise Conflict("only the platform's accounts are lent (只有平台账号可设额度)")
    if per_day is not None and per_month is not None and per_day > per_month:
        raise Invalid("the quota of a day is above that of the month", field="per_day")
    known = await session.scalar(
        text("SELECT 1 FROM merchants WHERE id = :id"), {"id": merchant_id}
    )
    if known is None:
        raise NotFound("no such merchant")
    await session.execute(
        _SET,
        {
            "merchant": merchant_id,
            "account": account_id,
            "per_day": per_day,
            "per_month": per_month,
            "day": today(),
        },
    )
