"""Hiding personal data on a label (隐私面单)."""

from __future__ import annotations

import re
from enum import StrEnum

_DIGITS = re.compile(r"\d+")
_UNIT = re.compile(r"[0-9A-Za-z一二三四五六七八九十百甲乙丙丁\-]+(?=单元|室|户|房间|号房)")
_UNIT_TAIL = re.compile(r"(?<=\d)(?:[-－]\d+)+$")


class Privacy(StrEnum):
    """How much of a person a label shows."""

    NONE = "none"
    """Everything in clear."""
    MASKED = "masked"
    """The trade's usual form: 张*, 138****1234."""
    STRICT = "strict"
    """GB/T 41833-2022: at least one character of the name, six digits of the phone and the
    unit and room of the address (单元户室号) hidden."""


def mask_name(name: str) -> str:
    """First character and at most two asterisks: 张三 → 张*, 欧阳娜娜 → 欧**.

    A single character is hidden wholly; a name that already has an asterisk is kept.
    """
    name = name.strip()
    if not name or "*" in name:
        return name
    return name[0] + "*" * min(len(name) - 1, 2) if len(name) > 1 else "*"


def mask_phone(phone: str, hidden: int = 4) -> str:
    """Hide `hidden` digits of the longest run of digits, before its last four (two when more
    than four are hidden): 13812341234 → 138****1234, 0571-88123456 → 0571-****3456.

    Extensions of privacy numbers stay: without them the number cannot be dialled. A number that
    already has an asterisk is kept.
    """
    if "*" in phone:
        return phone
    runs = sorted(_DIGITS.finditer(phone), key=lambda run: run.end() - run.start())
    if not runs:
        return phone
    start, end = runs[-1].span()
    tail = min(4 if hidden <= 4 else 2, (end - start) // 2)
    first = max(start, end - tail - hidden)
    return phone[:first] + "*" * (end - tail - first) + phone[end - tail :]


def mask_address(address: str) -> str:
    """Hide unit and room: 5栋3单元402室 → 5栋*单元*室, 12-3-402 → 12-*."""
    return _UNIT_TAIL.sub("-*", _UNIT.sub("*", address.strip()))
