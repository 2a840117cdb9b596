"""Blob store for labels and documents: a local directory; keys are opaque paths."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from yichuan.core.errors import NotFound


class BlobStore(Protocol):
    """Where labels and documents live."""

    def put(self, key: str, data: bytes) -> None:
        """Store durably, replacing what was there."""

    def get(self, key: str) -> bytes:
        """Read back; raises NotFound."""


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
        """Write to a temporary file, sync and rename: a crash leaves the old or the new."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)

    def get(self, key: str) -> bytes:
        """Read a blob.

        Raises:
            NotFound: no such key.
        """
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("no such document") from error
