"""What terms show and take over the API: one shape for each kind, told apart by `kind`."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from yichuan.terms import places
from yichuan.terms.areas import state_of
from yichuan.terms.closing import weekday_digits

Courier = Annotated[str, Field(min_length=1, max_length=40)]
Service = Annotated[str, Field(min_length=1, max_length=20)]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=200)]
Short = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Percent = Annotated[int, Field(ge=1, le=10_000)]
Cause = Literal["epidemic", "weather", "conference", "holiday", "capacity", "other"]


class OfPlace(BaseModel):
    """A term of a place."""

    adcode: Annotated[str, Field(max_length=12)] = ""
    """A division's code, whole or its beginning; empty: all of China."""

    @field_validator("adcode")
    @classmethod
    def _known(cls, value: str) -> str:
        prefix = places.prefix_of(value)
        if prefix is None or not places.known(prefix):
            raise ValueError("no division of China has this code (行政区划代码不存在)")
        return prefix


class AreaIn(OfPlace):
    """到不到件: whether a courier (service) delivers to a place."""

    kind: Literal["areas"]
    courier: Courier
    service: Service | None = None
    keyword: Annotated[str, Field(max_length=40)] = ""
    """A town or village that the address must name."""
    serves: bool
    note: Short = ""


class SuspensionIn(OfPlace):
    """停发: nothing to or from a place for a while. No courier: every courier's."""

    kind: Literal["suspensions"]
    courier: Courier | None = None
    service: Service | None = None
    direction: Literal["to", "from", "both"] = "both"
    cause: Cause = "other"
    reason: Name
    from_at: AwareDatetime
    until_at: AwareDatetime | None = None

    @field_validator("from_at", "until_at")
    @classmethod
    def _whole(cls, value: datetime | None) -> datetime | None:
        return None if value is None else value.replace(microsecond=0)

    @model_validator(mode="after")
    def _lasts(self) -> SuspensionIn:
        if self.until_at is not None and self.until_at <= self.from_at:
            raise ValueError("until_at must be later than from_at (结束时间须晚于开始时间)")
        return self


class GoodsRuleIn(BaseModel):
    """禁寄: goods that may not be sent, not by air, or only when declared."""

    kind: Literal["goods"]
    name_zh: Name
    name_en: Name
    keywords: Annotated[Words, Field(min_length=1)]
    unless: Words = []
    level: Literal["forbidden", "air", "declare"]
    courier: Courier | None = None
    service: Service | None = None
    source: Short = ""
    enabled: bool = True


class TraitIn(BaseModel):
    """What is special about a service; without one, about all of the courier's."""

    kind: Literal["traits"]
    courier: Courier
    service: Service | None = None
    by_air: bool | None = None
    real_name: bool | None = None
    """Asks for senders registered by real name."""


class RealNameIn(BaseModel):
    """实名: a merchant, or an account, is registered with a courier."""

    kind: Literal["real_names"]
    courier: Courier
    account_id: UUID | None = None
    reference: Annotated[str, Field(max_length=60)] = ""
    valid_until: date | None = None


class CutOffIn(OfPlace):
    """截单: until when parcels leave the same day, on which days of the week."""

    kind: Literal["cutoffs"]
    courier: Courier | None = None
    service: Service | None = None
    branch_code: Annotated[str, Field(max_length=60)] | None = None
    weekdays: Annotated[str, Field(max_length=30)] = "1234567"
    """ISO days: 12345 or 1-5 is Monday to Friday."""
    at: time | None = None
    """Asia/Shanghai; none: no collection on these days."""

    @field_validator("weekdays")
    @classmethod
    def _days(cls, value: str) -> str:
        digits = weekday_digits(value)
        if digits is None:
            raise ValueError("days of the week are 1 to 7 (星期须为 1 至 7)")
        return digits

    @field_validator("at")
    @classmethod
    def _local(cls, value: time | None) -> time | None:
        return None if value is None else value.replace(second=0, microsecond=0, tzinfo=None)


class CompensationIn(BaseModel):
    """理赔标准: what is paid for a lost, damaged or late parcel."""

    kind: Literal["compensation"]
    courier: Courier | None = None
    service: Service | None = None
    trouble: Literal["lost", "damaged", "delayed"]
    insured: bool
    freight_percent: Percent | None = None
    """300: three times the freight."""
    value_percent: Percent | None = None
    """Percent of the declared value; uninsured, of what the goods are worth."""
    cap_minor: Annotated[int, Field(ge=1, le=10**11)] | None = None
    """At most, in fen."""
    claim_days: Annotated[int, Field(ge=1, le=3650)]
    counted_from: Literal["shipped", "promised", "delivered", "reported"] = "shipped"
    source: Short = ""

    @model_validator(mode="after")
    def _pays(self) -> CompensationIn:
        if self.freight_percent is None and self.value_percent is None and self.cap_minor is None:
            raise ValueError("say what is paid: a share of freight or value, or an amount")
        return self


