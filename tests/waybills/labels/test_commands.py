"""`yichuan labels render`. Broken: labels cannot be printed from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from waybills.labels.test_jsonl import LINE
from yichuan.waybills.labels.commands import labels_app
from yichuan.waybills.labels.render import Format

STARTS = {
    Format.PDF: b"%PDF-",
    Format.PNG: b"\x89PNG",
    Format.ZPL: b"^XA",
    Format.TSPL: b"SIZE 100 mm,150 mm",
    Format.CPCL: b"! 0 200 200 1200 1",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "waybills.jsonl"
    path.write_text(json.dumps(LINE) + "\n", "utf-8")
    return path


def run(*args: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(labels_app, ["render", *map(str, args)])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("fmt", list(Format))
def test_every_format(source: Path, tmp_path: Path, fmt: Format) -> None:
    """The file begins as its format does, at the size asked for."""
    out = tmp_path / "new" / f"labels.{fmt}"
    code, _, _ = run("--in", source, "--out", out, "--format", fmt, "--size", "100x150")
    assert code == 0
    assert out.read_bytes().startswith(STARTS[fmt])


def test_bad_lines_are_reported_and_the_rest_printed(source: Path, tmp_path: Path) -> None:
    """On stderr with line and reason; in JSON as well."""
    bad = {**LINE, "waybill_number": ""}
    odd = {**LINE, "remark": "🏠", "typo": 1}
    source.write_text("\n".join(json.dumps(x) for x in (LINE, bad, odd)), "utf-8")
    code, stdout, stderr = run(
        "--in", source, "--out", tmp_path / "x.png", "--format", "png", "--json"
    )
    result = json.loads(stdout)
    assert code == 0
    assert (result["labels"], result["failed"]) == (2, 1)
    assert result["errors"][0]["line"] == 2
    assert [Path(name).name for name in result["files"]] == ["x-001.png", "x-002.png"]
    assert [(w["line"], w["kind"]) for w in result["warnings"]] == [(3, "missing_glyph")]
    assert "line 2: waybill_number is empty" in stderr
    assert "line 3: unknown field typo ignored" in stderr


def test_no_label_is_a_failure(source: Path, tmp_path: Path) -> None:
    """Exit code 1 and no file."""
    source.write_text("{}\n", "utf-8")
    code, stdout, _ = run("--in", source, "--out", tmp_path / "x.pdf", "--json")
    assert code == 1
    assert json.loads(stdout)["files"] == []
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.parametrize(
    "args",
    [
        ("--in", "missing.jsonl", "--out", "x.pdf"),
        ("--out", "x.pdf"),
        ("--in", "-", "--out", "x.pdf", "--size", "10x10"),
        ("--in", "-", "--out", "x.pdf", "--format", "docx"),
    ],
)
def test_wrong_usage(args: tuple[str, ...]) -> None:
    """Exit code 2, as everywhere."""
    assert run(*args)[0] == 2


def test_pipe() -> None:
    """From stdin to stdout, for lp and nc."""
    result = CliRunner().invoke(
        labels_app, ["render", "--in", "-", "--out", "-", "--format", "zpl"], input=json.dumps(LINE)
    )
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(b"^XA")


def test_help_documents_the_line() -> None:
    """Nobody has to read the source to write the file."""
    code, stdout, _ = run("--help")
    assert code == 0
    for word in ("courier_code", "buyer_link", "cod_fen", "Asia/Shanghai"):
        assert word in stdout
