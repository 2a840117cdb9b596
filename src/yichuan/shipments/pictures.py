"""Pictures from outside: read with care, written anew, so that only pixels remain.

What is stored was encoded here: nothing of the sender's file (place and camera in EXIF, comments,
code hidden behind an image's end) survives.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from yichuan.core.errors import Invalid

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 1600
QUALITY: Final = 82
FORMATS: Final = ("JPEG", "PNG", "WEBP")
MEDIA_TYPE: Final = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of ours, at most `LONGEST_SIDE` pixels wide or high."""

    data: bytes
    width: int
    height: int


def clean(data: bytes) -> Picture:
    """The picture in a file.

    Raises:
        Invalid: too large, no picture of a known format, or damaged.
    """
    from PIL import Image, ImageOps  # here: web processes that show no pictures do without it

    if len(data) > MAX_BYTES:
        raise Invalid(f"over {MAX_BYTES // 1024 // 1024} MB", field="file")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as found:
            if found.width * found.height > MAX_PIXELS:
                raise Invalid(f"over {MAX_PIXELS // 1_000_000} megapixels", field="file")
            found.load()
            upright = ImageOps.exif_transpose(found).convert("RGBA")
            flat = Image.new("RGB", upright.size, "white")
            flat.paste(upright, mask=upright.getchannel("A"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid("not a JPEG, PNG or WebP picture", field="file") from error
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    flat.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(out.getvalue(), flat.width, flat.height)