TermIn = Annotated[
    AreaIn | SuspensionIn | GoodsRuleIn | TraitIn | RealNameIn | CutOffIn | CompensationIn,
    Field(discriminator="kind"),
]


class TermRequest(BaseModel):
    """A term to write. `merchant_id`: whose (platform callers); left out: the platform's."""

    merchant_id: UUID | None = None
    term: TermIn


class Stored(BaseModel):
    """What every term shows."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID | None
    """None: the platform's."""
    actor: str
    created_at: datetime


class Placed(Stored):
    """A term of a place."""

    adcode: str
    place: str = ""
    """The division's name."""

    @model_validator(mode="after")
    def _named(self) -> Placed:
        self.place = places.name_of(self.adcode)
        return self


class AreaView(Placed):
    """An area."""

    kind: Literal["areas"] = "areas"
    courier: str
    service: str | None
    keyword: str
    serves: bool
    note: str


class SuspensionView(Placed):
    """A suspension."""

    kind: Literal["suspensions"] = "suspensions"
    courier: str | None
    service: str | None
    direction: Literal["to", "from", "both"]
    cause: Cause
    reason: str
    from_at: datetime
    until_at: datetime | None
    ended_at: datetime | None
    state: str = ""
    """planned, current or past."""

    def at(self, now: datetime) -> SuspensionView:
        """With its state at a time."""
        return self.model_copy(update={"state": state_of(self.from_at, self.until_at, now)})


class GoodsRuleView(Stored):
    """A goods rule."""

    kind: Literal["goods"] = "goods"
    code: str | None
    """Of the packaged list; None: written here."""
    name_zh: str
    name_en: str
    keywords: list[str]
    unless: list[str]
    level: Literal["forbidden", "air", "declare"]
    courier: str | None
    service: str | None
    source: str
    enabled: bool


class TraitView(Stored):
    """What is special about a service."""

    kind: Literal["traits"] = "traits"
    courier: str
    service: str | None
    by_air: bool | None
    real_name: bool | None


class RealNameView(Stored):
    """A registration."""

    kind: Literal["real_names"] = "real_names"
    courier: str
    account_id: UUID | None
    reference: str
    valid_until: date | None


class CutOffView(Placed):
    """A cut-off."""

    kind: Literal["cutoffs"] = "cutoffs"
    courier: str | None
    service: str | None
    branch_code: str | None
    weekdays: str
    at: time | None


class CompensationView(Stored):
    """A compensation standard."""

    kind: Literal["compensation"] = "compensation"
    courier: str | None
    service: str | None
    trouble: Literal["lost", "damaged", "delayed"]
    insured: bool
    freight_percent: int | None
    value_percent: int | None
    cap_minor: int | None
    claim_days: int
    counted_from: Literal["shipped", "promised", "delivered", "reported"]
    source: str


TermView = Annotated[
    AreaView
    | SuspensionView
    | GoodsRuleView
    | TraitView
    | RealNameView
    | CutOffView
    | CompensationView,
    Field(discriminator="kind"),
]


class TermPage(BaseModel):
    """One page of terms of a kind; `next_cursor` is None on the last page."""

    items: list[TermView]
    next_cursor: str | None = None


class ReasonView(BaseModel):
    """Why not, and the rule that says so."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    rule_id: UUID | None
    zh: str
    en: str


class Reach(BaseModel):
    """Whether a courier service takes a parcel to an address now."""

    courier: str
    courier_name: str
    service: str
    service_zh: str
    service_en: str
    reaches: bool
    reasons: list[ReasonView]
    leaves_zh: str | None
    """The next collection, 今日 16:00 前; None: nobody said when it collects."""
    leaves_en: str | None


class Reached(BaseModel):
    """Which services reach an address."""

    adcode: str | None
    """The division that was understood; None: none was."""
    place: str
    items: list[Reach]


class WaitingBox(BaseModel):
    """A box that a suspension holds up."""

    id: UUID
    merchant_id: UUID
    shipment_no: str
    order_no: str | None
    courier: str | None
    dest_city: str | None
    ship_by: datetime | None


class ClearanceRequest(BaseModel):
    """Let a box pass a goods rule."""

    rule_id: UUID
    reason: Annotated[str, Field(min_length=2, max_length=200)]


class ClearanceView(BaseModel):
    """Who let a box pass a goods rule, and why."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    shipment_id: UUID
    rule_id: UUID
    rule_zh: str
    rule_en: str
    reason: str
    actor_name: str
    at: datetime
