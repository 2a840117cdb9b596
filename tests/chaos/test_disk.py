"""A power cut in small, with every run of the tests: the disk of `make chaos` forgets what was not
synced, and documents are there that were said to be kept. If this breaks, labels and photos of
signatures go with the power.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from chaos.disk import disk
from yichuan.core.blobs import LocalBlobs


def test_a_power_cut(tmp_path: Path) -> None:
    with disk(tmp_path, 64) as drive:
        if not drive.lossy:
            pytest.skip(f"no disk that forgets: {drive.why_plain}")
        blobs = LocalBlobs(drive.root / "blobs")
        for n in range(8):
            blobs.put(f"proofs/{n % 2}/{n}", b"photo" * 100)
        (drive.root / "unsynced").write_bytes(b"x" * 10_000)
        drive.cut()
        drive.back()
        assert not (drive.root / "unsynced").exists()
        assert [blobs.get(f"proofs/{n % 2}/{n}") for n in range(8)] == [b"photo" * 100] * 8
