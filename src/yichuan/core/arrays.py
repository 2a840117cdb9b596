"""Arrays for PostgreSQL from columns of values, written with C-speed joins.

Who serves many sends thousands of rows per statement as one array per column; element-wise
adaptation would cost more than the insert itself. Text goes as a literal, whose escapes a few
replacements over the whole column write; what is of fixed size or no text goes in the binary form
that PostgreSQL takes without parsing (its `array_recv` and the types' `recv` functions).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

import msgspec
import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_BREAK = "\x1f"
_NULL = "\x1e"
_CONTROL = str.maketrans({"\x00": None, _BREAK: " ", _NULL: " "})


class Binary(bytes):
    """An array as PostgreSQL takes it; the subclass says of what."""


_Kind = TypeVar("_Kind", bound=Binary)
Array: TypeAlias = str | Binary
"""What a statement is given."""


class Numbers(Binary):
    """`bigint[]`."""


class Blobs(Binary):
    """`bytea[]`."""


class Uuids(Binary):
    """`uuid[]`."""


class Seconds(Binary):
    """`timestamptz[]`."""


class Dates(Binary):
    """`date[]`."""


class Places(Binary):
    """`tid[]`."""


class Versions(Binary):
    """`xid[]`."""


_ELEMENTS: Final[Mapping[type[Binary], str]] = {
    Numbers: "int8",
    Blobs: "bytea",
    Uuids: "uuid",
    Seconds: "timestamptz",
    Dates: "date",
    Places: "tid",
    Versions: "xid",
}
_OIDS: Final = {kind: psycopg.postgres.types[name].oid for kind, name in _ELEMENTS.items()}


class _AsIs(Dumper):
    """Sends what is written already."""

    format = Format.BINARY

    def dump(self, obj: Binary) -> Binary:
        return obj


for _of, _name in _ELEMENTS.items():
    _oid = psycopg.postgres.types[_name].array_oid
    psycopg.adapters.register_dumper(_of, type(f"{_of.__name__}Dumper", (_AsIs,), {"oid": _oid}))

_NOTHING: Final = b"\xff\xff\xff\xff"
"""An element that is NULL, whatever its type."""
_SIZES: Final = [size.to_bytes(4) for size in range(2048)]
_EIGHT: Final = struct.Struct(">iq").pack
_FOUR: Final = struct.Struct(">ii").pack
_MILLION: Final = 1_000_000
_FIRST_DAY: Final = date(2000, 1, 1).toordinal()


def _array(kind: type[_Kind], elements: Collection[bytes]) -> _Kind:
    """Elements with their sizes before them, behind the head: dimensions, whether there may be
    NULLs, the elements' type, how many, the first one's index."""
    if not elements:
        return kind(struct.pack(">iiI", 0, 0, _OIDS[kind]))
    head = struct.pack(">iiIii", 1, 1, _OIDS[kind], len(elements), 1)
    return kind(head + b"".join(elements))


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


def numbers(values: Collection[int | None]) -> Numbers:
    """`bigint[]`.

    Raises:
        OverflowError: one needs more than 64 bits.
    """
    try:
        return _array(Numbers, [_NOTHING if v is None else _EIGHT(8, v) for v in values])
    except struct.error as error:
        raise OverflowError(f"not a whole number of 64 bits: {error}") from error


def blobs(values: Collection[bytes | None]) -> Blobs:
    """`bytea[]`."""
    return _array(Blobs, [_NOTHING if v is None else _sized(v) for v in values])


def _sized(value: bytes) -> bytes:
    size = len(value)
    return (_SIZES[size] if size < len(_SIZES) else size.to_bytes(4)) + value


def uuids(values: Collection[UUID | None]) -> Uuids:
    """`uuid[]`."""
    size = _SIZES[16]
    return _array(Uuids, [_NOTHING if v is None else size + v.bytes for v in values])


def seconds(values: Collection[int | None]) -> Seconds:
    """`timestamptz[]`, of whole seconds since 2000-01-01 00:00 UTC."""
    return _array(Seconds, [_NOTHING if v is None else _EIGHT(8, v * _MILLION) for v in values])


def times(values: Collection[datetime | None]) -> str:
    """`timestamptz[]`."""
    return "{" + ",".join(["NULL" if v is None else v.isoformat() for v in values]) + "}"


def dates(values: Collection[date | None]) -> Dates:
    """`date[]`."""
    return _array(
        Dates, [_NOTHING if v is None else _FOUR(4, v.toordinal() - _FIRST_DAY) for v in values]
    )


def places(values: Collection[bytes]) -> Places:
    """`tid[]`, of `ctid`s as they were read in binary."""
    return _array(Places, [_SIZES[6] + v for v in values])


def versions(values: Collection[bytes]) -> Versions:
    """`xid[]`, of `xmin`s as they were read in binary."""
    return _array(Versions, [_SIZES[4] + v for v in values])


def booleans(values: Collection[bool | None]) -> str:
    """`boolean[]`."""
    return "{" + ",".join(["NULL" if v is None else "t" if v else "f" for v in values]) + "}"


def jsons(values: Collection[Any]) -> str:
    """`jsonb[]`, of values as they are; None is NULL."""
    return texts([None if v is None else msgspec.json.encode(v).decode() for v in values])


OF_TYPE: Final[Mapping[str, Callable[[Collection[Any]], Array]]] = {
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
"""SQL type → array of it."""
