"""Reading merchants, always within the session's scope."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select

from yichuan.core.database import ReadSession
from yichuan.core.errors import NotFound
from yichuan.identity.scope import scoped
from yichuan.merchants.models import Merchant, SenderAddress, Shop

__all__ = [
    "Merchant",
    "SenderAddress",
    "by_code",
    "default_sender",
    "get",
    "listing",
    "senders",
    "shops",
]


def _visible(session: ReadSession) -> Select[Merchant]:
    query = select(Merchant)
    merchants = session.merchants
    return query if merchants is None else query.where(Merchant.id.in_(merchants))


async def get(session: ReadSession, merchant_id: UUID) -> Merchant:
    """One merchant.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(_visible(session).where(Merchant.id == merchant_id))
    if row is None:
        raise NotFound("no such merchant")
    return row


async def by_code(session: ReadSession, code: str) -> Merchant:
    """One merchant by its code.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(_visible(session).where(Merchant.code == code))
    if row is None:
        raise NotFound(f"no merchant with code {code}")
    return row


async def listing(session: ReadSession) -> Sequence[Merchant]:
    """All visible merchants by code."""
    return list(await session.scalars(_visible(session).order_by(Merchant.code)))


async def shops(session: ReadSession, merchant_id: UUID) -> Sequence[Shop]:
    """A merchant's shops by code."""
    await get(session, merchant_id)
    return list(
        await session.scalars(
            scoped(session, Shop).where(Shop.merchant_id == merchant_id).order_by(Shop.code)
        )
    )


async def senders(session: ReadSession, merchant_id: UUID) -> Sequence[SenderAddress]:
    """A merchant's sender and return addresses, the default first."""
    await get(session, merchant_id)
    return list(
        await session.scalars(
            scoped(session, SenderAddress)
            .where(SenderAddress.merchant_id == merchant_id)
            .order_by(SenderAddress.is_default.desc(), SenderAddress.id)
        )
    )


async def default_sender(session: ReadSession, merchant_id: UUID) -> SenderAddress:
    """Where the merchant's parcels start.

    Raises:
        NotFound: the merchant has no sender address yet.
    """
    row = await session.scalar(
        scoped(session, SenderAddress)
        .where(SenderAddress.merchant_id == merchant_id, SenderAddress.kind == "ship_from")
        .order_by(SenderAddress.is_default.desc(), SenderAddress.id)
        .limit(1)
    )
    if row is None:
        raise NotFound("the merchant has no sender address (发货地址) yet")
    return row
