"""Which courier service carries a box, and why: pure rules over facts.

A service is out when it cannot carry the goods (weight, cold chain, bulky), its terms rule the
parcel out (area, suspension, prohibited goods, real name) or its branch account has no numbers
left. Bulky goods too light for any bulky service go as an ordinary parcel. Of the
rest, those that keep the promise come first, then the cheapest, then the faster. The reason is
written for people, in Chinese and English.

A service the platform has suspended (准入) is out as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from msgspec import Struct

ASSUMED_WEIGHT_G = 1_000
"""Where nobody weighed the goods."""
BULKY_FROM_G = 20_000
"""Above this, parcel services are not asked where a bulky service is to be had."""
COLD_WORDS = ("生鲜", "冷链", "冷冻", "冷藏", "水果", "海鲜", "乳品", "fresh", "frozen")
BULKY_WORDS = ("建材", "家具", "瓷砖", "卫浴", "大家电", "furniture", "building")


@dataclass(frozen=True, slots=True)
class Box:
    """What dispatch must know of a shipment. `days_left`: days until the promise."""

    weight_g: int | None
    categories: tuple[str, ...] = ()
    days_left: int | None = None


class Option(Struct, frozen=True):
    """A courier service on a usable account, with its expected cost in fen. A Struct, because every
    box has a score of them made."""

    courier: str
    courier_name: str
    service: str
    service_zh: str
    service_en: str
    kind: str
    min_weight_g: int
    max_weight_g: int | None
    typical_days: int
    account_id: UUID
    balance: int | None
    quota: int | None
    """Numbers of a lent account the merchant may still take; None: no limit."""
    cost_fen: int | None
    barred: tuple[str, str] | None = None
    """Why the terms of the service rule it out: not delivered to, suspended, prohibited goods."""
    cost_told: bool = False
    """The cost is the courier's own quote, not a rate card's."""
    days_told: bool = False
    """The days are the courier's own forecast for this lane."""
    suspended: tuple[str, str] | None = None
    """Why the platform does not admit it now (准入), in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen option and the explanation, or None and why nothing fits."""

    option: Option | None
    reason: dict[str, Any]


def needed_kind(box: Box) -> str | None:
    """The kind of service the goods ask for: cold_chain, bulky, or None."""
    goods = " ".join(box.categories).lower()
    if any(word in goods for word in COLD_WORDS):
        return "cold_chain"
    heavy = (box.weight_g or 0) >= BULKY_FROM_G
    if heavy or any(word in goods for word in BULKY_WORDS):
        return "bulky"
    return None


_FITS = {
    None: frozenset({"standard", "express"}),
    "cold_chain": frozenset({"cold_chain"}),
    "bulky": frozenset({"bulky", "special_line"}),
}
_KIND_WORDS = {
    None: ("普通包裹", "ordinary parcel"),
    "cold_chain": ("生鲜需冷链", "fresh goods need cold chain"),
    "bulky": ("大件重货", "bulky goods"),
    "light_bulky": (
        "大件类商品未达大件起运重量，改走普通快递",
        "bulky goods below every bulky service's minimum weight, sent as a parcel",
    ),
}
_OTHER_KIND = ("服务类型不符", "not this kind of service")
_TOO_LIGHT = ("低于起运重量", "below the minimum weight")


def _refusal(box: Box, option: Option, kinds: frozenset[str]) -> tuple[str, str] | None:
    weight = box.weight_g or ASSUMED_WEIGHT_G
    if option.kind not in kinds:
        return _OTHER_KIND
    if weight < option.min_weight_g:
        return _TOO_LIGHT
    if option.suspended is not None:
        zh, en = option.suspended
        return (f"平台已暂停准入：{zh}", f"suspended by the platform: {en}")
    if option.max_weight_g is not None and weight > option.max_weight_g:
        return ("超过限重", "over the weight limit")
    if option.barred is not None:
        return option.barred
    if option.balance is not None and option.balance <= 0:
        return ("网点单号余额不足", "the branch has no numbers left")
    if option.quota is not None and option.quota <= 0:
        return ("借用平台账号的额度已用完", "the quota on the lent account is used up")
    return None


def _order(box: Box, option: Option) -> tuple[Any, ...]:
    late = box.days_left is not None and option.typical_days > box.days_left
    unknown = option.cost_fen is None
    return (late, unknown, option.cost_fen or 0, option.typical_days, option.courier)


