"""A disk that can lose what was not flushed, hang, crawl and be full: ext4 on a loop device.

A power cut is the ioctl with which xfstests tests file systems against power cuts (`godown`,
https://github.com/kdave/xfstests/blob/master/src/godown.c): ext4 stops at that moment, its journal
is not written out, and whatever was in the page cache and not synced is gone once it is mounted
again. What the loop device was given counts as kept, as on a disk with a protected write cache.

It hangs by FIFREEZE: writes and syncs wait in the kernel until it is thawed. All of this needs
root, a loop device and ext4; without them `Disk` is a plain folder that keeps everything, and the
scenarios that need more say that they were left out.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# from include/uapi/linux/fs.h and fs/ext4/ext4.h of Linux
SHUTDOWN: Final = 0x8004587D
WITHOUT_LOG: Final = 2
FREEZE: Final = 0xC0045877
THAW: Final = 0xC0045878
PATH: Final = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
BUSY_SECONDS: Final = 30.0
LONGEST_FREEZE: Final = 60
"""Seconds after which a frozen disk is thawed, even if this program has died."""


def _run(*args: str | Path) -> None:
    done = subprocess.run(
        [str(a) for a in args],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": PATH},
    )
    if done.returncode != 0:
        raise OSError(f"{args[0]}: {done.stderr.strip() or done.returncode}")


@dataclass
class Disk:
    """Where PostgreSQL and the documents lie."""

    root: Path
    image: Path | None
    why_plain: str = ""
    """Why it keeps everything, where it does."""
    cuts: int = 0

    @property
    def lossy(self) -> bool:
        return self.image is not None

    def _ioctl(self, request: int, value: int = 0) -> None:
        handle = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, request, struct.pack("I", value))
        finally:
            os.close(handle)

    def cut(self) -> None:
        """The power goes: from now on nothing gets to the disk, and what was not there is lost."""
        if self.lossy:
            self._ioctl(SHUTDOWN, WITHOUT_LOG)
            self.cuts += 1

    def back(self) -> None:
        """The power is back: mounted again, with the journal's recovery. No file may be open."""
        if not self.lossy:
            return
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                _run("umount", self.root)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                break
        self._mount()

    def _mount(self) -> None:
        assert self.image is not None
        _run("mount", "-o", "loop", self.image, self.root)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Every write and sync waits."""
        assert self.lossy
        script = f"sleep {LONGEST_FREEZE}; fsfreeze -u {self.root}"
        rescue = subprocess.Popen(
            ["sh", "-c", script], env=os.environ | {"PATH": PATH}, stderr=subprocess.DEVNULL
        )
        try:
            self._ioctl(FREEZE)
            yield
        finally:
            self._ioctl(THAW)
            rescue.kill()
            rescue.wait()

    @contextmanager
    def full(self) -> Iterator[None]:
        """Not a byte is left."""
        assert self.lossy
        filler = self.root / "filler"
        with filler.open("wb") as file:
            for size in (1 << 20, 1 << 12):
                while (free := shutil.disk_usage(self.root).free) >= size:
                    try:
                        os.posix_fallocate(file.fileno(), file.tell(), free // size * size)
                    except OSError:
                        break
                    file.seek(0, os.SEEK_END)
        try:
            yield
        finally:
            filler.unlink()

    def close(self) -> None:
        """Unmount."""
        if self.lossy:
            self.back()
            _run("umount", self.root)


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A fresh disk of a size in a folder; a plain folder where no better is to be had."""
    root, image = folder / "disk", folder / "disk.img"
    root.mkdir()
    found = Disk(root, image)
    try:
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", image)
        found._mount()
    except OSError as error:
        found.image, found.why_plain = None, str(error)
    if found.lossy:
        (root / "lost+found").rmdir()
    try:
        yield found
    finally:
        found.close()
        image.unlink(missing_ok=True)
