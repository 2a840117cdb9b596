"""Rate cards 价卡 as values: rows with weight brackets, looked up by the most specific destination.

City wins over province, province over zone, zone over the row for everywhere. Weights are grams,
money fen of the card's currency, prices per kg 1/100 fen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime

from yichuan.core.clock import CHINA
from yichuan.rating.rows import ANY_COURIER, RateCardRow
from yichuan.rating.rules import city_key, heavier_g, province_key

Place = tuple[str, str, str]
"""(province, city, zone) as keys of `rules`; empty where not given."""


@dataclass(frozen=True, slots=True)
class ShipmentToRate:
    """What a card must know of a shipment. `weight_g` is what the scale says, before rounding."""

    courier: str
    weight_g: int
    province: str = ""
    city: str = ""
    zone: str = ""
    origin_province: str = ""
    service: str = ""
    volume_cm3: int = 0
    merchant: str = ""
    shipped_on: date | None = None

    @property
    def place(self) -> Place:
        """Destination as cards are indexed."""
        return province_key(self.province), city_key(self.city), self.zone


@dataclass(frozen=True, slots=True)
class RateRow:
    """One bracket of one destination: from < weight <= to (None: open).

    Price = first price, covering the first weight, and beyond it either whole steps or a price
    per kg; never less than the least charge.
    """

    dest_province: str = ""
    dest_city: str = ""
    zone: str = ""
    weight_from_g: int = 0
    weight_to_g: int | None = None
    first_weight_g: int = 0
    first_price_fen: int = 0
    step_g: int = 0
    step_price_fen: int = 0
    per_kg_centifen: int = 0
    rounding: str = "exact"
    volume_divisor: int | None = None
    min_charge_fen: int = 0
    lead_days_min: int | None = None
    lead_days_max: int | None = None

    @property
    def place(self) -> Place:
        """Destination as cards are indexed; a zone beside a destination is only a label."""
        province, city = province_key(self.dest_province), city_key(self.dest_city)
        return province, city, "" if province or city else self.zone

    def covers(self, shipment: ShipmentToRate) -> bool:
        """Whether the greater of actual and volumetric weight falls into the bracket."""
        weight = heavier_g(shipment.weight_g, shipment.volume_cm3, self.volume_divisor)
        return self.weight_from_g < weight and (
            self.weight_to_g is None or weight <= self.weight_to_g
        )


_DESTINATION = ("dest_province", "dest_city", "zone")
_PLAIN = {item.name: item.default for item in fields(RateRow) if item.name not in _DESTINATION}
"""What a row has but for its destination, and what is not written because it is usual."""


def row_body(row: RateRow) -> str:
    """A row but for its destination as JSON text, defaults left out."""
    values = {
        name: value for name, default in _PLAIN.items() if (value := getattr(row, name)) != default
    }
    return json.dumps(values, separators=(",", ":"))


def row_from_body(
    body: str, dest_province: str = "", dest_city: str = "", zone: str = ""
) -> RateRow:
    """The row that `row_body` wrote.

    Raises:
        ValueError: not such a text.
    """
    values = json.loads(body)
    known = {item.name for item in fields(RateRow)}
    if not isinstance(values, dict) or not values.keys() <= known:
        raise ValueError("not the body of a rate row")
    return RateRow(dest_province, dest_city, zone, **values)


@dataclass(frozen=True, slots=True)
class RateCard:
    """A courier's contract (cost) or a merchant's prices (price) for one service and origin.

    Empty merchant, service, origin: any. `courier` may be * for any.
    """

    name: str
    role: str
    courier: str
    merchant: str = ""
    service: str = ""
    origin_province: str = ""
    currency: str = "CNY"
    valid_from: date | None = None
    valid_to: date | None = None
    rows: tuple[RateRow, ...] = ()
    _places: Mapping[Place, tuple[RateRow, ...]] = field(
        init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        places: dict[Place, list[RateRow]] = {}
        for row in self.rows:
            places.setdefault(row.place, []).append(row)
        for (province, city, _), rows in list(places.items()):
            if province and city:
                places.setdefault(("", city, ""), []).extend(rows)
        ordered = {
            place: tuple(sorted(rows, key=lambda row: row.weight_from_g))
            for place, rows in places.items()
            if not _in_two_provinces(place, rows)
        }
        object.__setattr__(self, "_places", ordered)

    def rows_to(self, place: Place) -> tuple[RateRow, ...]:
        """Brackets of the most specific destination the card has for a place; empty if none.

        A city without its province is found when the card has it in one province only.
        """
        province, city, zone = place
        for candidate in ((province, city, ""), (province, "", ""), ("", "", zone), ("", "", "")):
            if candidate in self._places:
                return self._places[candidate]
        return ()

    def holds_on(self, day: date | None) -> bool:
        """Whether the card is valid on a day; always when no day is given."""
        if day is None:
            return True
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


def _in_two_provinces(place: Place, rows: list[RateRow]) -> bool:
    """Whether a city given without province would stand for cities of two provinces."""
    return not place[0] and bool(place[1]) and len({row.place[0] for row in rows} - {""}) > 1


@dataclass(frozen=True, slots=True)
class CardProblem:
    """A row that cannot stand beside another of its card."""

    card: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RateBook:
    """All cards there are, found by role, merchant, courier, service, origin and day."""

    cards: tuple[RateCard, ...]
    _index: Mapping[tuple[str, str, str], tuple[RateCard, ...]] = field(
        init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        index: dict[tuple[str, str, str], list[RateCard]] = {}
        for card in self.cards:
            index.setdefault((card.role, card.merchant, card.courier), []).append(card)
        object.__setattr__(self, "_index", {key: tuple(cards) for key, cards in index.items()})

    def cards_for(self, shipment: ShipmentToRate, role: str) -> list[RateCard]:
        """Cards that may price a shipment, the most specific first.

        The merchant's own before everyone's, the courier's before any courier's, then service and
        origin named before left open, then the later valid-from. An origin not known fits all.
        """
        found: list[RateCard] = []
        for merchant in dict.fromkeys((shipment.merchant, "")):
            for courier in (shipment.courier, ANY_COURIER):
                cards = self._index.get((role, merchant, courier), ())
                fitting = [card for card in cards if _fits(card, shipment)]
                found += sorted(fitting, key=_specificity, reverse=True)
        return found


def _fits(card: RateCard, shipment: ShipmentToRate) -> bool:
    origin = province_key(shipment.origin_province)
    return (
        card.service in ("", shipment.service)
        and (not card.origin_province or not origin or card.origin_province == origin)
        and card.holds_on(shipment.shipped_on)
    )


def _specificity(card: RateCard) -> tuple[bool, bool, date]:
    return bool(card.service), bool(card.origin_province), card.valid_from or date.min


def china_day(at: datetime | None) -> date | None:
    """The day in China's zone at a moment: cards are valid by day."""
    return None if at is None else at.astimezone(CHINA).date()


