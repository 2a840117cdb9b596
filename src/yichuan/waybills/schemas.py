"""What waybills and print jobs show and take over the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from yichuan.core.rows import RowError
from yichuan.waybills.values import OwnNumberAnswer

Ids = Annotated[list[UUID], Field(min_length=1, max_length=500)]
CourierCode = Annotated[str, Field(min_length=1, max_length=40)]
WaybillNumber = Annotated[str, Field(min_length=5, max_length=40, pattern=r"^[0-9A-Za-z-]+$")]
LabelSize = Literal["76x130", "100x150", "100x180"]
LabelFormat = Literal["pdf", "png", "zpl", "tspl", "cpcl"]


class WaybillView(BaseModel):
    """A waybill."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID
    shipment_id: UUID
    kind: Literal["hub", "own_number"]
    leg: str
    state: Literal["requested", "issued", "failed", "cancelled"]
    courier: str
    service: str | None
    number: str | None
    account_id: UUID | None
    order_code: str
    """Ours at the courier: what to look for in its own system."""
    child_numbers: list[str] | None
    label_fields: dict[str, str]
    """Sorting fields of the courier's answer."""
    failure_code: str | None
    failure_text: str | None
    print_count: int
    requested_at: datetime
    issued_at: datetime | None
    printed_at: datetime | None
    cancelled_at: datetime | None

    @field_validator("label_fields", mode="before")
    @classmethod
    def _sorting_only(cls, stored: Mapping[str, object]) -> Mapping[str, object]:
        """Why and at what cost it was chosen is the platform's own."""
        return {k: v for k, v in stored.items() if k not in ("dispatch", "cost_fen")}


class TakeRequest(BaseModel):
    """Take a number; what is left out, dispatch decides."""

    shipment_id: UUID
    courier: CourierCode | None = None
    service: Annotated[str, Field(max_length=20)] | None = None
    account_id: UUID | None = None


class OwnNumberRow(BaseModel):
    """填单号发货: name the box by `shipment_id`, or by shipment or order number."""

    shipment_id: UUID | None = None
    order_no: Annotated[str, Field(max_length=64)] | None = None
    courier: CourierCode | None = None
    """Our code or one of the courier's names. Left out, the number is recognised; a row whose
    number may be of several couriers is refused and names them."""
    number: WaybillNumber

    @model_validator(mode="after")
    def names_a_box(self) -> OwnNumberRow:
        """A row must say which box it means."""
        if self.shipment_id is None and not self.order_no:
            raise ValueError("say shipment_id or order_no")
        return self


class OwnNumberAnswers(BaseModel):
    """All rows' answers, in the order of the request."""

    items: list[OwnNumberAnswer]


class OwnNumbers(BaseModel):
    """Up to 1000 rows; each gets its own answer."""

    merchant_id: UUID | None = None
    """Needed of platform callers whose rows name order numbers."""
    rows: Annotated[list[OwnNumberRow], Field(min_length=1, max_length=1000)]


class ShipRequest(BaseModel):
    """Ship one box: by a hub waybill, or with the merchant's own courier and number."""

    shipment_id: UUID
    method: Literal["hub_waybill", "own_number"]
    courier: CourierCode | None = None
    number: WaybillNumber | None = None
    service: Annotated[str, Field(max_length=20)] | None = None
    account_id: UUID | None = None

    @model_validator(mode="after")
    def own_number_is_whole(self) -> ShipRequest:
        """An own number needs its courier."""
        if self.method == "own_number" and not (self.courier and self.number):
            raise ValueError("own_number needs courier and number")
        return self


class PrintJobRequest(BaseModel):
    """Print labels for boxes; those without a number get one first."""

    shipment_ids: Ids
    size: LabelSize = "76x130"
    courier: CourierCode | None = None
    account_id: UUID | None = None


class PrintJobItemView(BaseModel):
    """One box of a job."""

    shipment_id: UUID
    shipment_no: str | None
    order_no: str | None
    waybill_number: str | None
    waybill_id: UUID | None
    state: Literal["queued", "done", "failed"]
    error: RowError | None = None


class PrintJobView(BaseModel):
    """A batch with its progress."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID
    state: Literal["queued", "running", "done"]
    size: LabelSize
    courier: str | None
    total: int
    succeeded: int
    failed: int
    created_at: datetime
    finished_at: datetime | None
    has_labels: bool = False


class PrintJobDetail(PrintJobView):
    """A batch with every row's result."""

    items: list[PrintJobItemView]


class PrintJobsCreated(BaseModel):
    """One job per merchant."""

    jobs: list[PrintJobView]


class Blocker(BaseModel):
    """Something that would stop boxes of the batch."""

    code: str
    zh: str
    en: str
    shipment_ids: list[UUID]
    rule_id: UUID | None = None
    """The goods rule that stops them: `POST /shipments/{id}/goods-clearances` lets one pass."""


class LeavingView(BaseModel):
    """Boxes of the batch that leave with one collection of a service."""

    courier: str
    service: str
    at: datetime
    zh: str
    """今日 16:00 前."""
    en: str
    boxes: int


class AccountNeed(BaseModel):
    """Numbers the batch would take from a branch account."""

    account_id: UUID
    courier: str
    branch_name: str | None
    balance: int | None
    needed: int
    enough: bool


class Preflight(BaseModel):
    """What stops the batch, said before it starts."""

    ready: int
    blockers: list[Blocker]
    doubts: list[Blocker]
    """What is worth a second look and does not stop the batch: addresses, goods to declare, virtual
    numbers, deadlines before the next collection."""
    leaving: list[LeavingView]
    """When the boxes that are ready leave, the earliest first; services without known cut-off
    times are left out."""
    accounts: list[AccountNeed]
