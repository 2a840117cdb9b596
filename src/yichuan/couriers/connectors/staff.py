"""Phones of couriers' staff: how they are written, and who hides behind them."""

from __future__ import annotations

import re
from typing import Final

from yichuan.couriers.connectors.base import Deliverer

PHONE: Final = re.compile(
    r"(?<![\d*])(?P<main>(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?\d{7,8}"
    r"|95\d{9,12})(?![\d*])(?:\s*(?:转|[-,，#]|ext\.?)\s*(?P<extension>\d{2,6})(?!\d))?",
    re.IGNORECASE | re.ASCII,
)
"""A whole number: mobile, landline, or 95… of a service that hides numbers, with its extension."""


def by_phone(match: re.Match[str], name: str = "", *, virtual: bool = False) -> Deliverer:
    """The person whose number `PHONE` found. Extensions and 95… say that it hides another."""
    main, extension = match["main"], match["extension"] or ""
    hides = virtual or bool(extension) or main.startswith("95")
    return Deliverer(name.strip()[:20], plain_phone(main), extension, hides)


def named(name: str | None, phone: object) -> Deliverer | None:
    """The person that fields of a message name; None without a whole number."""
    match = PHONE.fullmatch(str(phone or "").strip())
    return by_phone(match, name or "") if match else None


def plain_phone(phone: str) -> str:
    """A number as it is dialled within China: digits, without the country's prefix."""
    digits = re.sub(r"[^0-9]", "", phone)
    return digits[2:] if len(digits) == 13 and digits.startswith("861") else digits
