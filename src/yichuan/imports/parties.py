"""Merchants, shops and couriers that files name: found, and made where an import may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from yichuan.core.database import Database
from yichuan.core.errors import Conflict
from yichuan.couriers import catalogue
from yichuan.imports.values import Owner
from yichuan.merchants import queries as merchants
from yichuan.merchants import service as merchant_service
from yichuan.rating import service as rating

Shop = tuple[UUID, str | None]
ATTEMPTS = 3


class Parties:
    """What an import knows about who takes part; made by `load`, grown by `ensure`."""

    def __init__(self, database: Database, owner: Owner | None) -> None:
        self._database = database
        self._owner = owner
        self._merchants: dict[str, UUID] = {}
        self._ship_within: dict[UUID, timedelta] = {}
        self._bound: set[UUID] = set()
        self._origins: dict[UUID, str] = {}
        self._shops: dict[Shop, UUID] = {}
        self.made: list[str] = []
        """Codes of merchants that did not exist before."""

    async def load(self) -> None:
        """Read merchants."""
        async with self._database.system() as session:
            for row in await merchants.listing(session):
                self._merchants[row.code] = row.id
                self._ship_within[row.id] = timedelta(hours=row.ship_within_hours)
                if row.logistics_mode == "platform":
                    self._bound.add(row.id)
            for sender in await merchants.origins(session):
                self._origins[sender.merchant_id] = sender.city

    async def ensure(self, named: Iterable[tuple[str | None, str | None]]) -> None:
        """Make merchants (not on a merchant's own behalf) and shops that are new.

        They are committed at once: a batch that fails later leaves nothing but them.
        """
        pairs = set(named)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._make(pairs)
            except (Conflict, IntegrityError):  # another import made the same merchant
                if attempt == ATTEMPTS:
                    raise
                await self.load()
            else:
                return

    async def _make(self, pairs: Iterable[tuple[str | None, str | None]]) -> None:
        codes = {code for code, _ in pairs if code} - self._merchants.keys()
        new = sorted(codes) if self._owner is None else []
        shops = [(code, shop) for code, shop in pairs if shop and not self._known_shop(code, shop)]
        if not new and not shops:
            return
        made: dict[str, UUID] = {}
        async with self._database.system() as session:
            for code in new:
                made[code] = await merchant_service.create(session, code, code)
            await rating.adopt(session, made)
            known = self._merchants | made
            wanted = [(self._id(known, code), shop) for code, shop in shops]
            found = await merchant_service.ensure_shops(
                session, [(merchant_id, shop) for merchant_id, shop in wanted if merchant_id]
            )
        self._merchants.update(made)
        self._shops.update(found)
        self.made += made

    def _id(self, known: Mapping[str, UUID], code: str | None) -> UUID | None:
        if self._owner is not None:
            return self._owner.id if code in (None, self._owner.code) else None
        return known.get(code or "")

    def _known_shop(self, code: str | None, shop: str) -> bool:
        merchant_id = self.merchant(code)
        return merchant_id is not None and (merchant_id, shop) in self._shops

    def merchant(self, code: str | None) -> UUID | None:
        """A merchant's id by code; on a merchant's behalf its own, and None for any other's."""
        return self._id(self._merchants, code)

    def shop(self, merchant_id: UUID, shop: str | None) -> UUID | None:
        """A shop's id."""
        return self._shops.get((merchant_id, shop)) if shop else None

    def courier(self, text: str) -> str | None:
        """A courier's code, from its code or a full name."""
        return catalogue.find(text)

    def must_use_platform(self, merchant_id: UUID) -> bool:
        """Whether the merchant may not ship under numbers of its own."""
        return merchant_id in self._bound

    def origin(self, merchant_id: UUID) -> str | None:
        """The city a merchant's parcels leave from by default."""
        return self._origins.get(merchant_id)

    def ship_within(self, merchant_id: UUID) -> timedelta:
        """How long a merchant may take from payment to hand-over."""
        return self._ship_within.get(merchant_id, timedelta(hours=48))
