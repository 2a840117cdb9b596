"""PrintTemplate: a label as one HTML document that a browser prints in its real size. Pure.

Everything is inside: the barcode and the QR code are SVG drawn on the printers' dot grid (8 dots
per millimetre), the page size is in the style sheet. Fonts are the computer's own Chinese ones.
"""

from __future__ import annotations

from html import escape
from typing import Final

from yichuan.waybills.labels.blocks import big_code, courier_time, facts
from yichuan.waybills.labels.model import Contact, LabelData, Size
from yichuan.waybills.labels.symbols import (
    DOT,
    QUIET_CODE128,
    QUIET_QR,
    Symbol,
    code128,
    module_dots,
    qr,
)

MARGIN: Final = 2.0
QR_SIDE: Final = 20.0
BAR_HEIGHT: Final = {Size.ONE_PART: 13.0, Size.TWO_PART: 15.0, Size.TWO_PART_LONG: 18.0}
_SIZES: Final = {"130": Size.ONE_PART, "150": Size.TWO_PART, "180": Size.TWO_PART_LONG}

_STYLE: Final = """
@page{size:%(w)dmm %(h)dmm;margin:0}
*{box-sizing:border-box;margin:0;padding:0}
html,body{width:%(w)dmm;background:#fff;color:#000}
body{font-family:"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","SimHei",sans-serif}
.yc{width:%(w)dmm;height:%(h)dmm;padding:%(m)smm;overflow:hidden;page-break-inside:avoid;
display:flex;flex-direction:column;line-height:1.25}
.yc div{overflow:hidden}
.yc .r{border-top:.25mm solid #000;padding:.8mm 0}
.yc .h{display:flex;justify-content:space-between;align-items:center;height:8mm;font-size:13pt;
font-weight:700}
.yc .h small{font-size:9pt}
.yc .k{font-size:%(k)dpt;font-weight:700;text-align:center;line-height:1.1;white-space:nowrap}
.yc .b{text-align:center}
.yc .n{font-size:12pt;font-weight:700;letter-spacing:.5mm;line-height:1.2}
.yc .p{display:flex;justify-content:space-between;font-size:10pt;font-weight:700}
.yc .t{font-size:13pt;font-weight:700}
.yc .s{font-size:9pt}
.yc .f{font-size:8pt}
.yc .g{flex:1;font-size:9pt}
.yc .e{display:flex;justify-content:space-between;align-items:flex-end;font-size:8pt}
.yc svg{display:block}
.yc .b svg{margin:0 auto}
"""


def size_of(template_size: str) -> Size:
    """The paper that TemplateSize names by its height (130, 150, 180); else 76 × 130 mm."""
    return next((s for code, s in _SIZES.items() if template_size.startswith(code)), Size.ONE_PART)


def html_of(label: LabelData, size: Size) -> str:
    """A label as an HTML document of one page."""
    width, height = size.mm
    inner = width - 2 * MARGIN
    style = _STYLE % {"w": width, "h": height, "m": MARGIN, "k": 30 if width < 100 else 38}
    rows = [
        f'<div class="h"><span>{_t(label.courier_name or label.courier_code)}</span>'
        f"<small>{_t(_right(label))}</small></div>",
        _row("k", _t(big_code(label))),
        _row("b", _bars(label.waybill_number, inner, BAR_HEIGHT[size])
             + f'<div class="n">{_t(label.waybill_number)}</div>'),
        _row("p", f"<span>{_t(_package(label))}</span><span>{_t(label.destination_name)}</span>"),
        _row("t", _person("收", label.receiver)),
        _row("s", _person("寄", label.sender)),
        _row("f", _t(facts(label))),
        _row("g", "<br>".join(_t(line) for line in _goods(label))),
        _row("e", f"<div>{_closing(label)}</div>{_qr(label)}"),
    ]  # fmt: skip
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{_t(label.waybill_number)}</title><style>{style}</style></head>"
        f'<body><div class="yc">{"".join(rows)}</div></body></html>'
    )


def _t(text: str) -> str:
    return escape(text, quote=True)


def _row(kind: str, content: str) -> str:
    return f'<div class="r {kind}">{content}</div>' if content else ""


def _right(label: LabelData) -> str:
    piece = f"{label.child_index}/{label.child_total}" if label.child_total > 1 else ""
    return " ".join(part for part in (label.service_name, piece) if part)


def _package(label: LabelData) -> str:
    return " ".join(part for part in (label.package_name, label.package_code) if part)


def _person(mark: str, who: Contact) -> str:
    company = f" {_t(who.company)}" if who.company else ""
    return f"【{mark}】{_t(who.name)} {_t(who.phone)}{company}<br>{_t(who.full_address)}"


def _goods(label: LabelData) -> list[str]:
    lines = list(label.goods)
    if label.remark:
        lines.append(f"备注：{label.remark}")
    return lines


def _closing(label: LabelData) -> str:
    mother = f"母单号 {label.parent_number}" if label.parent_number else ""
    lines = (mother, f"订单号 {label.order_number}", label.shop_name,
             courier_time(label.print_time), label.platform_name)  # fmt: skip
    return "<br>".join(_t(line) for line in lines if line)


def _svg(symbol: Symbol, width: float, height: float) -> str:
    path = "".join(f"M{x} {y}h{n}v1h-{n}z" for x, y, n in symbol.runs())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm"'
        f' viewBox="0 0 {symbol.columns} {symbol.rows}" preserveAspectRatio="none"'
        f' shape-rendering="crispEdges"><path d="{path}"/></svg>'
    )


def _bars(number: str, length: float, height: float) -> str:
    """The number as Code 128; nothing where it is no text that has one."""
    symbol = code128(number)
    dots = module_dots(symbol.columns, length, QUIET_CODE128, 4) if symbol else 0
    if symbol is None or not dots:
        return ""
    return _svg(symbol, symbol.columns * dots * DOT, height)


def _qr(label: LabelData) -> str:
    symbol = qr(label.buyer_link or label.waybill_number, int(QR_SIDE / DOT) // 2 - 2 * QUIET_QR)
    if symbol is None:
        return ""
    side = symbol.columns * module_dots(symbol.columns, QR_SIDE, QUIET_QR, 6) * DOT
    return _svg(symbol, side, side)
