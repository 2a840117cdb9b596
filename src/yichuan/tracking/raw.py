"""What came over the wire, as it is kept: compressed, then encrypted, for it names people."""

from __future__ import annotations

import zlib

from yichuan.core.vault import Vault

LEVEL = 1
MAX_OPENED = 32 * 1024 * 1024
"""Bytes; nothing of ours is as big."""


def sealed(vault: Vault, data: bytes) -> bytes:
    """Wire bytes as stored."""
    return vault.seal_bytes(zlib.compress(data, LEVEL))


def opened(vault: Vault, stored: bytes) -> bytes:
    """Wire bytes from the store.

    Raises:
        VaultError: another key, or damaged.
        ValueError: damaged.
    """
    reader = zlib.decompressobj()
    try:
        data = reader.decompress(vault.open_bytes(stored), MAX_OPENED)
    except zlib.error as error:
        raise ValueError(f"not what we stored: {error}") from error
    if not reader.eof:
        raise ValueError("not what we stored: incomplete")
    return data