def choose(box: Box, options: Sequence[Option]) -> Choice:
    """Pick the service for a box and explain it."""
    need = needed_kind(box)
    kinds = _FITS[need]
    if not any(option.kind in kinds for option in options):
        need, kinds = None, frozenset().union(*_FITS.values())
    refused = {id(o): _refusal(box, o, kinds) for o in options}
    if need == "bulky" and None not in refused.values() and _TOO_LIGHT in refused.values():
        need, kinds = "light_bulky", _FITS[None]
        refused |= {id(o): _refusal(box, o, kinds) for o in options if o.kind in kinds}
    ranked = sorted((o for o in options if refused[id(o)] is None), key=lambda o: _order(box, o))
    chosen = ranked[0] if ranked else None
    return Choice(chosen, _explain(box, need, chosen, ranked, options, refused))


def _explain(
    box: Box,
    need: str | None,
    chosen: Option | None,
    ranked: Sequence[Option],
    options: Sequence[Option],
    refused: dict[int, tuple[str, str] | None],
) -> dict[str, Any]:
    candidates = [_candidate(box, o, None) for o in ranked]
    candidates += [_candidate(box, o, refused[id(o)]) for o in options if refused[id(o)]]
    (zh, en), (cost_zh, cost_en) = _words(need, chosen), _cost_words(chosen, ranked)
    if chosen is None:
        why = _why_none(options, refused)
        zh, en = zh + why[0], en + why[1]
    return {
        "rule": need or "parcel",
        "zh": zh + cost_zh,
        "en": en + cost_en,
        "plain_zh": zh,
        "plain_en": en,
        "weight_assumed": box.weight_g is None,
        "candidates": candidates[:12],
    }


def _candidate(box: Box, option: Option, why_not: tuple[str, str] | None) -> dict[str, Any]:
    return {
        "courier": option.courier,
        "courier_name": option.courier_name,
        "service": option.service,
        "service_zh": option.service_zh,
        "service_en": option.service_en,
        "cost_minor": option.cost_fen,
        "typical_days": option.typical_days,
        "cost_told": option.cost_told,
        "days_told": option.days_told,
        "keeps_promise": box.days_left is None or option.typical_days <= box.days_left,
        "refused_zh": why_not[0] if why_not else None,
        "refused_en": why_not[1] if why_not else None,
    }


def _why_none(
    options: Sequence[Option], refused: dict[int, tuple[str, str] | None]
) -> tuple[str, str]:
    """What stands in the way of services that would fit; empty where none would."""
    found = {refused[id(o)] for o in options} - {_OTHER_KIND, None}
    reasons = sorted(reason for reason in found if reason is not None)
    if not reasons:
        return "", ""
    zh, en = "、".join(r[0] for r in reasons), ", ".join(r[1] for r in reasons)
    return f"（{zh}）", f" ({en})"


def _words(need: str | None, chosen: Option | None) -> tuple[str, str]:
    """What was chosen; nothing of costs, merchants read it too."""
    need_zh, need_en = _KIND_WORDS[need]
    if chosen is None:
        return (f"{need_zh}：没有可用的快递服务", f"{need_en}: no usable courier service")
    days = chosen.typical_days
    told_zh, told_en = ("（快递预估）", " (its forecast)") if chosen.days_told else ("", "")
    return (
        f"{need_zh}：选 {chosen.courier_name} {chosen.service_zh}，约 {days} 天{told_zh}",
        f"{need_en}: {chosen.courier} {chosen.service_en}, about {days} days{told_en}",
    )


def _cost_words(chosen: Option | None, ranked: Sequence[Option]) -> tuple[str, str]:
    if chosen is None or chosen.cost_fen is None:
        return "", ""
    amount = f"¥{chosen.cost_fen // 100}.{chosen.cost_fen % 100:02d}"
    told_zh, told_en = ("（快递报价）", " (its quote)") if chosen.cost_told else ("", "")
    zh, en = f"，预计 {amount}{told_zh}", f", expected {amount}{told_en}"
    known = [o.cost_fen for o in ranked[1:] if o.cost_fen is not None]
    if known and chosen.cost_fen <= min(known):
        zh += "，为可用服务中最低价"
        en += ", the cheapest usable service"
    return zh, en
