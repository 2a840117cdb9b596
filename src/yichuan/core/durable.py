"""Files that are there after a power cut once they were said to be written.

Syncing a file is not enough: its name stands in its folder, and the folder has to be synced too.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk.

    Raises:
        OSError: the disk does not take them.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, durably; nothing is done where it exists.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def _written(path: Path, data: bytes) -> Path:
    """A synced file beside `path`, for its owner's eyes only; gone again where it failed."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        made = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            made.unlink()
            raise
    return made


def replace(path: Path, data: bytes) -> None:
    """Write a file whole: a crash leaves the old or the new.

    Raises:
        OSError: the disk does not take it; the old is still there.
    """
    _written(path, data).replace(path)
    sync_folder(path.parent)


def create(path: Path, data: bytes) -> None:
    """Write a file whole unless it exists: of several who try, one is first.

    Raises:
        OSError: the disk does not take it.
    """
    made = _written(path, data)
    try:
        os.link(made, path)
    except FileExistsError:
        pass  # another was first
    finally:
        made.unlink()
    sync_folder(path.parent)
