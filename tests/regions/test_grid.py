"""If these break, the map of provinces overlaps or misses one."""

from __future__ import annotations

from yichuan.regions.divisions import provinces
from yichuan.regions.grid import COLUMNS, ROWS, TILES


def test_every_province_has_one_square() -> None:
    assert {t.adcode for t in TILES} == {p.adcode for p in provinces()}
    assert len(TILES) == 34


def test_no_two_share_a_square() -> None:
    assert len({(t.row, t.column) for t in TILES}) == len(TILES)
    assert (ROWS, COLUMNS) == (8, 8)


def test_names_belong_to_the_code() -> None:
    names = {p.adcode: p.name for p in provinces()}
    for tile in TILES:
        assert names[tile.adcode].startswith(tile.zh)
        assert tile.en.isascii()


def test_neighbours_lie_as_on_the_map() -> None:
    at = {t.zh: t for t in TILES}
    assert at["黑龙江"].row < at["吉林"].row < at["辽宁"].row
    assert at["新疆"].column < at["甘肃"].column < at["陕西"].column < at["江苏"].column
    assert at["海南"].row > at["广东"].row
