"""The platform's standard: what couriers are measured by, and how long they may fall short. Pure.

A metric is a share of counts over a window of days. Its `limit` is what a courier must keep; past
`recover`, which is better than the limit, it counts as good again. Between the two nothing is
decided, so that a courier at the limit does not swing from warned to admitted and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MetricKey = Literal["pickup", "on_time", "exception", "damage", "complaint"]
Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=180)]
Windows = Annotated[int, Field(ge=1, le=30)]
Code = Annotated[str, Field(max_length=40)]


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured: `amount` of `base`, both names of counts."""

    key: MetricKey
    zh: str
    en: str
    amount: str
    base: str
    higher: bool
    """The higher the better."""


METRICS: Final[dict[MetricKey, Metric]] = {
    metric.key: metric
    for metric in (
        Metric(
            "pickup", "准时揽收率", "Picked up on time", "picked_up_on_time", "pickup_due", True
        ),
        Metric(
            "on_time", "准时签收率", "Delivered as promised",
            "delivered_on_time", "delivered_with_promise", True,
        ),
        Metric("exception", "异常率", "Problems", "courier_problems", "shipped", False),
        Metric("damage", "破损丢失率", "Damaged or lost", "damaged_or_lost", "shipped", False),
        Metric("complaint", "投诉率", "Complaints", "complaints", "shipped", False),
    )
}  # fmt: skip
COUNTS: Final = tuple(
    dict.fromkeys(name for one in METRICS.values() for name in (one.amount, one.base))
)


@dataclass(frozen=True, order=True, slots=True)
class Unit:
    """What is admitted: a courier, one of its services, or its parcels to one province."""

    courier: str
    service: str = ""
    """Empty: all of them."""
    province: str = ""
    """Of the destination; empty: everywhere."""


class Limit(BaseModel):
    """What one metric must keep. Shares from 0 to 1."""

    model_config = ConfigDict(frozen=True)

    metric: MetricKey
    limit: Share
    recover: Share
    """From here on it counts as good again; as good as the limit or better."""
    min_base: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    """Fewer parcels than this prove nothing."""

    @model_validator(mode="after")
    def _recover_is_better(self) -> Self:
        higher = METRICS[self.metric].higher
        if (self.recover < self.limit) if higher else (self.recover > self.limit):
            raise ValueError("recover must be at least as good as limit (恢复线不能差于及格线)")
        return self


Limits = Annotated[tuple[Limit, ...], Field(min_length=1, max_length=5)]


def _once(limits: Sequence[Limit]) -> None:
    if len({one.metric for one in limits}) < len(limits):
        raise ValueError("a metric is limited twice (同一指标不能设两次)")


class Special(BaseModel):
    """Other limits for a courier, one of its services, or a province; the nearest one counts."""

    model_config = ConfigDict(frozen=True)

    courier: Annotated[str, Field(min_length=1, max_length=40)]
    service: Code = ""
    province: Code = ""
    limits: Limits

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _once(self.limits)
        return self


def _default_limits() -> tuple[Limit, ...]:
    return (
        Limit(metric="pickup", limit=0.85, recover=0.90),
        Limit(metric="on_time", limit=0.80, recover=0.85),
        Limit(metric="exception", limit=0.10, recover=0.07),
        Limit(metric="damage", limit=0.01, recover=0.006, min_base=100),
        Limit(metric="complaint", limit=0.03, recover=0.02, min_base=100),
    )


class Standard(BaseModel):
    """One version of the standard."""

    model_config = ConfigDict(frozen=True)

    window_days: Annotated[int, Field(ge=1, le=90)] = 30
    """Days that are looked at; a window ends every day (Asia/Shanghai)."""
    warn_windows: Windows = 3
    """So many windows in a row a courier is only warned; the next bad one suspends."""
    clear_windows: Windows = 3
    """So many good windows in a row lift a warning, or speak for a re-admission."""
    rest_days: Days = 14
    """After so long a suspension a trial is proposed even if too few parcels were carried."""
    auto_suspend: bool = False
    """Suspend at once; else it is proposed and an operator confirms."""
    by_service: bool = True
    """Look at each service of a courier too."""
    by_province: bool = False
    """Look at each province of destination too."""
    limits: Limits = Field(default_factory=_default_limits)
    specials: Annotated[tuple[Special, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _once(self.limits)
        named = {(one.courier, one.service, one.province) for one in self.specials}
        if len(named) < len(self.specials):
            raise ValueError("special limits are given twice (同一范围不能设两次)")
        return self

    def limits_of(self, unit: Unit) -> tuple[Limit, ...]:
        """The limits that count for a unit: its own, its courier's, or everybody's."""
        known = {Unit(one.courier, one.service, one.province): one for one in self.specials}
        found = known.get(unit) or known.get(Unit(unit.courier))
        return self.limits if found is None else found.limits
