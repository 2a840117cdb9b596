"""The daily judging."""

from __future__ import annotations

import asyncio
from typing import Final

from yichuan.assessment.service import evaluate_due
from yichuan.core.database import Database
from yichuan.core.loops import every

SETTLE: Final = 900.0
"""Seconds after a start: what couriers told while nobody listened comes in and is counted first."""
EVERY: Final = 1800.0


async def run(database: Database) -> None:
    """Judge each whole day once, as soon as it is over."""
    await asyncio.sleep(SETTLE)
    await every(EVERY, lambda: evaluate_due(database))()
