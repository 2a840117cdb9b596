"""Files through mappings into typed rows. Broken, imports lose, double or distort rows."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yichuan.core.cells import Column, Kind
from yichuan.core.mapping import BadMapping, parse_mapping
from yichuan.core.mapplan import Mapped, MappedFile, RowRule, RowTable, own_columns
from yichuan.core.tabular import RejectFile, rejects_path


@dataclass(frozen=True, slots=True)
class Box:
    no: str
    courier: str | None
    weight_g: int | None
    at: datetime | None


BOXES: RowTable[Box] = RowTable(
    "boxes",
    "箱",
    "Boxes",
    (
        Column("no", Kind.REFERENCE, "箱号", "", required=True),
        Column("courier", Kind.TEXT, "快递公司", ""),
        Column("weight_kg", Kind.WEIGHT, "重量", "", field="weight_g", minimum=0),
        Column("at", Kind.TIME, "时间", ""),
    ),
    Box,
    (RowRule("too_light", "weight_kg", "太轻", "too light", lambda b: b.weight_g != 1),),
    key=("no",),
)


def mapped(path: Path, text: str, toml: str = "") -> Mapped[Box]:
    path.write_text(text, "utf-8")
    file = MappedFile(path, BOXES, parse_mapping(toml.encode()) if toml else None)
    (batch,) = file.batches()
    return batch


def test_our_own_columns_by_name_or_chinese_title(tmp_path: Path) -> None:
    batch = mapped(tmp_path / "a.csv", "箱号,WEIGHT_KG,多余\nS1,1.5,x\n")
    assert batch.rows == [Box("S1", None, 1500, None)]
    assert own_columns(BOXES, ("no", "x")).columns.keys() == {"no"}
    with pytest.raises(BadMapping, match="no column no"):
        own_columns(BOXES, ("重量",))


def test_everything_a_mapping_can_do(tmp_path: Path) -> None:
    toml = r"""
rows = "boxes"
[tables.courier]
"顺丰" = "SF"
"自提" = ""
[columns]
no = { template = "{店}-{号}" }
courier = { from = ["快递", "承运"], table = "courier" }
weight_kg = { from = "克", unit = "g", blank = ["-"], default = "7" }
at = { from = "时", match = "^(\\S+)", formats = ["%d.%m.%Y"] }
[[skip]]
column = "号"
matches = "^合计"
"""
    text = (
        "店,号,快递,承运,克,时\n"
        'A," =""1"" ",顺丰,自提,350,02.01.2020 x\n'
        "A,2,,自提,-,\n"
        "A,合计,,,9,\n"
        "A,3,飞鸽,,1500,\n"
        ",4,,,5,\n"
    )
    batch = mapped(tmp_path / "a.csv", text, toml)
    assert batch.rows == [
        Box("A-1", "SF", 350, datetime(2020, 1, 1, 16, tzinfo=UTC)),
        Box("A-2", None, 7, None),
    ]
    assert [(r.line, r.code, r.column) for r in batch.rejects] == [
        (5, "unknown_value", "courier"),
        (6, "required", "no"),
    ]
    assert batch.rejects[0].zh == "对照表中没有courier的值：飞鸽"
    assert batch.done == 5


def test_otherwise(tmp_path: Path) -> None:
    toml = """
[tables.c]
"a" = "b"
[columns]
no = "no"
courier = { from = "c", table = "c", otherwise = "%s" }
"""
    text = "no,c\n1,a\n2,x\n"
    kept = mapped(tmp_path / "a.csv", text, toml % "keep")
    assert [row.courier for row in kept.rows] == ["b", "x"]
    blank = mapped(tmp_path / "a.csv", text, toml % "blank")
    assert [row.courier for row in blank.rows] == ["b", None]


def test_all_faults_of_a_row_are_told_at_once(tmp_path: Path) -> None:
    batch = mapped(tmp_path / "a.csv", "no,weight_kg,at\n,x,y\n1,0.001,\n2,2,\n")
    assert [(r.line, r.code) for r in batch.rejects] == [(2, "required"), (3, "too_light")]
    assert batch.rejects[0].en == (
        "no is missing; weight_kg is not a number: x; at is not a known time: y"
    )
    assert batch.rejects[0].cells == ("", "x", "y")
    assert batch.lines == [4]


def test_repeated_keys_are_refused_across_batches(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("no\n1\n2\n1\n3\n2\n")
    batches = list(MappedFile(path, BOXES).batches(size=2))
    assert [row.no for batch in batches for row in batch.rows] == ["1", "2", "3"]
    rejects = [r for batch in batches for r in batch.rejects]
    assert [(r.line, r.code) for r in rejects] == [(4, "duplicate_key"), (6, "duplicate_key")]


def test_cases_take_the_first_that_holds(tmp_path: Path) -> None:
    toml = """
