"""Identifiers: UUIDv7 for rows the outside sees, random tokens for links and secrets."""

from __future__ import annotations

import os
import secrets
import time
from uuid import UUID, SafeUUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): unguessable enough for the outside, ordered for indexes."""
    return uuid7()


_VERSION_AND_VARIANT = (7 << 76) | (0b10 << 62)
_RANDOM = ~((0xF << 76) | (0b11 << 62)) & ((1 << 80) - 1)
_new, _set, _unknown = object.__new__, object.__setattr__, SafeUUID.unknown


def new_ids(count: int) -> list[UUID]:
    """Many UUIDv7 of one moment, ascending: several times faster than one after the other."""
    noise = os.urandom(10 * count)
    moment = (time.time_ns() // 1_000_000) << 80 | _VERSION_AND_VARIANT
    values = sorted(
        int.from_bytes(noise[i : i + 10]) & _RANDOM | moment for i in range(0, len(noise), 10)
    )
    return [_made(value) for value in values]


def _made(value: int) -> UUID:
    made = _new(UUID)
    _set(made, "int", value)
    _set(made, "is_safe", _unknown)
    return made


def new_token(nbytes: int = 24) -> str:
    """A URL-safe random token of `nbytes` bytes (24 bytes = 192 bits)."""
    return secrets.token_urlsafe(nbytes)
