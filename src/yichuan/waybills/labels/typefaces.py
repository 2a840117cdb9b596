"""The shipped fonts, mapped into memory once per process; a character costs what it uses.

Nothing is parsed ahead but the character maps (about 0.3 MB for all three), so a label touches
only the pages of the files its glyphs lie on.
"""

from __future__ import annotations

import mmap
import struct
import sys
import unicodedata
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from yichuan.core.memory import on_trim

FONT_DIR = Path(__file__).parent / "fonts"
GETA = "〓"
"""Printed in place of a character that no font has."""

_REMEMBERED = 3000
"""Glyphs per face kept ready for subsets: under 1 MB."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """How one character is drawn."""

    face: int
    """Index into `Typefaces.faces`."""
    gid: int
    advance: int
    """Thousandths of an em."""
    embolden: bool
    """Bold was asked for but this face has none: draw with a stroke."""


class FontFile:
    """One TrueType file (glyf outlines, cmap format 12) read through a memory map."""

    def __init__(self, path: Path, postscript_name: str, stem: int) -> None:
        self.postscript_name = postscript_name
        self.stem = stem
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._tables = self._directory()
        self.head = self.table("head")
        self.hhea = self.table("hhea")
        self.maxp = self.table("maxp")
        self.units_per_em: int = struct.unpack_from(">H", self.head, 18)[0]
        self._long_loca: bool = struct.unpack_from(">h", self.head, 50)[0] == 1
        self._metrics: int = struct.unpack_from(">H", self.hhea, 34)[0]
        self._starts, self._ends, self._gids = self._groups()
        self._entries: dict[int, tuple[bytes, bytes]] = {}
        self._advances: dict[int, int] = {}

    def let_go(self) -> None:
        """Give up the pages read so far; what is needed again comes from the system's cache."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def _directory(self) -> dict[str, tuple[int, int]]:
        count = struct.unpack_from(">H", self._map, 4)[0]
        tables = {}
        for i in range(count):
            tag, _, offset, length = struct.unpack_from(">4sLLL", self._map, 12 + 16 * i)
            tables[tag.decode("ascii")] = (offset, length)
        return tables

    def table(self, tag: str) -> bytes:
        """A copy of one table."""
        offset, length = self._tables[tag]
        return self._map[offset : offset + length]

    def _groups(self) -> tuple[array[int], array[int], array[int]]:
        cmap = self.table("cmap")
        subtable = struct.unpack_from(">L", cmap, 8)[0]
        count = struct.unpack_from(">L", cmap, subtable + 12)[0]
        flat = array("I", cmap[subtable + 16 : subtable + 16 + 12 * count])
        if sys.byteorder == "little":
            flat.byteswap()
        return flat[0::3], flat[1::3], flat[2::3]

    def glyph_id(self, point: int) -> int:
        """Glyph of a code point, 0 where the font has none."""
        i = bisect_right(self._starts, point) - 1
        if i < 0 or point > self._ends[i]:
            return 0
        return self._gids[i] + point - self._starts[i]

    def advance(self, gid: int) -> int:
        """Advance width in thousandths of an em; remembered with the glyph's entry."""
        known = self._advances.get(gid)
        if known is None:
            known = self._advances[gid] = self._advance(gid)
        return known

    def _advance(self, gid: int) -> int:
        offset = self._tables["hmtx"][0] + 4 * min(gid, self._metrics - 1)
        units: int = struct.unpack_from(">H", self._map, offset)[0]
        return round(units * 1000 / self.units_per_em)

    def outline(self, gid: int) -> bytes:
        """The glyph's entry in `glyf`; empty for a blank."""
        loca, glyf = self._tables["loca"][0], self._tables["glyf"][0]
        if self._long_loca:
            start, end = struct.unpack_from(">LL", self._map, loca + 4 * gid)
        else:
            start, end = (2 * half for half in struct.unpack_from(">HH", self._map, loca + 2 * gid))
        return self._map[glyf + start : glyf + end]

    def entry(self, gid: int) -> tuple[bytes, bytes]:
        """The glyph's `hmtx` record and its outline padded to four bytes, for a subset; the last
        few thousand are remembered."""
        known = self._entries.get(gid)
        if known is None:
            outline = self.outline(gid)
            left = struct.unpack_from(">h", outline, 2)[0] if outline else 0
            advance = round(self.advance(gid) * self.units_per_em / 1000)
            known = struct.pack(">Hh", advance, left), outline + bytes(-len(outline) % 4)
            if len(self._entries) >= _REMEMBERED:
                self._entries.clear()
                self._advances.clear()
            self._entries[gid] = known
        return known


class Typefaces:
    """Regular, bold and fallback face; characters looked up in that order and remembered."""

    def __init__(self, directory: Path = FONT_DIR) -> None:
        self.faces = (
            FontFile(directory / "YichuanLabelSans-Regular.ttf", "YichuanLabelSans", 80),
            FontFile(directory / "YichuanLabelSans-Bold.ttf", "YichuanLabelSans-Bold", 140),
            FontFile(directory / "YichuanLabelFallback-Regular.ttf", "YichuanLabelFallback", 80),
        )
        self._known: tuple[dict[str, Glyph | None], dict[str, Glyph | None]] = ({}, {})
        self._advances = (_Advances(self, bold=False), _Advances(self, bold=True))

    def glyph(self, char: str, bold: bool = False) -> Glyph | None:
        """How a character is drawn, or None if no face has it."""
        known = self._known[bold]
        try:
            return known[char]
        except KeyError:
            found = known[char] = self._find(ord(char), bold)
            return found

    def _find(self, point: int, bold: bool) -> Glyph | None:
        for index in (1, 0, 2) if bold else (0, 2):
            gid = self.faces[index].glyph_id(point)
            if gid:
                return Glyph(index, gid, self.faces[index].advance(gid), bold and index != 1)
        return None

    def drawable(self, char: str) -> str | None:
        """The character itself, its compatibility form, or None if neither can be drawn."""
        if self.glyph(char) is not None:
            return char
        plain = unicodedata.normalize("NFKC", char)
        return plain if plain and all(self.glyph(c) is not None for c in plain) else None

    def width(self, text: str, bold: bool = False) -> int:
        """Width of prepared text in thousandths of an em."""
        return sum(map(self._advances[bold].__getitem__, text))


class _Advances(dict[str, int]):
    """Advance of each character, looked up once; a full em for one that no face has."""

    def __init__(self, faces: Typefaces, bold: bool) -> None:
        super().__init__()
        self._faces, self._bold = faces, bold

    def __missing__(self, char: str) -> int:
        glyph = self._faces.glyph(char, self._bold)
        advance = self[char] = 1000 if glyph is None else glyph.advance
        return advance


@cache
def typefaces() -> Typefaces:
    """The process's own copy."""
    own = Typefaces()
    for file in own.faces:
        on_trim(file.let_go)
    return own
