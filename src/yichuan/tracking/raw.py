"""What came over the wire, as it is kept: compressed, then encrypted, for it names people."""

from __future__ import annotations

from isal import isal_zlib

from yichuan.core.vault import Vault

LEVEL = 1
"""Of ISA-L's: the size that zlib's fastest gives, in a third of the time."""
MAX_OPENED = 32 * 1024 * 1024
"""Bytes; nothing of ours is as big."""


def sealed(vault: Vault, data: bytes) -> bytes:
    """Wire bytes as stored."""
    return vault.seal_bytes(isal_zlib.compress(data, LEVEL))


def opened(vault: Vault, stored: bytes) -> bytes:
    """Wire bytes from the store.

    Raises:
        VaultError: another key, or damaged.
        ValueError: damaged.
    """
    reader = isal_zlib.decompressobj()
    try:
        data = reader.decompress(vault.open_bytes(stored), MAX_OPENED)
    except isal_zlib.error as error:  # type: ignore[misc]  # its stub takes it for an instance
        raise ValueError(f"not what we stored: {error}") from error
    if not reader.eof:
        raise ValueError("not what we stored: incomplete")
    return data
