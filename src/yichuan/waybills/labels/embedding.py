"""Subsets of the shipped fonts inside one PDF: Type 0 fonts with Identity-H and exact ToUnicode.

One character is one CID is one glyph of the subset, so text copied or extracted from the label is
the text that was printed, also where two characters share a shape.
"""

from __future__ import annotations

import struct
import sys
from array import array
from dataclasses import dataclass, field
from itertools import groupby

from yichuan.waybills.labels.document import Document
from yichuan.waybills.labels.typefaces import FontFile, Typefaces

_WORDS, _SCALE, _XY_SCALE, _TWO_BY_TWO, _MORE = 0x1, 0x8, 0x40, 0x80, 0x20
_CODE = 4
"""Digits of a CID."""
_ARGUMENT_BYTES = ((_SCALE, 2), (_XY_SCALE, 4), (_TWO_BY_TWO, 8))


@dataclass(slots=True)
class Subset:
    """The glyphs of one face that one document uses."""

    font: FontFile
    cids: dict[str, int] = field(default_factory=dict)
    gids: list[int] = field(default_factory=lambda: [0])
    """Glyph of each CID; components of composites come after the characters."""

    def cid(self, char: str, gid: int) -> int:
        """CID of a character, given out on first use."""
        cid = self.cids.get(char)
        if cid is None:
            cid = self.cids[char] = len(self.gids)
            self.gids.append(gid)
        return cid

    def widths(self) -> list[int]:
        """Advance of each CID that stands for a character, from CID 1."""
        return [self.font.advance(gid) for gid in self.gids[1 : len(self.cids) + 1]]

    def truetype(self) -> bytes:
        """The subset as a TrueType file with the tables a PDF needs."""
        font, order = self.font, list(self.gids)
        places = {gid: i for i, gid in reversed(list(enumerate(order)))}
        glyf, offsets, metrics, position = [], array("I", [0]), [], 0
        for gid in order:  # grows while composites add their components
            metric, outline = font.entry(gid)
            if outline[:1] >= b"\x80":
                outline = _renumber(outline, order, places)
            metrics.append(metric)
            glyf.append(outline)
            position += len(outline)
            offsets.append(position)
        if sys.byteorder == "little":
            offsets.byteswap()
        count = struct.pack(">H", len(order))
        return _sfnt(
            {
                "glyf": b"".join(glyf),
                "head": font.head[:8] + bytes(4) + font.head[12:50] + b"\x00\x01\x00\x00",
                "hhea": font.hhea[:34] + count,
                "hmtx": b"".join(metrics),
                "loca": offsets.tobytes(),
                "maxp": font.maxp[:4] + count + font.maxp[6:],
            }
        )


def _renumber(outline: bytes, order: list[int], places: dict[int, int]) -> bytes:
    """A composite glyph with its components' ids of this subset, which are added to `order`."""
    data, at, flags = bytearray(outline), 10, _MORE
    while flags & _MORE:
        flags, gid = struct.unpack_from(">HH", data, at)
        if gid not in places:
            places[gid] = len(order)
            order.append(gid)
        struct.pack_into(">H", data, at + 2, places[gid])
        at += 8 if flags & _WORDS else 6
        at += sum(size for flag, size in _ARGUMENT_BYTES if flags & flag)
    return bytes(data)


def _checksum(data: bytes) -> int:
    words = array("I", data)
    if sys.byteorder == "little":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF


def _sfnt(tables: dict[str, bytes]) -> bytes:
    """Assemble a TrueType file (tables sorted by tag, checksums as the specification wants)."""
    count = len(tables)
    log = count.bit_length() - 1
    header = struct.pack(">LHHHH", 0x00010000, count, 16 << log, log, 16 * (count - (1 << log)))
    directory, body, position, total = [header], [], 12 + 16 * count, 0
    for tag in sorted(tables):
        padded = tables[tag] + bytes(-len(tables[tag]) % 4)
        checksum = _checksum(padded)
        entry = (tag.encode("ascii"), checksum, position, len(tables[tag]))
        directory.append(struct.pack(">4sLLL", *entry))
        body.append(padded)
        total += checksum
        position += len(padded)
    total += _checksum(b"".join(directory))
    at = sorted(tables).index("head")
    adjusted = bytearray(body[at])
    struct.pack_into(">L", adjusted, 8, (0xB1B0AFBA - total) & 0xFFFFFFFF)
    body[at] = bytes(adjusted)
    return b"".join(directory + body)


