"""What a demonstration remembers: a user would notice a second start that begins from nothing, or
one that eats a directory which is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from yichuan.demo.state import FILE, DemoError, State, alone, clear, load, save


def test_nothing_is_known_of_an_empty_directory(tmp_path: Path) -> None:
    assert load(tmp_path) is None


def test_it_is_found_again_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    state = State(3, 2, key="yc_x", stage="ready", log_ins=[("a", "b", "c")])
    save(tmp_path, state)
    assert load(tmp_path) == state
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_foreign_installation_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir()
    with pytest.raises(DemoError, match="another installation"):
        load(tmp_path)


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    with pytest.raises(DemoError, match="damaged"):
        load(tmp_path)


def test_clearing_takes_only_its_own_things(tmp_path: Path) -> None:
    for name in ("pg", "logs"):
        (tmp_path / name).mkdir()
    for name in ("mall.jsonl", "holiday.jpg"):
        (tmp_path / name).touch()
    clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_two_cannot_share_a_directory(tmp_path: Path) -> None:
    with (
        alone(tmp_path / "d"),
        pytest.raises(DemoError, match="another demonstration"),
        alone(tmp_path / "d"),
    ):
        pass
    with alone(tmp_path / "d"):
        pass
