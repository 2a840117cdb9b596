"""Code 128 and QR as runs of dark modules on the printers' dot grid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import zxingcpp

DOT = 0.125
"""Millimetres of a dot at 8 dots/mm (203 dpi), the resolution of label printers."""
QUIET_CODE128 = 10
"""Modules of light space on either side (ISO/IEC 15417)."""
QUIET_QR = 2
"""Modules of light space round a QR code here; ISO/IEC 18004 asks for 4, what lies beyond ours is
kept white by the layout."""

_RECENT = 16
"""Symbols remembered: a label draws its number twice and reprints are rare; a QR code is 35 kB."""
_DARK = re.compile(rb"\x00+")
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,80}")


@dataclass(frozen=True, slots=True)
class Symbol:
    """The dark runs (column, row, length) of a `columns` x `rows` matrix, in modules, rows counted
    from the top, and the PDF path of them; a linear symbol has one row."""

    columns: int
    rows: int
    runs: tuple[tuple[int, int, int], ...]
    path: str


def _symbol(barcode: zxingcpp.Barcode, rows: int | None) -> Symbol:
    image: Any = barcode.to_image(scale=1, add_quiet_zones=False, add_hrt=False)
    height, width = image.shape
    data = memoryview(image).tobytes()
    count = height if rows is None else rows
    runs = tuple(
        (match.start(), row, match.end() - match.start())
        for row in range(count)
        for match in _DARK.finditer(data[row * width : (row + 1) * width])
    )
    path = "\n".join(f"{column} {row} {length} 1 re" for column, row, length in runs)
    return Symbol(width, count, runs, path)


@lru_cache(maxsize=_RECENT)
def code128(text: str) -> Symbol | None:
    """The shortest Code 128 symbol, or None for a text that has none (empty, longer than 80, or
    not printable ASCII)."""
    if not _PRINTABLE.fullmatch(text):
        return None
    return _symbol(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128), 1)


@lru_cache(maxsize=_RECENT)
def qr(text: str, largest: int) -> Symbol | None:
    """A QR symbol of at most `largest` modules a side, at error correction M or else L; None if
    the text needs more."""
    for level in ("M", "L"):
        try:
            barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
        except ValueError:
            continue
        symbol = _symbol(barcode, None)
        if symbol.columns <= largest:
            return symbol
    return None


def module_dots(columns: int, length: float, quiet: int, most: int) -> int:
    """Dots per module so that the symbol and its quiet zones fit `length` mm; 0 if none does."""
    return min(most, int(length / DOT + 1e-6) // (columns + 2 * quiet))
