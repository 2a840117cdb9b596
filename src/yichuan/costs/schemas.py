"""What bills show over the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from yichuan.core.money import Money

Reason = Literal[
    "match",
    "discount",
    "weight_rounded_up",
    "weight_higher_than_ours",
    "wrong_zone",
    "duplicate",
    "unknown_surcharge",
    "bill_arithmetic",
    "not_our_shipment",
    "wrong_courier",
    "other_rates",
    "overcharged",
    "undercharged",
    "no_rate",
    "no_weight",
]


class FindingView(BaseModel):
    """Lines of a bill with one reason."""

    reason: Reason
    zh: str
    en: str
    explained: bool
    claim: bool
    """Worth a dispute with the courier."""
    lines: int
    payable: Money
    expected: Money
    difference: Money


class BillView(BaseModel):
    """A courier's bill and what reconciliation says of it."""

    id: UUID
    courier: str
    bill_no: str
    period: str
    lines: int
    explained: int
    """Lines whose amount we can account for."""
    payable: Money
    expected: Money
    difference: Money
    claim: Money
    reconciled_at: datetime | None
    created_at: datetime
    findings: list[FindingView]


class SuggestedRow(BaseModel):
    """A province's charges as the bill shows them."""

    province: str
    first: Money
    """For the first kg."""
    step: Money | None
    """For each further kg begun; None where no line was heavier."""


class SuggestedCard(BaseModel):
    """A cost card guessed from a bill: what the courier charges, not what was agreed."""

    card: str
    courier: str
    valid_from: date | None
    lines: int
    reproduced: int
    """Lines whose amount the card gives to the fen."""
    rows: list[SuggestedRow]


class BillLineView(BaseModel):
    """One line: what the courier says, what we expected, and why they differ."""

    line_no: int
    merchant_id: UUID | None
    shipment_id: UUID | None
    shipment_no: str | None
    waybill_number: str | None
    shipped_at: datetime | None
    dest_province: str | None
    dest_city: str | None
    dest_area: str | None
    raw_weight_g: int | None
    billed_weight_g: int | None
    chargeable_weight_g: int | None
    volume_cm3: int | None
    pieces: int | None
    product: str | None
    fee: Money | None
    adjustment: Money | None
    payable: Money
    expected: Money | None
    difference: Money | None
    reason: Reason | None
    reason_zh: str | None
    reason_en: str | None
    note_zh: str | None
    note_en: str | None
    claim: bool
    signed_at: datetime | None


class CostTotal(BaseModel):
    """Bills of one courier and month."""

    period: str
    courier: str
    bills: int
    lines: int
    explained: int
    payable: Money
    expected: Money
    difference: Money
    claim: Money


class CostTotals(BaseModel):
    """Sums by month and courier."""

    items: list[CostTotal]


class ReconciledView(BaseModel):
    """What a reconciliation went through."""

    bills: int
    lines: int
    explained: int
    claim: Money
    delivered: int
    """Boxes that a signature on a bill closed."""
