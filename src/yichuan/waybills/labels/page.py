"""Drawing on one label: millimetres from the top left corner, black or white, on the dot grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from yichuan.waybills.labels.embedding import DocumentFonts
from yichuan.waybills.labels.symbols import DOT, Symbol
from yichuan.waybills.labels.typesetting import PT, Fitted, Typesetter

ASCENT = 0.88
"""Part of the em above the baseline."""
RULE = 2 * DOT
"""Thickness of rules."""
_NARROWEST = 2.0
"""Millimetres under which a box holds not even an ellipsis."""

Align = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, millimetres from the page's top left corner."""

    x: float
    y: float
    w: float
    h: float

    def inset(self, dx: float, dy: float = 0.0) -> Box:
        """Smaller by dx on the left and right and by dy above and below."""
        return Box(self.x + dx, self.y + dy, max(self.w - 2 * dx, 0), max(self.h - 2 * dy, 0))

    def top(self, height: float) -> Box:
        """Its upper part."""
        return Box(self.x, self.y, self.w, height)

    def below(self, height: float) -> Box:
        """What is left under `top(height)`."""
        return Box(self.x, self.y + height, self.w, max(self.h - height, 0))

    def left(self, width: float) -> Box:
        """Its left part."""
        return Box(self.x, self.y, width, self.h)

    def after(self, width: float) -> Box:
        """What is left beside `left(width)`."""
        return Box(self.x + width, self.y, max(self.w - width, 0), self.h)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: sizes in points; the largest that fits between the two is taken."""

    largest: float
    smallest: float
    bold: bool = False
    align: Align = "left"
    white: bool = False
    leading: float = 1.2
    middle: bool = False
    """Centred vertically in its box."""


class Page:
    """Collects PDF operators of one label and what could not be printed as given."""

    def __init__(self, size: tuple[float, float], fonts: DocumentFonts, setter: Typesetter) -> None:
        self.width, self.height = size
        self.missing: set[str] = set()
        self.problems: list[tuple[str, str]] = []
        """(kind, detail) of a LabelWarning."""
        self._fonts = fonts
        self._setter = setter
        self._ops = [f"{1 / PT:.6f} 0 0 {1 / PT:.6f} 0 0 cm"]

    def content(self) -> bytes:
        """The page's content stream."""
        return "\n".join(self._ops).encode("ascii")

    def prepare(self, text: str) -> str:
        """Text that can be drawn (see Typesetter.prepare)."""
        return self._setter.prepare(text, self.missing)

    def text_width(self, text: str, size: float, bold: bool = False) -> float:
        """Millimetres of prepared text at a size in points."""
        return self._setter.faces.width(text, bold) * size * PT / 1000

    def fill(self, box: Box) -> None:
        """A black rectangle."""
        self._ops.append(
            f"{box.x:.3f} {self.height - box.y - box.h:.3f} {box.w:.3f} {box.h:.3f} re f"
        )

    def rule(self, x: float, y: float, length: float, *, vertical: bool = False) -> None:
        """A line, its thickness within the page side of (x, y)."""
        self.fill(Box(x, y, RULE, length) if vertical else Box(x, y, length, RULE))

    def dashed(self, x: float, y: float, length: float) -> None:
        """A perforation line."""
        self._ops.append(
            f"q {RULE} w [1.5 1] 0 d {x:.3f} {self.height - y:.3f} m "
            f"{x + length:.3f} {self.height - y:.3f} l S Q"
        )

    def frame(self, box: Box) -> None:
        """An outline, inside the box."""
        self.rule(box.x, box.y, box.w)
        self.rule(box.x, box.y + box.h - RULE, box.w)
        self.rule(box.x, box.y, box.h, vertical=True)
        self.rule(box.x + box.w - RULE, box.y, box.h, vertical=True)

    def symbol(self, symbol: Symbol, x: float, y: float, module: float, height: float,
               *, vertical: bool = False) -> None:  # fmt: skip
        """Dark modules of `module` x `height` mm from (x, y); vertical turns a linear symbol so
        that it runs downwards."""
        top = self.height - y
        axes = f"0 {-module:.4f} {height:.4f} 0" if vertical else f"{module:.4f} 0 0 {-height:.4f}"
        self._ops.append(f"q {axes} {x:.3f} {top:.3f} cm\n{symbol.drawing} Q")

    def line(self, box: Box, text: str, style: Style, field: str) -> float:
        """One line, shrunk to the box; returns its width in mm. `field` names it in a warning."""
        text = self.prepare(text)
        if not text:
            return 0.0
        if box.w < _NARROWEST:
            self.problems.append(("text_cut", field))
            return 0.0
        fitted = self._setter.fit_line(text, box.w, min(style.largest, box.h / PT),
                                       min(style.smallest, box.h / PT), style.bold)  # fmt: skip
        self._note(fitted, field)
        self._place(box, fitted, style)
        return self.text_width(fitted.lines[0], fitted.size, style.bold)

    def block(self, box: Box, text: str, style: Style, field: str) -> float:
        """Wrapped and shrunk text; returns the height it takes in mm."""
        text = self.prepare(text)
        if not text:
            return 0.0
        fitted = self._setter.fit_block(text, box.w, box.h, style.largest, style.smallest,
                                        style.bold, style.leading)  # fmt: skip
        self._note(fitted, field)
        self._place(box, fitted, style)
        return len(fitted.lines) * fitted.size * style.leading * PT

    def turned(self, box: Box, text: str, style: Style, field: str) -> None:
        """One line centred in the box and turned to read downwards."""
        text = self.prepare(text)
        if not text:
            return
        fitted = self._setter.fit_line(text, box.h, style.largest, style.smallest, style.bold)
        self._note(fitted, field)
        size = fitted.size * PT
        start = box.y + (box.h - self.text_width(fitted.lines[0], fitted.size, style.bold)) / 2
        x = box.x + (box.w - size) / 2 + (1 - ASCENT) * size
        self._show(fitted.lines[0], size, style, f"0 -1 1 0 {x:.3f} {self.height - start:.3f}")

    def _note(self, fitted: Fitted, field: str) -> None:
        if fitted.cut:
            self.problems.append(("text_cut", field))

    def _place(self, box: Box, fitted: Fitted, style: Style) -> None:
        size = fitted.size * PT
        pitch = size * style.leading if len(fitted.lines) > 1 or not style.middle else size
        top = box.y + (max(box.h - pitch * len(fitted.lines), 0) / 2 if style.middle else 0)
        for i, line in enumerate(fitted.lines):
            baseline = top + i * pitch + (pitch - size) / 2 + ASCENT * size
            x = box.x
            if style.align != "left":
                spare = box.w - self.text_width(line, fitted.size, style.bold)
                x += spare if style.align == "right" else spare / 2
            self._show(line, size, style, f"1 0 0 1 {x:.3f} {self.height - baseline:.3f}")

    def _show(self, text: str, size: float, style: Style, matrix: str) -> None:
        ops = [f"BT {matrix} Tm"]
        stroked = False
        for font, embolden, cids in self._fonts.runs(text, style.bold):
            if embolden != stroked:
                ops.append(f"2 Tr {size * 0.025:.3f} w" if embolden else "0 Tr")
                stroked = embolden
            ops.append(f"/{font} {size:.3f} Tf <{cids}> Tj")
        ops.append("0 Tr ET" if stroked else "ET")
        shown = " ".join(ops)
        self._ops.append(f"1 g 1 G {shown} 0 g 0 G" if style.white else shown)
