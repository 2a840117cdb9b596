"""PostgreSQL array literals from columns of values, written with C-speed joins.

Merging sends thousands of rows per statement as one array per column; element-wise adaptation
would cost more than the insert itself.
"""

from __future__ import annotations

from collections.abc import Sequence

_BREAK = "\x1f"
_NULL = "\x1e"
_CONTROL = str.maketrans({"\x00": None, _BREAK: " ", _NULL: " "})


def texts(values: Sequence[str | None]) -> str:
    """`text[]`. Control characters this encoding needs become blanks; NUL is dropped."""
    if not values:
        return "{}"
    joined = _BREAK.join([_NULL if v is None else v for v in values])
    nulls = values.count(None)
    if "\x00" in joined or joined.count(_BREAK) >= len(values) or joined.count(_NULL) > nulls:
        joined = _BREAK.join([_NULL if v is None else v.translate(_CONTROL) for v in values])
    escaped = joined.replace("\\", "\\\\").replace('"', '\\"').replace(_BREAK, '","')
    return f'{{"{escaped}"}}'.replace(f'"{_NULL}"', "NULL")


def numbers(values: Sequence[int | None]) -> str:
    """`bigint[]`."""
    return "{" + ",".join(["NULL" if v is None else str(v) for v in values]) + "}"


def blobs(values: Sequence[bytes | None]) -> str:
    """`bytea[]`."""
    return "{" + ",".join(["NULL" if v is None else f'"\\\\x{v.hex()}"' for v in values]) + "}"
