"""LabelData from JSON lines: strict where a label would be wrong, lenient where it would not."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec

from yichuan.core.clock import CHINA
from yichuan.waybills.labels.model import Contact, LabelData

_ALIASES = {
    "courier": "courier_code",
    "service": "service_name",
    "number": "waybill_number",
    "link": "buyer_link",
}
_CONTACT_ALIASES = {"mobile": "phone", "tel": "phone", "county": "district", "detail": "address"}
_FIELDS = frozenset(field.name for field in fields(LabelData))
_CONTACT_FIELDS = frozenset(field.name for field in fields(Contact))


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no label."""

    line: int
    """From 1."""
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file held."""

    labels: tuple[LabelData, ...]
    lines: tuple[int, ...]
    """Line number of each label, from 1."""
    bad: tuple[BadLine, ...]
    ignored: tuple[tuple[int, str], ...]
    """(line, field) of fields that are not ours."""


def parse_lines(lines: Iterable[str | bytes], now: datetime) -> Parsed:
    """Labels of a file; `now` (aware) is the print time where a line gives none. Blank lines are
    skipped; a bad line is reported and the next one read."""
    labels, numbers, bad, ignored = [], [], [], []
    for number, line in enumerate(lines, 1):
        text = line.encode() if isinstance(line, str) else line
        text = text.removeprefix(codecs.BOM_UTF8).strip()
        if not text:
            continue
        try:
            label, unknown = parse_label(text, now)
        except (msgspec.MsgspecError, ValueError) as error:
            bad.append(BadLine(number, str(error)))
            continue
        labels.append(label)
        numbers.append(number)
        ignored += [(number, name) for name in unknown]
    return Parsed(tuple(labels), tuple(numbers), tuple(bad), tuple(ignored))


def parse_label(line: str | bytes, now: datetime) -> tuple[LabelData, list[str]]:
    """One label, and the names of fields that are not ours.

    Raises:
        msgspec.MsgspecError: not JSON, a required field is missing, or a value has another type.
        ValueError: the values make no label (see LabelData).
    """
    raw = msgspec.json.decode(line, type=dict[str, Any])
    unknown: list[str] = []
    data = _named(raw, _ALIASES, _FIELDS, "", unknown)
    data.setdefault("print_time", now)
    data.setdefault("sender", {"name": "", "phone": "", "address": ""})
    for role in ("receiver", "sender"):
        if isinstance(data.get(role), dict):
            data[role] = _contact(data[role], role, unknown)
    data["print_time"] = _aware(data["print_time"])
    if isinstance(data.get("goods"), list):
        data["goods"] = [_goods_line(item) for item in data["goods"]]
    return msgspec.convert(data, LabelData), unknown


def _named(raw: dict[str, Any], aliases: dict[str, str], known: frozenset[str], path: str,
           unknown: list[str]) -> dict[str, Any]:  # fmt: skip
    """Fields under our names, null as absent; others' names go to `unknown`."""
    data: dict[str, Any] = {}
    for key, value in raw.items():
        name = aliases.get(key, key)
        if name not in known:
            unknown.append(path + key)
        elif value is not None and (key == name or name not in raw):
            data[name] = value
    return data


def _contact(raw: dict[str, Any], role: str, unknown: list[str]) -> dict[str, Any]:
    street = raw.get("street")
    rest = {key: value for key, value in raw.items() if key != "street"}
    data = _named(rest, _CONTACT_ALIASES, _CONTACT_FIELDS, f"{role}.", unknown)
    if isinstance(street, str) and isinstance(data.get("address", ""), str):
        data["address"] = street + data.get("address", "").removeprefix(street)
    return data


def _aware(value: object) -> object:
    """A text without offset is courier time."""
    if isinstance(value, str):
        at = datetime.fromisoformat(value)
        return at if at.tzinfo is not None else at.replace(tzinfo=CHINA)
    return value


def _goods_line(item: object) -> object:
    """{"name": …, "quantity": n} as one line of text."""
    if isinstance(item, dict) and isinstance(item.get("name"), str):
        quantity = item.get("quantity")
        return item["name"] if quantity is None else f"{item['name']} ×{quantity}"
    return item
