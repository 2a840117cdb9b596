"""What a merchant's buyers said, and what a scan said of its parcel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import insert

from yichuan.core.context import Context
from yichuan.feedback.models import BuyerReport, Rating
from yichuan.tracking.models import NamedNumber


async def feedback_of(
    context: Context, merchant_id: UUID, values: dict[str, Any], mark: str
) -> None:
    """A rating and a report about its parcel."""
    about = {
        "merchant_id": merchant_id,
        "shipment_id": UUID(values["shipment_id"]),
        "words": f"{mark}买家的话",
    }
    async with context.database.system() as session:
        await session.execute(insert(Rating).values(**about, stars=2, tags=[]))
        ticket = UUID(values["ticket_id"])
        await session.execute(insert(NamedNumber).values(**_named(about)))
        await session.execute(insert(BuyerReport).values(**about, ticket_id=ticket, kind="other"))


def _named(about: dict[str, Any]) -> dict[str, Any]:
    """A number in doubt."""
    owner = {"merchant_id": about["merchant_id"], "shipment_id": about["shipment_id"]}
    return owner | {
        "number": f"NEXT{about['shipment_id'].hex[-12:].upper()}",
        "origin": "scan",
        "state": "open",
        "said": about["words"],
    }
