"""单号识别: which couriers a number may be of, ranked. Pure: no database, no clock.

The rank is a probability. Each format of `numbers.json` says which numbers a courier gives and
how many there are of that length; a courier that gives few numbers of a shape is more likely to
have given this one than a courier that gives any twelve digits (Bayes: prior × share of the format
÷ size of the format). A check digit that fits makes the format ten times smaller, one that does
not fit rules it out. Priors are the couriers' yearly volumes (`number_volumes.csv`).

Confirmed shipments come on top (`Learned`): how often a courier's scans confirmed numbers that
are as long or begin alike, on this platform and for this merchant. They first replace the priors,
then how much of a courier's numbers have that length (whose merchant's parcels carry the twelve
digits of old is known by them), then, where numbers of the very same beginning were confirmed, the
formats too (interpolated as in a hierarchical Dirichlet model: n confirmed weigh
n / (n + CAUTION)).

Chinese couriers publish no check digits and their formats overlap: a score below `CERTAIN` must
not be used without a person's consent.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from yichuan.couriers.checkdigits import fits

CERTAIN = 0.95
"""A first candidate of this score may be used without asking."""
LEAST = 0.001
"""Candidates below this score are left out."""
CAUTION_PRIOR = {"platform": 500.0, "merchant": 20.0}
CAUTION_LENGTH = {"platform": 50.0, "merchant": 10.0}
CAUTION_SHAPE = {"platform": 10.0, "merchant": 4.0}
"""Confirmed shipments that weigh as much as what was believed before."""
CHECKED = 10.0
"""How many times fewer numbers a format has once the check digit is counted."""
SMALL = 0.02
"""Billion parcels a year of a courier that the table of volumes does not name."""
OTHERS = 2.0
"""Billion parcels a year of couriers whose formats nobody wrote down."""
PREFIXES = (2, 4)
"""Characters a shape begins with; the length alone (`15:`) is counted too."""
_NUMBER = re.compile(r"[0-9A-Z-]{5,40}")

CheckDigit: TypeAlias = Literal["verified", "none"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A courier that may have given the number."""

    courier: str
    score: float
    """Probability, 0 to 1; all candidates and the unknown couriers together make 1."""
    check_digit_verified: bool
    """The format has a check digit and the number's fits; Chinese couriers publish none."""
    format: str | None
    """The format's name; None for a courier known by confirmed shipments alone."""
    country: str | None = None
    """UPU S10: whose post took the item in."""
    confirmed: int = 0
    """Confirmed shipments of this courier whose numbers begin like this one: the merchant's own
    where one asks, else the platform's."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a number may be."""

    number: str
    """As tracks know it: upper case, no blanks."""
    candidates: tuple[Candidate, ...]

    @property
    def certain(self) -> str | None:
        """The courier, when there is no real doubt."""
        first = self.candidates[0] if self.candidates else None
        return first.courier if first is not None and first.score >= CERTAIN else None


@dataclass(frozen=True, slots=True)
class Format:
    """A shape of numbers of one courier."""

    id: str
    courier: str
    name: str
    pattern: re.Pattern[str]
    sizes: Mapping[int, float]
    """log10 of how many numbers it has, by length."""
    checksum: Mapping[str, Any] | None
    prepend_if: Mapping[str, str] | None
    share: float
    """Part of the courier's numbers that have this format."""

    def match(self, number: str) -> CheckDigit | None:
        """None when the number is not of this format, or its check digit is wrong."""
        found = self.pattern.fullmatch(number)
        if found is None:
            return None
        if self.checksum is None:
            return "none"
        serial, digit = found["SerialNumber"], found["CheckDigit"]
        if self.prepend_if and re.match(self.prepend_if["matches_regex"], serial):
            serial = self.prepend_if["content"] + serial
        return "verified" if fits(self.checksum, serial, digit) else None


@dataclass(frozen=True, slots=True)
class Learned:
    """Counts of confirmed shipments: by shape (see `shapes`), then by courier."""

    platform: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    merchant: Mapping[str, Mapping[str, int]] | None = None
    """None: nobody asks for a merchant."""

    def levels(self) -> tuple[tuple[str, Mapping[str, Mapping[str, int]]], ...]:
        """From the widest experience to the merchant's own."""
        return (("platform", self.platform), ("merchant", self.merchant or {}))

    @property
    def told(self) -> str:
        """The level whose counts may be told: a merchant is not told what others ship."""
        return "platform" if self.merchant is None else "merchant"


