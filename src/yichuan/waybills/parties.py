"""Sender, receiver and goods of a box, in clear, for the courier and the label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar
from uuid import UUID

from yichuan.core.direct import Ask, Direct
from yichuan.core.errors import Conflict, NotFound, YichuanError
from yichuan.core.vault import Vault
from yichuan.couriers.connectors.base import Contact, Goods
from yichuan.merchants import queries as merchants
from yichuan.merchants.queries import Sender
from yichuan.orders import queries as orders
from yichuan.orders import service as order_service
from yichuan.orders.queries import SealedPerson
from yichuan.shipments import boxes as shipments
from yichuan.shipments.boxes import Box, Piece
from yichuan.terms import places
from yichuan.terms.book import NOBODY, Parcel
from yichuan.waybills import wishes
from yichuan.waybills.wishes import ORDINARY, Wish

S = TypeVar("S")
T = TypeVar("T")
MAX_GOODS = 20


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sends what to whom."""

    sender: Contact
    receiver: Contact
    goods: tuple[Goods, ...]
    categories: frozenset[str | None]
    titles: tuple[str, ...] = ()
    """What every line is called, with its category: what goods rules read."""
    phone_valid_until: datetime | None = None
    """Of a virtual number."""
    wish: Wish = ORDINARY

    def parcel(self, box: Box, cleared: frozenset[UUID] = NOBODY) -> Parcel:
        """The box as the terms of courier services see it."""
        sender, to = self.sender, self.receiver
        return Parcel(
            places.place(None, sender.province, sender.city, sender.district, sender.address),
            places.place(box.dest_adcode, to.province, to.city, to.district, to.address),
            self.titles,
            cleared,
        )


def _sender(vault: Vault, row: Sender) -> Contact:
    return Contact(
        name=row.name,
        mobile=vault.open_secret(row.phone_enc),
        province=row.province,
        city=row.city,
        district=row.district,
        address=row.address,
    )


def _receiver(vault: Vault, row: SealedPerson) -> Contact:
    clear = order_service.open_recipient(vault, row)
    return Contact(
        name=clear.name,
        mobile=clear.phone,
        province=clear.province or "",
        city=clear.city or "",
        district=clear.district or "",
        address=clear.address,
    )


def _goods(lines: Sequence[Piece]) -> tuple[Goods, ...]:
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
    direct: Direct, vault: Vault, boxes: Sequence[Box]
) -> dict[UUID, Parties | YichuanError]:
    """Parties by shipment id; a box whose people cannot be read gets the reason instead."""
    return _parties(vault, boxes, *await direct.ask(*_asks(vault, boxes)))


async def gather_and_ask(
    direct: Direct, vault: Vault, boxes: Sequence[Box], also: Ask[T], and_also: Ask[S]
) -> tuple[dict[UUID, Parties | YichuanError], T, S]:
    """`gather`, and two more questions in the same round trip."""
    senders, people, pieces, wished, answer, other = await direct.ask(
        *_asks(vault, boxes), also, and_also
    )
    return _parties(vault, boxes, senders, people, pieces, wished), answer, other


_Asks: TypeAlias = tuple[
    Ask[dict[UUID, Sender]],
    Ask[dict[UUID, SealedPerson]],
    Ask[dict[UUID, list[Piece]]],
    Ask[dict[UUID, Wish]],
]


def _asks(vault: Vault, boxes: Sequence[Box]) -> _Asks:
    owners, ids = {box.merchant_id for box in boxes}, [box.id for box in boxes]
    return (
        merchants.default_senders(owners),
        orders.people(owners, {box.recipient_id for box in boxes}),
        shipments.pieces(owners, ids),
        wishes.of(vault, owners, ids),
    )


def _parties(
    vault: Vault,
    boxes: Sequence[Box],
    senders: Mapping[UUID, Sender],
    people: Mapping[UUID, SealedPerson],
    pieces: Mapping[UUID, Sequence[Piece]],
    wished: Mapping[UUID, Wish],
) -> dict[UUID, Parties | YichuanError]:
    open_senders = {owner: _sender(vault, row) for owner, row in senders.items()}
    return {
        box.id: _one(
            vault,
            open_senders.get(box.merchant_id),
            people.get(box.recipient_id),
            pieces[box.id],
            wished.get(box.id, ORDINARY),
        )
        for box in boxes
    }


def _one(
    vault: Vault,
    sender: Contact | None,
    person: SealedPerson | None,
    pieces: Sequence[Piece],
    wish: Wish,
) -> Parties | YichuanError:
    sender = wish.sender or sender
    if sender is None:
        return NotFound("the merchant has no sender address (发货地址) yet")
    if person is None:
        return NotFound("the recipient is gone")
    try:
        receiver = _receiver(vault, person)
    except NotFound as error:
        return error
    if not receiver.name or not receiver.mobile or not receiver.address:
        return Conflict("the recipient has no name, phone or address (收件人信息不完整)")
    categories = frozenset(piece.category for piece in pieces)
    titles = dict.fromkeys(f"{p.name or p.sku} {p.category or ''}" for p in pieces)
    return Parties(
        sender,
        receiver,
        _goods(pieces),
        categories,
        tuple(titles),
        person.phone_valid_until,
        wish,
    )
