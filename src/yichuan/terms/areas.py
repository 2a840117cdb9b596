"""Where services reach 到不到件 and where they are suspended 停发区: pure rules over rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from yichuan.core.clock import CHINA
from yichuan.terms.places import Place, name_of

CAUSES = {
    "epidemic": ("疫情", "epidemic"),
    "weather": ("天气", "weather"),
    "conference": ("重大活动", "conference"),
    "holiday": ("节假日", "holiday"),
    "capacity": ("运力不足", "capacity"),
    "other": ("其他", "other"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a service cannot take a parcel, and the rule that says so."""

    code: str
    rule_id: UUID | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Area:
    """A row of `service_areas`."""

    id: UUID
    merchant_id: UUID | None
    courier: str
    service: str | None
    adcode: str
    keyword: str
    serves: bool
    note: str

    def covers(self, service: str, place: Place) -> bool:
        """Whether the row is about this service and place."""
        if self.service not in (None, service) or not place.inside(self.adcode):
            return False
        return not self.keyword or self.keyword in place.text

    @property
    def exactness(self) -> tuple[int, bool, bool, bool, bool]:
        """The greatest decides: finer place, then a town, one service, one merchant, then no."""
        return (
            len(self.adcode),
            bool(self.keyword),
            self.service is not None,
            self.merchant_id is not None,
            not self.serves,
        )


@dataclass(frozen=True, slots=True)
class Areas:
    """Rows found by courier and place without reading them all."""

    rows: dict[tuple[str, str], list[Area]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Area]) -> Areas:
        """An index of rows."""
        index: dict[tuple[str, str], list[Area]] = {}
        for row in rows:
            index.setdefault((row.courier, row.adcode), []).append(row)
        return cls(index)

    def deciding(self, courier: str, service: str, place: Place, own: bool) -> Area | None:
        """The row that says whether a service reaches a place; None: no row does, so it does.

        Args:
            own: the parcel goes on the merchant's own account, so its own rows count.
        """
        best: Area | None = None
        if not self.rows:
            return None
        for length in range(0, len(place.adcode) + 1, 2):
            for row in self.rows.get((courier, place.adcode[:length]), ()):
                if row.merchant_id is not None and not own:
                    continue
                better = best is None or row.exactness > best.exactness
                if better and row.covers(service, place):
                    best = row
        return best


def unreached(row: Area) -> Reason:
    """Why a place is not delivered to."""
    where = f"{name_of(row.adcode)}{row.keyword}"
    note = f"，{row.note}" if row.note else ""
    return Reason(
        "not_served",
        row.id,
        f"不到件：{where}{note}",
        f"not delivered to: {where}{f', {row.note}' if row.note else ''}",
    )


@dataclass(frozen=True, slots=True)
class Stop:
    """A row of `service_suspensions`."""

    id: UUID
    merchant_id: UUID | None
    courier: str | None
    service: str | None
    adcode: str
    direction: str
    cause: str
    reason: str
    from_at: datetime
    until_at: datetime | None

    def stops(
        self, courier: str, service: str, origin: Place, destination: Place, at: datetime
    ) -> bool:
        """Whether it stops a parcel at a time."""
        if self.courier not in (None, courier) or self.service not in (None, service):
            return False
        if at < self.from_at or (self.until_at is not None and at >= self.until_at):
            return False
        to = self.direction != "from" and destination.inside(self.adcode)
        return to or (self.direction != "to" and origin.inside(self.adcode))


def state_of(from_at: datetime, until_at: datetime | None, at: datetime) -> str:
    """planned, current or past."""
    if at < from_at:
        return "planned"
    return "current" if until_at is None or at < until_at else "past"


def stopped(row: Stop) -> Reason:
    """Why nothing is sent there now."""
    where, (zh, en) = name_of(row.adcode), CAUSES.get(row.cause, CAUSES["other"])
    until_zh, until_en = "恢复时间待通知", "until further notice"
    if row.until_at is not None:
        day = f"{row.until_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        until_zh, until_en = f"预计 {day} 恢复", f"until {day}"
    return Reason(
        "suspended",
        row.id,
        f"停发：{where}（{zh}：{row.reason}，{until_zh}）",
        f"suspended: {where} ({en}: {row.reason}, {until_en})",
    )


def stop_for(
    rows: Sequence[Stop],
    courier: str,
    service: str,
    origin: Place,
    destination: Place,
    at: datetime,
) -> Stop | None:
    """The first suspension that stops a parcel."""
    found = (row for row in rows if row.stops(courier, service, origin, destination, at))
    return next(found, None)
