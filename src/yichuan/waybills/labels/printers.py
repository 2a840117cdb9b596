"""Label printers' command languages. Printers carry no Chinese outlines, so every label is sent as
the bitmap of the PDF's page: what is printed is what the PDF shows, on any model.

Sources: Zebra, ZPL II Programming Guide (^GF and its ASCII compression); TSC, TSPL/TSPL2
Programming Manual (SIZE, GAP, BITMAP); Zebra, CPCL Programming Manual (EXPANDED-GRAPHICS).
"""

from __future__ import annotations

import re

from yichuan.waybills.labels.bitmap import Grey
from yichuan.waybills.labels.model import Size

_RUN = re.compile(r"(.)\1{2,}")
_INVERT = bytes(255 - byte for byte in range(256))
_GAP_MM = 2
"""Gap between die-cut labels; the common stock of 电子面单 rolls."""


def _zpl_count(count: int) -> str:
    """A repeat count: z to g are 400 to 20, Y to G are 19 to 1."""
    text = "z" * (count // 400)
    count %= 400
    if count >= 20:
        text += chr(ord("g") + count // 20 - 1)
    if count % 20:
        text += chr(ord("G") + count % 20 - 1)
    return text


def _zpl_run(match: re.Match[str]) -> str:
    return _zpl_count(len(match.group())) + match.group(1)


def zpl_graphic(packed: bytes, row_bytes: int) -> str:
    """Hexadecimal rows in the ASCII compression of ^GFA: run lengths, `,` for a row that ends in
    white, `!` for one that ends in black, `:` for the same row again."""
    rows: list[str] = []
    last = b""
    for start in range(0, len(packed), row_bytes):
        row = packed[start : start + row_bytes]
        if row == last:
            rows.append(":")
            continue
        last = row
        text = row.hex().upper()
        fill = {"0": ",", "F": "!"}.get(text[-1], "")
        kept = text.rstrip(text[-1]) if fill else text
        rows.append(_RUN.sub(_zpl_run, kept) + fill)
    return "".join(rows)


def zpl(pages: list[Grey], size: Size) -> bytes:
    """ZPL II: one ^XA…^XZ format per label."""
    out = []
    for page in pages:
        row_bytes, packed = (page.width + 7) // 8, page.packed()
        graphic = zpl_graphic(packed, row_bytes)
        out.append(
            f"^XA^PW{page.width}^LL{page.height}^LH0,0^FO0,0"
            f"^GFA,{len(packed)},{len(packed)},{row_bytes},{graphic}^FS^PQ1,0,1,N^XZ\n"
        )
    return "".join(out).encode("ascii")


def tspl(pages: list[Grey], size: Size) -> bytes:
    """TSPL: BITMAP in overwrite mode, where a 0 bit is a black dot."""
    width, height = size.mm
    setup = f"SIZE {width} mm,{height} mm\r\nGAP {_GAP_MM} mm,0 mm\r\nDIRECTION 0\r\n"
    out = [f"{setup}REFERENCE 0,0\r\n".encode("ascii")]
    for page in pages:
        head = f"CLS\r\nBITMAP 0,0,{(page.width + 7) // 8},{page.height},0,".encode("ascii")
        out += [head, page.packed().translate(_INVERT), b"\r\nPRINT 1,1\r\n"]
    return b"".join(out)


def cpcl(pages: list[Grey], size: Size) -> bytes:
    """CPCL: EXPANDED-GRAPHICS (EG, hexadecimal), one session per label."""
    out = []
    for page in pages:
        graphic = page.packed().hex().upper()
        out.append(
            f"! 0 200 200 {page.height} 1\r\nPAGE-WIDTH {page.width}\r\n"
            f"EG {(page.width + 7) // 8} {page.height} 0 0 {graphic}\r\n"
            "GAP-SENSE\r\nFORM\r\nPRINT\r\n"
        )
    return "".join(out).encode("ascii")