_PLAIN = (0, 1)
"""The face in which regular and bold characters are drawn as they are."""
_Style = tuple[str, bool]
"""Font resource name, embolden."""


class _Codes(dict[int, str]):
    """The hexadecimal CID of each code point as a document shows it, given out on first use."""

    def __init__(self, faces: Typefaces, subsets: list[Subset], bold: bool) -> None:
        super().__init__()
        self._faces, self._subsets, self._bold = faces, subsets, bold
        self.style: _Style = (f"F{_PLAIN[bold]}", False)
        self.others: dict[str, _Style] = {}
        """Characters that are shown in another style."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        glyph = self._faces.glyph(char, self._bold)
        if glyph is None:
            raise ValueError(f"no glyph for U+{point:04X}: text was not prepared")
        style = (f"F{glyph.face}", glyph.embolden)
        if style != self.style:
            self.others[char] = style
        code = self[point] = f"{self._subsets[glyph.face].cid(char, glyph.gid):04x}"
        return code


class DocumentFonts:
    """All fonts of one document."""

    def __init__(self, faces: Typefaces) -> None:
        self.faces = faces
        self._subsets = [Subset(font) for font in faces.faces]
        self._codes = tuple(_Codes(faces, self._subsets, bold) for bold in (False, True))

    def runs(self, text: str, bold: bool) -> list[tuple[str, bool, str]]:
        """Prepared text as runs of (font resource name, embolden, hexadecimal CIDs).

        Raises:
            ValueError: no face has a character.
        """
        codes = self._codes[bold]
        shown = text.translate(codes)
        others = codes.others
        if not others or others.keys().isdisjoint(text):
            return [(*codes.style, shown)] if text else []
        runs: list[tuple[str, bool, str]] = []
        at = 0
        for style, group in groupby(text, lambda char: others.get(char, codes.style)):
            end = at + _CODE * len(list(group))
            runs.append((*style, shown[at:end]))
            at = end
        return runs

    def add_to(self, document: Document) -> None:
        """Write the fonts that were used into the document."""
        document.use_fonts(
            {
                f"F{index}": _type0(document, subset)
                for index, subset in enumerate(self._subsets)
                if subset.cids
            }
        )


def _type0(document: Document, subset: Subset) -> str:
    """The Type 0 font dictionary with its descendant, descriptor, file and ToUnicode."""
    font, program = subset.font, subset.truetype()
    base = f"/YICHUA+{font.postscript_name}"
    file = document.add_stream(program, f"/Length1 {len(program)} ")
    descriptor = document.add(
        f"<< /Type /FontDescriptor /FontName {base} /Flags 4 /FontBBox [-200 -300 1200 1000]"
        f" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 733 /StemV {font.stem}"
        f" /FontFile2 {file} >>"
    )
    descendant = document.add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont {base} /CIDSystemInfo"
        " << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
        f" /FontDescriptor {descriptor} /CIDToGIDMap /Identity /DW 1000"
        f" /W [1 [{' '.join(map(str, subset.widths()))}]] >>"
    )
    unicode = document.add_stream(_to_unicode(subset.cids))
    return document.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont {base} /Encoding /Identity-H"
        f" /DescendantFonts [{descendant}] /ToUnicode {unicode} >>"
    )


def _to_unicode(cids: dict[str, int]) -> bytes:
    """CMap from CID to UTF-16 text."""
    lines = [f"<{cid:04x}> <{char.encode('utf-16-be').hex()}>" for char, cid in cids.items()]
    blocks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
    ranges = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{ranges}\nendcmap CMapName currentdict /CMap defineresource pop end end\n"
    ).encode("ascii")
