"""The parts of a label, each drawn into a box that the layout gives it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from yichuan.core.clock import CHINA
from yichuan.waybills.labels.model import PAYMENT_TEXT, Contact, LabelData
from yichuan.waybills.labels.page import RULE, Box, Page, Style
from yichuan.waybills.labels.symbols import (
    DOT,
    QUIET_CODE128,
    QUIET_QR,
    Symbol,
    code128,
    module_dots,
    qr,
)
from yichuan.waybills.labels.typesetting import PT

PAD = 1.0
"""Millimetres between a rule and text."""
_TAG = Style(11, 6, bold=True, align="centre", white=True, middle=True)
_CAPTION = Style(6.5, 5, middle=True)


def yuan(fen: int) -> str:
    """¥ with two decimals from CNY fen."""
    return f"¥{fen // 100}.{fen % 100:02d}"


def kilograms(grams: int) -> str:
    """Kilograms without trailing zeros: 1250 → 1.25kg."""
    return f"{(Decimal(grams) / 1000).normalize():f}kg"


def courier_time(at: datetime) -> str:
    """Local time of the couriers, to the second."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def big_code(label: LabelData) -> str:
    """What the sorting line shows: mark, else sort code, else destination."""
    receiver = label.receiver
    return (
        label.mark_destination
        or label.sort_code
        or label.destination_code
        or label.destination_name
        or f"{receiver.city or receiver.province}{receiver.district}"
    )


def facts(label: LabelData) -> str:
    """Pieces, weight, payment and declared value on one line."""
    parts = [f"件数 {label.pieces}"]
    if label.weight_g is not None:
        parts.append(f"重量 {kilograms(label.weight_g)}")
    if label.payment is not None:
        parts.append(PAYMENT_TEXT[label.payment])
    if label.insured_fen:
        parts.append(f"保价 {yuan(label.insured_fen)}")
    return "·".join(parts)


def tag(page: Page, box: Box, text: str, field: str) -> None:
    """White text on a black box."""
    page.fill(box)
    page.line(box.inset(0.6, 0.3), text, _TAG, field)


def header(page: Page, box: Box, label: LabelData, name_size: float) -> None:
    """Courier as text, its hotline, and at the right the service and the child piece."""
    inner = box.inset(PAD, 0.8)
    used = 0.0
    tags = [(label.service_name, "service_name", 11.0)]
    if label.child_total > 1:
        tags.append((f"{label.child_index}/{label.child_total}", "child_index", 11.0))
    elif label.pieces > 1:
        tags.append((f"共{label.pieces}件", "pieces", 11.0))
    for text, field, size in tags:
        width = min(page.text_width(page.prepare(text), size, bold=True) + 3, inner.w * 0.36)
        if page.prepare(text):
            tag(page, Box(inner.x + inner.w - used - width, inner.y, width, inner.h), text, field)
            used += width + 1
    room = inner.left(inner.w - used - (1 if used else 0))
    style = Style(name_size, 7, bold=True, middle=True)
    hotline = page.prepare(label.hotline and f"客服 {label.hotline}")
    reserve = page.text_width(hotline, 7) + 2 if hotline else 0
    name = label.courier_name or label.courier_code
    width = page.line(room.left(max(room.w - reserve, room.w * 0.5)), name, style, "courier_name")
    if hotline:
        rest = room.after(width + 2)
        page.line(rest, hotline, Style(7, 5, middle=True), "hotline")


def sort_line(page: Page, box: Box, label: LabelData, size: float) -> None:
    """The big line: 大头笔 / 三段码."""
    style = Style(size, 9, bold=True, align="centre", middle=True)
    page.line(box.inset(PAD, 0.6), big_code(label), style, "mark_destination")


