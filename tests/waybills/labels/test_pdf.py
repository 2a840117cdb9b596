"""Labels as they come out. Broken: a scanner cannot read the number, a courier not the address,
text is cut off or printed over other text, or the paper size is wrong and every label drifts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybills.labels.samples import ALL, CHILD, FREIGHT, LONG, PLAIN, RARE
from yichuan.waybills.labels.masking import Privacy
from yichuan.waybills.labels.model import Contact, LabelData, Payment, Size
from yichuan.waybills.labels.pdf import render_pdf
from yichuan.waybills.labels.typesetting import PT

Rect = tuple[float, float, float, float]


def text_of(pdf: bytes, page: int = 0) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        text: str = document[page].get_textpage().get_text_bounded()
    return text


def flat(text: str) -> str:
    return "".join(text.split())


def objects(pdf: bytes) -> list[tuple[int, Rect]]:
    """(type, bounds in mm from the lower left corner) of everything drawn on the first page."""
    with pypdfium2.PdfDocument(pdf) as document:
        found = []
        for item in document[0].get_objects():
            left, bottom, right, top = (value * PT for value in item.get_bounds())
            found.append((item.type, (left, bottom, right, top)))
    return found


def overlap(a: Rect, b: Rect) -> float:
    """Depth in mm by which two rectangles overlap, 0 if they do not."""
    return max(0.0, min(min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])))


@pytest.mark.parametrize("size", list(Size))
def test_page_is_exactly_the_paper(size: Size) -> None:
    """To a thousandth of a millimetre, one page per label."""
    with pypdfium2.PdfDocument(render_pdf([PLAIN, LONG], size).pdf) as document:
        assert len(document) == 2
        for page in document:
            assert tuple(side * PT for side in page.get_size()) == pytest.approx(size.mm, abs=1e-3)


@pytest.mark.parametrize("size", list(Size))
@pytest.mark.parametrize("name", ["plain", "long", "freight"])
def test_text_can_be_searched_and_copied(name: str, size: Size) -> None:
    """What a packer searches for in the print file is found, whole."""
    label = ALL[name]
    text = flat(text_of(render_pdf([label], size).pdf))
    for part in (label.receiver.name, label.receiver.phone, label.waybill_number,
                 label.receiver.full_address, label.mark_destination, label.courier_name,
                 label.order_number, "2025-11-11 11:04:05"):  # fmt: skip
        assert flat(part) in text, part


def test_rare_characters_are_printed_not_replaced() -> None:
    """A person whose name is 㛃䶮𠮷 gets a parcel with that name on it."""
    rendered = render_pdf([RARE])
    assert rendered.warnings == ()
    text = flat(text_of(rendered.pdf))
    assert flat(RARE.receiver.name) in text
    assert flat(RARE.receiver.full_address) in text


def test_what_no_font_has_is_marked_and_reported() -> None:
    """The label is printed with 〓, and somebody is told which characters."""
    label = replace(PLAIN, receiver=replace(PLAIN.receiver, name="ไ王🏠"))
    rendered = render_pdf([PLAIN, label])
    (warning,) = rendered.warnings
    assert (warning.index, warning.kind) == (1, "missing_glyph")
    assert "U+0E44" in warning.detail
    assert "U+1F3E0" in warning.detail
    assert "〓王〓" in text_of(rendered.pdf, 1)


def test_child_pieces_and_pages_are_numbered() -> None:
    """3/12 of the shipment, page 2 of 2 of the print."""
    text = text_of(render_pdf([PLAIN, CHILD], Size.TWO_PART).pdf, 1)
    assert "3/12" in text
    assert CHILD.parent_number in text
    assert "第 2/2 页" in text


def test_money_weight_and_pieces_are_printed() -> None:
    """What the courier collects and counts."""
    assert "代收货款 ¥12880.00" in text_of(render_pdf([LONG]).pdf)
    text = flat(text_of(render_pdf([FREIGHT]).pdf))
    for part in ("共12件", "件数12", "386kg", "到付", "保价¥50000.00"):
        assert part in text


def test_private_labels_show_no_name_or_number() -> None:
    """Not in the text layer either."""
    for size in Size:
        text = text_of(render_pdf([replace(PLAIN, privacy=Privacy.MASKED)], size).pdf)
        assert "陈**" in text
        assert "138****8000" in text
        assert PLAIN.receiver.name not in text
        assert PLAIN.receiver.phone not in text


def test_a_number_without_barcode_is_reported() -> None:
    """Not printable ASCII, or longer than any label is wide."""
    for number in ("运单七", "A" * 79, "A" * 200):
        kinds = {w.kind for w in render_pdf([replace(PLAIN, waybill_number=number)]).warnings}
        assert "barcode_left_out" in kinds


def test_dense_barcodes_and_endless_links_are_reported() -> None:
    """Printed as well as they can be."""
    label = replace(PLAIN, waybill_number="ABCDEFGHIJKLMNOPQRSTUVWXYZABC", buyer_link="x" * 3000)
    kinds = {w.kind for w in render_pdf([label]).warnings}
    assert {"barcode_dense", "qr_left_out"} <= kinds


def test_the_same_label_gives_the_same_bytes() -> None:
    """So a stored label can be compared and cached."""
    assert render_pdf([PLAIN]).pdf == render_pdf([PLAIN]).pdf


def test_nothing_to_print_is_an_error() -> None:
    """An empty file would look like a success."""
    with pytest.raises(ValueError):
        render_pdf([])


@pytest.mark.parametrize("size", list(Size))
@pytest.mark.parametrize("name", list(ALL))
def test_no_text_lies_on_other_text(name: str, size: Size) -> None:
    """Glyph boxes may touch by a hair (descenders), never cover each other."""
    texts = [box for kind, box in objects(render_pdf([ALL[name]], size).pdf)
             if kind == pdfium.FPDF_PAGEOBJ_TEXT]  # fmt: skip
    worst = max(overlap(a, b) for a, b in combinations(texts, 2))
    assert worst < 0.5


WORDS = st.text(
    st.one_of(
        st.sampled_from("浙江省杭州市余杭区文一西路号楼单元室，。（）㛃䶮𠮷"),
        st.sampled_from("ABCgjy0123456789 -/"),
        st.characters(),
    ),
    max_size=150,
)
SHORT = st.text(st.sampled_from("杭州B12-9 转㛃\u200b🏠"), max_size=40)
CONTACTS = st.builds(Contact, SHORT, SHORT, WORDS, SHORT, SHORT, SHORT, SHORT)
LABELS = st.builds(
    LabelData,
    courier_code=st.just("ZTO"),
    waybill_number=st.one_of(
        st.from_regex(r"[A-Z]{0,4}[0-9]{8,20}(-[0-9]{1,2}-[0-9]{1,2}-)?", fullmatch=True),
        WORDS.filter(str.strip),
    ),
    receiver=CONTACTS,
    sender=CONTACTS,
    print_time=st.just(datetime(2025, 1, 1, tzinfo=UTC)),
    courier_name=SHORT,
    hotline=SHORT,
    service_name=SHORT,
    parent_number=SHORT,
    child_total=st.integers(1, 300),
    mark_destination=SHORT,
    destination_name=SHORT,
    package_name=SHORT,
    privacy=st.sampled_from(Privacy),
    order_number=SHORT,
    shop_name=WORDS,
    remark=WORDS,
    goods=st.lists(WORDS, max_size=12).map(tuple),
    weight_g=st.none() | st.integers(0, 10**12),
    pieces=st.integers(0, 10**9),
    payment=st.none() | st.sampled_from(Payment),
    insured_fen=st.none() | st.integers(0, 10**14),
    cod_fen=st.none() | st.integers(0, 10**14),
    buyer_link=WORDS,
    sequence=st.none() | st.integers(0, 10**30),
)


@given(LABELS, st.sampled_from(Size))
def test_any_label_is_printed_and_stays_on_the_paper(label: LabelData, size: Size) -> None:
    """Whatever merchants type: no crash, nothing within a millimetre of the edge, nothing over
    other text."""
    width, height = size.mm
    drawn = objects(render_pdf([label], size).pdf)
    for _, (left, bottom, right, top) in drawn:
        assert 1 <= left <= right <= width - 1
        assert 1 <= bottom <= top <= height - 1
    texts = [box for kind, box in drawn if kind == pdfium.FPDF_PAGEOBJ_TEXT]
    assert all(overlap(a, b) < 0.6 for a, b in combinations(texts, 2))
