"""Reading merchants, always within the session's scope."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from yichuan.core.database import ReadSession
from yichuan.core.direct import Ask, Direct
from yichuan.core.errors import NotFound
from yichuan.identity.scope import scoped
from yichuan.merchants.models import Merchant, SenderAddress, Shop

__all__ = [
    "Merchant",
    "Owner",
    "Sender",
    "SenderAddress",
    "by_code",
    "default_senders",
    "get",
    "listing",
    "names",
    "origins",
    "owners",
    "senders",
    "shop_ids",
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


async def names(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of these merchants, as far as they are visible."""
    query = _visible(session).where(Merchant.id.in_(ids))
    rows = await session.execute(query.with_only_columns(Merchant.id, Merchant.name))
    return {row[0]: row[1] for row in rows}


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


async def origins(session: ReadSession) -> Sequence[SenderAddress]:
    """Where parcels of the visible merchants start: their default sender addresses."""
    query = scoped(session, SenderAddress).where(
        SenderAddress.kind == "ship_from", SenderAddress.is_default.is_(True)
    )
    return list(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class Owner:
    """A merchant as far as taking an order needs it."""

    id: UUID
    code: str
    ship_within_hours: int
    origin_city: str | None
    """Of the address its parcels leave from by default."""


# unscoped: of the merchant whose row it stands in
_ORIGIN = (
    "(SELECT a.city FROM sender_addresses a WHERE a.merchant_id = merchants.id"
    " AND a.kind = 'ship_from' ORDER BY a.is_default DESC, a.id LIMIT 1)"
)
_OWNERS = (
    f"SELECT id, code, ship_within_hours, {_ORIGIN} FROM merchants"
    " WHERE (id = ANY(%(ids)s) OR code = ANY(%(codes)s))"
    " AND (%(scope)s::uuid[] IS NULL OR id = ANY(%(scope)s))"
)
_SHOPS = "SELECT merchant_id, code, id FROM shops WHERE merchant_id = ANY(%s) AND code = ANY(%s)"
_SENDERS = """
    SELECT DISTINCT ON (merchant_id) merchant_id, name, phone_enc, province, city, district, address
    FROM sender_addresses WHERE merchant_id = ANY(%s) AND kind = 'ship_from'
    ORDER BY merchant_id, is_default DESC, id
"""


def owners(
    direct: Direct, ids: Collection[UUID], codes: Collection[str]
) -> Ask[dict[UUID | str, Owner]]:
    """Visible merchants by id and by code."""

    def read(rows: Sequence[tuple[Any, ...]]) -> dict[UUID | str, Owner]:
        found = [Owner(*row) for row in rows]
        return {owner.id: owner for owner in found} | {owner.code: owner for owner in found}

    return Ask(_OWNERS, {"ids": list(ids), "codes": list(codes), "scope": direct.scope}, read)


def shop_ids(
    merchant_ids: Collection[UUID], codes: Collection[str]
) -> Ask[dict[tuple[UUID, str], UUID]]:
    """Ids of shops by (merchant, code)."""
    return Ask(
        _SHOPS,
        (list(merchant_ids), list(codes)),
        lambda rows: {(row[0], row[1]): row[2] for row in rows},
    )


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a merchant's parcels start; the phone is encrypted."""

    merchant_id: UUID
    name: str
    phone_enc: bytes
    province: str
    city: str
    district: str
    address: str


def default_senders(merchant_ids: Collection[UUID]) -> Ask[dict[UUID, Sender]]:
    """Where parcels of merchants start, by merchant; one without an address is left out."""
    return Ask(_SENDERS, (list(merchant_ids),), lambda rows: {row[0]: Sender(*row) for row in rows})
