"""Times as couriers write them. Without a zone they are China's (Asia/Shanghai)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from yichuan.core.clock import CHINA

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing was tracked before: such a time is a default or a broken clock."""
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

_BETWEEN = (EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None))
"""The same by China's clocks, near enough: without zones times compare several times faster."""
_OFFSET = timedelta(hours=8)
"""Asia/Shanghai from 2000 on: no summer time since 1991."""
_COMMON = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", re.ASCII)
_LOOSE = re.compile(
    r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(\d{1,2})\s*[:：时]\s*(\d{1,2})\s*(?:[:：分]\s*(\d{1,2})(?:[.,](\d{1,6})\d*)?)?\s*秒?分?)?"
    r"\s*(Z|[+-]\d\d:?\d\d)?\s*",
    re.ASCII,
)
_COMPACT = re.compile(r"\d{14}", re.ASCII)
_EPOCH = re.compile(r"\d{10}|\d{13}", re.ASCII)


def courier_time(raw: str | int | float) -> datetime:
    """An aware UTC time from a courier's words, to the microsecond.

    Reads `2024-05-01 10:00:00`, the same with `/`, `.` or 年月日, without seconds, with single
    digits, with `T` and an offset, `20240501100000`, and Unix seconds or milliseconds.

    Raises:
        ValueError: not a time, or outside of 2000 to 2100.
    """
    text = raw if isinstance(raw, str) else format(raw, ".0f")
    if _COMMON.fullmatch(text):
        found = datetime.fromisoformat(text)
        if not _BETWEEN[0] < found < _BETWEEN[1]:
            raise ValueError(f"time out of range: {text[:40]}")
        return (found - _OFFSET).replace(tzinfo=UTC)
    return _plausible(_unusual(text.strip()), text)


@lru_cache(maxsize=1024)
def courier_date(raw: str | None) -> date | None:
    """A day such as an estimated delivery; None when there is none or it is not a day.

    Few days are told of, and with every push.
    """
    if not raw:
        return None
    try:
        return courier_time(raw).astimezone(CHINA).date()
    except ValueError:
        return None


def _plausible(at: datetime, text: str) -> datetime:
    if not EARLIEST < at < LATEST:
        raise ValueError(f"time out of range: {text[:40]}")
    return at


def _unusual(text: str) -> datetime:
    if _COMPACT.fullmatch(text):
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=CHINA).astimezone(UTC)
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    match = _LOOSE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time: {text[:40]}")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if not EARLIEST.year <= int(year) <= LATEST.year:
        raise ValueError(f"time out of range: {text[:40]}")
    local = datetime(
        *(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)),
        int((fraction or "0").ljust(6, "0")),
        tzinfo=CHINA,
    )
    if zone:
        offset = datetime.strptime(zone.replace("Z", "+0000"), "%z").tzinfo
        local = local.replace(tzinfo=offset)
    return local.astimezone(UTC)
