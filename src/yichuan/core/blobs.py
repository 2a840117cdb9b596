"""Blob store for labels and documents: a local directory; keys are opaque paths."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from yichuan.core import durable
from yichuan.core.errors import NotFound


class BlobStore(Protocol):
    """Where labels and documents live."""

    def put(self, key: str, data: bytes) -> None:
        """Store durably, replacing what was there."""

    def get(self, key: str) -> bytes:
        """Read back; raises NotFound."""

    def delete(self, key: str) -> None:
        """Forget; what is not there is forgotten already."""


class LocalBlobs:
    """Blobs as files under one directory."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def _path(self, key: str) -> Path:
        path = (self._root / key).resolve()
        if not path.is_relative_to(self._root.resolve()):
            raise NotFound("no such document")
        return path

    def put(self, key: str, data: bytes) -> None:
        """Write durably: a crash leaves the old or the new, and the new once this has returned.

        Raises:
            OSError: the disk does not take it; the old is still there.
        """
        path = self._path(key)
        durable.make_folder(path.parent)
        durable.replace(path, data)

    def get(self, key: str) -> bytes:
        """Read a blob.

        Raises:
            NotFound: no such key.
        """
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("no such document") from error

    def delete(self, key: str) -> None:
        """Remove a blob."""
        self._path(key).unlink(missing_ok=True)
