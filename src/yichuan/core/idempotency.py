"""Idempotency keys: the same request with the same key gets the same answer, once.

The claim and the answer are written in the transaction of the act itself: a crash keeps neither.
A concurrent twin waits on the claim's row and then reads the answer.
"""

from __future__ import annotations

import hashlib
from typing import Any

from yichuan.core.database import WriteSession
from yichuan.core.direct import Ask, Direct, within, write_within
from yichuan.core.errors import Conflict, IdempotencyMismatch, Invalid
from yichuan.core.writing import json_value

MAX_KEY = 200


_CLAIM = (
    "INSERT INTO idempotency_keys (caller, key, request_hash) VALUES (%s, %s, %s)"
    " ON CONFLICT DO NOTHING RETURNING 1"
)
_KNOWN = (
    "SELECT request_hash, status, response FROM idempotency_keys WHERE caller = %s AND key = %s"
)
_REMEMBER = "UPDATE idempotency_keys SET status = %s, response = %s WHERE caller = %s AND key = %s"


async def replay(
    session: WriteSession | Direct, caller: str, key: str | None, request: bytes
) -> tuple[int, dict[str, Any]] | None:
    """Claim a key. None: go on and `remember`; else the (status, answer) given before.

    Raises:
        IdempotencyMismatch: the key was used for another request.
        Conflict: the first request has not been answered.
        Invalid: the key is too long.
    """
    if key is None:
        return None
    if len(key) > MAX_KEY:
        raise Invalid(f"Idempotency-Key longer than {MAX_KEY} characters")
    direct = session if isinstance(session, Direct) else await within(session)
    digest = hashlib.sha256(request).digest()
    (claimed,) = await direct.ask(Ask(_CLAIM, (caller, key, digest), bool))
    if claimed:
        return None
    (rows,) = await direct.ask(Ask(_KNOWN, (caller, key), list))
    known_digest, status, response = rows[0]
    if bytes(known_digest) != digest:
        raise IdempotencyMismatch()
    if status is None:
        raise Conflict("the first request with this key has not been answered yet")
    return int(status), response


async def remember(
    session: WriteSession | Direct,
    caller: str,
    key: str | None,
    status: int,
    answer: dict[str, Any],
) -> None:
    """Store the answer beside the claim, in the same transaction."""
    if key is None:
        return
    write = (_REMEMBER, ((status, json_value(answer), caller, key),))
    if isinstance(session, Direct):
        session.write(write)
    else:
        await write_within(session, write)