NOTHING = Learned()


def tidy(number: str) -> str:
    """A number as tracks know it: upper case, no blanks."""
    return re.sub(r"\s+", "", number).upper()


def shapes(number: str) -> tuple[str, ...]:
    """What is counted of a confirmed number: any, its length, then length and beginning. It does
    not tell the number: `15:77` stands for 15 characters that begin with 77."""
    return ("", f"{len(number)}:", *(f"{len(number)}:{number[:n]}" for n in PREFIXES))


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(
        (files("yichuan.couriers") / "numbers.json").read_text("utf-8")
    )
    return table


@cache
def formats() -> tuple[Format, ...]:
    """Every format but UPU S10. Formats of couriers abroad share their courier's numbers alike."""
    rows = _table()["formats"]
    abroad = [row["courier"] for row in rows if "share" not in row]
    return tuple(
        Format(
            id=row["id"],
            courier=row["courier"],
            name=row["name"],
            pattern=re.compile(row["regex"], re.ASCII),
            sizes={int(length): size for length, size in row["sizes"].items()},
            checksum=row.get("checksum"),
            prepend_if=row.get("prepend_if"),
            share=row.get("share", 1 / max(1, abroad.count(row["courier"]))),
        )
        for row in rows
    )


@cache
def _of_length(length: int) -> tuple[tuple[Format, float], ...]:
    """Formats with numbers of a length, and the chance that one of the courier's is a given one."""
    return tuple(
        (form, form.share / len(form.sizes) * 10.0 ** -form.sizes[length])
        for form in formats()
        if length in form.sizes
    )


@cache
def _length_shares(length: int) -> Mapping[str, float]:
    """Which part of a courier's numbers have a length, by its formats."""
    found: dict[str, float] = {}
    for form in formats():
        if length in form.sizes:
            found[form.courier] = found.get(form.courier, 0.0) + form.share / len(form.sizes)
    return found


@cache
def _volumes() -> Mapping[str, float]:
    text = (files("yichuan.couriers") / "number_volumes.csv").read_text("utf-8")
    return {row["courier"]: float(row["billion"]) for row in csv.DictReader(text.splitlines())}


@cache
def _volume() -> float:
    return sum(_volumes().values())


_S10 = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})")
_S10_CHECK = {"name": "s10"}
NO_POST = "UPU"
"""Stands for the posts of countries that no catalogue lists."""
S10_SIZE = 2 * math.log10(26) + 8


@cache
def _s10_services() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(regex), name) for regex, name in _table()["s10"]["services"])


def posts() -> Mapping[str, str]:
    """Our courier by country, for UPU S10 items."""
    found: dict[str, str] = _table()["s10"]["posts"]
    return found


def item_of_post(number: str) -> tuple[str, str, str] | None:
    """Courier, name and country of a UPU S10 item whose check digit fits; the EMS of China and
    its letters are two couriers."""
    found = _S10.fullmatch(number) if len(number) == 13 else None
    if found is None or not fits(_S10_CHECK, found[2], found[3]):
        return None
    country = found[4]
    service = next((name for form, name in _s10_services() if form.fullmatch(found[1])), None)
    if service is None or country not in _table()["s10"]["countries"]:
        return None
    courier = posts().get(country, NO_POST)
    courier = "EMS" if country == "CN" and service == "EMS" else courier
    return courier, f"UPU S10, {service}", country


@dataclass(slots=True)
class _Guess:
    """A courier with what speaks for it."""

    likelihood: float
    format: str | None
    check_digit: CheckDigit = "none"
    country: str | None = None


def _by_format(number: str) -> dict[str, _Guess]:
    """Couriers that have a format for the number, with the chance that one of their numbers is
    this one."""
    found: dict[str, _Guess] = {}
    item = item_of_post(number)
    if item is not None:
        found[item[0]] = _Guess(10 ** (1 - S10_SIZE) / 2, item[1], "verified", item[2])
    for form, unchecked in _of_length(len(number)):
        check = form.match(number)
        if check is None:
            continue
        likelihood = unchecked * (CHECKED if check == "verified" else 1)
        known = found.get(form.courier)
        if known is None:
            found[form.courier] = _Guess(likelihood, form.name, check)
            continue
        if likelihood > known.likelihood:
            known.format, known.check_digit = form.name, check
        known.likelihood += likelihood
    return found