_CardKey = tuple[str, str, str, str, str, str, str, date | None, date | None]


def _card_key(row: RateCardRow) -> _CardKey:
    return (
        row.card,
        row.role,
        row.courier,
        row.merchant or "",
        row.service or "",
        province_key(row.origin_province),
        row.currency or "CNY",
        row.valid_from,
        row.valid_to,
    )


def rate_row(row: RateCardRow) -> RateRow:
    """A card's row from an imported one; `base_price` is a first price like any other."""
    base = row.base_price_fen if row.first_price_fen is None else row.first_price_fen
    return RateRow(
        dest_province=province_key(row.dest_province),
        dest_city=row.dest_city or "",
        zone=row.zone or "",
        weight_from_g=row.weight_from_g or 0,
        weight_to_g=row.weight_to_g,
        first_weight_g=row.first_weight_g or 0,
        first_price_fen=base or 0,
        step_g=row.step_g or 0,
        step_price_fen=row.step_price_fen or 0,
        per_kg_centifen=row.per_kg_centifen or 0,
        rounding=row.rounding or "exact",
        volume_divisor=row.volume_divisor,
        min_charge_fen=row.min_charge_fen or 0,
        lead_days_min=row.lead_days_min,
        lead_days_max=row.lead_days_max,
    )


def _place_text(place: Place) -> str:
    return "/".join(filter(None, place)) or "*"


def _without_conflicts(
    name: str, rows: list[RateRow], problems: list[CardProblem]
) -> list[RateRow]:
    """Rows whose brackets do not overlap; the first of two that do stays."""
    kept: dict[Place, list[RateRow]] = {}
    for row in rows:
        others = kept.setdefault(row.place, [])
        other = next((o for o in others if _overlap(o, row)), None)
        if other is None:
            others.append(row)
        elif other != row:
            where = f"{_place_text(row.place)} {row.weight_from_g}-{row.weight_to_g or ''} g"
            problems.append(
                CardProblem(
                    name,
                    "overlapping_brackets",
                    f"重量段重叠，保留先出现的一行：{where}",
                    f"overlapping brackets, the earlier row stays: {where}",
                )
            )
    return [row for rows in kept.values() for row in rows]


def _overlap(a: RateRow, b: RateRow) -> bool:
    return (a.weight_to_g is None or b.weight_from_g < a.weight_to_g) and (
        b.weight_to_g is None or a.weight_from_g < b.weight_to_g
    )


def build_book(rows: Iterable[RateCardRow]) -> tuple[RateBook, list[CardProblem]]:
    """Cards from imported rows, and the rows that had to be left out with the reason."""
    groups: dict[_CardKey, list[RateRow]] = {}
    for row in rows:
        groups.setdefault(_card_key(row), []).append(rate_row(row))
    problems: list[CardProblem] = []
    cards = []
    for key, members in groups.items():
        name, role, courier, merchant, service, origin, currency, begin, end = key
        kept = _without_conflicts(name, members, problems)
        cards.append(
            RateCard(
                name, role, courier, merchant, service, origin, currency, begin, end, tuple(kept)
            )
        )
    return RateBook(tuple(cards)), problems
