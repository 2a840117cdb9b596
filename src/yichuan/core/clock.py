"""The one place that asks what time it is. All times inside are aware and in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""The couriers' and merchants' zone where none is given."""


def now() -> datetime:
    """Current time, UTC."""
    return datetime.now(UTC)


def iso(at: datetime | None) -> str | None:
    """RFC 3339 text with offset, or None."""
    return None if at is None else at.isoformat()
