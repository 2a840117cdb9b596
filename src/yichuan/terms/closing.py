"""Cut-off times 截单时间: when the next parcels leave, and the last time before a deadline. Pure.

For each day of the week the most exact row decides. A day that no row names has no collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from yichuan.core.clock import CHINA
from yichuan.terms.places import Place

LOOK_AHEAD = 14
"""Days searched for a collection."""
_DAYS = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)


@dataclass(frozen=True, slots=True)
class Closing:
    """A row of `cut_offs`. `at` is local time in China; None: no collection on these days."""

    id: UUID
    merchant_id: UUID | None
    courier: str | None
    service: str | None
    branch_code: str | None
    adcode: str
    weekdays: str
    at: time | None

    @property
    def exactness(self) -> tuple[bool, bool, bool, int, bool]:
        """The greatest decides: branch, service, courier, finer place, one merchant."""
        return (
            self.branch_code is not None,
            self.service is not None,
            self.courier is not None,
            len(self.adcode),
            self.merchant_id is not None,
        )


@dataclass(frozen=True, slots=True)
class Week:
    """The collection time of each day, Monday first; None: none that day."""

    days: tuple[time | None, ...]

    def next(self, after: datetime) -> datetime | None:
        """The first collection later than a moment, within two weeks."""
        day = after.astimezone(CHINA).date()
        for _ in range(LOOK_AHEAD + 1):
            found = self._on(day.isoweekday(), datetime.combine(day, time(), CHINA))
            if found is not None and found > after:
                return found
            day += timedelta(days=1)
        return None

    def last(self, after: datetime, until: datetime) -> datetime | None:
        """The last collection later than a moment and not after another."""
        day = until.astimezone(CHINA).date()
        while day >= after.astimezone(CHINA).date():
            found = self._on(day.isoweekday(), datetime.combine(day, time(), CHINA))
            if found is not None and after < found <= until:
                return found
            day -= timedelta(days=1)
        return None

    def _on(self, weekday: int, midnight: datetime) -> datetime | None:
        at = self.days[weekday - 1]
        return None if at is None else midnight.replace(hour=at.hour, minute=at.minute)


def week(
    rows: Iterable[Closing], courier: str | None, service: str, branch_code: str, origin: Place
) -> Week | None:
    """The week of a service from a place; None: nobody said when it collects.

    `courier` None asks for the rows that name none.
    """
    fits = [
        row
        for row in rows
        if row.courier in (None, courier)
        and row.service in (None, service)
        and row.branch_code in (None, branch_code)
        and origin.inside(row.adcode)
    ]
    if not fits:
        return None
    fits.sort(key=lambda row: row.exactness)
    days: list[time | None] = [None] * 7
    for row in fits:  # the most exact comes last and stays
        for digit in row.weekdays:
            days[int(digit) - 1] = row.at
    return Week(tuple(days)) if any(days) else None


def ship_by(found: Week | None, paid_at: datetime, hours: int) -> datetime:
    """When a paid order must be handed over at the latest: within the promised hours, or, where
    nobody collects in that time, with the first collection after it."""
    promised = paid_at + timedelta(hours=hours)
    if found is None or found.last(paid_at, promised) is not None:
        return promised
    return found.next(promised) or promised


def words(at: datetime, now: datetime) -> tuple[str, str]:
    """`今日 16:00 前`, `before 16:00 today`."""
    there, here = at.astimezone(CHINA), now.astimezone(CHINA)
    days = (there.date() - here.date()).days
    clock = f"{there:%H:%M}"
    if days in (0, 1):
        zh, en = (("今日", "today"), ("明日", "tomorrow"))[days]
        return f"{zh} {clock} 前", f"before {clock} {en}"
    zh, en = _DAYS[there.weekday()]
    return (
        f"{there.month}月{there.day}日 {zh} {clock} 前",
        f"before {clock} on {en} {there:%Y-%m-%d}",
    )


def weekday_digits(text: str) -> str | None:
    """`1-5`, `12345`, `1,3,5`, `每天`, `工作日` as sorted digits; None: no days of the week."""
    plain = text.strip().replace("，", ",").replace("、", ",").replace("至", "-")
    named = {"": "1234567", "每天": "1234567", "daily": "1234567", "工作日": "12345"}
    if plain in named:
        return named[plain]
    digits: set[str] = set()
    for part in plain.split(","):
        first, dash, last = part.partition("-")
        if dash:
            if not (len(first) == len(last) == 1 and first <= last and (first + last).isdigit()):
                return None
            digits |= {str(n) for n in range(int(first), int(last) + 1)}
        else:
            digits |= set(part)
    return "".join(sorted(digits)) if digits and digits <= set("1234567") else None


def any_courier(rows: Sequence[Closing]) -> list[Closing]:
    """Rows that hold whichever courier is chosen."""
    return [row for row in rows if row.courier is None and row.branch_code is None]
