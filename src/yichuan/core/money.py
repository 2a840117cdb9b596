"""Money crosses the API as integer minor units with a currency (fen for CNY)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Money(BaseModel):
    """An amount in minor units (1200 CNY = ¥12.00)."""

    model_config = ConfigDict(frozen=True)

    amount_minor: int
    currency: Annotated[str, Field(min_length=1, max_length=3)] = "CNY"


def cny(fen: int | None) -> Money | None:
    """Money in CNY, or None."""
    return None if fen is None else Money(amount_minor=fen)


def fen(yuan: Decimal | str | int) -> int:
    """Fen from yuan, rounded half up.

    Raises:
        decimal.InvalidOperation: not a number.
    """
    return int((Decimal(yuan) * 100).to_integral_value(ROUND_HALF_UP))
