"""The shipped fonts, mapped into memory. If they broke, labels would miss characters."""

from __future__ import annotations

from yichuan.core.memory import trim
from yichuan.waybills.labels.typefaces import typefaces


def test_fonts_are_read_again_after_memory_was_given_back() -> None:
    """The process lets go of their pages every few seconds; the next label looks the same."""
    faces = typefaces()
    before = [face.outline(face.glyph_id(ord("驿"))) for face in faces.faces]
    trim()
    assert any(before)
    assert [face.outline(face.glyph_id(ord("驿"))) for face in faces.faces] == before
