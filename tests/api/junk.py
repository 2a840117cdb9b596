"""What no honest program sends, put in the place of each value of an honest request in turn."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Path = tuple[str | int, ...]

TEXTS: tuple[Any, ...] = (
    "a\x00b",
    "\ud800",
    "",
    "x" * 20_000,
    "\U0010ffff\u202e\ufeff",
    "%00%s{0}../..' OR 1=1 --",
)
NUMBERS: tuple[Any, ...] = (2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**400, -1, 0, 1.5)
TIMES: tuple[Any, ...] = (
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
    "2026-11-20T03:00:00",
    "2026-02-30T00:00:00Z",
    -62_135_596_801,
    10**18,
)
DAYS: tuple[Any, ...] = ("0001-01-01", "9999-12-31", "2026-02-30", "2026-W01-1")
IDS: tuple[Any, ...] = ("00000000-0000-0000-0000-000000000000", "\x00", 2**128)
OTHERS: tuple[Any, ...] = (None, [], {"a": {"\x00": "\ud800"}})
QUERIES = ("a\x00b", "", "x" * 9_000, "-1", "9" * 40, "NaN", "\ufffd٣")
SEGMENTS = ("%00", "x" * 3_000, "-1", "9" * 40, "%ED%A0%80", "..%2f..", "%F0%9F%92%A9")
BODIES = (b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"a":NaN}', b"null", b'"x"', b"1" * 5_000)
FILES = (
    b"\x00\x00\x00",
    b"\xff\xfe\x00\xd8",
    b"a,b\n" + b"x" * 200_000,
    b"order_no,sku,quantity\n\x00,\x00,\x00\n",
    b"order_no,sku,quantity\n1,1," + b"9" * 400 + b"\n",
    b'"' * 999,
    b"PK\x03\x04" + b"\x00" * 60,
)
FILE_NAMES = ("a.csv", "a.xlsx", "\x00.csv", "x" * 5_000 + ".txt", "a.exe", "")
HEADERS = (
    ("authorization", b"Bearer \x00"),
    ("authorization", b"Bearer \xff\xfe"),
    ("authorization", b"Bearer " + b"x" * 9_000),
    ("authorization", b"\x00"),
    ("cookie", b"yichuan_session=\xff; yichuan_session"),
    ("idempotency-key", b"\x00"),
    ("idempotency-key", b"\xe9" * 150),
    ("idempotency-key", b"x" * 9_000),
    ("content-length", b"x"),
    ("x-csrf-token", b"\xff"),
)
CURSORS = (
    "x",
    "",
    "====",
    "bnVsbA",
    "W10",
    "WzFd",
    "WzEsMl0",
    "WyIyMDI2IiwieCJd",
    "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0",
    "WyIyMDI2LTExLTIwVDAwOjAwOjAwIiwiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0",
    "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ",
    "Wy05OTk5OTk5OTk5OTk5OTk5OTk5OTldCg",
    "WyJcdTAwMDAiLCJcdTAwMDAiXQ",
    "WyJcdTAwMDAiLCJcdTAwMDAiLDFd",
    "WyJhIiwiYiIsIngiXQ",
    "WyJhIiwiYiIsWzFdXQ",
    "WyJhIiwiYiIsMS41XQ",
    "W05hTl0",
    "W3RydWVd",
    "WyJOYU4iLCIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAiXQ",
    "WyJJbmZpbml0eSIsIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd",
    "W1tbXV1d",
    "W3siYSI6MX1d",
    "W1tb" * 6_000,
    "\u4e2d",
)
"""Not base64, not JSON, wrong lengths and kinds, odd times, huge numbers, deep nests."""


def leaves(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place of a JSON value with what stands there, containers too."""
    yield at, value
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, inner in items:
        yield from leaves(inner, (*at, key))


def junk_for(value: Any) -> tuple[Any, ...]:
    """What to try in the place of a value."""
    if isinstance(value, bool | dict | list):
        return ("\x00", None)
    if isinstance(value, int | float):
        return (*NUMBERS, "\x00", None)
    if isinstance(value, str) and len(value) == 36 and value.count("-") == 4:
        return (*IDS, None)
    if isinstance(value, str) and value[10:11] == "T":
        return (*TIMES, "\x00")
    if isinstance(value, str) and len(value) == 10 and value[4:5] == "-":
        return (*DAYS, "\x00")
    return (*TEXTS, *OTHERS)


def replaced(value: Any, at: Path, by: Any) -> Any:
    """A JSON value with something else at one place."""
    if not at:
        return by
    made = copy.deepcopy(value)
    inner = made
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = by
    return made


def spoiled(
    value: Any, some: Callable[[tuple[Any, ...], Path], Sequence[Any]]
) -> Iterator[tuple[str, Any]]:
    """The value with junk at each place in turn, and which. `some`: what of it to try there."""
    for at, inner in leaves(value):
        for by in some(junk_for(inner), at):
            yield f"{'.'.join(map(str, at)) or 'body'} = {str(by)[:40]!r}", replaced(value, at, by)
