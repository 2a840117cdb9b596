"""Waybill numbers in the couriers' real shapes.

Patterns: `#` a digit, `@` a letter A-Z, `!` the check digit of a UPU S10 number over the eight
digits before it, anything else itself. Domestic numbers carry no published check digit.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from functools import cache
from random import Random

from yichuan.simulator.catalogue import courier as find_courier
from yichuan.simulator.catalogue import couriers

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def s10_check_digit(serial: str) -> str:
    """Check digit of an eight-digit UPU S10 serial (standard S10, weights 8 6 4 2 3 5 9 7)."""
    rest = 11 - sum(int(d) * w for d, w in zip(serial, S10_WEIGHTS, strict=True)) % 11
    return {10: "0", 11: "5"}.get(rest, str(rest))


def fill(pattern: str, rng: Random) -> str:
    """A number of the given shape."""
    out: list[str] = []
    for mark in pattern:
        if mark == "#":
            out.append(rng.choice(string.digits))
        elif mark == "@":
            out.append(rng.choice(string.ascii_uppercase))
        elif mark == "!":
            out.append(s10_check_digit("".join(out[-8:])))
        else:
            out.append(mark)
    return "".join(out)


def allot(courier: str, seed: int, key: str, attempt: int = 0) -> str:
    """The number a courier gives for `key` (account and order code); same seed, same number.

    `attempt` gives another one when the first is taken.

    Raises:
        UnknownCourierError: no such courier.
    """
    rng = Random(f"{seed}/number/{courier}/{key}/{attempt}")
    return fill(rng.choice(find_courier(courier).numbers), rng)


def may_be_of(number: str) -> Sequence[str]:
    """Couriers whose patterns a number has, the pattern with most fixed marks first."""
    fits = [
        (len(pattern) - sum(map(pattern.count, "#@!")), courier)
        for courier, shapes in _shapes().items()
        for pattern, shape in shapes.items()
        if shape.fullmatch(number)
    ]
    return tuple(dict.fromkeys(courier for _, courier in sorted(fits, key=lambda fit: -fit[0])))


@cache
def _shapes() -> dict[str, dict[str, re.Pattern[str]]]:
    marks = {"#": r"\d", "!": r"\d", "@": "[A-Z]"}
    return {
        one.code: {
            pattern: re.compile("".join(marks.get(mark, mark) for mark in pattern))
            for pattern in one.numbers
        }
        for one in couriers().values()
    }
