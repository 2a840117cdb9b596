"""Line breaking and shrinking. Broken: addresses run over their box, words and house numbers are
torn apart, characters vanish without a word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yichuan.waybills.labels.typefaces import GETA, typefaces
from yichuan.waybills.labels.typesetting import PT, Typesetter

SETTER = Typesetter(typefaces())
TEXT = st.text(
    st.one_of(
        st.sampled_from("浙江省杭州市余杭区文一西路号楼单元室，。（）-/"),
        st.sampled_from("ABCxyz0123456789 "),
        st.characters(codec="utf-8"),
    ),
    max_size=120,
)


def prepared(text: str) -> str:
    return SETTER.prepare(text, set())


def test_invisible_characters_go_and_white_space_is_single() -> None:
    """Pasted addresses are full of them."""
    missing: set[str] = set()
    assert SETTER.prepare("\ufeff张\u200b三\t\u3000\n 女士\u202e", missing) == "张三 女士"
    assert missing == set()


def test_compatibility_forms_are_printed_as_their_plain_ones() -> None:
    """A ligature or a styled digit is no missing character."""
    assert prepared("\ufb01 𝟙𝟚") == "fi 12"


def test_missing_characters_become_geta_and_are_reported() -> None:
    """Thai and emoji are in no font of ours."""
    missing: set[str] = set()
    assert SETTER.prepare("ไ🏠张", missing) == GETA * 2 + "张"
    assert missing == {"ไ", "🏠"}


def test_a_geta_of_the_sender_is_no_missing_character() -> None:
    """It is an ordinary character."""
    missing: set[str] = set()
    assert SETTER.prepare(GETA, missing) == GETA
    assert not missing


def test_house_numbers_words_and_punctuation_stay_together() -> None:
    """No line begins with a comma, no number is torn."""
    fitted = SETTER.fit_block("文一西路969号，西溪园区12号楼Building-2015室。", 30, 40, 9, 9)
    assert not fitted.cut
    assert all(line[0] not in "，。" for line in fitted.lines)
    for whole in ("969号，", "12号楼", "Building-2015室。"):
        assert any(whole in line for line in fitted.lines)


def test_the_largest_size_that_fits_is_taken() -> None:
    """A short address is big, a long one small, none is cut while it is readable."""
    short = SETTER.fit_block("天府大道1号", 50, 12, 12, 6)
    long = SETTER.fit_block("天府大道" * 16, 50, 12, 12, 6)
    assert (short.size, short.lines) == (12, ("天府大道1号",))
    assert 6 <= long.size < 12
    assert "".join(long.lines) == "天府大道" * 16


def test_too_much_is_cut_and_said() -> None:
    """The rest is an ellipsis, and the caller is told."""
    block = SETTER.fit_block("天" * 500, 20, 6, 9, 6)
    line = SETTER.fit_line("天" * 500, 20, 9, 6)
    assert block.cut
    assert line.cut
    assert block.lines[-1].endswith("…")
    assert line.lines[0].endswith("…")


@given(TEXT, st.floats(4, 60), st.floats(2, 30), st.booleans())
def test_lines_never_leave_their_box(text: str, width: float, height: float, bold: bool) -> None:
    """Whatever the text: each line fits the width, all of them the height, nothing is lost unless
    it is said."""
    text = prepared(text)
    fitted = SETTER.fit_block(text, width, height, 13, 5, bold)
    for line in fitted.lines:
        assert SETTER.faces.width(line, bold) * fitted.size * PT / 1000 <= width + 1e-6
    assert len(fitted.lines) * fitted.size * PT * 1.2 <= height + 1e-6
    if not fitted.cut:
        assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")


@given(TEXT, st.floats(4, 60), st.booleans())
def test_one_line_fits_its_width(text: str, width: float, bold: bool) -> None:
    """Also for a single line."""
    fitted = SETTER.fit_line(prepared(text), width, 20, 5, bold)
    assert SETTER.faces.width(fitted.lines[0], bold) * fitted.size * PT / 1000 <= width + 1e-6
