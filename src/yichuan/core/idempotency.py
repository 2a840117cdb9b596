"""Idempotency keys: the same request with the same key gets the same answer, once.

The claim and the answer are written in the transaction of the act itself: a crash keeps neither.
A concurrent twin waits on the claim's row and then reads the answer.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import text, update

from yichuan.core.database import WriteSession
from yichuan.core.errors import Conflict, IdempotencyMismatch, Invalid
from yichuan.core.models import IdempotencyKey

MAX_KEY = 200


async def replay(
    session: WriteSession, caller: str, key: str | None, request: bytes
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
    digest = hashlib.sha256(request).digest()
    claimed = await session.execute(
        text(
            "INSERT INTO idempotency_keys (caller, key, request_hash)"
            " VALUES (:caller, :key, :digest) ON CONFLICT DO NOTHING RETURNING 1"
        ),
        {"caller": caller, "key": key, "digest": digest},
    )
    if claimed.scalar_one_or_none() is not None:
        return None
    row = (
        await session.execute(
            text(
                "SELECT request_hash, status, response FROM idempotency_keys"
                " WHERE caller = :caller AND key = :key"
            ),
            {"caller": caller, "key": key},
        )
    ).one()
    if bytes(row.request_hash) != digest:
        raise IdempotencyMismatch()
    if row.status is None:
        raise Conflict("the first request with this key has not been answered yet")
    return int(row.status), row.response


async def remember(
    session: WriteSession, caller: str, key: str | None, status: int, answer: dict[str, Any]
) -> None:
    """Store the answer beside the claim, in the same transaction."""
    if key is None:
        return
    await session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.caller == caller, IdempotencyKey.key == key)
        .values(status=status, response=answer)
    )
