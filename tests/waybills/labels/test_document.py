"""The PDF file itself. Broken: a strict reader (a print shop's, a printer's own) refuses labels
that lenient viewers repair in silence."""

from __future__ import annotations

import re
import zlib

import pypdfium2

from waybills.labels.samples import LONG, PLAIN
from yichuan.waybills.labels.document import Document
from yichuan.waybills.labels.pdf import render_pdf


def objects(pdf: bytes) -> dict[int, bytes]:
    """Every object by number, found where the cross references say; the trailer under 0."""
    at = int(pdf[pdf.rindex(b"startxref\n") + 10 :].split(b"\n", 1)[0])
    table = pdf[at:].split(b"\n", 2)
    assert table[0] == b"xref"
    count = int(table[1].split()[1])
    entries = [table[2][20 * n : 20 * n + 20] for n in range(count)]
    assert entries[0] == b"0000000000 65535 f \n"
    found = {0: table[2][20 * count :]}
    for number, entry in enumerate(entries[1:], 1):
        assert entry.endswith(b" 00000 n \n")
        body = pdf[int(entry[:10]) :]
        head = b"%d 0 obj\n" % number
        assert body.startswith(head)
        found[number] = body[len(head) : body.index(b"\nendobj\n")]
    return found


def test_every_reference_leads_to_an_object_and_streams_are_as_long_as_said() -> None:
    found = objects(render_pdf([PLAIN, LONG]).pdf)
    assert b"/Root 1 0 R" in found[0]
    for body in found.values():
        head, _, stream = body.partition(b"\nstream\n")
        for reference in re.findall(rb"(\d+) 0 R", head):
            assert int(reference) in found
        length = re.search(rb"/Length (\d+)", head)
        if length is not None:
            data = stream[: int(length[1])]
            assert stream[len(data) :] == b"\nendstream"
            raw = zlib.decompress(data)
            whole = re.search(rb"/Length1 (\d+)", head)
            assert whole is None or int(whole[1]) == len(raw)


def test_pages_come_in_their_order_and_the_file_says_what_it_is() -> None:
    made = Document("Labels", "Yichuan")
    for width in (100, 200, 300):
        made.add_page(width, 50, b"0 0 10 10 re f")
    with pypdfium2.PdfDocument(made.data()) as document:
        assert [page.get_size() for page in document] == [(100, 50), (200, 50), (300, 50)]
        assert document.get_metadata_value("Title") == "Labels"
        assert document.get_metadata_value("Producer") == "Yichuan"
