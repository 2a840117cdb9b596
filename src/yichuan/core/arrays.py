"""PostgreSQL array literals from columns of values, written with C-speed joins.

Who serves many sends thousands of rows per statement as one array per column; element-wise
adaptation would cost more than the insert itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

_BREAK = "\x1f"
_NULL = "\x1e"
_CONTROL = str.maketrans({"\x00": None, _BREAK: " ", _NULL: " "})


def texts(values: Collection[str | None]) -> str:
    """`text[]`. Control characters this encoding needs become blanks; NUL is dropped."""
    if not values:
        return "{}"
    joined = _BREAK.join([_NULL if v is None else v for v in values])
    nulls = sum(1 for v in values if v is None) if _NULL in joined else 0
    if "\x00" in joined or joined.count(_BREAK) >= len(values) or joined.count(_NULL) > nulls:
        joined = _BREAK.join([_NULL if v is None else v.translate(_CONTROL) for v in values])
    escaped = joined.replace("\\", "\\\\").replace('"', '\\"').replace(_BREAK, '","')
    return f'{{"{escaped}"}}'.replace(f'"{_NULL}"', "NULL")


def numbers(values: Collection[int | None]) -> str:
    """`bigint[]`."""
    return "{" + ",".join(["NULL" if v is None else str(v) for v in values]) + "}"


def blobs(values: Collection[bytes | None]) -> str:
    """`bytea[]`."""
    return "{" + ",".join(["NULL" if v is None else f'"\\\\x{v.hex()}"' for v in values]) + "}"


def uuids(values: Collection[UUID | None]) -> str:
    """`uuid[]`."""
    return "{" + ",".join(["NULL" if v is None else f"{v.int:032x}" for v in values]) + "}"


def times(values: Collection[datetime | None]) -> str:
    """`timestamptz[]`."""
    return "{" + ",".join(["NULL" if v is None else v.isoformat() for v in values]) + "}"


def dates(values: Collection[date | None]) -> str:
    """`date[]`."""
    return "{" + ",".join(["NULL" if v is None else v.isoformat() for v in values]) + "}"


def booleans(values: Collection[bool | None]) -> str:
    """`boolean[]`."""
    return "{" + ",".join(["NULL" if v is None else "t" if v else "f" for v in values]) + "}"


def jsons(values: Collection[Any]) -> str:
    """`jsonb[]`, of values as they are; None is NULL."""
    return texts([None if v is None else msgspec.json.encode(v).decode() for v in values])


OF_TYPE: Final[Mapping[str, Callable[[Collection[Any]], str]]] = {
    "uuid": uuids,
    "text": texts,
    "date": dates,
    "timestamptz": times,
    "int": numbers,
    "bigint": numbers,
    "boolean": booleans,
    "bytea": blobs,
    "jsonb": jsons,
}
"""SQL type → literal of an array of it."""
