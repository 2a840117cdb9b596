"""Printer jobs. Broken: label printers feed blank or garbled paper."""

from __future__ import annotations

import re

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from waybills.labels.samples import CHILD, PLAIN
from yichuan.waybills.labels.bitmap import Grey
from yichuan.waybills.labels.model import Size
from yichuan.waybills.labels.printers import zpl_graphic
from yichuan.waybills.labels.render import Format, render


def expand_zpl(graphic: str, row_bytes: int) -> bytes:
    """What a printer does with ^GFA data (ZPL II Programming Guide, alternative compression)."""
    rows: list[str] = []
    row, count, width = "", 0, row_bytes * 2
    for char in graphic:
        if "g" <= char <= "z":
            count += 20 * (ord(char) - ord("g") + 1)
        elif "G" <= char <= "Y":
            count += ord(char) - ord("G") + 1
        elif char == ":":
            rows.append(rows[-1])
        elif char in ",!":
            rows.append(row.ljust(width, "0" if char == "," else "F"))
            row = ""
        else:
            row, count = row + char * max(count, 1), 0
            if len(row) == width:
                rows.append(row)
                row = ""
    return bytes.fromhex("".join(rows))


def read_codes(packed: bytes, width: int, height: int) -> set[str]:
    """Codes in a bitmap where 1 is black."""
    image = Image.frombytes("1", (width, height), bytes(255 - b for b in packed)).convert("L")
    return {code.text for code in zxingcpp.read_barcodes(image)}


def wanted(label_number: str) -> set[str]:
    return {label_number, PLAIN.buyer_link}


@pytest.mark.parametrize("size", list(Size))
def test_zpl_bitmap_reads_back(size: Size) -> None:
    """At 203 dpi in black and white, as printed, for both labels of a job."""
    job = render([PLAIN, CHILD], Format.ZPL, size).content.decode("ascii")
    width, height = (side * 8 for side in size.mm)
    formats = re.findall(
        r"\^XA\^PW(\d+)\^LL(\d+)\^LH0,0\^FO0,0\^GFA,(\d+),(\d+),(\d+),(.*?)\^FS\^PQ1,0,1,N\^XZ", job
    )
    assert len(formats) == 2
    for label, (pw, ll, total, again, row_bytes, graphic) in zip(
        (PLAIN, CHILD), formats, strict=True
    ):
        packed = expand_zpl(graphic, int(row_bytes))
        assert (int(pw), int(ll)) == (width, height)
        assert int(total) == int(again) == len(packed) == int(row_bytes) * height
        assert len(graphic) < len(packed)
        assert wanted(label.waybill_number) <= read_codes(packed, int(row_bytes) * 8, height)


@pytest.mark.parametrize("size", list(Size))
def test_tspl_bitmap_reads_back(size: Size) -> None:
    """BITMAP data is exactly as long as announced; a 0 bit is black."""
    job = render([PLAIN], Format.TSPL, size).content
    found = re.search(rb"^SIZE (\d+) mm,(\d+) mm\r\n.*?BITMAP 0,0,(\d+),(\d+),0,", job, re.S)
    assert found
    width, height, row_bytes, rows = map(int, found.groups())
    data = job[found.end() : found.end() + row_bytes * rows]
    assert (width, height) == size.mm
    assert job[found.end() + row_bytes * rows :] == b"\r\nPRINT 1,1\r\n"
    black = bytes(255 - byte for byte in data)
    assert wanted(PLAIN.waybill_number) <= read_codes(black, row_bytes * 8, rows)


@pytest.mark.parametrize("size", list(Size))
def test_cpcl_bitmap_reads_back(size: Size) -> None:
    """EG data in hexadecimal, one session per label."""
    job = render([PLAIN], Format.CPCL, size).content.decode("ascii")
    found = re.fullmatch(
        r"! 0 200 200 (\d+) 1\r\nPAGE-WIDTH (\d+)\r\nEG (\d+) (\d+) 0 0 ([0-9A-F]+)\r\n"
        r"GAP-SENSE\r\nFORM\r\nPRINT\r\n",
        job,
    )
    assert found
    height, width, row_bytes, rows = (int(found[i]) for i in range(1, 5))
    assert (width, height) == tuple(side * 8 for side in size.mm)
    packed = bytes.fromhex(found[5])
    assert len(packed) == row_bytes * rows
    assert wanted(PLAIN.waybill_number) <= read_codes(packed, row_bytes * 8, rows)


@given(
    st.integers(1, 90).flatmap(
        lambda width: st.tuples(
            st.just(width),
            st.lists(
                st.one_of(
                    st.just(bytes(width)),
                    st.just(b"\xff" * width),
                    st.binary(min_size=width, max_size=width),
                ),
                min_size=1,
                max_size=8,
            ),
        )
    )
)
def test_zpl_compression_loses_nothing(sample: tuple[int, list[bytes]]) -> None:
    """Any bitmap, also wide ones of long runs, comes back bit by bit."""
    row_bytes, rows = sample
    packed = b"".join(rows)
    assert expand_zpl(zpl_graphic(packed, row_bytes), row_bytes) == packed


def test_bits_of_a_row_that_does_not_fill_its_bytes() -> None:
    """The rest of the last byte is white."""
    assert Grey(10, 2, bytes([0] * 10 + [255] * 9 + [0])).packed() == b"\xff\xc0\x00\x40"
