"""Every format of the one door. Broken: scanners cannot read the printed codes."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image
from zxingcpp import BarcodeFormat

from waybills.labels.samples import ALL, CHILD, PLAIN
from yichuan.waybills.labels.model import Size
from yichuan.waybills.labels.render import Format, render


@pytest.mark.parametrize("size", list(Size))
def test_codes_read_back_from_the_picture(size: Size) -> None:
    """Code 128 is the number (twice where the second fits), QR the buyer's link or the number."""
    pictures = render(list(ALL.values()), Format.PNG, size).files
    for label, picture in zip(ALL.values(), pictures, strict=True):
        image = Image.open(io.BytesIO(picture))
        assert image.size == tuple(side * 12 for side in size.mm)
        assert round(image.info["dpi"][0]) == 305
        codes = [(code.format, code.text) for code in zxingcpp.read_barcodes(image)]
        bars = codes.count((BarcodeFormat.Code128, label.waybill_number))
        assert bars == (1 if size is Size.ONE_PART and label is CHILD else 2)
        link = label.buyer_link or label.waybill_number
        assert (BarcodeFormat.QRCode, link) in codes


def test_long_links_still_read() -> None:
    """A QR code of 150 characters is smaller but whole."""
    label = replace(PLAIN, buyer_link="https://t.example.cn/track/" + "Zx9kPq1" * 18)
    image = Image.open(io.BytesIO(render([label], Format.PNG).content))
    assert label.buyer_link in [code.text for code in zxingcpp.read_barcodes(image)]


def test_one_file_or_one_per_label() -> None:
    """PNG holds one label, the others all of them."""
    for fmt in Format:
        rendered = render([PLAIN, CHILD], fmt)
        assert len(rendered.files) == (2 if fmt is Format.PNG else 1)
        assert "/" in rendered.media_type
    with pytest.raises(ValueError, match="2 files"):
        _ = render([PLAIN, CHILD], Format.PNG).content


def test_pdf_alone_does_not_load_the_rasteriser() -> None:
    """A web process that serves PDFs stays small."""
    code = "import sys, yichuan.waybills.labels.render\nassert 'pypdfium2' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
