"""The verbs on rate cards: store them, price shipments on all of them.

The cards are read once and kept in the process; whether they changed is asked at most every
`BOOK_SECONDS`.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from msgspec import structs
from sqlalchemy import delete, insert, select, text, tuple_

from yichuan.core.bulk import Stage, copy_text, fill
from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.core.ids import new_id
from yichuan.couriers import queries as couriers
from yichuan.merchants import queries as merchants
from yichuan.rating import queries
from yichuan.rating.cards import (
    CardProblem,
    RateBook,
    RateCard,
    ShipmentToRate,
    build_book,
    china_day,
    row_body,
    row_from_body,
)
from yichuan.rating.models import RateCardRecord, RateRowRecord
from yichuan.rating.price import Miss, Quote, quote_book
from yichuan.rating.queries import Version
from yichuan.rating.rows import ANY_COURIER, RateCardRow

BOOK_SECONDS = 5.0
ALWAYS = date(2000, 1, 1)
"""First day of a card whose file names none: it also prices shipments of the past."""

Pair = tuple[str, str]
"""Courier and service; the service is empty where the card is for any."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All cards at one moment, and which couriers have services of ours."""

    version: Version
    book: RateBook
    pairs: Mapping[tuple[str, str], frozenset[Pair]]
    """(role, merchant) → courier services that its cards name."""
    served: frozenset[str]

    def pairs_for(self, role: str, merchant: str) -> frozenset[Pair]:
        """Courier services that the merchant's own cards or everyone's name."""
        own: frozenset[Pair] = self.pairs.get((role, merchant), frozenset())
        return own | self.pairs.get((role, ""), frozenset())


@dataclass(frozen=True, slots=True)
class Priced:
    """A price of one courier service. `service` is empty where the card is for any."""

    courier: str
    service: str
    role: str
    own_card: bool
    """The card is the merchant's own, not everyone's."""
    quote: Quote


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of imported rows: the cards made and the rows left out."""

    card_ids: tuple[UUID, ...]
    rows: int
    replaced: int
    problems: tuple[CardProblem, ...]
    unknown_couriers: tuple[str, ...]
    """Codes that are not in the catalogue; their cards are kept."""


_books: WeakKeyDictionary[object, tuple[float, Snapshot]] = WeakKeyDictionary()


async def snapshot(session: SystemSession) -> Snapshot:
    """All cards, as they were at most `BOOK_SECONDS` ago."""
    known = _books.get(session.bind)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    version = await queries.version(session)
    if known is None or known[1].version != version:
        found = await _load(session, version)
    else:
        found = known[1]
    _books[session.bind] = (time.monotonic() + BOOK_SECONDS, found)
    return found


def forget(session: SystemSession) -> None:
    """Ask again whether the cards changed, next time one is needed."""
    known = _books.get(session.bind)
    if known is not None:
        _books[session.bind] = (0.0, known[1])


async def book(session: SystemSession) -> RateBook:
    """All cards. A merchant's own have its id in `merchant`."""
    return (await snapshot(session)).book


async def _load(session: SystemSession, version: Version) -> Snapshot:
    records = await queries.everything(session)
    served = frozenset(item.courier for item in await couriers.services(session))
    cards = await asyncio.to_thread(_cards, records)
    pairs: dict[tuple[str, str], set[Pair]] = {}
    for card in cards:
        pairs.setdefault((card.role, card.merchant), set()).add((card.courier, card.service))
    frozen = {key: frozenset(found) for key, found in pairs.items()}
    return Snapshot(version, RateBook(tuple(cards)), frozen, served)


def _cards(
    records: Iterable[tuple[RateCardRecord, Sequence[tuple[str, str, str, str]]]],
) -> list[RateCard]:
    return [
        RateCard(
            name=record.name,
            role=record.role,
            courier=record.courier,
            merchant=_merchant_key(record),
            service=record.service or "",
            origin_province=record.origin_province or "",
            currency=record.currency,
            valid_from=record.valid_from,
            valid_to=record.valid_to,
            rows=tuple(row_from_body(*row) for row in rows),
        )
        for record, rows in records
    ]


def _merchant_key(record: RateCardRecord) -> str:
    """The merchant's id; a merchant who is not here yet keeps its card to itself."""
    if record.merchant_id is not None:
        return str(record.merchant_id)
    return f"code:{record.merchant_code}" if record.merchant_code else ""


async def store(session: SystemSession, rows: Sequence[RateCardRow]) -> Stored:
    """Make cards from rows. A card replaces those of its name, role, merchant and first day."""
    dated = [row if row.valid_from else structs.replace(row, valid_from=ALWAYS) for row in rows]
    made, problems = await asyncio.to_thread(build_book, dated)
    cards = made.cards
    ids = {m.code: m.id for m in await merchants.listing(session)}
    replaced = await _remove(session, cards)
    records = [_record(card, ids) for card in cards]
    lines = [
        line
        for record, card in zip(records, cards, strict=True)
        for line in _lines(record["id"], card)
    ]
    if records:
        await session.execute(insert(RateCardRecord), records)
        connection = await fill(session, _ROWS, copy_text(_ROWS, lines))
        await connection.execute(_INSERT_ROWS)
    forget(session)
    codes = {card.courier for card in cards} - {ANY_COURIER}
    unknown = codes - await couriers.known(session, codes)
    return Stored(
        tuple(record["id"] for record in records),
        len(lines),
        replaced,
        tuple(problems),
        tuple(sorted(unknown)),
    )