def barcode(page: Page, box: Box, label: LabelData) -> None:
    """The main Code 128 with its number underneath."""
    number = label.waybill_number.strip()
    digits = 4.6
    area, under = box.top(box.h - digits - 0.6).inset(0, 1.0), box.below(box.h - digits - 0.6)
    symbol = code128(number)
    dots = 0 if symbol is None else module_dots(symbol.columns, box.w, QUIET_CODE128, 4)
    if symbol is None or not dots:
        page.problems.append(("barcode_left_out", f"{number!r} does not fit a Code 128 here"))
    else:
        if dots == 1:
            page.problems.append(("barcode_dense", "bars of one dot: needs 300 dpi or more"))
        width = symbol.columns * dots * DOT
        x = round((area.x + (area.w - width) / 2) / DOT) * DOT
        page.symbol(symbol, x, area.y, dots * DOT, area.h)
    style = Style(13, 5, bold=True, align="centre", middle=True)
    page.line(under.inset(PAD), number, style, "waybill_number")


def small_symbol(number: str, length: float) -> tuple[Symbol, float] | None:
    """The second Code 128 and its module (mm, two dots or more), or None if it does not fit."""
    symbol = code128(number.strip())
    if symbol is None:
        return None
    dots = module_dots(symbol.columns, length, QUIET_CODE128, 2)
    return (symbol, dots * DOT) if dots >= 2 else None


def upright_barcode(page: Page, box: Box, label: LabelData) -> bool:
    """The second Code 128 turned by 90°, number beside it; False if it does not fit."""
    small = small_symbol(label.waybill_number, box.h)
    if small is None:
        return False
    symbol, module = small
    length, bars = symbol.columns * module, box.w - 4.2
    y = round((box.y + (box.h - length) / 2) / DOT) * DOT
    page.symbol(symbol, box.x + 3.6, y, module, bars, vertical=True)
    number = Box(box.x + 0.4, box.y + PAD, 3.0, box.h - 2 * PAD)
    page.turned(number, label.waybill_number, Style(8, 4), "waybill_number")
    return True


def flat_barcode(page: Page, box: Box, label: LabelData) -> bool:
    """The second Code 128, number underneath; False if it does not fit."""
    small = small_symbol(label.waybill_number, box.w)
    if small is None:
        return False
    symbol, module = small
    x = round((box.x + (box.w - symbol.columns * module) / 2) / DOT) * DOT
    page.symbol(symbol, x, box.y + 1, module, box.h - 4.6)
    style = Style(8, 5, align="centre", middle=True)
    page.line(box.below(box.h - 3.4), label.waybill_number, style, "waybill_number")
    return True


def _route(label: LabelData) -> list[tuple[str, str]]:
    """(caption, name and code) of origin and destination, where known."""
    ends = (
        ("始发", label.origin_name, label.origin_code),
        ("目的", label.destination_name, label.destination_code),
    )
    return [(caption, f"{name} {code}".strip()) for caption, name, code in ends if name or code]


def package_row(page: Page, box: Box, label: LabelData) -> None:
    """集包地 at the left and the route at the right, or the route alone."""
    route, inner = _route(label), box.inset(PAD, 0.5)
    package = " ".join(filter(None, (label.package_name, label.package_code)))
    if not package:
        text = " → ".join(text for _, text in route)
        page.line(inner, text, Style(15, 6, bold=True, middle=True), "origin/destination")
        return
    if route:
        width = box.w * 0.42
        cell = Box(box.x + box.w - width, box.y, width, box.h)
        page.rule(cell.x, cell.y, cell.h, vertical=True)
        pitch = (cell.h - 1.2) / 2
        for i, (caption, text) in enumerate(route):
            row = Box(cell.x + PAD, cell.y + 0.6 + i * pitch, cell.w - 1.5, pitch)
            page.line(row, f"{caption} {text}", Style(8.5, 5, middle=True), "origin/destination")
        inner = inner.left(inner.w - width)
    page.line(inner.left(4), "集", Style(11, 6, bold=True, middle=True), "package")
    page.line(inner.after(5.5), package, Style(17, 6, bold=True, middle=True), "package_name")


def party_height(page: Page, contact: Contact, width: float, style: Style, size: float) -> float:
    """Millimetres that `party` needs to print the whole address at `size` points."""
    text = page.prepare(f"{contact.company} {contact.full_address}")
    room = max(width - _mark(style) - 3 * PAD - 0.5, 1)
    lines = int(page.text_width(text, size, style.bold) / room * 1.05) + 1
    return 1.2 * min(style.largest, size + 3) * PT * 1.25 + lines * size * PT * 1.18 + 1.7


