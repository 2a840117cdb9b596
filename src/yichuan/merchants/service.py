"""The verbs on merchants: admit, change, shops, sender addresses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from yichuan.core import outbox
from yichuan.core.clock import now
from yichuan.core.database import WriteSession
from yichuan.core.direct import Direct, within
from yichuan.core.errors import Conflict
from yichuan.core.ids import new_id
from yichuan.core.vault import Vault
from yichuan.merchants import queries
from yichuan.merchants.models import Merchant, SenderAddress
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
    before = row.status
    if values:
        await session.execute(update(Merchant).where(Merchant.id == merchant_id).values(**values))
        await session.refresh(row)
    if row.status != before:
        await _tell(session, merchant_id, before, row.status)
    return row


async def _tell(session: WriteSession, merchant_id: UUID, before: str, after: str) -> None:
    """Have malls and the merchant told (`merchant.enforcement`). Not through notify, which asks
    this room about merchants."""
    data = {"merchant_id": str(merchant_id), "status_from": before, "status": after}
    stream = f"merchant:{merchant_id}"
    payload = {
        "type": "merchant.enforcement",
        "at": now().isoformat(),
        "data": data,
        "stream": stream,
    }
    await outbox.put(session, outbox.EVENTS, f"event:{stream}", payload, merchant_id)


async def ensure_shops(
    session: WriteSession, pairs: Sequence[tuple[UUID, str | None]]
) -> dict[tuple[UUID, str | None], UUID]:
    """Ids of shops by (merchant, name or code), made where they are new."""
    wanted = {(merchant_id, name) for merchant_id, name in pairs if name}
    if not wanted:
        return {}
    made = await make_shops(await within(session), wanted)
    return {(merchant_id, name): shop for (merchant_id, name), shop in made.items()}


async def make_shops(
    direct: Direct, wanted: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], UUID]:
    """Ids of shops by (merchant, name), made where they are new."""
    ordered = sorted(wanted, key=str)
    direct.write(
        (
            "INSERT INTO shops (merchant_id, id, code, name) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [(merchant_id, new_id(), name, name) for merchant_id, name in ordered],
        )
    )
    owners, names = {m for m, _ in ordered}, {name for _, name in ordered}
    (found,) = await direct.ask(queries.shop_ids(owners, names))
    return {pair: found[pair] for pair in ordered}


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