def _record(card: RateCard, ids: Mapping[str, UUID]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "merchant_id": ids.get(card.merchant),
        "merchant_code": card.merchant or None,
        "name": card.name,
        "role": card.role,
        "courier": card.courier,
        "service": card.service or None,
        "origin_province": card.origin_province or None,
        "currency": card.currency,
        "valid_from": card.valid_from,
        "valid_to": card.valid_to,
        "rows": len(card.rows),
    }


_ROWS = Stage(
    "stage_rate_rows",
    {
        "card_id": "uuid",
        "position": "bigint",
        "dest_province": "text",
        "dest_city": "text",
        "zone": "text",
        "body": "text",
    },
)
_INSERT_ROWS = f"INSERT INTO rate_rows ({_ROWS.names}) SELECT {_ROWS.names} FROM stage_rate_rows"


def _lines(card_id: UUID, card: RateCard) -> list[tuple[Any, ...]]:
    return [
        (
            card_id,
            position,
            row.dest_province or None,
            row.dest_city or None,
            row.zone or None,
            row_body(row),
        )
        for position, row in enumerate(card.rows, 1)
    ]


async def _remove(session: SystemSession, cards: Iterable[RateCard]) -> int:
    """Delete the cards that these take the place of; returns how many there were."""
    keys = {(card.name, card.role, card.merchant, card.valid_from) for card in cards}
    if not keys:
        return 0
    named = tuple_(RateCardRecord.name, RateCardRecord.role, RateCardRecord.valid_from)
    found = await session.execute(
        select(
            RateCardRecord.id,
            RateCardRecord.name,
            RateCardRecord.role,
            RateCardRecord.merchant_code,
            RateCardRecord.valid_from,
        ).where(named.in_({(name, role, since) for name, role, _, since in keys}))
    )
    old = [i for i, name, role, code, since in found if (name, role, code or "", since) in keys]
    await _delete(session, old)
    return len(old)


async def _delete(session: SystemSession, ids: Sequence[UUID]) -> None:
    if ids:
        await session.execute(delete(RateRowRecord).where(RateRowRecord.card_id.in_(ids)))
        await session.execute(delete(RateCardRecord).where(RateCardRecord.id.in_(ids)))


async def remove(session: SystemSession, card_id: UUID) -> None:
    """Delete a card.

    Raises:
        NotFound: unknown.
    """
    card = await queries.get(session, card_id)
    await _delete(session, [card.id])
    forget(session)


async def adopt(session: SystemSession, merchant_ids: Mapping[str, UUID]) -> None:
    """Give cards that waited for these merchants (by code) to them."""
    if not merchant_ids:
        return
    await session.execute(
        text(
            "UPDATE rate_cards c SET merchant_id = n.id, changed_at = now()"
            " FROM unnest(CAST(:codes AS text[]), CAST(:ids AS uuid[])) AS n(code, id)"
            " WHERE c.merchant_id IS NULL AND c.merchant_code = n.code"
        ),
        {"codes": list(merchant_ids), "ids": list(merchant_ids.values())},
    )
    forget(session)


def costs(
    known: Snapshot,
    *,
    merchant_id: UUID,
    origin_province: str | None,
    dest_province: str | None,
    dest_city: str | None,
    weight_g: int,
) -> dict[tuple[str, str | None], int]:
    """What each courier service charges for a box today, in fen, on cards read before (`snapshot`).

    The merchant's own contract wins over the platform's. The service is None where the card is
    for any service of the courier.
    """
    merchant = str(merchant_id)
    wanted: set[Pair] = set()
    for courier, service in known.pairs_for("cost", merchant):
        codes = known.served if courier == ANY_COURIER else (courier,)
        wanted.update((code, service) for code in codes)
    found: dict[tuple[str, str | None], int] = {}
    today = china_day(now())
    for courier, service in wanted:
        quote = quote_book(
            known.book,
            ShipmentToRate(
                courier=courier,
                weight_g=weight_g,
                province=dest_province or "",
                city=dest_city or "",
                origin_province=origin_province or "",
                service=service,
                merchant=merchant,
                shipped_on=today,
            ),
            "cost",
        )
        if isinstance(quote, Quote):
            found[courier, service or None] = quote.total_fen
    return found


async def quotes(
    session: SystemSession, role: str, shipment: ShipmentToRate, merchant_id: UUID | None
) -> tuple[list[Priced], list[str]]:
    """Prices of a shipment on the cards of a role, the cheapest first; and why others have none.

    With `shipment.courier` only that courier is priced, else every courier that a card names.
    The second value holds keys of `price.MISSES`, the most frequent first.
    """
    known = await snapshot(session)
    merchant = "" if merchant_id is None else str(merchant_id)
    pairs = known.pairs_for(role, merchant)
    if shipment.courier:
        pairs = frozenset(
            (shipment.courier, service)
            for courier, service in pairs
            if courier in (shipment.courier, ANY_COURIER)
        )
    if shipment.service:
        pairs = frozenset(
            (courier, shipment.service)
            for courier, service in pairs
            if service in ("", shipment.service)
        )
    found: list[Priced] = []
    missed: Counter[str] = Counter()
    for courier, service in sorted(pairs):
        wanted = replace(shipment, courier=courier, service=service, merchant=merchant)
        quote = quote_book(known.book, wanted, role)
        if isinstance(quote, Miss):
            missed[quote.reason] += 1
        else:
            own = bool(merchant) and quote.card.merchant == merchant
            found.append(Priced(courier, service, role, own, quote))
    found.sort(key=lambda priced: (priced.quote.total_fen, priced.courier, priced.service))
    return found, [reason for reason, _ in missed.most_common()]
