"""Chargeable weight 计费重量: rounding rules, volumetric divisors 抛比; names of places on cards.

Weights are grams, volumes cm³; everything is an integer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from yichuan.core.errors import Invalid

CEIL, HALF_UP, FLOOR = "ceil", "half_up", "floor"


@dataclass(frozen=True, slots=True)
class Segment:
    """Up to `to_g` (inclusive; None: without end) weights go to multiples of `step_g`."""

    to_g: int | None
    step_g: int
    mode: str


JD_STANDARD = (
    Segment(1_000, 1_000, CEIL),
    Segment(10_000, 100, HALF_UP),
    Segment(100_000, 500, CEIL),
    Segment(None, 1_000, HALF_UP),
)
"""普快 (京东式): up to 1 kg counts as 1 kg; to 10 kg 0.1 kg half up; to 100 kg 0.5 kg up; above
1 kg half up. From public course notes on parcel pricing."""

ROUNDINGS: dict[str, tuple[Segment, ...]] = {
    "exact": (Segment(None, 1, CEIL),),
    "ceil_1kg": (Segment(None, 1_000, CEIL),),
    "ceil_500g": (Segment(None, 500, CEIL),),
    "ceil_100g": (Segment(None, 100, CEIL),),
    "half_up_1kg": (Segment(None, 1_000, HALF_UP),),
    "half_up_100g": (Segment(None, 100, HALF_UP),),
    "jd_standard": JD_STANDARD,
}
"""Named rounding rules. ceil_1kg: the common contract rule (Yunda above its brackets, checked
on real bills; Best and SF prices to merchants). Others are written mode_step, as "floor_100g" or
"ceil_2kg"."""

_NAMED = re.compile(r"^(ceil|half_up|floor)_(\d{1,6})(g|kg)$")


class UnknownRounding(Invalid):
    """A rate card names a rounding rule that does not exist."""

    code = "unknown_rounding"
    title, title_zh = "Unknown rounding rule", "未知的计重进位规则"


@lru_cache(maxsize=256)
def rounding(name: str) -> tuple[Segment, ...]:
    """The segments of a rounding rule.

    Raises:
        UnknownRounding: neither a name of `ROUNDINGS` nor mode_step.
    """
    if name in ROUNDINGS:
        return ROUNDINGS[name]
    found = _NAMED.match(name)
    if found is None or int(found[2]) == 0:
        raise UnknownRounding(f"no rounding rule {name!r}", rounding=name)
    step = int(found[2]) * (1_000 if found[3] == "kg" else 1)
    return (Segment(None, step, found[1]),)


def is_rounding(name: str) -> bool:
    """Whether a rounding rule of that name exists."""
    found = _NAMED.match(name)
    return name in ROUNDINGS or (found is not None and int(found[2]) > 0)


def _to_step(weight_g: int, step_g: int, mode: str) -> int:
    if mode == CEIL:
        return -(-weight_g // step_g) * step_g
    if mode == HALF_UP:
        return (2 * weight_g + step_g) // (2 * step_g) * step_g
    return weight_g // step_g * step_g


def round_weight(weight_g: int, name: str) -> int:
    """A weight rounded by a rule; never falls when the weight grows.

    Raises:
        UnknownRounding: see `rounding`.
    """
    for segment in rounding(name):
        if segment.to_g is None or weight_g <= segment.to_g:
            return _to_step(weight_g, segment.step_g, segment.mode)
    raise UnknownRounding(f"rounding rule {name!r} has no last segment", rounding=name)


@dataclass(frozen=True, slots=True)
class Divisor:
    """Volumetric divisor: cm³ that count as one kg for a courier's service."""

    courier: str
    service: str
    cm3_per_kg: int
    source: str


DIVISORS: tuple[Divisor, ...] = (
    Divisor("JD", "重货标快/特快", 6_000, "public calculator code"),
    Divisor("SF", "卡航", 6_000, "public calculator code"),
    Divisor("DBL", "零担 精准汽运/卡航", 4_800, "public calculator code"),
    Divisor("DBL", "快递", 6_000, "public calculator code"),
    Divisor("JD", "普快 同城", 12_000, "public course notes"),
    Divisor("JD", "普快 省内", 8_000, "public course notes"),
    Divisor("JD", "普快 跨省", 12_000, "public course notes"),
    Divisor("JD", "普快 经济区 京津冀/江浙沪", 6_000, "public course notes"),
    Divisor("JD", "普快 经济区 黑吉辽", 12_000, "public course notes"),
    Divisor("JD", "普快 经济区 川渝", 8_000, "public course notes"),
    Divisor("*", "国际快递", 5_000, "public calculator code"),
    Divisor("*", "航空货运", 6_000, "public calculator code; IATA's rule for air cargo"),
)
"""Divisors in use, for people writing a card; a card row's own `volume_divisor` is what counts."""


def volumetric_g(volume_cm3: int, cm3_per_kg: int) -> int:
    """Volumetric weight 体积重, rounded up to a gram."""
    return -(-volume_cm3 * 1_000 // cm3_per_kg)


def heavier_g(weight_g: int, volume_cm3: int, cm3_per_kg: int | None) -> int:
    """The greater of actual and volumetric weight, before rounding."""
    if cm3_per_kg is None or volume_cm3 <= 0:
        return weight_g
    return max(weight_g, volumetric_g(volume_cm3, cm3_per_kg))


PROVINCES = (  # noqa: SIM905 - a list of 34 literals reads worse
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 "
    "广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 台湾 香港 澳门"
).split()
"""Short names of the 34 provincial divisions; the first two characters tell them apart."""

_BY_START = {name[:2]: name for name in PROVINCES}
_CITY_END = re.compile(r"(?:城区|市|地区|盟|州)$")
_PREFECTURE = re.compile(
    r"^(.{2,}?)(?:(?:布依|朝鲜|土家|哈尼|彝|壮|傣|白|景颇|傈僳|藏|羌|苗|侗|回|蒙古)族|"
    r"蒙古|哈萨克|柯尔克孜)+(?:自治州)?$"
)
"""The 30 autonomous prefectures: the name before the peoples."""


@lru_cache(maxsize=4096)
def province_key(name: str | None) -> str:
    """A province's short name, whatever suffix it came with; others are returned as they are."""
    if not name:
        return ""
    return _BY_START.get(name.strip()[:2], name.strip())


@lru_cache(maxsize=16384)
def city_key(name: str | None) -> str:
    """A city's name without 市, 地区, 盟, 城区 or 自治州 and the peoples in front of it.

    红河哈尼族彝族自治州, 红河州 and 红河 are one; two-character names stay whole.
    """
    if not name:
        return ""
    name = name.strip()
    if len(name) <= 2:
        return name
    prefecture = _PREFECTURE.match(name)
    return prefecture[1] if prefecture else _CITY_END.sub("", name)
