"""Plain values of taking numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from yichuan.core.rows import RowResult
from yichuan.couriers.connectors.base import CourierError, WaybillIssued, WaybillRequest


class NumberRow(Protocol):
    """填单号发货: a box, named by id or by shipment or order number, and the number it has."""

    @property
    def shipment_id(self) -> UUID | None: ...
    @property
    def order_no(self) -> str | None: ...
    @property
    def courier(self) -> str | None: ...
    @property
    def number(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A row of a file of own numbers."""

    order_no: str
    courier: str | None
    """Our code or the courier's name; None: recognised by its number."""
    number: str
    shipment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person already chose; None leaves it to dispatch."""

    courier: str | None = None
    service: str | None = None
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A number we have committed to ask for: the waybill row exists, the courier may be called."""

    merchant_id: UUID
    shipment_id: UUID
    waybill_id: UUID
    account_id: UUID
    courier: str
    service: str | None
    cost_fen: int | None
    reason: dict[str, Any]
    request: WaybillRequest
    asked_at: datetime
    again: bool = False
    """It was asked for before and the answer was lost."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the courier said to a claim."""

    claim: Claim
    connection_id: UUID
    must_subscribe: bool
    milliseconds: int
    issued: WaybillIssued | None = None
    error: CourierError | None = None


class OwnNumberAnswer(RowResult):
    """What became of one own number."""

    courier: str | None = None
    """The courier it was taken for."""
    guessed: bool = False
    """The row named none: the number told it."""
    score: float | None = None
    """How sure the guess is, 0 to 1."""
    warning_zh: str | None = None
    warning_en: str | None = None
    """The platform has suspended the courier (准入), or its terms are against the parcel: out of
    its area, a stopped one, goods it does not take. The number is taken all the same."""
