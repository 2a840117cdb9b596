"""Signing in, sessions, users and API keys."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update

from yichuan.core.clock import now
from yichuan.core.database import SystemSession, WriteSession
from yichuan.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from yichuan.core.ids import new_id, new_token
from yichuan.core.vault import Vault, digest_token
from yichuan.identity.callers import Caller, Role
from yichuan.identity.models import ApiKey, AuditEntry, Session, User
from yichuan.identity.scope import scoped

SESSION_DAYS = 14
MIN_PASSWORD = 10
KEY_PREFIX = "yc_"
NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4"
    "$wNm+16xqoKZIf/s//kVc2A$yDXbei1cVqPWeDYv2Phx3siJMmGsQky8RzWVwkMK/pA"
)
"""Of a password that nobody knows: what an unknown user's is checked against, so that the answer
takes as long. Hashing one at every start would cost each process a third of a second."""
_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as shown once to its maker. The KDNiao pair only for keys of that door."""

    id: UUID
    token: str
    ebusiness_id: str | None = None
    api_key: str | None = None


async def create_user(
    session: WriteSession,
    username: str,
    password: str,
    name: str,
    role: Role,
    merchant_id: UUID | None = None,
    locale: str = "zh-CN",
) -> UUID:
    """Create a user.

    Raises:
        Invalid: the password is too short, or role and merchant do not fit.
        Conflict: the name is taken.
    """
    if len(password) < MIN_PASSWORD:
        raise Invalid(f"the password needs at least {MIN_PASSWORD} characters", field="password")
    if (role == "merchant") != (merchant_id is not None):
        raise Invalid("a merchant user needs a merchant, platform staff has none", field="role")
    taken = await session.scalar(select(User.id).where(User.username == username))
    if taken is not None:
        raise Conflict(f"user name {username} is taken")
    user_id = new_id()
    await session.execute(
        insert(User).values(
            id=user_id,
            username=username,
            password_hash=_hasher.hash(password),
            name=name,
            role=role,
            merchant_id=merchant_id,
            locale=locale,
        )
    )
    return user_id


async def sign_in(session: SystemSession, username: str, password: str) -> tuple[str, Caller]:
    """Check a password and open a session; returns its token and the caller.

    Raises:
        Unauthenticated: unknown user, wrong password or disabled; the three look the same.
    """
    user = await session.scalar(select(User).where(User.username == username))
    if not _verify(user.password_hash if user else NOBODYS_HASH, password) or user is None:
        raise Unauthenticated("unknown user name or wrong password")
    if user.disabled_at is not None:
        raise Unauthenticated("unknown user name or wrong password")
    token, csrf = new_token(), new_token(16)
    await session.execute(
        insert(Session).values(
            token_digest=digest_token(token),
            user_id=user.id,
            csrf_token=csrf,
            expires_at=now() + timedelta(days=SESSION_DAYS),
        )
    )
    return token, _caller(user, csrf)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _caller(user: User, csrf: str | None) -> Caller:
    return Caller(
        id=f"user:{user.id}",
        name=user.name,
        role=user.role,  # type: ignore[arg-type]
        merchant_id=user.merchant_id,
        username=user.username,
        locale=user.locale,
        csrf_token=csrf,
    )


async def caller_of_session(session: SystemSession, token: str) -> Caller:
    """The signed-in user behind a session token.

    Raises:
        Unauthenticated: unknown or expired.
    """
    row = (
        await session.execute(
            select(User, Session.csrf_token)
            .join(Session, Session.user_id == User.id)
            .where(
                Session.token_digest == digest_token(token),
                Session.expires_at > now(),
                User.disabled_at.is_(None),
            )
        )
    ).one_or_none()
    if row is None:
        raise Unauthenticated("the session has ended; sign in again")
    return _caller(row[0], row[1])


async def sign_out(session: SystemSession, token: str) -> None:
    """End a session."""
    await session.execute(delete(Session).where(Session.token_digest == digest_token(token)))


