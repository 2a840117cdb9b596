"""Cursor pagination: a cursor is the sort values of the last row, opaque to callers."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from yichuan.core.errors import Invalid

T = TypeVar("T")
MAX_LIMIT = 200


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is None on the last page."""

    items: list[T]
    next_cursor: str | None = None


def encode_cursor(values: Sequence[str | int | None]) -> str:
    """Opaque URL-safe text of the last row's sort values."""
    raw = json.dumps(list(values), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_cursor(cursor: str, length: int) -> list[str | int | None]:
    """The values inside a cursor.

    Raises:
        Invalid: not a cursor of `length` values.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise Invalid("not a cursor of this list", field="cursor") from error
    if not isinstance(values, list) or len(values) != length:
        raise Invalid("not a cursor of this list", field="cursor")
    return values


def time_cursor(at: datetime, row_id: UUID) -> str:
    """Cursor of a list sorted by (time, id)."""
    return encode_cursor([at.isoformat(), str(row_id)])


def read_time_cursor(cursor: str) -> tuple[datetime, UUID]:
    """The (time, id) inside a cursor.

    Raises:
        Invalid: not such a cursor.
    """
    at, row_id = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(str(at)), UUID(str(row_id))
    except ValueError as error:
        raise Invalid("not a cursor of this list", field="cursor") from error


def number_cursor(number: int) -> str:
    """Cursor of a list sorted by one number."""
    return encode_cursor([number])


def read_number_cursor(cursor: str) -> int:
    """The number inside a cursor.

    Raises:
        Invalid: not such a cursor.
    """
    (number,) = decode_cursor(cursor, 1)
    if type(number) is not int:  # a bool is an int
        raise Invalid("not a cursor of this list", field="cursor")
    return number
