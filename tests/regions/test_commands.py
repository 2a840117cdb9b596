"""If these break, `yichuan address parse` stops at a bad line or answers in another form."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from yichuan.regions.commands import address_app, parse_lines

KEYS = {
    "name",
    "phone",
    "province",
    "city",
    "district",
    "street",
    "detail",
    "adcode",
    "confidence",
}
GOOD = '{"raw": "张三 13800000000 广东省深圳市南山区粤海街道某路1号"}'


def test_bad_lines_do_not_stop_the_rest() -> None:
    lines = [GOOD, "{bad", '{"x": 1}', "", '{"raw": 5}', b"\xff\xfe", GOOD]
    results = list(parse_lines(lines))
    assert ["error" in r for r in results] == [False, True, True, True, True, False]
    assert [r["line"] for r in results if "error" in r] == [2, 3, 5, 6]


def test_answer_has_the_agreed_keys() -> None:
    (result,) = parse_lines([GOOD])
    assert set(result) >= KEYS
    assert result["district"] == "南山区"
    assert result["street"] == "粤海街道"
    assert result["warnings"] == []


def test_command_reads_stdin_and_writes_json_lines() -> None:
    done = CliRunner().invoke(address_app, ["parse"], input=f"{GOOD}\nnot json\n")
    assert done.exit_code == 0
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["name"] == "张三"
    assert "error" in second
