"""`--from DIR`: a user would notice files left out, or taken in the wrong order."""

from __future__ import annotations

from pathlib import Path

import pytest

from yichuan.demo.imported import checked, files
from yichuan.demo.state import DemoError

MAP = 'rows = "{rows}"\n[columns]\n{column} = "x"\n'


def put(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_files_are_found_by_name_or_mapping_and_put_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "bills-2025.csv")
    put(tmp_path / "orders.xlsx")
    put(tmp_path / "deep" / "er" / "shipments.csv.gz")
    put(tmp_path / "year" / "cw_lines.csv.gz")
    put(tmp_path / "year" / "cw_lines.toml", MAP.format(rows="orders", column="shipment_no"))
    put(tmp_path / "tariff_2025.csv")
    put(tmp_path / "bench" / "maps" / "tariff.toml", MAP.format(rows="rates", column="card"))
    put(tmp_path / "holiday.jpg")
    put(tmp_path / "addresses.csv")
    found = [(one.kind, one.path.name, one.mapping is not None) for one in files(tmp_path)]
    assert found == [
        ("rates", "tariff_2025.csv", True),
        ("orders", "orders.xlsx", False),
        ("shipments", "shipments.csv.gz", False),
        ("orders", "cw_lines.csv.gz", True),
        ("bills", "bills-2025.csv", False),
    ]


def test_the_mapping_beside_the_file_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "bench" / "maps" / "x.toml", MAP.format(rows="rates", column="card"))
    put(tmp_path / "data" / "x.csv")
    put(tmp_path / "data" / "x.toml", MAP.format(rows="bills", column="courier"))
    assert [one.kind for one in files(tmp_path / "data")] == ["bills"]


def test_nothing_to_import_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "holiday.jpg")
    with pytest.raises(DemoError, match="nothing to import"):
        checked(tmp_path)
    with pytest.raises(DemoError, match="no directory"):
        checked(tmp_path / "holiday.jpg")
