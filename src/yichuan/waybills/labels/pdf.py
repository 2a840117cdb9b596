"""Labels as PDF, one page each, exactly as large as the paper."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from yichuan.waybills.labels.document import Document
from yichuan.waybills.labels.embedding import DocumentFonts
from yichuan.waybills.labels.layout import draw
from yichuan.waybills.labels.model import LabelData, LabelWarning, RenderedLabels, Size
from yichuan.waybills.labels.page import Page
from yichuan.waybills.labels.typefaces import typefaces
from yichuan.waybills.labels.typesetting import PT, Typesetter


@cache
def _typesetter() -> Typesetter:
    return Typesetter(typefaces())


def render_pdf(labels: Sequence[LabelData], size: Size = Size.ONE_PART) -> RenderedLabels:
    """One PDF of all labels in their order, fonts subset and embedded once.

    The same labels give the same bytes. Whatever cannot be printed as given (a character that no
    font has, a text too long for the smallest readable type, a number that no barcode can hold)
    is in the warnings.

    Raises:
        ValueError: no labels.
    """
    if not labels:
        raise ValueError("no labels to render")
    setter = _typesetter()
    fonts = DocumentFonts(setter.faces)
    document = Document("Waybill labels", "Yichuan")
    warnings: list[LabelWarning] = []
    for i, label in enumerate(labels):
        page = Page(size.mm, fonts, setter)
        draw(page, label, size, i + 1, len(labels))
        document.add_page(page.width / PT, page.height / PT, page.content())
        warnings += _warnings(page, i, label)
    fonts.add_to(document)
    return RenderedLabels(document.data(), tuple(warnings))


def _warnings(page: Page, index: int, label: LabelData) -> list[LabelWarning]:
    problems = list(dict.fromkeys(page.problems))
    if page.missing:
        characters = " ".join(f"U+{ord(char):04X}" for char in sorted(page.missing))
        problems.insert(0, ("missing_glyph", f"printed as 〓: {characters}"))
    return [LabelWarning(index, label.waybill_number, kind, detail) for kind, detail in problems]
