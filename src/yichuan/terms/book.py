"""The terms that hold for a merchant, made ready for many parcels. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from yichuan.core.clock import CHINA
from yichuan.terms import areas as area_rules
from yichuan.terms import closing
from yichuan.terms import goods as goods_rules
from yichuan.terms.areas import Area, Areas, Reason, Stop
from yichuan.terms.claims import Standard
from yichuan.terms.closing import Closing, Week
from yichuan.terms.goods import Goods, GoodsBook, Hit
from yichuan.terms.places import Place

NOBODY: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Trait:
    """A row of `service_traits`."""

    courier: str
    service: str | None
    by_air: bool | None
    real_name: bool | None


@dataclass(frozen=True, slots=True)
class Registered:
    """A row of `real_names`. Without `account_id` it is the merchant that is registered."""

    merchant_id: UUID | None
    courier: str
    account_id: UUID | None
    valid_until: date | None

    def holds(self, account_id: UUID, on: date) -> bool:
        """Whether it covers parcels of an account on a day."""
        valid = self.valid_until is None or on <= self.valid_until
        return valid and self.account_id in (None, account_id)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one owner."""

    areas: Sequence[Area] = ()
    stops: Sequence[Stop] = ()
    goods: Sequence[Goods] = ()
    traits: Sequence[Trait] = ()
    real_names: Sequence[Registered] = ()
    closings: Sequence[Closing] = ()
    standards: Sequence[Standard] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """What terms must know of a box. `cleared`: goods rules somebody let it pass."""

    origin: Place
    destination: Place
    titles: tuple[str, ...] = ()
    cleared: frozenset[UUID] = NOBODY


@dataclass(frozen=True, slots=True)
class Carriage:
    """A courier service on an account, or on none in particular."""

    courier: str
    service: str
    account_id: UUID | None = None
    branch_code: str = ""
    own: bool = False
    """The account is the merchant's."""


@dataclass(slots=True)
class Terms:
    """The platform's terms with one merchant's own."""

    areas: Areas
    stops: tuple[Stop, ...]
    goods: GoodsBook
    real_names: Mapping[str, tuple[Registered, ...]]
    closings: tuple[Closing, ...]
    standards: tuple[Standard, ...]
    _traits: Mapping[tuple[str, str | None], Trait] = field(default_factory=dict)
    _strict: frozenset[str] = frozenset()
    """Couriers with rules that may refuse a parcel whatever is in it."""

    @classmethod
    def of(cls, owners: Iterable[Rows]) -> Terms:
        """Terms out of the rows of the platform and of a merchant."""
        found = list(owners)
        names: dict[str, list[Registered]] = {}
        for owner in found:
            for one in owner.real_names:
                names.setdefault(one.courier, []).append(one)
        strict = {row.courier for owner in found for row in owner.areas}
        strict |= {t.courier for owner in found for t in owner.traits if t.real_name}
        return cls(
            areas=Areas.of(row for owner in found for row in owner.areas),
            stops=tuple(row for owner in found for row in owner.stops),
            goods=GoodsBook([row for owner in found for row in owner.goods]),
            real_names={courier: tuple(rows) for courier, rows in names.items()},
            closings=tuple(row for owner in found for row in owner.closings),
            standards=tuple(row for owner in found for row in owner.standards),
            _traits={(t.courier, t.service): t for owner in found for t in owner.traits},
            _strict=frozenset(strict),
        )

    def trait(self, courier: str, service: str) -> Trait:
        """What is special about a service: its own row, else the courier's."""
        general = self._traits.get((courier, None))
        special = self._traits.get((courier, service))
        rows = [row for row in (special, general) if row is not None]
        return Trait(
            courier,
            service,
            next((row.by_air for row in rows if row.by_air is not None), None),
            next((row.real_name for row in rows if row.real_name is not None), None),
        )

    def hits(self, parcel: Parcel) -> tuple[Hit, ...]:
        """The goods rules a box touches, without those it was let pass."""
        return tuple(
            hit for hit in self.goods.hits(parcel.titles) if hit.rule.id not in parcel.cleared
        )

    def forbidden(self, parcel: Parcel) -> Reason | None:
        """Why no courier may take it at all, or None."""
        found = (hit for hit in self.hits(parcel) if goods_rules.everywhere(hit))
        return next((goods_rules.reason(hit) for hit in found), None)

    def to_declare(self, parcel: Parcel) -> list[Reason]:
        """What must be declared; the parcel goes all the same."""
        return [goods_rules.reason(h) for h in self.hits(parcel) if h.rule.level == "declare"]

    def may_refuse(self, courier: str, hits: Sequence[Hit]) -> bool:
        """Whether any rule could make a courier refuse a parcel that touches `hits`."""
        return bool(hits or self.stops or courier in self._strict)

    def refusal(
        self, carriage: Carriage, parcel: Parcel, at: datetime, hits: Sequence[Hit]
    ) -> Reason | None:
        """The first reason why a service cannot take a parcel now, or None.

        Args:
            hits: the goods rules it touches (`hits`), looked up once for all services.
        """
        if not self.may_refuse(carriage.courier, hits):
            return None
        return next(self.refusals(carriage, parcel, at, hits), None)

    def refusals(
        self, carriage: Carriage, parcel: Parcel, at: datetime, hits: Sequence[Hit]
    ) -> Iterator[Reason]:
        """Every reason why a service cannot take a parcel now."""
        courier, service = carriage.courier, carriage.service
        area = self.areas.deciding(courier, service, parcel.destination, carriage.own)
        if area is not None and not area.serves:
            yield area_rules.unreached(area)
        if self.stops:
            stop = area_rules.stop_for(
                self.stops, courier, service, parcel.origin, parcel.destination, at
            )
            if stop is not None:
                yield area_rules.stopped(stop)
        yield from self._goods(carriage, hits)
        unnamed = self._unregistered(carriage, at)
        if unnamed is not None:
            yield unnamed

    def _goods(self, carriage: Carriage, hits: Sequence[Hit]) -> Iterator[Reason]:
        for hit in hits:
            if not hit.rule.concerns(carriage.courier, carriage.service):
                continue
            flies = self.trait(carriage.courier, carriage.service).by_air is True
            if hit.rule.level == "forbidden" or (hit.rule.level == "air" and flies):
                yield goods_rules.reason(hit)

    def _unregistered(self, carriage: Carriage, at: datetime) -> Reason | None:
        if carriage.account_id is None or not self._traits:
            return None
        if not self.trait(carriage.courier, carriage.service).real_name:
            return None
        on = at.astimezone(CHINA).date()
        known = self.real_names.get(carriage.courier, ())
        if any(one.holds(carriage.account_id, on) for one in known):
            return None
        return Reason(
            "not_real_name",
            None,
            f"寄件人未在{carriage.courier}实名登记，或登记已过期",
            f"the sender is not registered with {carriage.courier} by real name, or no longer",
        )

    def week(self, carriage: Carriage, origin: Place) -> Week | None:
        """When a service collects from a place; None: nobody said."""
        if not self.closings:
            return None
        rows = [row for row in self.closings if row.merchant_id is None or carriage.own]
        general = [row for row in self.closings if row.courier is None and row not in rows]
        return closing.week(
            [*rows, *general], carriage.courier, carriage.service, carriage.branch_code, origin
        )