def _priors(couriers: Iterable[str], learned: Learned) -> dict[str, float]:
    """Relative volumes: the trade's, then this platform's, then this merchant's."""
    volumes = _volumes()
    priors = {code: volumes.get(code, SMALL) / _volume() for code in couriers}
    for level, counts in learned.levels():
        seen = counts.get("")
        if not seen:
            continue
        total, caution = sum(seen.values()), CAUTION_PRIOR[level]
        priors = {
            code: (seen.get(code, 0) + caution * prior) / (total + caution)
            for code, prior in priors.items()
        }
    return priors


def _lengths(number: str, couriers: Iterable[str], learned: Learned) -> dict[str, float]:
    """How much likelier or rarer the number's length is at each courier than its formats say."""
    shares = _length_shares(len(number))
    found = {}
    for code in couriers:
        believed = part = shares.get(code, 0.0)
        for level, counts in learned.levels():
            whole = counts.get("", {}).get(code, 0)
            seen = counts.get(f"{len(number)}:", {}).get(code, 0)
            caution = CAUTION_LENGTH[level]
            part = (seen + caution * part) / (whole + caution)
        found[code] = part / believed if believed else 1.0
    return found


def _unknown(number: str, learned: Learned) -> float:
    """Weight of the couriers nobody wrote down; the more is confirmed, the less they count."""
    characters = 10.0 if number.isdigit() else 36.0
    weight: float = OTHERS / _volume() * characters ** -len(number)
    for level, counts in learned.levels():
        caution = CAUTION_PRIOR[level]
        weight *= caution / (sum(counts.get("", {}).values()) + caution)
    return weight


def recognise(number: str, learned: Learned = NOTHING) -> Recognition:
    """Rank the couriers a number may be of; no candidates for what no courier would give."""
    number = tidy(number)
    if not _NUMBER.fullmatch(number):
        return Recognition(number, ())
    guesses = _by_format(number)
    steps = [
        (level, counts[shape])
        for shape in shapes(number)[2:]
        for level, counts in learned.levels()
        if shape in counts
    ]
    for _, seen in steps:
        for code in seen:
            guesses.setdefault(code, _Guess(0.0, None))
    if not guesses:
        return Recognition(number, ())
    priors = _priors(guesses, learned)
    lengths = _lengths(number, guesses, learned)
    weights = {
        code: priors[code] * lengths[code] * guess.likelihood for code, guess in guesses.items()
    }
    whole = sum(weights.values()) + _unknown(number, learned)
    scores = {code: weight / whole for code, weight in weights.items()}
    confirmed: dict[str, int] = {}
    for level, seen in steps:
        if level == learned.told:
            confirmed |= {code: max(n, confirmed.get(code, 0)) for code, n in seen.items()}
        total, caution = sum(seen.values()), CAUTION_SHAPE[level]
        scores = {
            code: (seen.get(code, 0) + caution * score) / (total + caution)
            for code, score in scores.items()
        }
    return Recognition(number, _ranked(scores, guesses, confirmed))


def _ranked(
    scores: Mapping[str, float], guesses: Mapping[str, _Guess], confirmed: Mapping[str, int]
) -> tuple[Candidate, ...]:
    ranked = sorted((-score, code) for code, score in scores.items() if score >= LEAST)
    return tuple(
        Candidate(
            courier=code,
            score=round(-score, 4),
            check_digit_verified=guesses[code].check_digit == "verified",
            format=guesses[code].format,
            country=guesses[code].country,
            confirmed=confirmed.get(code, 0),
        )
        for score, code in ranked
    )


def count(numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """What confirmed (courier, number) pairs add to the counts, by (shape, courier)."""
    found: dict[tuple[str, str], int] = {}
    for courier, number in numbers:
        for shape in shapes(tidy(number)):
            key = (shape, courier)
            found[key] = found.get(key, 0) + 1
    return found


def all_shapes(numbers: Sequence[str]) -> list[str]:
    """Every shape whose counts `recognise` may ask for, for some numbers."""
    return sorted({shape for number in numbers for shape in shapes(tidy(number))})
