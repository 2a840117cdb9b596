"""Quotes 报价: what a shipment costs on a rate card, line by line, with the reason in words.

All amounts are integers in fen of the card's currency; weights grams.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from yichuan.core.errors import Invalid
from yichuan.rating.cards import RateBook, RateCard, RateRow, ShipmentToRate
from yichuan.rating.rules import heavier_g, round_weight

CENTIFEN_GRAMS_PER_FEN = 100 * 1_000

MISSES: dict[str, tuple[str, str]] = {
    "no_card": ("没有适用的价卡", "no card for the courier"),
    "no_destination": ("价卡没有该目的地", "the card does not have the destination"),
    "no_bracket": ("价卡没有该重量段", "the card has no bracket for the weight"),
    "no_weight": ("没有重量", "the weight is not known"),
}
"""Why a shipment has no price."""


class NoRate(Invalid):
    """No card prices the shipment; `reason` is a key of `MISSES`."""

    code = "no_rate"
    title, title_zh = "No rate for this shipment", "没有适用的运价"


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A part of a quote. Codes: base, first_weight, further_weight, min_charge."""

    code: str
    amount_fen: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A price and how it came about; the lines add up to the total."""

    card: RateCard
    row: RateRow
    total_fen: int
    weight_g: int
    """As weighed."""
    chargeable_weight_g: int
    lines: tuple[QuoteLine, ...]

    @property
    def explanation_zh(self) -> str:
        """The whole calculation in Chinese."""
        return (
            f"{self.card.name} · {_place_zh(self.row)}：重量 {kg_text(self.weight_g)} kg，"
            f"计费重量 {kg_text(self.chargeable_weight_g)} kg；"
            + "；".join(line.zh for line in self.lines)
            + f"；合计 {yuan_text(self.total_fen)} 元"
        )

    @property
    def explanation_en(self) -> str:
        """The whole calculation in English."""
        place = self.row.dest_city or self.row.dest_province or self.row.zone or "everywhere"
        return (
            f"{self.card.name}, {place}: {kg_text(self.weight_g)} kg, "
            f"charged {kg_text(self.chargeable_weight_g)} kg; "
            + "; ".join(line.en for line in self.lines)
            + f"; total {yuan_text(self.total_fen)} {self.card.currency}"
        )


@dataclass(frozen=True, slots=True)
class Miss:
    """No price, and why: a key of `MISSES`."""

    reason: str


def _place_zh(row: RateRow) -> str:
    return row.dest_city or row.dest_province or row.zone or "全国"


def kg_text(grams: int) -> str:
    """Grams as kg, without idle zeros: 1500 → "1.5"."""
    return f"{grams // 1000}.{grams % 1000:03d}".rstrip("0").rstrip(".")


def yuan_text(fen: int) -> str:
    """Fen as yuan with two places: -105 → "-1.05"."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _rate_text(centifen: int) -> str:
    text = f"{centifen // 10_000}.{centifen % 10_000:04d}".rstrip("0")
    whole, _, places = text.partition(".")
    return f"{whole}.{places:0<2}"


def _first(row: RateRow) -> QuoteLine:
    price = yuan_text(row.first_price_fen)
    if row.first_weight_g:
        kg = kg_text(row.first_weight_g)
        return QuoteLine(
            "first_weight",
            row.first_price_fen,
            f"首重 {kg} kg 内 {price} 元",
            f"first {kg} kg {price}",
        )
    return QuoteLine("base", row.first_price_fen, f"基础价 {price} 元", f"base {price}")


def _further(row: RateRow, over_g: int) -> QuoteLine | None:
    if row.step_g:
        steps = -(-over_g // row.step_g)
        amount = steps * row.step_price_fen
        each, step = yuan_text(row.step_price_fen), kg_text(row.step_g)
        return QuoteLine(
            "further_weight",
            amount,
            f"续重 {steps}×{step} kg，每份 {each} 元，计 {yuan_text(amount)} 元",
            f"further {steps}×{step} kg at {each} each {yuan_text(amount)}",
        )
    if row.per_kg_centifen:
        product = over_g * row.per_kg_centifen
        amount = (2 * product + CENTIFEN_GRAMS_PER_FEN) // (2 * CENTIFEN_GRAMS_PER_FEN)
        each, kg = _rate_text(row.per_kg_centifen), kg_text(over_g)
        return QuoteLine(
            "further_weight",
            amount,
            f"{kg} kg × {each} 元/kg，计 {yuan_text(amount)} 元",
            f"{kg} kg at {each}/kg {yuan_text(amount)}",
        )
    return None


@lru_cache(maxsize=65_536)
def price_row(
    row: RateRow, weight_g: int, volume_cm3: int = 0
) -> tuple[int, tuple[QuoteLine, ...]]:
    """Chargeable weight in grams and the lines of a price on one row.

    A price per kg is rounded half up to the fen. The bracket is not looked at.

    Raises:
        UnknownRounding: the row's rounding rule does not exist.
    """
    charged = round_weight(heavier_g(weight_g, volume_cm3, row.volume_divisor), row.rounding)
    lines = [_first(row)]
    if charged > row.first_weight_g:
        further = _further(row, charged - row.first_weight_g)
        if further is not None:
            lines = [line for line in (*lines, further) if line.amount_fen or line is further]
    total = sum(line.amount_fen for line in lines)
    if total < row.min_charge_fen:
        least = yuan_text(row.min_charge_fen)
        lines.append(
            QuoteLine(
                "min_charge",
                row.min_charge_fen - total,
                f"补足最低收费 {least} 元",
                f"up to the least charge {least}",
            )
        )
    return charged, tuple(lines)


def try_quote(card: RateCard, shipment: ShipmentToRate) -> Quote | Miss:
    """The price of a shipment on one card, or why there is none."""
    if shipment.weight_g <= 0:
        return Miss("no_weight")
    rows = card.rows_to(shipment.place)
    if not rows:
        return Miss("no_destination")
    row = next((row for row in rows if row.covers(shipment)), None)
    if row is None:
        return Miss("no_bracket")
    charged, lines = price_row(row, shipment.weight_g, shipment.volume_cm3)
    total = sum(line.amount_fen for line in lines)
    return Quote(card, row, total, shipment.weight_g, charged, lines)


def quote(card: RateCard, shipment: ShipmentToRate) -> Quote:
    """The price of a shipment on one card.

    Raises:
        NoRate: the card has no such destination or bracket, or the weight is not known.
    """
    found = try_quote(card, shipment)
    if isinstance(found, Miss):
        zh, en = MISSES[found.reason]
        raise NoRate(f"{card.name}: {en}", reason=found.reason, reason_zh=zh)
    return found


def quote_book(book: RateBook, shipment: ShipmentToRate, role: str) -> Quote | Miss:
    """The price on the most specific card that has the destination and weight.

    Without one, the miss of the most specific card.
    """
    first: Miss | None = None
    for card in book.cards_for(shipment, role):
        found = try_quote(card, shipment)
        if isinstance(found, Quote):
            return found
        first = first or found
    return first or Miss("no_card")
