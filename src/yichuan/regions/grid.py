"""Tile-grid map (方格地图) of the 34 provinces: equal squares roughly where the provinces lie.

Own layout, 8 rows by 8 columns, row 0 in the north, column 0 in the west.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """A province's square."""

    adcode: str
    row: int
    column: int
    zh: str
    """Short name, two or three characters."""
    en: str
    """Short English name, at most 14 letters (Inner Mongolia)."""


_TILES = """
650000 1 0 新疆 Xinjiang|620000 2 2 甘肃 Gansu|150000 1 3 内蒙古 Inner Mongolia|
230000 0 6 黑龙江 Heilongjiang|220000 1 6 吉林 Jilin|210000 2 6 辽宁 Liaoning|
110000 1 4 北京 Beijing|120000 1 5 天津 Tianjin|130000 2 4 河北 Hebei|370000 2 5 山东 Shandong|
140000 2 3 山西 Shanxi|640000 3 2 宁夏 Ningxia|630000 3 1 青海 Qinghai|540000 4 0 西藏 Tibet|
610000 3 3 陕西 Shaanxi|410000 3 4 河南 Henan|320000 3 5 江苏 Jiangsu|310000 3 6 上海 Shanghai|
510000 4 2 四川 Sichuan|500000 4 3 重庆 Chongqing|420000 4 4 湖北 Hubei|340000 4 5 安徽 Anhui|
330000 4 6 浙江 Zhejiang|530000 5 2 云南 Yunnan|520000 5 3 贵州 Guizhou|430000 5 4 湖南 Hunan|
360000 5 5 江西 Jiangxi|350000 5 6 福建 Fujian|450000 6 3 广西 Guangxi|440000 6 4 广东 Guangdong|
810000 6 5 香港 Hong Kong|710000 6 7 台湾 Taiwan|820000 7 5 澳门 Macau|460000 7 4 海南 Hainan
"""


def _tile(text: str) -> Tile:
    adcode, row, column, zh, en = text.strip().split(" ", 4)
    return Tile(adcode, int(row), int(column), zh, en)


TILES: tuple[Tile, ...] = tuple(_tile(text) for text in _TILES.split("|"))
"""All 34, west to east and north to south where it matters; no two share a square."""
ROWS = 1 + max(tile.row for tile in TILES)
COLUMNS = 1 + max(tile.column for tile in TILES)
