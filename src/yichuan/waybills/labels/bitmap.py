"""Pages of a PDF as bitmaps on a printer's dot grid (pdfium)."""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass
from struct import pack

import pypdfium2
import pypdfium2.raw as pdfium

from yichuan.waybills.labels.model import Size

PRINTER_DOTS = 8
"""Dots per millimetre of a 203-dpi label printer."""
PREVIEW_DOTS = 12
"""Dots per millimetre of a PNG: the 300-dpi printers, and sharp on a screen."""
THRESHOLD = 150
"""Grey below this is black: thin strokes of small type survive."""

_LOCK = threading.Lock()
"""pdfium is not thread-safe."""


@dataclass(frozen=True, slots=True)
class Grey:
    """A page in 256 greys, rows from the top, no padding."""

    width: int
    height: int
    data: bytes

    def packed(self) -> bytes:
        """One bit per dot, 1 = black, each row padded to whole bytes with white."""
        row_bytes = (self.width + 7) // 8
        black = self.data.translate(_BLACK)
        rows = []
        for y in range(self.height):
            row = black[y * self.width : (y + 1) * self.width].ljust(row_bytes * 8, b"0")
            rows.append(int(row, 2).to_bytes(row_bytes, "big"))
        return b"".join(rows)


_BLACK = bytes(ord("1") if grey < THRESHOLD else ord("0") for grey in range(256))


def pages(pdf: bytes, size: Size, dots_per_mm: int) -> list[Grey]:
    """Every page, exactly `size` times `dots_per_mm` dots."""
    width, height = (side * dots_per_mm for side in size.mm)
    with _LOCK:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return [_page(document[i], width, height) for i in range(len(document))]
        finally:
            document.close()


def _page(page: pypdfium2.PdfPage, width: int, height: int) -> Grey:
    """Rendered by the raw call: the helper's own size is rounded up to whole points' scale."""
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        flags = pdfium.FPDF_GRAYSCALE | pdfium.FPDF_PRINTING
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
        buffer = bytes(bitmap.buffer)
        rows = [buffer[y * bitmap.stride : y * bitmap.stride + width] for y in range(height)]
        return Grey(width, height, b"".join(rows))
    finally:
        bitmap.close()
        page.close()


def png(page: Grey, dots_per_mm: int) -> bytes:
    """An 8-bit grey PNG with its physical size."""
    rows = b"".join(
        b"\x00" + page.data[y * page.width : (y + 1) * page.width] for y in range(page.height)
    )
    density = dots_per_mm * 1000
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", pack(">LLBBBBB", page.width, page.height, 8, 0, 0, 0, 0))
        + _chunk(b"pHYs", pack(">LLB", density, density, 1))
        + _chunk(b"IDAT", zlib.compress(rows, 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">L", len(data)) + kind + data + pack(">L", zlib.crc32(kind + data))
