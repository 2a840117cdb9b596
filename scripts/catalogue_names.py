"""How couriers' names are compared when the catalogue is built: pure and deterministic.

A name is read as one or more *labels* (the text without its brackets, and what stands inside them)
and a label is compared by one of three keys, from strict to loose:

- `exact`: the letters, digits and Chinese characters alone, in lower case;
- `same trade`: a Chinese label without its last word for what the firm does, together with what
  that word says (快递, 速递 and 速运 all say parcels; 物流, 快运, 货运 freight; 国际 cross-border);
- `core`: the same without that. Firms of one core are often strangers (汇丰快递, 汇丰物流):
  it finds candidates for a person to look at and joins nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from yichuan.couriers.catalogue import plain

CJK = re.compile(r"[\u3400-\u9fff]")
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]?")
_LANGUAGE = re.compile(r"(?:[-—]?(?:中文|英文|法文|韩文|英文结果|中文结果|en|cn))$")
TRADES = {
    "parcel": (
        "速递快运",
        "快递",
        "速递",
        "速运",
        "快件",
        "特快",
        "专递",
        "宅配",
        "express",
        "courier",
    ),
    "freight": ("物流快运", "快运", "物流", "货运", "零担", "大件", "freight", "logistics"),
    "abroad": ("国际物流", "国际快递", "国际速递", "国际速运", "国际货运", "国际", "转运", "海淘"),
    "chain": ("供应链管理", "供应链", "supplychain"),
}
_WORDS = sorted(
    ((word, trade) for trade, words in TRADES.items() for word in words), key=lambda x: -len(x[0])
)
_FIRM = ("有限责任公司", "股份有限公司", "有限公司", "集团", "公司")
NO_NAME = 5
"""Latin text in brackets of so few letters is a country or a kind: (DE), (LATAM)."""
SHORT = 4
"""Latin labels of so few letters are initials, and initials are not names."""


class Core(NamedTuple):
    """A label without its trade word."""

    text: str
    trade: str


def labels(text: str, places: frozenset[str] = frozenset()) -> list[str]:
    """The exact keys of a name: outside its brackets, inside them, and around a slash.

    What stands in brackets is another name when it is long enough to be one; a country (one of
    `places`, or a short code as in GLS (DE)) tells branches apart and stays part of the name.
    """
    folded = unicodedata.normalize("NFKC", text)
    inside = [part for part in _BRACKETS.findall(folded) if _another_name(part, places)]
    parts = [_BRACKETS.sub(" ", folded) if inside else folded, *inside]
    parts += [side for part in list(parts) for side in part.split("/") if "/" in part]
    keys = [plain(_LANGUAGE.sub("", part.strip())) for part in parts]
    return list(dict.fromkeys(key for key in keys if len(key) > 1 and key not in places))


def _another_name(text: str, places: frozenset[str]) -> bool:
    key = plain(text)
    return key not in places and len(key) > (1 if CJK.search(key) else NO_NAME)


def core(label: str) -> Core:
    """A label taken apart; a name that is nothing but trade words stays whole."""
    for firm in _FIRM:
        label = label.removesuffix(firm)
    for word, trade in _WORDS:
        if label.endswith(word) and len(label) - len(word) > 1:
            return Core(label.removesuffix(word), trade)
    return Core(label, "parcel")


def initials(label: str) -> bool:
    """Whether a label is too short a Latin one to be a name."""
    return not CJK.search(label) and len(label) <= SHORT
