"""Encryption of personal data and secrets, and keyed blind indexes to look them up by.

Every recipient has a data key of its own, wrapped by a key derived from the master key; erasing
the wrapped key erases the person, in backups too. Phones are found by HMAC, never by plain text.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from yichuan.core import durable
from yichuan.core.settings import Settings

KEY_VERSION = 1
"""Version of the derived keys; stored beside what they encrypt."""
ROOT_BYTES = 32
_NONCE = 12


class VaultError(RuntimeError):
    """Ciphertext and key do not belong together, or the data key was erased."""


def master_key(config: Settings) -> bytes:
    """The 32-byte root key: from settings, else `data_dir/master.key`, made on first use.

    Raises:
        VaultError: the file holds no key; another in its place could open nothing.
    """
    if config.master_key is not None:
        return bytes.fromhex(config.master_key.get_secret_value())
    path = config.data_dir / "master.key"
    if not path.exists():
        # whole or not there, whoever else is at it and whatever becomes of the power: what is
        # sealed with a lost key is lost
        durable.make_folder(config.data_dir)
        durable.create(path, secrets.token_hex(ROOT_BYTES).encode())
    try:
        root = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        root = b""
    if len(root) != ROOT_BYTES:
        raise VaultError(f"{path} is damaged: put back the copy that was kept of it")
    return root


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record encrypted under its own data key."""

    wrapped_key: bytes
    ciphertext: bytes
    key_version: int


class Vault:
    """Keys derived from one master key (HKDF-Expand, SHA-256)."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._wrap = AESGCM(self._derive("wrap"))
        self._secret = AESGCM(self._derive("secret"))
        self._wire = AESGCM(self._derive("wire"))
        self._index = self._derive("blind-index")

    def _derive(self, purpose: str) -> bytes:
        info = f"yichuan/v{KEY_VERSION}/{purpose}".encode()
        return HKDFExpand(SHA256(), 32, info).derive(self._root)

    def database_password(self, role: str) -> str:
        """Password of a database role on an external PostgreSQL."""
        return self._derive(f"database/{role}").hex()

    def blind(self, purpose: str, value: str) -> bytes:
        """16-byte keyed index of a value: equal values meet, nobody can read them back."""
        data = f"{purpose}\0{value}".encode()
        return hmac.digest(self._index, data, "sha256")[:16]

    def seal_record(self, record: dict[str, str]) -> Sealed:
        """Encrypt a small record under a fresh data key."""
        key = AESGCM.generate_key(128)
        body = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
        return Sealed(_encrypt(self._wrap, key), _encrypt(AESGCM(key), body), KEY_VERSION)

    def open_record(self, wrapped_key: bytes | None, ciphertext: bytes) -> dict[str, str]:
        """Decrypt a record.

        Raises:
            VaultError: wrong key, tampered text, or the person was erased (no wrapped key).
        """
        if wrapped_key is None:
            raise VaultError("the data key was erased")
        key = AESGCM(_decrypt(self._wrap, wrapped_key))
        record: dict[str, str] = json.loads(_decrypt(key, ciphertext))
        return record

    def seal_blob(self, data: bytes) -> Sealed:
        """Encrypt a file under a fresh data key."""
        key = AESGCM.generate_key(128)
        return Sealed(_encrypt(self._wrap, key), _encrypt(AESGCM(key), data), KEY_VERSION)

    def open_blob(self, wrapped_key: bytes | None, ciphertext: bytes) -> bytes:
        """Decrypt a file.

        Raises:
            VaultError: wrong key, damaged file, or the key was erased.
        """
        if wrapped_key is None:
            raise VaultError("the data key was erased")
        return _decrypt(AESGCM(_decrypt(self._wrap, wrapped_key)), ciphertext)

    def seal_secret(self, text: str) -> bytes:
        """Encrypt a credential."""
        return _encrypt(self._secret, text.encode())

    def open_secret(self, ciphertext: bytes) -> str:
        """Decrypt a credential.

        Raises:
            VaultError: wrong key or tampered text.
        """
        return _decrypt(self._secret, ciphertext).decode()

    def seal_bytes(self, data: bytes) -> bytes:
        """Encrypt what came over the wire, kept as it came."""
        return _encrypt(self._wire, data)

    def open_bytes(self, ciphertext: bytes) -> bytes:
        """Decrypt what came over the wire.

        Raises:
            VaultError: wrong key or tampered text.
        """
        return _decrypt(self._wire, ciphertext)


def digest_token(token: str) -> bytes:
    """SHA-256 of a high-entropy token: what the database keeps instead of the token."""
    return hashlib.sha256(token.encode()).digest()


def _encrypt(cipher: AESGCM, data: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, data, None)


def _decrypt(cipher: AESGCM, data: bytes) -> bytes:
    try:
        return cipher.decrypt(data[:_NONCE], data[_NONCE:], None)
    except InvalidTag as error:
        raise VaultError("cannot decrypt: wrong key or damaged data") from error