[columns]
no = "no"
[[case]]
when = { column = "c", is = "a" }
columns = { courier = { value = "A" } }
[[case]]
when = [{ column = "c", is = "b" }, { column = "w", blank = false }]
columns = { courier = { value = "B" }, weight_kg = "w" }
"""
    text = "no,c,w\n1,b,1\n2,a,2\n3,b,\n4,z,4\n"
    batch = mapped(tmp_path / "a.csv", text, toml)
    assert batch.rows == [Box("1", "B", 1000, None), Box("2", "A", None, None)]
    assert batch.lines == [2, 3]
    assert [(r.line, r.code) for r in batch.rejects] == [(4, "no_case"), (5, "no_case")]


def test_unpivot_makes_long_rows_of_wide_ones(tmp_path: Path) -> None:
    toml = """
[[unpivot]]
when = { column = "le1", blank = false }
columns = { no = { template = "{no}a" }, weight_kg = "le1" }
[[unpivot]]
when = { column = "le2", blank = false }
columns = { no = { template = "{no}b" }, weight_kg = "le2" }
"""
    batch = mapped(tmp_path / "a.csv", "no,le1,le2\n1,10,20\n2,,40\n3,,\n", toml)
    assert [(row.no, row.weight_g) for row in batch.rows] == [
        ("1a", 10_000),
        ("1b", 20_000),
        ("2b", 40_000),
    ]
    assert batch.lines == [2, 2, 3]
    assert [(r.line, r.code) for r in batch.rejects] == [(4, "no_case")]


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('rows = "orders"\n[columns]\nno = "no"', "for orders"),
        ('[columns]\nno = "no"\nnope = "no"', "no column nope"),
        ('[columns]\nno = "nope"', "the file has no column nope"),
        ('[columns]\ncourier = "no"', "required column no"),
        ('[columns]\nno = "no"\nweight_kg = { value = "heavy" }', "not a number"),
        ('[columns]\nno = "no"\nweight_kg = { from = "no", unit = "oz" }', "unknown unit"),
        ('key = ["x"]\n[columns]\nno = "no"', "no column x"),
        ('[columns]\nno = "no"\n[[skip]]\ncolumn = "x"\nis = "1"', "condition names x"),
    ],
)
def test_mappings_that_do_not_fit(tmp_path: Path, toml: str, says: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("no\n1\n")
    with pytest.raises(BadMapping) as caught:
        MappedFile(path, BOXES, parse_mapping(toml.encode()))
    assert says in caught.value.detail


def test_a_partial_table_shares_the_whole_ones_mapping(tmp_path: Path) -> None:
    small: RowTable[tuple[object, ...]] = RowTable(
        "boxes", "", "", BOXES.columns[:1], lambda *cells: cells, partial=True
    )
    path = tmp_path / "a.csv"
    path.write_text("n,w\n1,2\n")
    mapping = parse_mapping(b'rows = "boxes"\n[columns]\nno = "n"\nweight_kg = "w"')
    file = MappedFile(path, small, mapping)
    assert next(file.batches()).rows == [("1",)]
    assert file.unused == ()


def test_unused_columns_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("no,remark\n1,x\n")
    assert MappedFile(path, BOXES).unused == ("remark",)


def test_rejects_corrected_by_hand_go_in(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("no,weight_kg\n1,x\n2,2\n")
    file = MappedFile(path, BOXES)
    with RejectFile(rejects_path(path), file.header) as rejects:
        for batch in file.batches():
            rejects.add(batch.rejects)
    text = rejects_path(path).read_text("utf-8-sig").replace(",1,x", ",1,3")
    again = mapped(tmp_path / "again.csv", text)
    assert again.rows == [Box("1", None, 3000, None)]


def test_the_digest_knows_file_table_and_mapping(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("no\n1\n")
    one = parse_mapping(b'[columns]\nno = "no"')
    two = parse_mapping(b'[columns]\nno = "no"\n')
    digests = {MappedFile(path, BOXES, mapping).digest for mapping in (None, one, two, one)}
    assert len(digests) == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    weights=st.lists(st.sampled_from(["1", "2.5", "", "x", "0.001"]), min_size=1, max_size=25),
    keys=st.lists(st.integers(1, 9), min_size=25, max_size=25),
    first=st.integers(1, 7),
    second=st.integers(1, 7),
    stop=st.integers(1, 25),
)
def test_a_resumed_import_takes_exactly_the_rest(
    tmp_path: Path, weights: list[str], keys: list[int], first: int, second: int, stop: int
) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(
            [["no", "weight_kg"], *([f"S{k}", w] for k, w in zip(keys, weights, strict=False))]
        )
    whole = list(MappedFile(path, BOXES).batches(size=first))
    assert [batch.done for batch in whole] == sorted(batch.done for batch in whole)
    done = min(stop, len(weights))
    tail = list(MappedFile(path, BOXES).batches(skip=done, size=second))
    lines = [line for batch in whole for line in batch.lines if line > done + 1]
    assert [line for batch in tail for line in batch.lines] == lines
    rejects = [(r.line, r.code) for batch in whole for r in batch.rejects if r.line > done + 1]
    assert [(r.line, r.code) for batch in tail for r in batch.rejects] == rejects
    assert all(isinstance(row, Box) for batch in tail for row in batch.rows)
