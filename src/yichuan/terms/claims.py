"""Compensation 理赔: what a courier owes for a lost, damaged or late parcel, and until when it may
be claimed. Pure arithmetic in fen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from yichuan.core.clock import CHINA

Trouble = Literal["lost", "damaged", "delayed"]
CountedFrom = Literal["shipped", "promised", "delivered", "reported"]
TROUBLES: dict[str, Trouble] = {
    "lost": "lost",
    "damaged": "damaged",
    "late_delivery": "delayed",
    "stalled": "delayed",
}
"""Kind of problem → what it is to a courier's standard."""


@dataclass(frozen=True, slots=True)
class Standard:
    """A row of `compensations`."""

    id: UUID
    merchant_id: UUID | None
    courier: str | None
    service: str | None
    trouble: Trouble
    insured: bool
    freight_percent: int | None
    value_percent: int | None
    cap_minor: int | None
    claim_days: int
    counted_from: CountedFrom
    source: str

    @property
    def exactness(self) -> tuple[bool, bool, bool]:
        """The greatest decides: service, courier, one merchant."""
        return (self.service is not None, self.courier is not None, self.merchant_id is not None)


@dataclass(frozen=True, slots=True)
class Loss:
    """What is known of the parcel. Amounts in fen; `declared` is what it was insured for."""

    courier: str
    service: str | None
    trouble: Trouble
    freight: int | None
    goods_value: int | None
    declared: int | None
    shipped_at: datetime | None
    promised_at: datetime | None
    delivered_at: datetime | None
    reported_at: datetime

    @property
    def insured(self) -> bool:
        """Whether a value was declared."""
        return self.declared is not None and self.declared > 0


def standard_for(
    rows: Iterable[Standard], loss: Loss, *, own: bool, merchant_id: UUID
) -> Standard | None:
    """The standard that applies; a merchant's own only on its own account."""
    fits = [
        row
        for row in rows
        if row.trouble == loss.trouble
        and row.insured == loss.insured
        and row.courier in (None, loss.courier)
        and row.service in (None, loss.service)
        and (row.merchant_id is None or (own and row.merchant_id == merchant_id))
    ]
    return max(fits, key=lambda row: row.exactness, default=None)


def percent(base: int, rate: int) -> int:
    """A percentage of fen, rounded half up."""
    return (base * rate * 2 + 100) // 200


def amount(row: Standard, loss: Loss) -> int | None:
    """What may be claimed, in fen; None: the freight or value it hangs on is not known.

    The larger of both bases where a row has two. Never more than the cap; for loss and damage
    never more than what the goods were worth, where that is known.
    """
    value = loss.declared if loss.insured else loss.goods_value
    bases = ((row.freight_percent, loss.freight), (row.value_percent, value))
    asked = [(rate, base) for rate, base in bases if rate is not None]
    known = [percent(base, rate) for rate, base in asked if base is not None]
    if asked and not known:
        return None
    limits = [row.cap_minor]
    if loss.trouble != "delayed":
        limits.append(loss.goods_value)
    found = [limit for limit in limits if limit is not None]
    if not known:
        return min(found) if row.cap_minor is not None else None
    return min([max(known), *found])


def claim_until(row: Standard, loss: Loss) -> datetime:
    """When the claim lapses: the end of its last day in China."""
    began = {
        "shipped": loss.shipped_at,
        "promised": loss.promised_at,
        "delivered": loss.delivered_at,
        "reported": loss.reported_at,
    }[row.counted_from]
    start = (began or loss.shipped_at or loss.reported_at).astimezone(CHINA)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=row.claim_days + 1)


def days_left(until: datetime, now: datetime) -> int:
    """Whole days in China until the claim lapses, today included; 0: it has."""
    if now >= until:
        return 0
    return (until.astimezone(CHINA).date() - now.astimezone(CHINA).date()).days


def _yuan(fen: int) -> str:
    return f"¥{fen // 100}.{fen % 100:02d}"


def explained(row: Standard) -> tuple[str, str]:
    """The standard in words."""
    zh, en = [], []
    if row.freight_percent is not None:
        times = f"{row.freight_percent / 100:g}"
        zh.append(f"运费的 {times} 倍")
        en.append(f"{times} times the freight")
    if row.value_percent is not None:
        what = ("保价金额", "the declared value") if row.insured else ("货值", "the goods' value")
        zh.append(f"{what[0]}的 {row.value_percent}%")
        en.append(f"{row.value_percent}% of {what[1]}")
    if row.cap_minor is not None:
        zh.append(f"最高 {_yuan(row.cap_minor)}")
        en.append(f"at most {_yuan(row.cap_minor)}")
    kind_zh = {"lost": "丢失", "damaged": "破损", "delayed": "延误"}[row.trouble]
    cover = ("保价", "insured") if row.insured else ("未保价", "uninsured")
    return (
        f"{cover[0]}{kind_zh}：{'，'.join(zh)}",
        f"{row.trouble}, {cover[1]}: {', '.join(en)}",
    )
