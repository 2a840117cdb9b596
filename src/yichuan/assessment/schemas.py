"""What admission shows over the API. Shares from 0 to 1; days of Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yichuan.admission.rules import Proposal, State, Verdict
from yichuan.admission.standard import Code, MetricKey, Standard, Unit

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class UnitRequest(BaseModel):
    """A courier, one of its services, or its parcels to one province."""

    courier: Annotated[str, Field(min_length=1, max_length=40)]
    service: Code = ""
    province: Code = ""

    def unit(self) -> Unit:
        """As the rules know it."""
        return Unit(self.courier, self.service, self.province)


class AdmissionFigure(BaseModel):
    """A metric of the last window against the standard."""

    metric: MetricKey
    name_zh: str
    name_en: str
    higher: bool
    """The higher the better."""
    amount: int | None
    base: int | None
    """Counts; None for merchants: they are about everybody's parcels."""
    value: float | None
    limit: float
    recover: float
    min_base: int
    verdict: Verdict


class AdmissionRow(BaseModel):
    """Where a unit stands."""

    courier: str
    courier_name: str
    service: str
    service_name_zh: str
    service_name_en: str
    province: str
    state: State
    """What counts now: an operator's word before the standard's."""
    by_standard: State
    since: date
    proposal: Proposal | None
    bad_windows: int
    clean_windows: int
    verdict: Verdict
    reason_zh: str
    reason_en: str
    override: Literal["admitted", "suspended"] | None
    override_until: date | None
    override_reason: str | None
    override_by: str | None
    counted_day: date | None
    standard_version: int
    figures: list[AdmissionFigure]


class DecisionRow(BaseModel):
    """Something that was decided."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    courier: str
    service: str
    province: str
    kind: str
    state: State
    day: date
    actor: str
    actor_name: str
    reason: str
    until: date | None
    standard_version: int


class StandardVersion(BaseModel):
    """Who made a version of the standard, when, and why."""

    version: int
    at: datetime | None
    actor_name: str
    note: str


class StandardView(StandardVersion):
    """The standard in force. Version 0 is what an installation begins with."""

    standard: Standard
    versions: list[StandardVersion]


class StandardRequest(BaseModel):
    """A new version of the standard."""

    standard: Standard
    note: Annotated[str, Field(max_length=500)] = ""


class DecideRequest(UnitRequest):
    """What an operator makes of a proposal."""

    agree: bool
    reason: Annotated[str, Field(max_length=500)] = ""


class OverrideRequest(UnitRequest):
    """What an operator lays down against the standard."""

    state: Literal["admitted", "suspended"]
    until: date
    """Last day (Asia/Shanghai), at most a year away."""
    reason: Reason


class LiftRequest(UnitRequest):
    """Why an override is taken back."""

    reason: Reason


class Evaluated(BaseModel):
    """How many units were judged."""

    judged: int
