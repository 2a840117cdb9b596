"""Where the parts of a label stand, for each paper size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from yichuan.waybills.labels import blocks
from yichuan.waybills.labels.model import LabelData, Size
from yichuan.waybills.labels.page import Box, Page, Style

MARGIN = 2.0
"""Millimetres kept free at every edge: label printers cannot print to the edge."""
_RECEIVER = Style(13, 6, bold=True)
_SENDER = Style(9, 5.5)


@dataclass(frozen=True, slots=True)
class Heights:
    """Rows of the first part in mm; the receiver takes what is left."""

    header: float
    sort: float
    barcode: float
    package: float
    sender: float
    facts: float
    goods: float
    """Of the one-part label only."""
    name_pt: float
    sort_pt: float


ONE_PART = Heights(9, 13, 19.5, 9, 12, 5.5, 15.5, 15, 34)
FIRST_PART = {
    Size.TWO_PART: (90.0, Heights(9, 14, 19.5, 9, 10.5, 5.5, 0, 17, 38)),
    Size.TWO_PART_LONG: (110.0, Heights(10, 17, 24, 10.5, 13, 6, 0, 19, 44)),
}
"""Height of the part above the perforation, and its rows."""


def draw(page: Page, label: LabelData, size: Size, number: int, total: int) -> None:
    """Draw one label; `number` of `total` is printed as its page."""
    if size is Size.ONE_PART:
        _one_part(page, label, number, total)
        return
    perforation, heights = FIRST_PART[size]
    width = page.width - 2 * MARGIN
    _first_part(page, label, Box(MARGIN, MARGIN, width, perforation - MARGIN - 0.75), heights)
    page.dashed(MARGIN, perforation, width)
    lower = Box(MARGIN, perforation + 0.75, width, page.height - perforation - 0.75 - MARGIN)
    _second_part(page, label, lower, number, total)


def _rows(page: Page, box: Box, rows: list[tuple[float, Callable[[Box], None]]]) -> None:
    """Draw rows from the top, a rule between them."""
    y = box.y
    for i, (height, draw_row) in enumerate(rows):
        if i:
            page.rule(box.x, y, box.w)
        draw_row(Box(box.x, y + 0.25, box.w, height - 0.25))
        y += height


def _top_rows(page: Page, label: LabelData,
              heights: Heights) -> list[tuple[float, Callable[[Box], None]]]:  # fmt: skip
    rows: list[tuple[float, Callable[[Box], None]]] = [
        (heights.header, lambda b: blocks.header(page, b, label, heights.name_pt))
    ]
    if page.prepare(blocks.big_code(label)):
        rows.append((heights.sort, lambda b: blocks.sort_line(page, b, label, heights.sort_pt)))
    rows.append((heights.barcode, lambda b: blocks.barcode(page, b, label)))
    if any((label.package_code, label.package_name, label.origin_code, label.origin_name,
            label.destination_code, label.destination_name)):  # fmt: skip
        rows.append((heights.package, lambda b: blocks.package_row(page, b, label)))
    return rows


def _one_part(page: Page, label: LabelData, number: int, total: int) -> None:
    """76x130: everything on one part, the second barcode upright at the right."""
    box = Box(MARGIN, MARGIN, page.width - 2 * MARGIN, page.height - 2 * MARGIN)
    page.frame(box)
    top, footer = _top_rows(page, label, ONE_PART), 21.0
    used = sum(height for height, _ in top)
    middle = Box(box.x, box.y + used, box.w, box.h - used - footer)
    page.rule(box.x, middle.y, box.w)
    column = Box(box.x + box.w - 13, middle.y + 0.25, 12.75, middle.h - 0.5)
    body = middle
    if blocks.upright_barcode(page, column, label):
        page.rule(column.x, middle.y, middle.h, vertical=True)
        body = middle.left(middle.w - 13)
    receiver, sender = label.receiver.shown(label.privacy), label.sender.shown(label.privacy)
    plain = middle.h - ONE_PART.sender - ONE_PART.facts - ONE_PART.goods
    wanted = blocks.party_height(page, receiver, body.w, _RECEIVER, 7.5)
    more = min(max(wanted - plain, 0), ONE_PART.goods - 8)
    _rows(page, box, top)
    _rows(page, body, [
        (plain + more, lambda b: blocks.party(page, b, receiver, "收", _RECEIVER)),
        (ONE_PART.sender, lambda b: blocks.party(page, b, sender, "寄", _SENDER)),
        (ONE_PART.facts, lambda b: blocks.facts_row(page, b, label)),
        (ONE_PART.goods - more, lambda b: blocks.goods(page, b, label, 8)),
    ])  # fmt: skip
    page.rule(box.x, middle.y + middle.h, box.w)
    _footer(page, Box(box.x, middle.y + middle.h + 0.25, box.w, footer - 0.25), label,
            number, total)  # fmt: skip


def _footer(page: Page, box: Box, label: LabelData, number: int, total: int) -> None:
    """QR at the left; signature, order and time beside it."""
    square = Box(box.x + 0.5, box.y + 0.25, 20, box.h - 0.75)
    width = square.w + 0.5 if blocks.qr_code(page, square, label) else 0.0
    right = box.after(width + (0 if width else blocks.PAD))
    blocks.signature(page, right.top(8.0))
    lines = right.below(8.0).inset(blocks.PAD)
    blocks.meta(page, lines.top(lines.h - 4.0), blocks.meta_lines(label), 7)
    blocks.closing_line(page, lines.below(lines.h - 4.0).top(3.4), label, number, total)


def _first_part(page: Page, label: LabelData, box: Box, heights: Heights) -> None:
    """派件联: what the courier reads, up to the receiver's signature."""
    page.frame(box)
    top = _top_rows(page, label, heights)
    rest = box.h - sum(height for height, _ in top) - heights.sender - heights.facts
    privacy = label.privacy

    def sender(row: Box) -> None:
        sign = 30.0
        blocks.party(page, row.left(row.w - sign), label.sender.shown(privacy), "寄", _SENDER)
        cell = Box(row.x + row.w - sign, row.y, sign, row.h)
        page.rule(cell.x, cell.y - 0.25, cell.h + 0.25, vertical=True)
        blocks.signature(page, cell)

    _rows(page, box, [
        *top,
        (rest, lambda b: blocks.party(page, b, label.receiver.shown(privacy), "收",
                                      Style(15, 6, bold=True))),
        (heights.sender, sender),
        (heights.facts, lambda b: blocks.facts_row(page, b, label)),
    ])  # fmt: skip


