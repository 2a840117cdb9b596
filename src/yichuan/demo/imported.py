"""`yichuan demo --from DIR`: a demonstration on imported files instead of the sample."""

from __future__ import annotations

from pathlib import Path

from yichuan.core.context import Context
from yichuan.demo.screen import Steps
from yichuan.demo.state import DemoError


def checked(source: Path) -> Path:
    """The directory, when it is one.

    Raises:
        DemoError: it is none.
    """
    if not source.is_dir():
        raise DemoError(f"{source} is no directory")
    return source.absolute()


async def fill(context: Context, source: Path, steps: Steps) -> None:
    """Import every file of the directory."""
    raise DemoError("imports are not there yet")
