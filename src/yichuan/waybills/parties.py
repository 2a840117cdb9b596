"""Sender, receiver and goods of a box, in clear, for the courier and the label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from yichuan.core.database import ReadSession
from yichuan.core.errors import Conflict, NotFound, YichuanError
from yichuan.core.vault import Vault
from yichuan.couriers.connectors.base import Contact, Goods
from yichuan.merchants import queries as merchants
from yichuan.merchants.queries import SenderAddress
from yichuan.orders import queries as orders
from yichuan.orders import service as order_service
from yichuan.orders.queries import Recipient
from yichuan.shipments import queries as shipments
from yichuan.shipments.queries import Shipment, ShipmentLine

MAX_GOODS = 20


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sends what to whom."""

    sender: Contact
    receiver: Contact
    goods: tuple[Goods, ...]
    origin_province: str


def _sender(vault: Vault, row: SenderAddress) -> Contact:
    return Contact(
        name=row.name,
        mobile=vault.open_secret(row.phone_enc),
        province=row.province,
        city=row.city,
        district=row.district,
        address=row.address,
    )


def _receiver(vault: Vault, row: Recipient) -> Contact:
    clear = order_service.open_recipient(vault, row)
    return Contact(
        name=clear.name,
        mobile=clear.phone,
        province=clear.province or "",
        city=clear.city or "",
        district=clear.district or "",
        address=clear.address,
    )


def _goods(lines: Sequence[ShipmentLine]) -> tuple[Goods, ...]:
    return tuple(
        Goods(
            name=line.name or line.sku,
            code=line.sku,
            quantity=line.quantity,
            price_fen=line.unit_price_minor,
            weight_g=line.weight_g,
        )
        for line in lines[:MAX_GOODS]
    )


async def gather(
    session: ReadSession, vault: Vault, rows: Sequence[Shipment]
) -> dict[UUID, Parties | YichuanError]:
    """Parties by shipment id; a box whose people cannot be read gets the reason instead."""
    senders: dict[UUID, SenderAddress | YichuanError] = {}
    for merchant_id in {row.merchant_id for row in rows}:
        try:
            senders[merchant_id] = await merchants.default_sender(session, merchant_id)
        except NotFound as error:
            senders[merchant_id] = error
    people = await orders.recipients(session, [row.recipient_id for row in rows])
    lines = await shipments.lines_of(session, [row.id for row in rows])
    return {
        row.id: _one(vault, senders[row.merchant_id], people.get(row.recipient_id), lines[row.id])
        for row in rows
    }


def _one(
    vault: Vault,
    sender: SenderAddress | YichuanError,
    person: Recipient | None,
    lines: Sequence[ShipmentLine],
) -> Parties | YichuanError:
    if isinstance(sender, YichuanError):
        return sender
    if person is None:
        return NotFound("the recipient is gone")
    try:
        receiver = _receiver(vault, person)
    except NotFound as error:
        return error
    if not receiver.name or not receiver.mobile or not receiver.address:
        return Conflict("the recipient has no name, phone or address (收件人信息不完整)")
    return Parties(_sender(vault, sender), receiver, _goods(lines), sender.province)
