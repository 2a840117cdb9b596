"""Couriers' refusals → our stable error codes.

A connector's own codes are in its `errors.csv`; what couriers say in words is the trade's language
and read by one table for all, `errors.csv` beside this module. A code that only says "see the
text" is marked `rejected`: then the words decide.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from yichuan.couriers.connectors.base import CourierError

ABOUT_US: Final = frozenset(
    {"bad_signature", "unknown_user", "no_permission", "account_refused", "ip_refused"}
)
"""Refusals of who asks, not of what is asked."""
UNHEARD: Final = frozenset(
    {
        "unreachable", "circuit_open", "rate_limited", "no_answer", "courier_down", "bad_answer",
        "http_error", "quota_exceeded", "courier_busy", "address_refused",
    }
)  # fmt: skip
"""Errors of the way to the courier: it said nothing about what was asked."""
UNSAID = "rejected"
"""The error of a refusal that neither code nor words explain."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A stable code, and whether the same request may succeed later without a person's help."""

    error: str
    retryable: bool = False


def meaning_of(connector: str, code: str | None, reason: str) -> Meaning:
    """What a refusal means: by its code, else by its words, else `rejected`."""
    by_code = _codes(connector).get(code.strip()) if code else None
    if by_code is not None and by_code.error != UNSAID:
        return by_code
    for pattern, meaning in _texts():
        if pattern.search(reason):
            return meaning
    return by_code or Meaning(UNSAID)


def refusal(connector: str, code: str | None, reason: str) -> CourierError:
    """The error to raise for a refusal: the courier did nothing."""
    meaning = meaning_of(connector, code, reason)
    return CourierError(
        meaning.error, reason, courier_code=code or None, retryable=meaning.retryable
    )


def answered(error: CourierError) -> bool:
    """Whether a call that was refused shows all the same that the connection works: the courier
    heard us, knows us, and only has nothing to say to what was asked."""
    return error.code not in ABOUT_US | UNHEARD


async def heard(call: Awaitable[object]) -> None:
    """Wait for a trial call about a thing that nobody has: only a refusal of who asks counts."""
    try:
        await call
    except CourierError as error:
        if not answered(error):
            raise


def in_doubt(error: CourierError) -> CourierError:
    """The error of a look-up that failed after a lost answer: not knowing whether there is a number
    is not knowing that there is none."""
    return CourierError(
        error.code,
        error.courier_text,
        courier_code=error.courier_code,
        retryable=True,
        outcome="unknown",
    )


def unreadable(why: str, *, doubt: bool) -> CourierError:
    """The error of an answer that cannot be read. `doubt`: it may hide a done deed."""
    return CourierError(
        "bad_answer", why, retryable=not doubt, outcome="unknown" if doubt else "refused"
    )


@cache
def _codes(connector: str) -> dict[str, Meaning]:
    table = resources.files(__package__).joinpath(connector, "errors.csv")
    return {
        row["code"]: Meaning(row["error"], row["retryable"] == "yes")
        for row in csv.DictReader(table.read_text("utf-8").splitlines())
    }


@cache
def _texts() -> tuple[tuple[re.Pattern[str], Meaning], ...]:
    table = resources.files(__package__).joinpath("errors.csv")
    return tuple(
        (re.compile(row["reason"]), Meaning(row["error"], row["retryable"] == "yes"))
        for row in csv.DictReader(table.read_text("utf-8").splitlines())
    )
