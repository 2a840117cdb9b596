"""Reading couriers' JSON without trusting its types: numbers come as texts, objects as null."""

from __future__ import annotations

import msgspec

Fields = dict[str, object]
KEPT = 2000
"""Characters of a refused row, and of a scan's text, that are kept."""


def decoded(raw: bytes | str) -> object:
    """JSON.

    Raises:
        ValueError: it is none, or is nested too deep.
    """
    try:
        value: object = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def inside(value: object) -> Fields:
    """An object's fields; an object written as a text is read; nothing for anything else."""
    if isinstance(value, str):
        try:
            value = decoded(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def kept_scan(row: bytes) -> Fields:
    """A scan that was put aside, to be read again.

    Raises:
        ValueError: it is no object.
    """
    scan = inside(decoded(row))
    if not scan:
        raise ValueError("no object")
    return scan


def each(value: object) -> list[object]:
    """The items of an array; one object counts as an array of it; nothing for anything else."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def text(fields: Fields, *keys: str) -> str | None:
    """The first of these fields that is a text, a number or a truth and not empty."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str | int | float) and (found := str(value).strip()):
            return found
    return None


def shown(value: object) -> str:
    """A refused row as text, cut."""
    words = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return words[:KEPT]
