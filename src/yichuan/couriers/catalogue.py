"""The catalogue of couriers, read from the packaged table: pure, no database.

A courier's code is KDNiao's, in upper case, where KDNiao has one. A courier that only Kuaidi100 or
17TRACK knows has the code `KUAIDI100.<THEIRS>` or `17TRACK.<theirs>`: KDNiao's codes have no dot,
so the two never collide. `scripts/build_catalogue.py` makes the table and says how the three were
joined.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, TypeAlias, cast, get_args

CourierKind: TypeAlias = Literal[
    "domestic",
    "freight",
    "cold_chain",
    "same_city",
    "cross_border",
    "international",
    "postal",
]
"""国内快递, 快运/大件/专线, 冷链, 同城, 跨境/集运/专线, 海外快递, 国际邮政."""
Added: TypeAlias = Literal["upstairs", "installation"]
"""Added services of bulky goods: 送货上楼, 安装."""
KINDS: tuple[CourierKind, ...] = get_args(CourierKind)
SYSTEMS = ("kdniao", "kuaidi100", "17track")
_KEEP = re.compile(r"[^0-9a-z\u3400-\u9fff]+")


def plain(text: str) -> str:
    """A name without case, accents, blanks and signs, to compare it by."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower())
    folded = "".join(c for c in folded if not unicodedata.combining(c)).replace("&", "n")
    return _KEEP.sub("", folded)


@dataclass(frozen=True, slots=True)
class Entry:
    """A courier 快递公司 of the catalogue."""

    code: str
    """Upper case, as tracks are known by."""
    kdniao: str | None
    """KDNiao's own spelling of the code (EasyGet); None when it does not know the courier."""
    name_zh: str
    name_en: str | None
    kind: CourierKind
    country: str
    """Where it is at home, ISO 3166; empty when not known."""
    aliases: tuple[str, ...]
    pinyin: str
    """Its Chinese name spelt, syllables apart."""
    kuaidi100: tuple[str, ...]
    """Kuaidi100's codes of it; the first is the one to send."""
    track17: tuple[str, ...]
    same_as: str | None
    """KDNiao lists some couriers twice: the code that stands for both."""
    added: tuple[Added, ...]
    phone: str | None
    website: str | None
    place: int
    """Place in the table: KDNiao's couriers first, the large ones at the top."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it goes by."""
        return (self.name_zh, *([self.name_en] if self.name_en else []), *self.aliases)

    @property
    def initials(self) -> str:
        """First letters of its Chinese name (ytsd for 圆通速递)."""
        return "".join(syllable[0] for syllable in self.pinyin.split())

    def codes_in(self, system: str) -> tuple[str, ...]:
        """Its codes in one of `SYSTEMS`, the one to send first; empty when it is not there.

        Raises:
            KeyError: no such system.
        """
        own = (self.kdniao,) if self.kdniao else ()
        return {"kdniao": own, "kuaidi100": self.kuaidi100, "17track": self.track17}[system]


def _many(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


@cache
def entries() -> Mapping[str, Entry]:
    """All couriers by code, in the table's order."""
    text = (files("yichuan.couriers") / "catalogue.csv").read_text("utf-8")
    found = {
        row["code"]: Entry(
            code=row["code"],
            kdniao=row["kdniao"] or None,
            name_zh=row["name_zh"],
            name_en=row["name_en"] or None,
            kind=cast(CourierKind, row["kind"]),
            country=row["country"],
            aliases=_many(row["aliases"]),
            pinyin=row["pinyin"],
            kuaidi100=_many(row["kuaidi100"]),
            track17=_many(row["track17"]),
            same_as=row["same_as"] or None,
            added=cast("tuple[Added, ...]", _many(row["added"])),
            phone=row["phone"] or None,
            website=row["website"] or None,
            place=place,
        )
        for place, row in enumerate(csv.DictReader(text.splitlines()))
    }
    return MappingProxyType(found)


@cache
def _by_name() -> Mapping[str, str]:
    """Codes by plain code and name. An equal name means the courier that stands for its doubles;
    a code always means itself."""
    found: dict[str, str] = {}
    for entry in sorted(entries().values(), key=lambda e: (e.same_as is not None, e.place)):
        for name in entry.names:
            found.setdefault(plain(name), entry.code)
    found |= {plain(code): code for code in reversed(list(entries())) if "." not in code}
    found.pop("", None)
    return MappingProxyType(found)


def find(text: str) -> str | None:
    """The courier that a code or a full name, or another name of it, means; None when unclear."""
    code = text.strip().upper()
    if code in entries():
        return code
    return _by_name().get(plain(text))


@cache
def _by_code_in(system: str) -> Mapping[str, str]:
    return MappingProxyType(
        {their: e.code for e in entries().values() for their in e.codes_in(system)}
    )


def of_system(system: str, their_code: str) -> str | None:
    """Our code of a courier that one of `SYSTEMS` names by its own."""
    return _by_code_in(system).get(their_code)
