"""What the catalogue of couriers shows over the API."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yichuan.core.pagination import Page
from yichuan.couriers.catalogue import Added, CourierKind
from yichuan.couriers.connectors.connector import Capability, Proof
from yichuan.couriers.golive import StepKey


class ServiceView(BaseModel):
    """A courier's service."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name_zh: str
    name_en: str
    kind: Literal["standard", "express", "cold_chain", "bulky", "special_line"]
    min_weight_g: int
    max_weight_g: int | None
    typical_days: int
    is_default: bool


class CourierView(BaseModel):
    """A courier of the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    """KDNiao's in upper case where it has one, else `KUAIDI100.…` or `17TRACK.…`."""
    name_zh: str
    name_en: str | None
    kind: CourierKind
    country: str
    """Where it is at home (ISO 3166); empty when not known."""
    aliases: list[str]
    same_as: str | None
    """Listed twice by KDNiao: the code that stands for both."""
    added: list[Added]
    """Added services of bulky goods: 送货上楼, 安装."""
    phone: str | None
    website: str | None
    kuaidi100: list[str]
    """Kuaidi100's codes of it."""
    track17: list[str]
    """17TRACK's numbers of it."""
    can: dict[Capability, Proof] = {}
    """What we can do for it today, with the better proof of any connector: checked against public
    `documents`, or only against our `simulator`."""
    connectors: list[str] = []
    """Through whom, direct ones first."""
    services: list[ServiceView] = []
    accounts: int = 0
    """Waybill accounts the caller may use."""


class ConnectorName(BaseModel):
    """What a connector is called."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    zh: str
    en: str


class CourierCounts(BaseModel):
    """How many couriers each choice of a filter would leave; the other filters stay."""

    kind: dict[str, int] = Field(default_factory=dict)
    capability: dict[str, int] = Field(default_factory=dict)
    connector: dict[str, int] = Field(default_factory=dict)
    verified: dict[str, int] = Field(default_factory=dict)
    """`true`: something we do for them was checked against public documents."""
    connectors: list[ConnectorName] = Field(default_factory=list)
    """What the connectors are called."""


class CourierPage(Page[CourierView]):
    """One page of the catalogue."""

    total: int = 0
    """Couriers that fit, on all pages."""
    counts: CourierCounts | None = None
    """Null when nothing fits."""


class StepView(BaseModel):
    """Something to do before a courier can be used."""

    model_config = ConfigDict(from_attributes=True)

    key: StepKey
    done: bool
    needed: bool
    """Without it nothing goes; the others only make it surer."""


class OfferView(BaseModel):
    """A connector that serves the courier, and what is missing to go live with it."""

    connector: str
    zh: str
    en: str
    kind: Literal["aggregator", "direct", "library"]
    their_code: str
    """The courier's code there."""
    can: dict[Capability, Proof]
    verified: bool
    steps: list[StepView]
    live: bool
    """Everything that is needed is there."""
    account_fields: list[str]
    """What a waybill account must have."""
    notes_zh: str
    notes_en: str
    sources: list[str]


class CourierDetail(CourierView):
    """A courier with the ways to use it, direct connectors first."""

    offers: list[OfferView] = []


class CourierName(BaseModel):
    """What a list of couriers to choose from needs."""

    code: str
    name_zh: str
    name_en: str | None
    kind: CourierKind
    aliases: list[str]
    served: bool
    """It has services here: these own the short names (圆通 is not 圆通国际)."""


class RecogniseRequest(BaseModel):
    """Numbers whose couriers are wanted."""

    numbers: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=60)]],
        Field(min_length=1, max_length=1000),
    ]
    merchant_id: UUID | None = None
    """Whose experience counts; a merchant's own is taken by itself."""
    ask: bool = False
    """Ask an aggregator for a second opinion on up to 20 numbers that stay in doubt."""


class CandidateView(BaseModel):
    """A courier that may have given the number."""

    model_config = ConfigDict(from_attributes=True)

    courier: str
    name_zh: str
    name_en: str | None
    score: float
    """Probability, 0 to 1."""
    check_digit_verified: bool
    """The courier's format has a check digit and the number's fits."""
    format: str | None
    """Name or pattern of the format; null: known by confirmed shipments alone."""
    country: str | None
    """UPU S10 items: whose post took it in (ISO 3166)."""
    confirmed: int
    """Confirmed shipments of this courier whose numbers begin alike: the merchant's own where one
    asks, else the platform's."""


class OpinionView(BaseModel):
    """What an aggregator said of a number."""

    model_config = ConfigDict(from_attributes=True)

    connector: str
    couriers: list[str]
    """Our codes, best first."""
    error: str | None
    """Stable code of why it said nothing (no_answer, not_subscribed…)."""


class RecognitionView(BaseModel):
    """What a number may be, best first; what an aggregator named, where one was asked, before
    the rest."""

    number: str
    certain: str | None
    """The courier, when it may be used without asking."""
    candidates: list[CandidateView]
    opinion: OpinionView | None = None
