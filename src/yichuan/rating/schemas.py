"""What rate cards and quotes show and take over the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from yichuan.core.money import Money

CardRole = Literal["cost", "price"]
Cell = Annotated[str, Field(max_length=2_000)] | int | float | None


class RateCardView(BaseModel):
    """A rate card without its rows."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID | None
    merchant_code: str | None
    name: str
    role: CardRole
    courier: str
    """KDNiao code; * for any courier."""
    service: str | None
    origin_province: str | None
    currency: str
    valid_from: date
    valid_to: date | None
    rows: int
    created_at: datetime


class RateRowView(BaseModel):
    """One bracket: above `weight_from_g`, up to and including `weight_to_g`.

    Prices in minor units of the card's currency; `per_kg` in hundredths of a minor unit.
    """

    model_config = ConfigDict(from_attributes=True)

    position: int
    dest_province: str
    dest_city: str
    zone: str
    weight_from_g: int
    weight_to_g: int | None
    first_weight_g: int
    first_price_fen: int
    step_g: int
    step_price_fen: int
    per_kg_centifen: int
    rounding: str
    volume_divisor: int | None
    min_charge_fen: int
    lead_days_min: int | None
    lead_days_max: int | None


class RateCardDetail(RateCardView):
    """A rate card with one page of its rows."""

    items: list[RateRowView]
    next_cursor: str | None


class RateCardRowsIn(BaseModel):
    """Rows in the documented columns (`yichuan import rates --columns`), as in a file."""

    rows: Annotated[list[dict[str, Cell]], Field(min_length=1, max_length=20_000)]


class RowRefusal(BaseModel):
    """A row that was not taken (`index` counts from 0)."""

    index: int
    code: str
    column: str
    detail_zh: str
    detail_en: str


class RateCardsStored(BaseModel):
    """What became of the rows."""

    cards: list[RateCardView]
    rows: int
    replaced: int
    """Cards of the same name, role, merchant and first day that were replaced."""
    refused: list[RowRefusal]
    warnings: list[str]
    """Rows left out because their bracket overlaps another, and courier codes not in the
    catalogue."""


class QuoteRequest(BaseModel):
    """A shipment to price. Weight as the scale says, before rounding."""

    dest_province: Annotated[str, Field(min_length=2, max_length=40)]
    dest_city: Annotated[str, Field(max_length=40)] = ""
    origin_province: Annotated[str, Field(max_length=40)] = ""
    weight_g: Annotated[int, Field(gt=0, le=100_000_000)]
    volume_cm3: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    courier: Annotated[str, Field(max_length=40)] = ""
    """Empty: every courier that a card names."""
    service: Annotated[str, Field(max_length=40)] = ""
    zone: Annotated[str, Field(max_length=40)] = ""
    merchant_id: UUID | None = None
    """Whose prices; a merchant always gets its own."""
    on: date | None = None
    """Day of shipping; today when left out."""

    ask_couriers: bool = False
    """Also ask the couriers whose connectors price or forecast (`couriers` of the answer)."""


class CourierQuote(BaseModel):
    """What a courier itself says, through the account that would be used; kept for six hours."""

    courier: str
    connector: str
    service: str | None
    total: Money | None
    by: AwareDatetime | None
    """When it says it will be there 时效预估."""
    text: str
    errors: list[str]
    """Stable codes of what it could not say (no_answer, area_not_served…)."""


class QuoteLineView(BaseModel):
    """A part of a price."""

    code: Literal["base", "first_weight", "further_weight", "min_charge"]
    amount: Money
    zh: str
    en: str


class QuoteView(BaseModel):
    """A price of one courier service and how it came about."""

    courier: str
    service: str | None
    role: CardRole
    card: str
    own_card: bool
    total: Money
    weight_g: int
    chargeable_weight_g: int
    lead_days_min: int | None
    lead_days_max: int | None
    lines: list[QuoteLineView]
    explanation_zh: str
    explanation_en: str


class NoQuote(BaseModel):
    """Why a role has no (more) prices."""

    role: CardRole
    reason: Literal["no_card", "no_destination", "no_bracket", "no_weight"]
    zh: str
    en: str


class Quotes(BaseModel):
    """Prices, the cheapest first within a role."""

    items: list[QuoteView]
    missing: list[NoQuote]
    couriers: list[CourierQuote] = []