def _second_part(page: Page, label: LabelData, box: Box, number: int, total: int) -> None:
    """收件联: small barcode; parties, goods and order at the left, the QR code at the right."""
    head, tail, side = 13.0, 4.5, 24.0
    page.frame(box)
    _second_head(page, label, box.top(head))
    page.rule(box.x, box.y + head, box.w)
    middle = Box(box.x, box.y + head, box.w, box.h - head - tail)
    column = Box(box.x + box.w - side, middle.y + 0.5, side - 0.5, middle.h - 0.5)
    if blocks.qr_column(page, column, label):
        page.rule(column.x, middle.y, middle.h, vertical=True)
        middle = middle.left(middle.w - side)
    receiver, sender = label.receiver.shown(label.privacy), label.sender.shown(label.privacy)
    wanted = blocks.party_height(page, receiver, middle.w, _SENDER, 6.5)
    upper, lower = min(max(wanted, 10.0), middle.h * 0.46), 9.5
    _rows(page, middle, [
        (upper, lambda b: blocks.party(page, b, receiver, "收", _SENDER)),
        (lower, lambda b: blocks.party(page, b, sender, "寄", _SENDER)),
        (middle.h - upper - lower, lambda b: _goods_and_order(page, b, label)),
    ])  # fmt: skip
    page.rule(box.x, middle.y + middle.h, box.w)
    last = Box(box.x, middle.y + middle.h + 0.25, box.w, tail - 0.5).inset(blocks.PAD, 0.25)
    blocks.closing_line(page, last, label, number, total)


def _second_head(page: Page, label: LabelData, box: Box) -> None:
    """Courier and service at the left; the small barcode, or else the number, at the right."""
    bars = 68.0
    fits = blocks.flat_barcode(page, Box(box.x + box.w - bars, box.y, bars, box.h), label)
    name = box.left(box.w - bars).inset(blocks.PAD, 1)
    title = label.courier_name or label.courier_code
    page.line(name.top(5.5), title, Style(12, 6, bold=True, middle=True), "courier_name")
    child = f"{label.child_index}/{label.child_total}" if label.child_total > 1 else ""
    under = f"{label.service_name} {child}"
    page.line(name.below(5.8).top(4.2), under, Style(8, 5, middle=True), "service_name")
    if not fits:
        rest = Box(box.x + box.w - bars, box.y + 2, bars - blocks.PAD, box.h - 4)
        style = Style(14, 5, bold=True, align="right", middle=True)
        page.line(rest, label.waybill_number, style, "waybill_number")


def _goods_and_order(page: Page, box: Box, label: LabelData) -> None:
    """Goods and remark above, parent and order number and shop below."""
    meta = blocks.meta_lines(label)
    lower = 3.1 * len(meta)
    blocks.goods(page, box.top(box.h - lower), label, 8.5)
    below = box.below(box.h - lower).inset(blocks.PAD)
    blocks.meta(page, below.top(below.h - 0.3), meta, 7)
