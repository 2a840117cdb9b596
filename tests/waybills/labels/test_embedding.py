"""Fonts inside the PDF. Broken: labels print blank boxes, or the text copied from them is wrong."""

from __future__ import annotations

import struct

import pytest

from yichuan.waybills.labels.embedding import DocumentFonts, Subset
from yichuan.waybills.labels.typefaces import typefaces

FACES = typefaces()
REGULAR, BOLD, FALLBACK = range(3)


@pytest.mark.parametrize(
    ("char", "bold", "face", "embolden"),
    [
        ("张", False, REGULAR, False),
        ("张", True, BOLD, False),
        ("A", True, BOLD, False),
        ("龜", False, FALLBACK, False),
        ("㛃", True, FALLBACK, True),
        ("䶮", False, FALLBACK, False),
        ("𠮷", True, REGULAR, True),
        ("鿏", False, REGULAR, False),
    ],
)
def test_where_a_character_comes_from(char: str, bold: bool, face: int, embolden: bool) -> None:
    """Common ones from the main face, rare ones from the fallback, bold by a stroke if need be."""
    glyph = FACES.glyph(char, bold)
    assert glyph is not None
    assert (glyph.face, glyph.embolden, glyph.advance > 0) == (face, embolden, True)


def test_every_han_character_of_the_bmp_standard_is_there() -> None:
    """GB 18030-2022 level 1: a registered name can be printed."""
    points = [*range(0x3400, 0x4DB6), *range(0x4E00, 0x9FF0)]
    assert [hex(p) for p in points if FACES.glyph(chr(p)) is None] == []


def test_characters_of_no_font_are_none() -> None:
    """So that they can be reported."""
    assert FACES.glyph("🏠") is None
    assert FACES.glyph("\ud800") is None


def tables(font: bytes) -> dict[str, bytes]:
    count = struct.unpack_from(">H", font, 4)[0]
    entries = [struct.unpack_from(">4sLLL", font, 12 + 16 * i) for i in range(count)]
    return {tag.decode(): font[offset : offset + length] for tag, _, offset, length in entries}


def words_sum(data: bytes) -> int:
    data += bytes(-len(data) % 4)
    return sum(struct.unpack(f">{len(data) // 4}L", data)) & 0xFFFFFFFF


@pytest.mark.parametrize("face", [REGULAR, BOLD, FALLBACK])
def test_subset_is_a_sound_truetype_file(face: int) -> None:
    """Checksums, glyph count and offsets agree; outlines are the font's own."""
    font = FACES.faces[face]
    subset = Subset(font)
    chars = [c for c in "张三A1 㛃䶮鱻龜" if font.glyph_id(ord(c))]
    for char in chars:
        subset.cid(char, font.glyph_id(ord(char)))
    file = subset.truetype()
    parts = tables(file)
    count = struct.unpack_from(">H", parts["maxp"], 4)[0]
    offsets = struct.unpack(f">{count + 1}L", parts["loca"])
    assert words_sum(file) == 0xB1B0AFBA
    assert list(offsets) == sorted(offsets)
    assert offsets[-1] == len(parts["glyf"])
    assert len(parts["hmtx"]) == 4 * count
    assert count >= len(chars) + 1
    for cid, char in enumerate(chars, 1):
        outline = parts["glyf"][offsets[cid] : offsets[cid + 1]]
        original = font.outline(font.glyph_id(ord(char)))
        if original[:1] < b"\x80":
            assert outline.startswith(original)


def test_composites_bring_their_components() -> None:
    """A rare character built from parts does not lose them."""
    font = FACES.faces[FALLBACK]
    char = next(
        chr(p) for p in range(0x3400, 0x4DB6)
        if font.glyph_id(p) and font.outline(font.glyph_id(p))[:1] >= b"\x80"
    )  # fmt: skip
    subset = Subset(font)
    subset.cid(char, font.glyph_id(ord(char)))
    parts = tables(subset.truetype())
    offsets = struct.unpack(f">{len(parts['loca']) // 4}L", parts["loca"])
    composite = parts["glyf"][offsets[1] : offsets[2]]
    component = struct.unpack_from(">H", composite, 12)[0]
    assert 1 < component < len(offsets) - 1
    assert offsets[component + 1] > offsets[component]


def test_runs_change_face_where_they_must_and_share_codes() -> None:
    """The same character has one code in a document."""
    fonts = DocumentFonts(FACES)
    runs = fonts.runs("王鱻王", bold=True)
    assert [(name, embolden) for name, embolden, _ in runs] == [
        ("F1", False), ("F2", True), ("F1", False),
    ]  # fmt: skip
    assert runs[0][2] == runs[2][2]
    with pytest.raises(ValueError, match="U\\+1F3E0"):
        fonts.runs("🏠", bold=False)
