"""Who signed 签收人, read from the text of a delivery."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

_WHO = r"((?![:：是为])(?:(?!已?签收|感谢)[^】\]）),，。；;【\[(（\s]){1,20})"
_NAMED = (
    re.compile(rf"签收人(?:类型)?\s*(?:是|为)?\s*[:：]?\s*[【\[(（]?\s*{_WHO}"),
    re.compile(rf"(?:代收|签收)\s*[:：]\s*{_WHO}"),
    re.compile(rf"(?:已被|由)\s*{_WHO}\s*(?:签收|代签|代收)"),
    re.compile(r"^[【\[]([一-鿿]{2,4}(?<![部司点站店]))[】\]]\s*已签收"),
    re.compile(r"signed for by\s*:?\s*([\w .'-]{1,40})", re.IGNORECASE),
)
_BY_CODE = re.compile(r"凭[^，,。；;]{0,6}码签收")
_NOISE = re.compile(r"(?:草签|图片|先生/女士|先生|女士|在$|凭[^，,。]{0,6}码|\s)+")


@dataclass(frozen=True, slots=True)
class Signature:
    """`by` is the courier's word for the person, personal data; `kind` who that is to the buyer."""

    by: str | None
    kind: str | None
    """self, family, gate, locker, station, third_party; None when the text does not say."""


MAX_TEXT = 600
"""Characters of a text that are read."""


def signature_of(text: str, detail: str) -> Signature:
    """Who signed, from the text of an event whose detail says delivered."""
    return _remembered(text[:MAX_TEXT], detail)


@lru_cache(maxsize=4096)
def _remembered(text: str, detail: str) -> Signature:
    words = _signer(text)
    kind = _kind(words) if words else None
    if kind is None and detail == "signed_by_third_party":
        kind = _kind(text) or "third_party"
    elif not words and _BY_CODE.search(text):
        kind = "self"
    by = _NOISE.sub("", words) if words else ""
    return Signature(by or None, kind)


def _signer(text: str) -> str:
    for pattern in _NAMED:
        match = pattern.search(text)
        if match and (_NOISE.sub("", match.group(1)) or _kind(match.group(1))):
            return match.group(1).strip()
    return ""


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str]], ...]:
    source = resources.files(__package__).joinpath("signers.csv").read_text("utf-8")
    rows = csv.DictReader(source.splitlines())
    return tuple((row["kind"], re.compile(row["pattern"], re.IGNORECASE)) for row in rows)


def _kind(words: str) -> str | None:
    return next((kind for kind, pattern in _kinds() if pattern.search(words)), None)
