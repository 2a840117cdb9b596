"""How long is too long: the platform's limits, kept in its settings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from yichuan.core.platform import PlatformSetting

Phase = Literal["picked_up", "in_transit", "arriving", "returning"]
Lane = Literal["same_city", "normal", "remote", "customs"]
Hours = Annotated[int, Field(ge=1, le=2000)]

STALLED: dict[Phase, dict[Lane, int]] = {
    "picked_up": {"same_city": 12, "normal": 24, "remote": 36, "customs": 72},
    "in_transit": {"same_city": 24, "normal": 48, "remote": 72, "customs": 120},
    "arriving": {"same_city": 12, "normal": 24, "remote": 36, "customs": 48},
    "returning": {"same_city": 48, "normal": 96, "remote": 144, "customs": 240},
}
"""Hours without a new event, by phase of the way and kind of lane."""
REMOTE = ("新疆", "西藏", "青海", "内蒙古", "宁夏", "甘肃", "海南")
"""Beginnings of the names of provinces that couriers price and promise as remote (偏远)."""


class Thresholds(BaseModel):
    """Limits after which a parcel is a problem. Hours unless said otherwise."""

    model_config = ConfigDict(frozen=True)

    ship_hours: Hours = 48
    """From payment to hand-over, where the order names no time."""
    pickup_hours: Hours = 24
    """From hand-over to the courier's pick-up scan."""
    fake_hours: Hours = 36
    """From hand-over under the merchant's own number without any scan at all."""
    out_for_delivery_hours: Hours = 36
    collect_hours: Hours = 18
    """In a locker or station."""
    stalled_hours: dict[Phase, dict[Lane, Hours]] = STALLED
    remote_provinces: tuple[Annotated[str, Field(max_length=40)], ...] = REMOTE
    sign_minutes: Annotated[int, Field(ge=0, le=1440)] = 30
    """Minutes from collection before which a signature is suspicious; 0: never."""
    stale_days: Annotated[int, Field(ge=1, le=365)] = 30
    """A breach found later than this is history, not something to act on."""
    storm_minimum: Annotated[int, Field(ge=2)] = 20
    """Open problems of one courier, kind and province that make a storm."""
    storm_hours: Hours = 24


setting = PlatformSetting("exceptions", Thresholds)
