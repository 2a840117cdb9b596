"""Prohibited goods 禁寄: which rules a box's titles and categories touch. Pure.

A rule is touched where one of its words stands in a text, after the phrases in which the word
means something else were taken out: 酒精棉片 is no 酒精.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from yichuan.terms.areas import Reason

Level = Literal["forbidden", "air", "declare"]
REMEMBERED = 20_000
"""Titles whose answer is kept."""


@dataclass(frozen=True, slots=True)
class Goods:
    """A row of `goods_rules`."""

    id: UUID
    merchant_id: UUID | None
    name_zh: str
    name_en: str
    keywords: tuple[str, ...]
    unless: tuple[str, ...]
    level: Level
    courier: str | None
    service: str | None
    source: str

    def touched(self, text: str) -> str | None:
        """The word of the rule that stands in a text in lower case; None: none."""
        for phrase in self.unless:
            text = text.replace(phrase.lower(), "\0")
        return next((word for word in self.keywords if word.lower() in text), None)

    def concerns(self, courier: str, service: str) -> bool:
        """Whether the rule is about a courier's service."""
        return self.courier in (None, courier) and self.service in (None, service)


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that touches a rule."""

    rule: Goods
    word: str


class GoodsBook:
    """Rules made ready for many titles: one search tells of most that they touch none."""

    def __init__(self, rules: Sequence[Goods]) -> None:
        self.rules = tuple(rules)
        words = sorted({w.lower() for rule in rules for w in rule.keywords if w}, key=len)
        self._any = re.compile("|".join(map(re.escape, words))) if words else None
        self._known: dict[str, tuple[Hit, ...]] = {}

    def hits(self, titles: Iterable[str]) -> tuple[Hit, ...]:
        """What a box's titles touch, each rule once."""
        if self._any is None:
            return ()
        found: dict[UUID, Hit] = {}
        for title in titles:
            for hit in self._of(title):
                found.setdefault(hit.rule.id, hit)
        return tuple(found.values())

    def _of(self, title: str) -> tuple[Hit, ...]:
        known = self._known.get(title)
        if known is not None:
            return known
        text = title.lower()
        assert self._any is not None
        found: tuple[Hit, ...] = ()
        if self._any.search(text):
            touched = ((rule, rule.touched(text)) for rule in self.rules)
            found = tuple(Hit(rule, word) for rule, word in touched if word is not None)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[title] = found
        return found


def everywhere(hit: Hit) -> bool:
    """Whether no courier may take it."""
    return hit.rule.level == "forbidden" and hit.rule.courier is None


_WHY = {
    "forbidden": ("禁寄物品", "prohibited goods"),
    "air": ("不能走航空", "not by air"),
    "declare": ("须申报后寄递", "must be declared"),
}


def reason(hit: Hit) -> Reason:
    """Why goods are not taken, naming the rule and the word that touched it."""
    zh, en = _WHY[hit.rule.level]
    source = f"，{hit.rule.source}" if hit.rule.source else ""
    return Reason(
        {"forbidden": "prohibited", "air": "not_by_air", "declare": "declare"}[hit.rule.level],
        hit.rule.id,
        f"{zh}：{hit.rule.name_zh}（含“{hit.word}”{source}）",
        f"{en}: {hit.rule.name_en} (“{hit.word}”{source.replace('，', ', ')})",
    )
