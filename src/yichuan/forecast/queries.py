"""When a parcel will arrive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.forecast.arrival import Arrival, Seen, estimate, keys_of, passed
from yichuan.forecast.service import ends_of, read
from yichuan.tracking.values import TimelineEvent


class Parcel(Protocol):
    """What is read of a shipment."""

    @property
    def courier(self) -> str | None: ...
    @property
    def shipped_at(self) -> datetime | None: ...
    @property
    def origin_city(self) -> str | None: ...
    @property
    def dest_province(self) -> str | None: ...
    @property
    def dest_city(self) -> str | None: ...


async def arrival(
    session: SystemSession, parcel: Parcel, scans: Sequence[TimelineEvent]
) -> Arrival | None:
    """Our own estimate for a parcel on its way out, worked out from its scans (oldest first) when
    it is asked for; None: nothing can be said."""
    if parcel.courier is None:
        return None
    seen = [Seen(s.occurred_at, s.milestone, s.place) for s in scans if s.leg == "out"]
    ends = ends_of(parcel.origin_city, parcel.dest_city or parcel.dest_province, seen)
    stops, arrived_at = passed(parcel.shipped_at, seen, ends)
    if not stops or arrived_at is not None:
        return None
    keys = keys_of(parcel.courier, ends)
    return estimate(await read(session, keys), keys, stops[-1], now())