def _mark(style: Style) -> float:
    """Side of the square with 收 or 寄, mm."""
    return 6.5 if style.bold else 5.0


def party(page: Page, box: Box, contact: Contact, letter: str, style: Style) -> None:
    """收 or 寄: name and phone, on one line if they fit it, the address wrapped under them."""
    mark = _mark(style)
    square = Box(box.x + PAD, box.y + (box.h - mark) / 2, mark, mark)
    if style.bold:
        tag(page, square, letter, letter)
    else:
        page.frame(square)
        letter_style = Style(10, 6, bold=True, align="centre", middle=True)
        page.line(square.inset(0.6, 0.3), letter, letter_style, letter)
    inner = box.after(mark + 2 * PAD + 0.5).inset(0, 0.7)
    inner = inner.left(inner.w - PAD)
    first, company = _person(page, inner, contact, letter, style)
    text = f"{company} {contact.full_address}" if company else contact.full_address
    address = Style(style.largest - 1, min(5.5, style.smallest), style.bold, leading=1.18)
    page.block(inner.below(first + 0.2), text, address, f"{letter}: address")


def _person(page: Page, box: Box, contact: Contact, letter: str,
            style: Style) -> tuple[float, str]:  # fmt: skip
    """Name, phone and company; returns the height they take and the company if it found no room.
    A name too long to stand beside the phone in readable type gets its own line."""
    name, phone = page.prepare(contact.name), page.prepare(contact.phone)
    height = min(style.largest * PT * 1.25, box.h * 0.36)
    size = min(style.largest, height / PT)
    natural = page.text_width(f"{name} {phone}", size, style.bold) + 1
    stacked = natural * 0.62 > box.w
    if stacked:
        height = min(height, box.h * 0.27)
        page.line(box.top(height), name, Style(size, 5, style.bold, middle=True), f"{letter}: name")
        rest = box.below(height).top(height)
    else:
        size = min(size, size * box.w / natural)
        line = Style(size, min(5, size), style.bold, middle=True)
        used = page.line(box.top(height), name, line, f"{letter}: name")
        rest = box.top(height).after(used + 1.5 if used else 0)
    line = Style(size, min(5, size), style.bold, middle=True)
    used = page.line(rest, phone, line, f"{letter}: phone")
    rest = rest.after(used + 1.5 if used else 0)
    company = page.prepare(contact.company)
    small = Style(min(size, 8.5), 5, middle=True)
    if company and page.text_width(company, 6) <= rest.w:
        page.line(rest, company, small, f"{letter}: company")
        company = ""
    return height * (2 if stacked else 1), company


def facts_row(page: Page, box: Box, label: LabelData) -> None:
    """Pieces, weight, payment, declared value; money to collect stands out at the right."""
    inner = box.inset(PAD, 0.4)
    if label.cod_fen:
        text = f"代收货款 {yuan(label.cod_fen)}"
        width = min(page.text_width(page.prepare(text), 9.5, bold=True) + 2, inner.w * 0.55)
        tag(page, Box(inner.x + inner.w - width, inner.y, width, inner.h), text, "cod_fen")
        inner = inner.left(inner.w - width - 1)
    page.block(inner, facts(label), Style(8.5, 5, leading=1.1, middle=True), "facts")


def goods(page: Page, box: Box, label: LabelData, size: float) -> None:
    """Goods, then the remark in bold under them."""
    inner = box.inset(PAD, 0.7)
    remark = page.prepare(label.remark)
    if remark:
        remark = f"备注：{remark}"
        style = Style(size + 0.5, 5, bold=True, leading=1.15)
        share = inner.h * 0.45 if label.goods else inner.h
        lines = page.text_width(remark, style.largest, bold=True) // inner.w + 1
        share = min(share, lines * style.largest * PT * 1.2 + 0.2)
        page.block(inner.below(inner.h - share), remark, style, "remark")
        inner = inner.top(inner.h - share - 0.2)
    if label.goods:
        _goods_lines(page, inner, [page.prepare(text) for text in label.goods], size)


