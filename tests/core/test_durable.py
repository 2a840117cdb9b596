"""Files that outlive a power cut. If this breaks, labels and photos of signatures that were said to
be kept are gone, or a full disk leaves half a file in place of a good one.

That names and contents are on disk when a call returns is tested on a disk that forgets what was
not synced: `make chaos`.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from threading import Thread

import pytest

from yichuan.core import durable
from yichuan.core.blobs import LocalBlobs


def test_a_blob_is_replaced_whole(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    for content in (b"old", b"new"):
        blobs.put("a/b/c.pdf", content)
        assert blobs.get("a/b/c.pdf") == content
    assert [path.name for path in (tmp_path / "blobs/a/b").iterdir()] == ["c.pdf"]


def test_a_full_disk_leaves_the_old_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "label"
    durable.replace(path, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        durable.replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_of_several_who_make_a_file_one_is_first(tmp_path: Path) -> None:
    path = tmp_path / "key"
    makers = [Thread(target=durable.create, args=(path, bytes([n]) * 64)) for n in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    content = path.read_bytes()
    assert len(set(content)) == 1
    assert len(content) == 64
    assert list(tmp_path.iterdir()) == [path]
