"""What a buyer may say on the page: rate the delivery, report a problem.

The link alone does not do: merchants see it too. The phone's last four digits go with every word,
and guesses are counted as those of the page are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints

from yichuan.core.context import Context
from yichuan.core.database import SystemSession
from yichuan.core.errors import Forbidden
from yichuan.feedback import service
from yichuan.feedback.service import Kind, Tag
from yichuan.identity.deps import ContextDep
from yichuan.shipments import queries as shipments
from yichuan.shipments.queries import Shipment
from yichuan.web.track import proven

say_router = APIRouter(tags=["buyer"])

Last4 = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Words = Annotated[str, StringConstraints(max_length=500)]


class RatingWish(BaseModel):
    """How the delivery was."""

    phone_last4: Last4
    stars: Annotated[int, Field(ge=1, le=5)]
    tags: Annotated[list[Tag], Field(max_length=8)] = []
    words: Words = ""


class ReportWish(BaseModel):
    """What is wrong."""

    phone_last4: Last4
    kind: Kind
    words: Words = ""


@say_router.post("/track/{token}/rating", status_code=204)
async def rate_delivery(
    request: Request, context: ContextDep, token: str, wish: RatingWish
) -> None:
    """Rate a delivered parcel, once."""
    async with _proven(request, context, token, wish.phone_last4) as (session, shipment):
        await service.rate(session, shipment, wish.stars, wish.tags, wish.words)


@say_router.post("/track/{token}/reports", status_code=204)
async def report_problem(
    request: Request, context: ContextDep, token: str, wish: ReportWish
) -> None:
    """Report a problem: it opens a ticket for whoever must act, or joins the open one."""
    async with _proven(request, context, token, wish.phone_last4) as (session, shipment):
        await service.report(session, shipment, wish.kind, wish.words)


@asynccontextmanager
async def _proven(
    request: Request, context: Context, token: str, last4: str
) -> AsyncIterator[tuple[SystemSession, Shipment]]:
    """A transaction about the link's shipment.

    Raises:
        NotFound: the link is unknown or revoked.
        Forbidden: the digits are not the recipient's.
    """
    async with context.database.system() as session:
        shipment = await shipments.by_buyer_token(session, token)
        if not await proven(request, session, context, shipment, last4):
            raise Forbidden("these are not the last four digits of the recipient's phone")
        yield session, shipment
