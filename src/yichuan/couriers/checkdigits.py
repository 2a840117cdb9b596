"""Check digits of waybill numbers: pure arithmetic.

The methods and their parameters are facts from github.com/jkeen/tracking_number_data (MIT); UPU S10
is the Universal Postal Union's standard, MOD 37,36 is ISO 7064.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def _value(character: str) -> int:
    """A digit is itself; a letter counts as on UPS labels (A is 2, wrapping at 10)."""
    return int(character) if character.isdigit() else (ord(character) - 3) % 10


def mod10(serial: str, spec: Mapping[str, Any]) -> str:
    """Weighted sum to the next ten; positions count from 0."""
    text = serial[::-1] if spec.get("reverse") else serial
    odd, even = spec["odds_multiplier"], spec["evens_multiplier"]
    total = sum(_value(c) * (odd if at % 2 else even) for at, c in enumerate(text))
    return str(-total % 10)


def mod7(serial: str, spec: Mapping[str, Any]) -> str:
    """The serial as a number, modulo 7."""
    return str(int(serial) % 7)


def s10(serial: str, spec: Mapping[str, Any]) -> str:
    """UPU S10 over eight digits."""
    total = sum(int(d) * w for d, w in zip(serial, S10_WEIGHTS, strict=True))
    return {10: "0", 11: "5"}.get(11 - total % 11, str(11 - total % 11))


def weighted(serial: str, spec: Mapping[str, Any]) -> str:
    """Sum of products, modulo two numbers one after the other (FedEx)."""
    total = sum(int(d) * w for d, w in zip(serial, spec["weightings"], strict=True))
    return str(total % spec["modulo1"] % spec["modulo2"])


def luhn(serial: str, spec: Mapping[str, Any]) -> str:
    """Every second digit from the right doubled, its digits added."""
    doubled = [int(c) * (2 if at % 2 == 0 else 1) for at, c in enumerate(serial[::-1])]
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def mod37_36(serial: str, spec: Mapping[str, Any]) -> str:
    """ISO 7064 MOD 37,36 over digits and letters."""
    alphabet: str = spec["alphabet"]
    carry = 36
    for character in serial:
        carry = (carry + alphabet.index(character)) % 36 or 36
        carry = carry * 2 % 37
    return alphabet[(37 - carry) % 36]


METHODS: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "mod10": mod10,
    "mod7": mod7,
    "s10": s10,
    "sum_product_with_weightings_and_modulo": weighted,
    "luhn": luhn,
    "mod_37_36": mod37_36,
}


def fits(spec: Mapping[str, Any], serial: str, digit: str) -> bool:
    """Whether a number's check digit is the right one.

    Raises:
        KeyError: the method has no name here.
    """
    return METHODS[spec["name"]](serial, spec) == digit
