"""Build the fonts of the waybill labels (src/yichuan/waybills/labels/fonts). Development only.

Needs `fonttools` (not a dependency of the package) and, on Debian 12, the packages fonts-noto-cjk
and fonts-droid-fallback:

    python scripts/build_label_fonts.py \
        --noto-regular /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc \
        --noto-bold /usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc \
        --droid /usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf

What is done: choose characters, turn cubic outlines into quadratic ones (TrueType `glyf`, which
every PDF reader and printer takes), drop hints and layout tables, order the
glyphs by code point. The label renderer relies on that: one glyph is one self-contained slice.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

OUT = Path(__file__).parent.parent / "src/yichuan/waybills/labels/fonts"
OFL = "This Font Software is licensed under the SIL Open Font License, Version 1.1."
APACHE = "Licensed under the Apache License, Version 2.0."
NOTO_COPYRIGHT = (
    "Derived from Noto Sans CJK SC, (c) 2014-2021 Adobe (http://www.adobe.com/), "
    "with Reserved Font Name 'Source'."
)
DROID_COPYRIGHT = "Derived from Droid Sans Fallback, Copyright (c) 2006-2010 Google Corp."

LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2028), 0x2030, 0x2032, 0x2033)
SYMBOLS = (
    *range(0x2460, 0x2474),  # ① to ⑳
    *range(0x3000, 0x3018),
    *range(0x3041, 0x3097),  # kana
    *range(0x309B, 0x30FF),
    *range(0xFF01, 0xFF5F),
    *range(0xFFE0, 0xFFE7),
    *map(ord, "€℃℉№℡™←↑→↓∞≈≠≤≥■□▲△▼▽◆◇○◎●★☆♀♂✓✔㎎㎏㎜㎝㎞㎡㏄√×÷±"),
)


def gb2312() -> set[int]:
    """The 6,763 Han characters of GB/T 2312 level 1 and 2, and its symbols, Greek and Cyrillic."""
    points = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                points.add(ord(bytes([high, low]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return points


def rare_noto() -> set[int]:
    """What Droid Sans Fallback lacks of GB 18030-2022: late URO, and extensions B and beyond."""
    return {*range(0x9FA6, 0xA000), *range(0x20000, 0x32000)}


def extended_han() -> set[int]:
    """All of URO as of Unicode 1.1 and extension A."""
    return {*range(0x3400, 0x4DC0), *range(0x4E00, 0x9FA6)}


def simplified(path: Path) -> TTFont:
    """The Simplified Chinese face of a Noto Sans CJK collection."""
    for font in TTCollection(str(path), lazy=True).fonts:
        if "Sans CJK SC" in font["name"].getDebugName(1):
            return font
    raise SystemExit(f"{path}: no Noto Sans CJK SC inside")


def convert(source: TTFont, points: Iterable[int], style: str, out: Path) -> None:
    """Write a quadratic font of the characters in `points` that the cubic `source` has."""
    upem = 500
    cmap, glyphs = source.getBestCmap(), source.getGlyphSet()
    scale = upem / source["head"].unitsPerEm
    chosen = [point for point in sorted(points) if point in cmap]
    widths = {p: round(glyphs[cmap[p]].width * scale) for p in chosen}
    chosen.sort(key=lambda p: (widths[p] == upem, p))  # full width last: a short hmtx
    names = {p: f"u{p:X}" for p in chosen}
    outlines, metrics = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": (upem, 0)}
    for point in chosen:
        pen = TTGlyphPen(None)
        quadratic = Cu2QuPen(pen, 1.0, reverse_direction=True)
        glyphs[cmap[point]].draw(TransformPen(quadratic, (scale, 0, 0, scale, 0, 0)))
        outlines[names[point]] = pen.glyph(dropImpliedOnCurves=True)
        metrics[names[point]] = (widths[point], 0)
    builder = FontBuilder(upem, isTTF=True)
    builder.setupGlyphOrder([".notdef", *(names[p] for p in chosen)])
    builder.setupCharacterMap({p: names[p] for p in chosen})
    builder.setupGlyf(outlines)
    glyf = builder.font["glyf"]
    lefts = {n: (w, getattr(glyf[n], "xMin", 0)) for n, (w, _) in metrics.items()}
    builder.setupHorizontalMetrics(lefts)
    ascent, descent = round(0.88 * upem), -round(0.12 * upem)
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupNameTable(
        {
            "familyName": "Yichuan Label Sans",
            "styleName": style,
            "copyright": NOTO_COPYRIGHT,
            "licenseDescription": OFL,
        }
    )
    builder.setupOS2(
        sTypoAscender=ascent,
        sTypoDescender=descent,
        usWinAscent=ascent,
        usWinDescent=-descent,
        usWeightClass=700 if style == "Bold" else 400,
    )
    builder.setupPost(keepGlyphNames=False)
    save(builder.font, out)


def reduce(source: TTFont, points: Iterable[int], out: Path) -> None:
    """Write the characters in `points` of a TrueType font, composites kept, hints dropped."""
    options = subset.Options(
        hinting=False,
        layout_features=[],
        notdef_outline=False,
        drop_tables=[*subset.Options().drop_tables, "vhea", "vmtx", "gasp", "GDEF", "GPOS", "GSUB"],
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(source)
    font = FontBuilder(font=source)
    font.setupNameTable(
        {
            "familyName": "Yichuan Label Fallback",
            "styleName": "Regular",
            "copyright": DROID_COPYRIGHT,
            "licenseDescription": APACHE,
        }
    )
    font.setupPost(keepGlyphNames=False)
    save(source, out)


def save(font: TTFont, out: Path) -> None:
    """Write the file, with format 12 as its only character map, and say how big it is."""
    table = CmapSubtable.newSubtable(12)
    table.platformID, table.platEncID, table.language = 3, 10, 0
    table.cmap = font.getBestCmap()
    font["cmap"] = newTable("cmap")
    font["cmap"].tableVersion, font["cmap"].tables = 0, [table]
    font.save(str(out))
    print(f"{out.name}: {len(font.getBestCmap())} characters, {out.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Build the three files."""
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("noto-regular", "noto-bold", "droid"):
        parser.add_argument(f"--{option}", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    common = gb2312() | set(LATIN) | set(SYMBOLS)
    convert(
        simplified(args.noto_regular),
        common | rare_noto(),
        "Regular",
        args.out / "YichuanLabelSans-Regular.ttf",
    )
    convert(simplified(args.noto_bold), common, "Bold", args.out / "YichuanLabelSans-Bold.ttf")
    reduce(
        TTFont(args.droid), extended_han() - common, args.out / "YichuanLabelFallback-Regular.ttf"
    )


if __name__ == "__main__":
    main()
