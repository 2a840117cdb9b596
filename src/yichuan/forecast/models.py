"""The table of what was counted of parcels that arrived."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.models import Base


class ArrivalCount(Base):
    """How long parcels of a group took from each stage to their arrival (`forecast.arrival`).
    Counts only, over all merchants."""

    __tablename__ = "arrival_counts"

    courier: Mapped[str] = mapped_column(primary_key=True)
    """Empty: any, as in the next two."""
    origin: Mapped[str] = mapped_column(primary_key=True)
    """First two digits of the province's adcode."""
    destination: Mapped[str] = mapped_column(primary_key=True)
    """The same, or how far it is."""
    parcels: Mapped[float]
    """How many it stands for; old ones fade."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Stage and half of the day → half days to the arrival → parcels."""
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
