"""Invented cost cards of the sample couriers: no courier's real prices."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from yichuan.rating.rows import RateCardRow
from yichuan.simulator.sample_buyers import PEOPLE

FAR = MappingProxyType(
    {
        "新疆": 3, "西藏": 3, "青海": 2, "内蒙古": 2, "宁夏": 2, "甘肃": 2, "海南": 2, "黑龙江": 1,
        "吉林": 1, "辽宁": 1, "云南": 1, "贵州": 1, "广西": 1, "陕西": 1, "四川": 1, "重庆": 1,
    }
)  # fmt: skip
"""How far a province is; the others are near (0)."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """A courier service's invented prices in fen: the first weight, each further kg, per step."""

    courier: str
    service: str
    first_g: int
    first_fen: int
    step_fen: int
    far_first_fen: tuple[int, int, int]
    far_step_fen: tuple[int, int, int]
    spread_fen: int = 0
    """Differences between provinces, up to so much either way: not one courier is always best."""


NEAR_FAR = (60, 320, 1100)
STEPS_FAR = (60, 260, 900)
TARIFFS = (
    Tariff("ZTO", "1", 1000, 330, 110, NEAR_FAR, STEPS_FAR, 40),
    Tariff("YTO", "1", 1000, 325, 115, NEAR_FAR, STEPS_FAR, 40),
    Tariff("YD", "1", 1000, 320, 118, NEAR_FAR, STEPS_FAR, 40),
    Tariff("JTSD", "1", 1000, 315, 122, NEAR_FAR, STEPS_FAR, 40),
    Tariff("STO", "1", 1000, 395, 125, NEAR_FAR, STEPS_FAR, 10),
    Tariff("EMS", "1", 1000, 620, 210, (100, 250, 500), (100, 220, 480)),
    Tariff("JD", "1", 1000, 780, 190, (120, 360, 1000), (120, 320, 800)),
    Tariff("JD", "2", 1000, 1180, 320, (200, 500, 1200), (180, 420, 900)),
    Tariff("JD", "8", 3000, 1880, 330, (300, 800, 1800), (200, 500, 1200)),
    Tariff("SF", "1", 1000, 1080, 300, (300, 700, 1200), (250, 650, 1100)),
    Tariff("SF", "2", 1000, 1560, 560, (400, 900, 1600), (350, 800, 1400)),
    Tariff("SF", "cold", 3000, 2150, 360, (400, 900, 1900), (260, 620, 1300)),
    Tariff("SF", "bulky", 20000, 5200, 240, (600, 1600, 3600), (90, 180, 420)),
    Tariff("DBL", "1", 3000, 1420, 165, (300, 800, 1900), (60, 150, 330), 60),
    Tariff("DBL", "special", 60000, 7200, 110, (900, 2400, 5600), (40, 110, 260)),
    Tariff("ANE", "1", 10000, 2300, 95, (400, 1000, 2400), (40, 100, 240), 90),
    Tariff("ANE", "special", 10000, 3300, 130, (500, 1300, 3000), (50, 120, 280)),
    Tariff("ZTOKY", "1", 5000, 1700, 118, (350, 900, 2200), (50, 120, 280), 80),
)
"""Plausible in their order, invented in their figures."""


def cards() -> list[RateCardRow]:
    """All rows of all cards, one card per courier service."""
    return [row for tariff in TARIFFS for row in _rows(tariff)]


def _rows(tariff: Tariff) -> Iterator[RateCardRow]:
    for province in PEOPLE:
        far = FAR.get(province, 0)
        first = tariff.first_fen + (tariff.far_first_fen[far - 1] if far else 0)
        step = tariff.step_fen + (tariff.far_step_fen[far - 1] if far else 0)
        yield RateCardRow(
            card=f"示例成本价 {tariff.courier} {tariff.service}",
            role="cost",
            merchant=None,
            courier=tariff.courier,
            service=tariff.service,
            origin_province=None,
            dest_province=province,
            dest_city=None,
            zone=None,
            weight_from_g=0,
            weight_to_g=None,
            first_weight_g=tariff.first_g,
            first_price_fen=first + _spread(tariff, province),
            step_g=1000,
            step_price_fen=step,
            base_price_fen=None,
            per_kg_centifen=None,
            rounding=None,
            volume_divisor=None,
            min_charge_fen=None,
            lead_days_min=2,
            lead_days_max=4 + far,
            currency="CNY",
            valid_from=None,
            valid_to=None,
        )


def _spread(tariff: Tariff, province: str) -> int:
    if not tariff.spread_fen:
        return 0
    lot = zlib.crc32(f"{tariff.courier}/{tariff.service}/{province}".encode())
    return lot % (2 * tariff.spread_fen + 1) - tariff.spread_fen
