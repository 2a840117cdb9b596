"""Text into lines that fit a box: cleaned, broken as Chinese is broken, shrunk, at last cut."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from yichuan.waybills.labels.typefaces import GETA, Typefaces

PT = 25.4 / 72
"""Millimetres in a point."""
ELLIPSIS = "…"

# A word of Latin letters and digits stays whole, with the counter after it (3号, 2单元);
# punctuation that may not begin a line (避头) stays with what precedes it.
_CLOSING = r"，。、；：？！）》〉」』】〕…％%,.;:?!)\]}"
_WORD = "[0-9A-Za-z×]+"
_PIECE = re.compile(
    rf"(?:{_WORD}(?:[-._/#&@:+*]{_WORD})*(?:单元|[号栋幢座楼层区室弄元])?|.)[{_CLOSING}]*", re.S
)
_DROPPED = frozenset({"Cf", "Mn", "Me", "Co", "Cn"})
_SPACES = frozenset({"Cc", "Zs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of prepared text at one size."""

    size: float
    """Points."""
    lines: tuple[str, ...]
    cut: bool
    """Not all of the text is in the lines."""


class Typesetter:
    """Prepares, measures and breaks text for one set of faces. Remembers each character once."""

    def __init__(self, faces: Typefaces) -> None:
        self.faces = faces
        self._replacements = _Replacements(self)

    def prepare(self, text: str, missing: set[str]) -> str:
        """Text that can be drawn: invisible characters dropped, white space single, a character
        that no face has as 〓 and added to `missing`."""
        if not text.isascii() and not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
        drawable = text.translate(self._replacements)
        if GETA in drawable:
            known = self._replacements
            missing.update(char for char in text if char != GETA and known[ord(char)] == GETA)
        return " ".join(drawable.split())

    def replacement(self, char: str) -> str:
        """What is drawn for a character."""
        category = unicodedata.category(char)
        if category in _SPACES:
            return " "
        drawable = self.faces.drawable(char)
        if drawable is not None:
            return drawable
        return "" if category in _DROPPED and category not in {"Co", "Cn"} else GETA

    def fit_line(self, text: str, width: float, largest: float, smallest: float,
                 bold: bool = False) -> Fitted:  # fmt: skip
        """One line of prepared text within `width` mm (at least an em of the smallest size) at the
        largest size (points) that fits."""
        em = self.faces.width(text, bold) / 1000
        size = min(largest, width / PT / em) if em else largest
        if size >= smallest:
            return Fitted(size, (text,), cut=False)
        shortened = self._shorten(text, width / PT / smallest * 1000, bold)
        return Fitted(smallest, (shortened,), cut=True)

    def fit_block(self, text: str, width: float, height: float, largest: float, smallest: float,
                  bold: bool = False, leading: float = 1.2) -> Fitted:  # fmt: skip
        """Prepared text wrapped within `width` x `height` mm at the largest size that fits,
        stepping down by half a point."""
        pieces = [(p, self.faces.width(p, bold)) for p in _PIECE.findall(text)]
        total = sum(width_ for _, width_ in pieces)
        widest = max((self.faces.width(char, bold) for char in set(text)), default=1000)
        most = min(height / PT / leading, width / PT / widest * 1000)
        smallest = min(smallest, most)
        size = max(min(largest, most), smallest)
        while True:
            limit = width / PT / size * 1000
            room = max(1, int(height / PT / (size * leading) + 1e-6))
            if total <= limit * room or size <= smallest:
                lines = self._wrap(pieces, limit, bold)
                if len(lines) <= room:
                    return Fitted(size, tuple(lines), cut=False)
                if size <= smallest:
                    last = self._shorten(lines[room - 1] + lines[room], limit, bold)
                    return Fitted(size, (*lines[: room - 1], last), cut=True)
            size = max(size - 0.5, smallest)

    def _wrap(self, pieces: list[tuple[str, int]], limit: float, bold: bool) -> list[str]:
        lines: list[str] = []
        line, used = "", 0
        for piece, width in pieces:
            if used + width <= limit:
                line, used = line + piece, used + width
                continue
            if line.strip():
                lines.append(line.strip())
            line, used = "", 0
            if piece == " ":
                continue
            if width <= limit:
                line, used = piece, width
                continue
            for char in piece:
                step = self.faces.width(char, bold)
                if line and used + step > limit:
                    lines.append(line)
                    line, used = "", 0
                line, used = line + char, used + step
        if line.strip():
            lines.append(line.strip())
        return lines

    def _shorten(self, text: str, limit: float, bold: bool) -> str:
        """As much of the text as fits, with an ellipsis; at least the ellipsis."""
        used, kept = self.faces.width(ELLIPSIS, bold), 0
        for char in text:
            used += self.faces.width(char, bold)
            if used > limit:
                break
            kept += 1
        return text[:kept] + ELLIPSIS


class _Replacements(dict[int, str]):
    """What is drawn for each code point, worked out once."""

    def __init__(self, setter: Typesetter) -> None:
        super().__init__()
        self._setter = setter

    def __missing__(self, point: int) -> str:
        found = self[point] = self._setter.replacement(chr(point))
        return found