async def caller_of_key(session: SystemSession, token: str) -> Caller:
    """The program behind an API key.

    Raises:
        Unauthenticated: unknown or revoked.
    """
    key = await session.scalar(
        select(ApiKey).where(
            ApiKey.token_digest == digest_token(token), ApiKey.revoked_at.is_(None)
        )
    )
    if key is None:
        raise Unauthenticated("unknown or revoked API key")
    return Caller(
        id=f"key:{key.id}",
        name=key.name,
        role="operator" if key.merchant_id is None else "merchant",
        merchant_id=key.merchant_id,
    )


@dataclass(frozen=True, slots=True)
class DoorKey:
    """A user of the KDNiao door. `merchant_id` None: the platform's."""

    id: UUID
    name: str
    merchant_id: UUID | None
    ebusiness_id: str
    callback_url: str | None
    secret: str = field(repr=False)


async def door_key(
    session: SystemSession, vault: Vault, *, ebusiness_id: str = "", key_id: UUID | None = None
) -> DoorKey | None:
    """The living key behind an EBusinessID, or with this id; None: there is none."""
    which = ApiKey.id == key_id if key_id is not None else ApiKey.ebusiness_id == ebusiness_id
    # unscoped: the EBusinessID is half of the credential, it names one key whoever owns it
    row = await session.scalar(
        select(ApiKey).where(
            which,
            ApiKey.revoked_at.is_(None),
            ApiKey.ebusiness_id.is_not(None),
            ApiKey.secret_enc.is_not(None),
        )
    )
    if row is None or row.ebusiness_id is None or row.secret_enc is None:
        return None
    secret = vault.open_secret(row.secret_enc)
    return DoorKey(row.id, row.name, row.merchant_id, row.ebusiness_id, row.callback_url, secret)


async def set_callback(session: WriteSession, key_id: UUID, url: str | None) -> ApiKey:
    """Say where a key of the KDNiao door hears pushes (None: nowhere).

    Raises:
        NotFound: no such key for this caller.
        Conflict: the key is revoked, or none of that door.
    """
    key = await session.scalar(scoped(session, ApiKey).where(ApiKey.id == key_id))
    if key is None:
        raise NotFound("no such API key")
    if key.ebusiness_id is None or key.revoked_at is not None:
        raise Conflict("the key is revoked, or has no EBusinessID")
    key.callback_url = url
    await session.flush()
    return key


async def create_key(
    session: WriteSession,
    vault: Vault,
    name: str,
    merchant_id: UUID | None,
    *,
    kdniao: bool,
    callback_url: str | None = None,
) -> NewKey:
    """Create an API key; its token is only in the answer. `kdniao` adds an EBusinessID pair."""
    token = KEY_PREFIX + new_token(30)
    key_id = new_id()
    ebusiness_id = str(1_000_000 + secrets.randbelow(9_000_000)) if kdniao else None
    signing_key = str(new_id()) if kdniao else None
    await session.execute(
        insert(ApiKey).values(
            id=key_id,
            name=name,
            token_digest=digest_token(token),
            token_hint=token[:8],
            merchant_id=merchant_id,
            ebusiness_id=ebusiness_id,
            secret_enc=vault.seal_secret(signing_key) if signing_key else None,
            callback_url=callback_url if kdniao else None,
        )
    )
    return NewKey(key_id, token, ebusiness_id, signing_key)


async def revoke_key(session: WriteSession, key_id: UUID) -> None:
    """Revoke a key visible to the session; in force within `auth_cache_seconds`.

    Raises:
        NotFound: no such key for this caller.
    """
    key = await session.scalar(scoped(session, ApiKey).where(ApiKey.id == key_id))
    if key is None:
        raise NotFound("no such API key")
    await session.execute(update(ApiKey).where(ApiKey.id == key_id).values(revoked_at=now()))


async def audit(
    session: WriteSession,
    caller: Caller,
    action: str,
    target: str,
    merchant_id: UUID | None,
    **detail: object,
) -> None:
    """Append to the audit log in the session's transaction."""
    await session.execute(
        insert(AuditEntry).values(
            actor=caller.id,
            actor_name=caller.name,
            action=action,
            target=target,
            merchant_id=merchant_id,
            detail=detail,
        )
    )
