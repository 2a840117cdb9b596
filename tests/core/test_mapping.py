"""Mapping files. Broken, a user's typo is taken silently and their columns come in wrong."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from yichuan.core.mapping import BadMapping, Condition, FileMapping, load_mapping, parse_mapping

WHOLE = r"""
rows = "shipments"
description = "a merchant's export"
key = ["shipment_no"]
[file]
encoding = "gb18030"
delimiter = ";"
sheet = "发货"
header_row = 3
[times]
zone = "Asia/Urumqi"
formats = ["%d.%m.%Y"]
[tables.courier]
"顺丰" = "SF"
[columns]
shipment_no = "单号"
merchant = { value = "M001" }
courier = { from = ["快递", "承运"], table = "courier", otherwise = "keep" }
order_no = { template = "{店铺}-{单号}#" }
weight_kg = { from = "重量", unit = "g", blank = ["0", "-"] }
city = { from = "地址", match = "省(.+市)", otherwise = "blank", default = "成都市" }
address = { from = "地址", replace = [["\\s+", " "]] }
shipped_at = { from = "时间", zone = "UTC", formats = ["%Y"] }
[[skip]]
column = "单号"
matches = "^合计"
[[skip]]
column = "单号"
blank = true
[[case]]
when = { column = "快递", in = ["顺丰", "SF"], not = true }
columns = { service = { value = "standard" } }
"""


def refused(toml: str) -> str:
    with pytest.raises(BadMapping) as caught:
        parse_mapping(toml.encode())
    return caught.value.detail


def test_a_whole_mapping() -> None:
    mapping = parse_mapping(WHOLE.encode())
    assert mapping.rows == "shipments"
    assert mapping.key == ("shipment_no",)
    assert mapping.layout.header_row == 3
    columns = mapping.columns
    assert columns["shipment_no"].sources == ("单号",)
    assert columns["merchant"].constant == "M001"
    assert columns["courier"].sources == ("快递", "承运")
    assert columns["courier"].table == {"顺丰": "SF"}
    assert columns["order_no"].sources == ("店铺", "单号")
    assert columns["weight_kg"].reading.unit == "g"
    assert columns["weight_kg"].blanks == {"0", "-"}
    assert columns["shipment_no"].reading.zone == ZoneInfo("Asia/Urumqi")
    assert columns["shipped_at"].reading.zone == ZoneInfo("UTC")
    assert columns["shipped_at"].reading.date_formats == ("%Y",)
    assert columns["city"].default == "成都市"
    assert mapping.skips == (
        Condition("单号", "matches", ("^合计",)),
        Condition("单号", "blank", ()),
    )
    assert mapping.cases[0].when == (Condition("快递", "in", ("顺丰", "SF"), negated=True),)
    assert not mapping.unpivot
    assert mapping.content == WHOLE.encode()


def test_defaults() -> None:
    mapping = parse_mapping(b'[columns]\na = "b"\n')
    assert mapping == FileMapping(rows="", columns=mapping.columns, content=b'[columns]\na = "b"\n')
    assert mapping.columns["a"].reading.zone == ZoneInfo("Asia/Shanghai")


def test_unpivot_and_blank_false() -> None:
    toml = '[[unpivot]]\nwhen = { column = "a", blank = false }\ncolumns = { x = "a" }\n'
    mapping = parse_mapping(toml.encode())
    assert mapping.unpivot
    assert mapping.cases[0].when == (Condition("a", "blank", (), negated=True),)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("columns = 3", "table is expected"),
        ("[colums]\n", "unknown key 'colums'"),
        ("not toml", "not a TOML file"),
        ("[columns]\na = 3", "table is expected"),
        ('[columns]\na = { form = "b" }', "exactly one of"),
        ('[columns]\na = { from = "b", value = "c" }', "exactly one of"),
        ('[columns]\na = { from = "b", tabel = "c" }', "unknown key 'tabel'"),
        ('[columns]\na = { from = "b", table = "c" }', "no [tables.c]"),
        ("[columns]\na = { value = 3 }", "quote the number"),
        ('[columns]\na = { from = "b", match = "(" }', "regular expression"),
        ('[columns]\na = { from = "b", otherwise = "drop" }', "one of reject, keep, blank"),
        ('[columns]\na = { from = "b", negate = "yes" }', "true or false"),
        ("[columns]\na = { from = [1] }", "a text or a list"),
        ('[columns]\na = { template = "{b" }', "not a template"),
        ('[columns]\na = { from = "b", replace = ["c"] }', "pairs"),
        ('[columns]\na = { from = "b", zone = "Mars/Base" }', "unknown time zone"),
        ("[file]\nheader_row = 0", "positive whole number"),
        ('[tables.a]\n"x" = 1', "a text is expected"),
        ('[[skip]]\ncolumn = "a"', "and one of"),
        ('[[skip]]\ncolumn = "a"\nis = "x"\nmatches = "y"', "and one of"),
        ('[[skip]]\ncolumn = "a"\nmatches = "("', "regular expression"),
        ('[[skip]]\ncolumn = "a"\nis = 4', "a text is expected"),
        ("[[case]]\n[[unpivot]]\n", "not both"),
    ],
)
def test_mistakes_are_named(toml: str, says: str) -> None:
    assert says in refused(toml)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadMapping):
        load_mapping(tmp_path / "none.toml")
