"""What merchants show and take over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yichuan.merchants.contact import ServiceContact

Tier = Literal["starter", "standard", "preferred"]
Status = Literal["applied", "active", "restricted", "closed"]
Mode = Literal["own", "platform"]


class MerchantView(BaseModel):
    """A merchant."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str
    tier: Tier
    status: Status
    logistics_mode: Mode
    category: str | None
    ship_within_hours: int
    service: ServiceContact
    created_at: datetime


class MerchantRequest(BaseModel):
    """A merchant to admit."""

    code: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\w.-]+$")]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    tier: Tier = "standard"
    logistics_mode: Mode = "own"
    category: Annotated[str, Field(max_length=60)] | None = None
    ship_within_hours: Annotated[int, Field(ge=1, le=720)] = 48


class MerchantChange(BaseModel):
    """What an operator changes; fields left out stay."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    tier: Tier | None = None
    status: Status | None = None
    logistics_mode: Mode | None = None
    category: Annotated[str, Field(max_length=60)] | None = None
    ship_within_hours: Annotated[int, Field(ge=1, le=720)] | None = None


class ShopView(BaseModel):
    """A shop."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str


class SenderRequest(BaseModel):
    """A sender or return address."""

    kind: Literal["ship_from", "return"] = "ship_from"
    name: Annotated[str, Field(min_length=1, max_length=60)]
    phone: Annotated[str, Field(min_length=5, max_length=40)]
    province: Annotated[str, Field(min_length=1, max_length=40)]
    city: Annotated[str, Field(max_length=40)] = ""
    district: Annotated[str, Field(max_length=40)] = ""
    address: Annotated[str, Field(min_length=1, max_length=200)]


class SenderView(BaseModel):
    """A sender address; the phone stays sealed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    name: str
    province: str
    city: str
    district: str
    address: str
    is_default: bool


class MerchantRef(BaseModel):
    """A merchant, in short."""

    id: UUID
    code: str
    name: str


class Me(BaseModel):
    """The signed-in caller."""

    id: str
    name: str
    username: str
    role: Literal["operator", "service", "merchant"]
    merchant: MerchantRef | None
    locale: str
    csrf_token: str | None
