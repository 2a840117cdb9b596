"""Reading tables. Broken: mojibake, wrong line numbers, or a file that will not load."""

import csv
import gzip
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yichuan.core.tabular import (
    BadFile,
    Batch,
    Layout,
    RejectFile,
    TableFile,
    detect_encoding,
    digest,
    reject,
    rejects_path,
)

CHINESE = "单号,城市\nA1,成都市\nA2,博尔塔拉\n"


def table(path: Path, content: bytes, layout: Layout | None = None) -> tuple[TableFile, Batch]:
    path.write_bytes(content)
    file = TableFile(path, layout)
    batches = list(file.batches())
    assert len(batches) <= 1
    return file, batches[0] if batches else Batch([], [], [], 0, 1.0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    file, batch = table(tmp_path / "a.csv", CHINESE.encode(encoding))
    assert file.header == ("单号", "城市")
    assert batch.cells == [["A1", "成都市"], ["A2", "博尔塔拉"]]
    assert batch.lines == [2, 3]
    assert not batch.rejects


def test_chinese_that_begins_late_is_still_found(tmp_path: Path) -> None:
    rows = "a,b\n" + "1,2\n" * 400_000 + "1,成都\n"
    path = tmp_path / "late.csv"
    path.write_bytes(rows.encode("gb18030"))
    assert detect_encoding(path) == ("gb18030", False)


def test_gzip(tmp_path: Path) -> None:
    _, batch = table(tmp_path / "a.csv.gz", gzip.compress(CHINESE.encode("gb18030")))
    assert batch.cells[0] == ["A1", "成都市"]


def test_a_spoilt_byte_spoils_one_row_only(tmp_path: Path) -> None:
    content = CHINESE.encode() + b"A3,\xff\xfe\xff\n" + "A4,上海\n".encode()
    _, batch = table(tmp_path / "a.csv", content)
    assert [row[0] for row in batch.cells] == ["A1", "A2", "A4"]
    assert [(r.line, r.code, r.column) for r in batch.rejects] == [(4, "bad_encoding", "城市")]


def test_lines_with_breaks_inside_quotes_and_blank_lines(tmp_path: Path) -> None:
    content = b'a,b\n\n1,"x\ny"\n,\n2,z\n'
    _, batch = table(tmp_path / "a.csv", content)
    assert batch.cells == [["1", "x\ny"], ["2", "z"]]
    assert batch.lines == [3, 6]
    assert batch.done == 2


def test_ragged_rows(tmp_path: Path) -> None:
    _, batch = table(tmp_path / "a.csv", b"a,b\n1\n1,2,,\n1,2,3\n")
    assert batch.cells == [["1", ""], ["1", "2"]]
    assert [(r.line, r.code, r.cells) for r in batch.rejects] == [
        (4, "too_many_cells", ("1", "2", "3"))
    ]
    assert batch.done == 3


def test_a_huge_cell_is_a_reject(tmp_path: Path) -> None:
    content = b"a,b\n1,2\n" + b"x" * 200_000 + b",2\n3,4\n"
    _, batch = table(tmp_path / "a.csv", content)
    assert batch.cells == [["1", "2"], ["3", "4"]]
    assert [(r.line, r.code) for r in batch.rejects] == [(3, "unreadable")]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    file, batch = table(tmp_path / "a.txt", f"a{delimiter}b\n1{delimiter}2\n".encode())
    assert file.header == ("a", "b")
    assert batch.cells == [["1", "2"]]


def test_titles_above_the_header(tmp_path: Path) -> None:
    content = "百世对账单\n2020年9月\na,b\n1,2\n".encode()
    file, batch = table(tmp_path / "a.csv", content, Layout(header_row=3))
    assert file.header == ("a", "b")
    assert batch.lines == [4]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("twice.csv", b"a,a\n1,2\n"),
        ("broken.csv.gz", b"\x1f\x8bnot really"),
        ("broken.xlsx", b"PK not really"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadFile):
        TableFile(path)


def test_no_such_file_and_unknown_encoding(tmp_path: Path) -> None:
    with pytest.raises(BadFile):
        TableFile(tmp_path / "none.csv")
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(BadFile):
        TableFile(tmp_path / "a.csv", Layout(encoding="klingon"))


def test_spreadsheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ([None, None], ["单号", "重量"], ["S1", 2.0], [None, None], ["S2", 2.05]):
        sheet.append(row)
    book.create_sheet("other").append(["x"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    file = TableFile(path)
    (batch,) = file.batches()
    assert file.header == ("单号", "重量")
    assert batch.cells == [["S1", "2"], ["S2", "2.05"]]
    assert batch.lines == [3, 5]
    assert TableFile(path, Layout(sheet="other")).header == ("x",)
    with pytest.raises(BadFile):
        TableFile(path, Layout(sheet="none"))


def test_rejects_can_be_corrected_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    assert rejects_path(path).name == "bill.csv.rejects.csv"
    with RejectFile(rejects_path(path), ("a", "b")) as rejects:
        rejects.add([reject(7, "required", ("1", ""), "b")])
        assert rejects.count == 1
    file = TableFile(rejects_path(path))
    (batch,) = file.batches()
    assert file.header == ("a", "b")
    assert batch.cells == [["1", ""]]
    with rejects_path(path).open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream))[1] == [
            "7",
            "required",
            "b",
            "缺少b",
            "b is missing",
            "1",
            "",
        ]


def test_no_rejects_no_file_and_old_ones_go(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("old")
    with RejectFile(path, ("a",)):
        pass
    assert not path.exists()


def test_a_resumed_run_keeps_the_rejects_of_what_was_taken(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with RejectFile(path, ("a",)) as rejects:
        rejects.add([reject(line, "required", (str(line),), "a") for line in (2, 5, 9)])
    with RejectFile(path, ("a",), resume_after=5) as rejects:
        rejects.add([reject(8, "required", ("8",), "a")])
        assert rejects.count == 3
    with path.open(encoding="utf-8-sig", newline="") as stream:
        assert [row[0] for row in csv.reader(stream)][1:] == ["2", "5", "8"]


def test_digest_depends_on_file_and_mapping(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n1\n")
    one = digest(path, b"orders", b"map")
    assert one == digest(path, b"orders", b"map")
    assert one != digest(path, b"orders", b"map2")
    assert one != digest(path, b"ordersm", b"ap")
    path.write_bytes(b"a\n2\n")
    assert one != digest(path, b"orders", b"map")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.lists(
            st.text(
                st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffd\ufeff"),
                max_size=8,
            ),
            min_size=2,
            max_size=2,
        ),
        max_size=12,
    ),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
    size=st.integers(1, 5),
)
def test_whatever_a_csv_writer_wrote_is_read_back(
    tmp_path: Path, rows: list[list[str]], encoding: str, size: int
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["a", "b"], *rows])
    path = tmp_path / "x.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    batches = list(TableFile(path, Layout(encoding=encoding, delimiter=",")).batches(size))
    assert [row for batch in batches for row in batch.cells] == [row for row in rows if any(row)]
    assert all(len(batch.cells) <= size for batch in batches)
    assert all(0 <= batch.fraction <= 1 for batch in batches)
