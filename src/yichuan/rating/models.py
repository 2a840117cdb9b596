"""Tables of rate cards 价卡 and their rows."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base


class RateCardRecord(Base):
    """A rate card: what a courier charges (cost) or what a merchant is charged (price)."""

    __tablename__ = "rate_cards"
    __table_args__ = (
        Index(
            "ux_rate_cards_name",
            "name",
            "role",
            "merchant_code",
            "courier",
            "service",
            "origin_province",
            "valid_from",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    """Whose card it is. None: the platform's, or of a merchant who is not here yet."""
    merchant_code: Mapped[str | None]
    """The merchant as the card names it. None: the card is for everyone."""
    name: Mapped[str]
    role: Mapped[str]
    courier: Mapped[str]
    """KDNiao code; * for any courier."""
    service: Mapped[str | None]
    origin_province: Mapped[str | None]
    currency: Mapped[str] = mapped_column(server_default="CNY")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    rows: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """With the number of cards, the version that cached books are compared with."""


class RateRowRecord(Base):
    """One row of a rate card; weights in grams, money in fen (per-kg prices in 1/100 fen)."""

    __tablename__ = "rate_rows"

    card_id: Mapped[UUID] = mapped_column(ForeignKey("rate_cards.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    dest_province: Mapped[str | None]
    dest_city: Mapped[str | None]
    zone: Mapped[str | None]
    body: Mapped[str]
    """The rest of the row as rating.cards writes and reads it (JSON text)."""
