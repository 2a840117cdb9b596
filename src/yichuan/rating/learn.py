"""A rate card guessed from what a courier billed, for couriers that nobody has a card of.

Chinese parcel tariffs charge a first kilogram and each further one begun, by province. Of every
province the most frequent amounts are taken, so single odd lines do not bend the card. What was
learned is what the courier charges, not what was agreed: people compare it with the contract.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from yichuan.rating.rows import RateCardRow

STEP_G = 1_000
LEAST_LINES = 3
"""A province with fewer lines, or of whose lines less than half follow its row, is left out."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One billed line: where to, how heavy in grams, what it cost in fen."""

    province: str
    weight_g: int
    due_fen: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a province costs: the first kg and each further kg begun, in fen."""

    first_fen: int
    step_fen: int | None
    """None: no line was heavier than the first kg."""

    def price(self, weight_g: int) -> int | None:
        """Fen for a weight; None where the tariff says nothing."""
        steps = _steps(weight_g) - 1
        if steps and self.step_fen is None:
            return None
        return self.first_fen + steps * (self.step_fen or 0)


@dataclass(frozen=True, slots=True)
class Learned:
    """A guessed card, and how much of the bill it accounts for to the fen."""

    rows: list[RateCardRow]
    lines: int
    reproduced: int


def _steps(weight_g: int) -> int:
    return max(1, -(-weight_g // STEP_G))


def _most(amounts: Iterable[int]) -> int:
    counted = Counter(amounts)
    return max(counted, key=lambda amount: (counted[amount], -amount))


def tariff_of(lines: Sequence[Observed]) -> Tariff | None:
    """The tariff that most of a province's lines follow; None when there is none to see."""
    amounts: dict[int, list[int]] = defaultdict(list)
    for line in lines:
        amounts[_steps(line.weight_g)].append(line.due_fen)
    usual = {steps: _most(found) for steps, found in amounts.items()}
    ladder = sorted(usual)
    slopes = [
        (usual[high] - usual[low]) // (high - low)
        for low, high in pairwise(ladder)
        if usual[high] >= usual[low]
    ]
    if not slopes:
        return Tariff(usual[1], None) if ladder == [1] else None
    step = _most(slopes)
    first = _most(usual[steps] - (steps - 1) * step for steps in ladder)
    return Tariff(first, step) if first >= 0 else None


def learn(courier: str, card: str, since: date | None, lines: Sequence[Observed]) -> Learned:
    """A cost card from billed lines, one row per province."""
    by_province: dict[str, list[Observed]] = defaultdict(list)
    for line in lines:
        if line.province and line.weight_g > 0 and line.due_fen > 0:
            by_province[line.province].append(line)
    rows: list[RateCardRow] = []
    reproduced = 0
    for province, found in sorted(by_province.items()):
        tariff = tariff_of(found)
        if tariff is None or len(found) < LEAST_LINES:
            continue
        agreed = sum(tariff.price(line.weight_g) == line.due_fen for line in found)
        if agreed * 2 >= len(found):
            reproduced += agreed
            rows.append(_row(courier, card, since, province, tariff))
    return Learned(rows, len(lines), reproduced)


def _row(courier: str, card: str, since: date | None, province: str, tariff: Tariff) -> RateCardRow:
    stepped = tariff.step_fen is not None
    return RateCardRow(
        card=card,
        role="cost",
        merchant=None,
        courier=courier,
        service=None,
        origin_province=None,
        dest_province=province,
        dest_city=None,
        zone=None,
        weight_from_g=0,
        weight_to_g=None if stepped else STEP_G,
        first_weight_g=STEP_G,
        first_price_fen=tariff.first_fen,
        step_g=STEP_G if stepped else None,
        step_price_fen=tariff.step_fen,
        base_price_fen=None,
        per_kg_centifen=None,
        rounding=None,
        volume_divisor=None,
        min_charge_fen=None,
        lead_days_min=None,
        lead_days_max=None,
        currency="CNY",
        valid_from=since,
        valid_to=None,
    )
