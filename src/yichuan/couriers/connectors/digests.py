"""Signatures that several couriers share. Each says in its own module over which text."""

from __future__ import annotations

import base64
import hashlib
import hmac


def md5_base64(text: str | bytes) -> str:
    """Base64 of the MD5's sixteen bytes (not of its hex text): SF, ZTO, YTO, STO, J&T."""
    raw = text.encode() if isinstance(text, str) else text
    return base64.b64encode(hashlib.md5(raw, usedforsecurity=False).digest()).decode("ascii")


def md5_hex(text: str | bytes) -> str:
    """The MD5 as 32 lower-case hex characters: Yunda, Kuaidi100 (upper case there)."""
    raw = text.encode() if isinstance(text, str) else text
    return hashlib.md5(raw, usedforsecurity=False).hexdigest()


def same(given: str, right: str) -> bool:
    """Whether two signatures are equal, in constant time. A `+` that came as a blank is a `+`."""
    return hmac.compare_digest(given.strip().replace(" ", "+").encode(), right.encode())