def _goods_lines(page: Page, box: Box, lines: list[str], size: float) -> None:
    """A line each while that is readable, else one running text."""
    widest = max(page.text_width(text, 1) for text in lines)
    fitting = min(size, box.h / len(lines) / PT / 1.2, box.w / widest if widest else size)
    if fitting >= 6.5:
        pitch = fitting * PT * 1.2
        for i, text in enumerate(lines):
            row = Box(box.x, box.y + i * pitch, box.w, pitch)
            page.line(row, text, Style(fitting, 5, middle=True), "goods")
        return
    page.block(box, "；".join(lines), Style(min(size, 7.5), 5, leading=1.12), "goods")


def qr_code(page: Page, box: Box, label: LabelData) -> bool:
    """The buyer's link, or else the number, centred in a square; False if it does not fit."""
    side = min(box.w, box.h)
    content = label.buyer_link or label.waybill_number
    symbol = qr(content, int(side / DOT) // 2 - 2 * QUIET_QR)
    if symbol is None:
        page.problems.append(("qr_left_out", f"{len(content)} characters are too many"))
        return False
    module = module_dots(symbol.columns, side, QUIET_QR, 6) * DOT
    length = symbol.columns * module
    x = round((box.x + (box.w - length) / 2) / DOT) * DOT
    y = round((box.y + (box.h - length) / 2) / DOT) * DOT
    page.symbol(symbol, x, y, module, module)
    return True


def qr_column(page: Page, box: Box, label: LabelData) -> bool:
    """The QR code in the middle of a column, what it is for under it; False if it does not fit."""
    side, caption = box.w - 1, 4.0
    top = box.y + max(box.h - side - caption, 0) / 2
    if not qr_code(page, Box(box.x + 0.5, top, side, side), label):
        return False
    text = "扫码查物流" if label.buyer_link else "运单号"
    under = Box(box.x + 0.5, top + side, side, caption)
    page.line(under, text, Style(8, 5, align="centre", middle=True), "qr")
    return True


def meta_lines(label: LabelData) -> list[str]:
    """Order, shop, parent number: what merchants and their packers look for."""
    shop = "·".join(filter(None, (label.platform_name, label.shop_name)))
    lines = [
        label.parent_number and f"母单号 {label.parent_number}",
        label.order_number and f"订单号 {label.order_number}",
        shop,
    ]
    return [line for line in lines if line]


def closing_line(page: Page, box: Box, label: LabelData, number: int, total: int) -> None:
    """Print time at the left, batch position and page n/m at the right."""
    right = f"第 {number}/{total} 页"
    if label.sequence is not None:
        right = f"序号 {label.sequence}  {right}"
    style = Style(7, 4.5, middle=True)
    width = min(page.text_width(right, 7), box.w * 0.5)
    page.line(box.left(box.w - width - 1), f"打印 {courier_time(label.print_time)}", style, "time")
    page.line(Box(box.x + box.w - width, box.y, width + 0.1, box.h), right, style, "page")


def meta(page: Page, box: Box, lines: list[str], size: float) -> None:
    """Small lines under each other."""
    pitch = min(size * 0.43, box.h / max(len(lines), 1))
    for i, text in enumerate(lines):
        page.line(Box(box.x, box.y + i * pitch, box.w, pitch), text, Style(size, 4.5, middle=True),
                  "order/shop")  # fmt: skip


def signature(page: Page, box: Box) -> None:
    """Where the receiver signs, and the mark that the content was inspected (已验视)."""
    page.line(box.inset(PAD, 0.5).top(3.4), "签收人 / 时间", Style(8, 5), "signature")
    seal = Box(box.x + box.w - 12.5, box.y + box.h - 5.5, 11.5, 4.6)
    page.frame(seal)
    page.line(seal.inset(RULE + 0.3, RULE + 0.3), "已验视",
              Style(9, 5, bold=True, align="centre", middle=True), "seal")  # fmt: skip
