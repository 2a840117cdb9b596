"""How often a user of the door may make us ask couriers, who are paid per question.

KDNiao allows 20 queries a second (its articles of 2021 and later); answers from what we know
already are free and not counted. Per process.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

PER_SECOND: Final = 20.0
BURST: Final = 60.0
MOST_KEYS: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


_buckets: dict[UUID, _Bucket] = {}


def may_ask(key_id: UUID) -> bool:
    """Whether this key may cause one more question now; counts it if so."""
    at = time.monotonic()
    if len(_buckets) >= MOST_KEYS:
        _buckets.clear()
    bucket = _buckets.setdefault(key_id, _Bucket(BURST, at))
    bucket.left = min(BURST, bucket.left + (at - bucket.at) * PER_SECOND)
    bucket.at = at
    if bucket.left < 1:
        return False
    bucket.left -= 1
    return True
