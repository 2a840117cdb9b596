"""Code 128 and QR as modules on the printers' dot grid."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
"""Symbols remembered: a label draws its number twice and reprints are rare."""
_DARK = re.compile(rb"\x00+")
_BITS = b"1" + b"0" * 255
"""Dark modules as the digit 1."""
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,80}")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A `columns` x `rows` matrix of modules, rows counted from the top; a linear symbol has one
    row."""

    columns: int
    rows: int
    modules: bytes
    """Row by row, a byte each: 0 is dark."""
    drawing: str
    """The PDF operators that draw the dark ones, one module to a unit."""

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """Dark modules as (column, row, length)."""
        for row in range(self.rows):
            begin = row * self.columns
            for found in _DARK.finditer(self.modules, begin, begin + self.columns):
                yield found.start() - begin, row, found.end() - found.start()


def _matrix(barcode: zxingcpp.Barcode) -> tuple[int, int, bytes]:
    """Columns, rows and modules."""
    image: Any = barcode.to_image(scale=1, add_quiet_zones=False, add_hrt=False)
    height, width = image.shape
    return width, height, memoryview(image).tobytes()


def _bars(barcode: zxingcpp.Barcode) -> Symbol:
    """A linear symbol as the rectangles of its bars."""
    width, _, modules = _matrix(barcode)
    bars = (found.span() for found in _DARK.finditer(modules, 0, width))
    path = "\n".join(f"{start} 0 {end - start} 1 re" for start, end in bars)
    return Symbol(width, 1, modules[:width], f"{path} f")


def _square(barcode: zxingcpp.Barcode) -> Symbol:
    """A matrix as an image mask: as hundreds of rectangles it took a quarter of a label's time."""
    width, height, modules = _matrix(barcode)
    bits, spare = modules.translate(_BITS), b"0" * (-width % 8)
    size = (width + 7) // 8
    rows = (bits[at : at + width] + spare for at in range(0, width * height, width))
    mask = b"".join([int(row, 2).to_bytes(size, "big") for row in rows])
    return Symbol(
        width,
        height,
        modules,
        f"{width} 0 0 {-height} 0 {height} cm\n"
        f"BI /IM true /W {width} /H {height} /BPC 1 /D [1 0] /F /AHx ID {mask.hex()}> EI",
    )


@lru_cache(maxsize=_RECENT)
def code128(text: str) -> Symbol | None:
    """The shortest Code 128 symbol, or None for a text that has none (empty, longer than 80, or
    not printable ASCII)."""
    if not _PRINTABLE.fullmatch(text):
        return None
    return _bars(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128))


@lru_cache(maxsize=_RECENT)
def qr(text: str, largest: int) -> Symbol | None:
    """A QR symbol of at most `largest` modules a side, at error correction M or else L; None if
    the text needs more."""
    for level in ("M", "L"):
        try:
            barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
        except ValueError:
            continue
        symbol = _square(barcode)
        if symbol.columns <= largest:
            return symbol
    return None


def module_dots(columns: int, length: float, quiet: int, most: int) -> int:
    """Dots per module so that the symbol and its quiet zones fit `length` mm; 0 if none does."""
    return min(most, int(length / DOT + 1e-6) // (columns + 2 * quiet))
