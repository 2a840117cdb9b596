"""One door: labels in, a document or a printer's job out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from yichuan.waybills.labels.model import LabelData, LabelWarning, Size
from yichuan.waybills.labels.pdf import render_pdf


class Format(StrEnum):
    """What a label can be rendered as."""

    PDF = "pdf"
    PNG = "png"
    """One image per label, 300 dpi."""
    ZPL = "zpl"
    TSPL = "tspl"
    CPCL = "cpcl"
    """ZPL, TSPL, CPCL: printer jobs for 203 dpi."""


MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.PNG: "image/png",
    Format.ZPL: "application/vnd.zebra.zpl",
    Format.TSPL: "application/octet-stream",
    Format.CPCL: "application/octet-stream",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What `render` made."""

    format: Format
    files: tuple[bytes, ...]
    """One file of all labels; for PNG one per label."""
    warnings: tuple[LabelWarning, ...]

    @property
    def media_type(self) -> str:
        """Content-Type of each file."""
        return MEDIA_TYPES[self.format]

    @property
    def content(self) -> bytes:
        """The only file.

        Raises:
            ValueError: PNGs of several labels.
        """
        if len(self.files) != 1:
            raise ValueError(f"{len(self.files)} files: take them from `files`")
        return self.files[0]


def render(labels: Sequence[LabelData], fmt: Format = Format.PDF,
           size: Size = Size.ONE_PART) -> Rendered:  # fmt: skip
    """Render labels in their order.

    pdfium is loaded on the first format other than PDF (about 10 MB).

    Raises:
        ValueError: no labels.
    """
    rendered = render_pdf(labels, size)
    files = (rendered.pdf,) if fmt is Format.PDF else _from_pdf(rendered.pdf, fmt, size)
    return Rendered(fmt, files, rendered.warnings)


def _from_pdf(pdf: bytes, fmt: Format, size: Size) -> tuple[bytes, ...]:
    from yichuan.waybills.labels import bitmap, printers

    if fmt is Format.PNG:
        dots = bitmap.PREVIEW_DOTS
        return tuple(bitmap.png(page, dots) for page in bitmap.pages(pdf, size, dots))
    jobs: dict[Format, Callable[[list[bitmap.Grey], Size], bytes]] = {
        Format.ZPL: printers.zpl,
        Format.TSPL: printers.tspl,
        Format.CPCL: printers.cpcl,
    }
    return (jobs[fmt](bitmap.pages(pdf, size, bitmap.PRINTER_DOTS), size),)
