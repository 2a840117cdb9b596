"""`make setup` takes the interpreter that works fastest: with others all takes a third longer."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "find_python.sh"


def python(folder: Path, name: str, takes: int, *, suits: bool = True) -> str:
    """An interpreter that says how many microseconds its work took, or is too old."""
    path = folder / name
    answer = f'case "$2" in *once*) echo {takes} {path};; *realpath*) echo {path} {path};; esac'
    path.write_text(f"#!/bin/sh\n{answer}\nexit {int(not suits)}\n")
    path.chmod(0o755)
    return str(path)


def found(*names: str) -> subprocess.CompletedProcess[str]:
    """What the script says where there are only these."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": " ".join(names)}
    return subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [(1000, 700, "second"), (1000, 950, "first"), (700, 1000, "first")],
)
def test_a_clearly_faster_one_is_taken(tmp_path: Path, first: int, second: int, taken: str) -> None:
    """The first one that suits stays unless another needs less than 0.9 of its time."""
    names = [
        python(tmp_path, "old", 1, suits=False),
        python(tmp_path, "first", first),
        python(tmp_path, "second", second),
    ]
    assert found(*names).stdout.strip() == str(tmp_path / taken)


def test_where_there_is_none_it_says_what_to_do(tmp_path: Path) -> None:
    """A user without Python 3.11 is told which is needed and how to name one."""
    said = found(python(tmp_path, "old", 1, suits=False))
    assert said.returncode == 1
    assert "Python 3.11 or newer" in said.stderr
    assert "PYTHON=" in said.stderr
