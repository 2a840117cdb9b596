"""What the live view shows and takes over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from yichuan.shipments.live import Stage
from yichuan.shipments.live_counts import By


class LiveQuery(BaseModel):
    """What is counted. The shipments list takes the same parameters and shows the parcels."""

    merchant_id: UUID | None = None
    merchant_category: Annotated[str | None, Field(description="what its merchant sells")] = None
    courier: Annotated[str | None, Field(description="a code, or `-`: none yet")] = None
    origin: Annotated[str | None, Field(description="city it starts from, or `-`")] = None
    province: Annotated[str | None, Field(description="full name, or `-`: unknown")] = None
    city: str | None = None
    category: Annotated[str | None, Field(description="of most of the goods, or `-`")] = None
    stage: list[Stage] = []
    since_from: Annotated[
        AwareDatetime | None, Field(description="since when they stand there: whole days")
    ] = None
    since_to: Annotated[AwareDatetime | None, Field(description="end, not included")] = None


class LiveViewQuery(LiveQuery):
    """The same, and what the rows are."""

    by: By = "stage"


class AgeColumn(BaseModel):
    """A column of the ageing table: since when its parcels stand, the end not included."""

    key: str
    since_from: datetime | None
    since_to: datetime | None


class LiveStage(BaseModel):
    """Parcels at a stage from payment to signature; of those signed for: today's."""

    key: Stage
    total: int


class LiveRow(BaseModel):
    """One row of the ageing table."""

    key: str
    """A stage, courier, merchant id, province or category; '-' where there is none."""
    name: str | None
    """Of a merchant."""
    total: int
    ages: list[int]
    """How many of each column."""


class LiveProvince(BaseModel):
    """Parcels to a province."""

    province: str
    total: int


class LiveCity(BaseModel):
    """Parcels to a city."""

    province: str
    city: str
    total: int


class LiveFlow(BaseModel):
    """Parcels from a city to another."""

    origin: str
    province: str
    city: str
    total: int


class LiveMap(BaseModel):
    """Where parcels go, the biggest first."""

    stages: list[Stage]
    """What is counted: those asked for, or everything on its way to a buyer."""
    provinces: list[LiveProvince]
    cities: list[LiveCity]
    """The biggest 400."""
    flows: list[LiveFlow]
    """The biggest 100."""


class LiveView(BaseModel):
    """How many parcels stand where, for how long, and where they go."""

    at: datetime
    stages: list[LiveStage]
    """Every one in the order of the way, whichever are asked for."""
    columns: list[AgeColumn]
    rows: list[LiveRow]
    """Every stage asked for in the order of the way; of others the biggest 100. They count the
    stages asked for, or all; but couriers and the like without what is signed for."""
    map: LiveMap


class LivePlace(BaseModel):
    """A city with live parcels."""

    name: str
    total: int


class LivePlaces(BaseModel):
    """What the live view can be narrowed to as `city` and `origin`, the biggest first."""

    cities: list[LivePlace]
    """Where live parcels go."""
    origins: list[LivePlace]
    """Where they start."""
