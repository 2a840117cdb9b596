"""Identifiers: UUIDv7 for rows the outside sees, random tokens for links and secrets."""

from __future__ import annotations

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): unguessable enough for the outside, ordered for indexes."""
    return uuid7()


def new_token(nbytes: int = 24) -> str:
    """A URL-safe random token of `nbytes` bytes (24 bytes = 192 bits)."""
    return secrets.token_urlsafe(nbytes)
