"""The verbs on merchants: admit, change, shops, sender addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update

from yichuan.core.database import WriteSession
from yichuan.core.errors import Conflict
from yichuan.core.ids import new_id
from yichuan.core.vault import Vault
from yichuan.identity.scope import in_scope
from yichuan.merchants import queries
from yichuan.merchants.models import Merchant, SenderAddress, Shop
from yichuan.regions import lookup


async def create(session: WriteSession, code: str, name: str, **values: Any) -> UUID:  # noqa: ANN401
    """Admit a merchant.

    Raises:
        Conflict: the code is taken.
    """
    if await session.scalar(select(Merchant.id).where(Merchant.code == code)) is not None:
        raise Conflict(f"merchant code {code} is taken")
    merchant_id = new_id()
    await session.execute(insert(Merchant).values(id=merchant_id, code=code, name=name, **values))
    return merchant_id


async def change(session: WriteSession, merchant_id: UUID, values: Mapping[str, Any]) -> Merchant:
    """Change a merchant's settings.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await queries.get(session, merchant_id)
    if values:
        await session.execute(update(Merchant).where(Merchant.id == merchant_id).values(**values))
        await session.refresh(row)
    return row


async def ensure_shops(
    session: WriteSession, pairs: Sequence[tuple[UUID, str | None]]
) -> dict[tuple[UUID, str | None], UUID]:
    """Ids of shops by (merchant, name or code), made where they are new."""
    wanted = {(merchant_id, name) for merchant_id, name in pairs if name}
    found: dict[tuple[UUID, str | None], UUID] = {}
    for merchant_id, name in sorted(wanted, key=str):
        row_id = await session.scalar(
            select(Shop.id).where(
                in_scope(session, Shop), Shop.merchant_id == merchant_id, Shop.code == name
            )
        )
        if row_id is None:
            await session.execute(
                text(
                    "INSERT INTO shops (merchant_id, id, code, name)"
                    " VALUES (:merchant_id, :id, :name, :name) ON CONFLICT DO NOTHING"
                ),
                {"merchant_id": merchant_id, "id": new_id(), "name": name},
            )
            row_id = await session.scalar(
                select(Shop.id).where(
                    in_scope(session, Shop), Shop.merchant_id == merchant_id, Shop.code == name
                )
            )
        assert row_id is not None
        found[(merchant_id, name)] = row_id
    return found


async def add_sender(
    session: WriteSession,
    vault: Vault,
    merchant_id: UUID,
    *,
    name: str,
    phone: str,
    province: str,
    city: str,
    district: str,
    address: str,
    kind: str = "ship_from",
    is_default: bool = True,
) -> UUID:
    """Add a sender (or return) address; a new default replaces the old one.

    Raises:
        NotFound: unknown merchant.
    """
    await queries.get(session, merchant_id)
    known = lookup.resolve(province, city, district)
    place = known.region if known else None
    if is_default:
        await session.execute(
            update(SenderAddress)
            .where(SenderAddress.merchant_id == merchant_id, SenderAddress.kind == kind)
            .values(is_default=False)
        )
    sender_id = new_id()
    await session.execute(
        insert(SenderAddress).values(
            merchant_id=merchant_id,
            id=sender_id,
            kind=kind,
            name=name,
            phone_enc=vault.seal_secret(phone),
            province=place.province if place and place.province else province,
            city=place.city if place and place.city else city,
            district=place.district if place and place.district else district,
            address=address,
            adcode=place.adcode if place else None,
            is_default=is_default,
        )
    )
    return sender_id
