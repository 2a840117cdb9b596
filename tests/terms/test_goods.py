"""Prohibited goods. Broken, gunpowder is printed, or a merchant's alcohol wipes are refused."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.core.ids import new_id
from yichuan.simulator.sample import goods, merchants
from yichuan.terms.goods import Goods, GoodsBook, everywhere, reason


def packaged() -> list[Goods]:
    """The list that ships with the product."""
    lines = (files("yichuan.terms") / "goods.csv").read_text("utf-8").splitlines()
    return [
        Goods(
            id=new_id(),
            merchant_id=None,
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            keywords=tuple(row["keywords"].split("、")),
            unless=tuple(word for word in row["unless"].split("、") if word),
            level=row["level"],  # type: ignore[arg-type]
            courier=None,
            service=None,
            source=row["source"],
        )
        for row in csv.DictReader(lines)
    ]


BOOK = GoodsBook(packaged())


def level_of(title: str) -> str | None:
    """The hardest level a title touches."""
    found = {hit.rule.level for hit in BOOK.hits([title])}
    return next((level for level in ("forbidden", "air", "declare") if level in found), None)


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("75%消毒酒精 500ml 喷雾", "forbidden"),
        ("酒精棉片 100 片装", None),
        ("酒精湿巾 便携装", None),
        ("户外防身甩棍", "forbidden"),
        ("大号防风打火机油 133ml", "forbidden"),
        ("硫酸软骨素钙片", None),
        ("工业盐酸 清洗", "forbidden"),
        ("小米充电宝 20000mAh", "air"),
        ("充电宝收纳包", None),
        ("高脚红酒杯 2 只", None),
        ("长城干红葡萄酒 750ml", "air"),
        ("结婚烟花爆竹 一箱", "forbidden"),
        ("电子鞭炮 可循环", None),
        ("镭射手提袋", None),
        ("吹气枪 除尘", None),
        ("处方药 阿莫西林", "declare"),
        ("纯棉短袖T恤", None),
    ],
)
def test_titles_of_the_trade(title: str, level: str | None) -> None:
    assert level_of(title) == level


def test_no_ordinary_goods_of_the_sample_merchants_are_refused() -> None:
    """Every title the sample mall sells; what flies badly is known."""
    names = {sku.name for merchant in merchants() for sku in goods(merchant)}
    assert len(names) > 50
    assert {name for name in names if level_of(name) == "forbidden"} == set()
    assert "磁吸移动电源 10000mAh" in {name for name in names if level_of(name) == "air"}


def test_every_packaged_rule_can_be_touched_and_says_where_it_is_written() -> None:
    for rule in BOOK.rules:
        (hit, *_) = BOOK.hits([rule.keywords[0]])
        assert hit.rule.source, rule.name_zh
        assert rule.name_zh in reason(hit).zh
        assert all(any(word in phrase for word in rule.keywords) for phrase in rule.unless)


@given(st.lists(st.sampled_from("酒精棉片汽油火柴盒 abcT恤"), max_size=12).map("".join))
def test_the_quick_search_misses_nothing(title: str) -> None:
    slow = {rule.id for rule in BOOK.rules if rule.touched(title.lower())}
    assert {hit.rule.id for hit in BOOK.hits([title])} == slow


def test_only_rules_without_a_courier_stop_a_box_altogether() -> None:
    (hit,) = [h for h in BOOK.hits(["汽油"]) if h.rule.level == "forbidden"]
    assert everywhere(hit)
    (flies,) = BOOK.hits(["充电宝"])
    assert not everywhere(flies)
