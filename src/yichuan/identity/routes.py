"""Signing in and out, users, API keys, audit log."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import tuple_

from yichuan.core.errors import Forbidden
from yichuan.core.pagination import MAX_LIMIT, Page, read_time_cursor, time_cursor
from yichuan.identity import service
from yichuan.identity.deps import (
    COOKIE,
    CallerDep,
    ContextDep,
    ReadDep,
    WriteDep,
    get_cache,
)
from yichuan.identity.models import ApiKey, AuditEntry, User
from yichuan.identity.schemas import (
    AuditView,
    Credentials,
    KeyCreated,
    KeyRequest,
    KeyView,
    UserRequest,
    UserView,
)
from yichuan.identity.scope import scoped

router = APIRouter(tags=["identity"])


@router.post("/auth/login", status_code=204)
async def login(credentials: Credentials, context: ContextDep, response: Response) -> None:
    """Sign in: sets an HttpOnly session cookie."""
    async with context.database.system() as session:
        token, _ = await service.sign_in(session, credentials.username, credentials.password)
    response.set_cookie(
        COOKIE,
        token,
        max_age=service.SESSION_DAYS * 86400,
        httponly=True,
        samesite="lax",
        secure=context.settings.cookie_secure,
    )


@router.post("/auth/logout", status_code=204)
async def logout(
    request: Request, caller: CallerDep, context: ContextDep, response: Response
) -> None:
    """End the session."""
    token = request.cookies.get(COOKIE)
    if token:
        get_cache(request).drop(token)
        async with context.database.system() as session:
            await service.sign_out(session, token)
    response.delete_cookie(COOKIE)


@router.get("/api-keys")
async def list_keys(caller: CallerDep, session: ReadDep) -> Page[KeyView]:
    """The caller's API keys; platform operators see all."""
    caller.require("operator", "merchant")
    rows = await session.scalars(scoped(session, ApiKey).order_by(ApiKey.created_at.desc()))
    return Page(items=[KeyView.model_validate(r, from_attributes=True) for r in rows])


@router.post("/api-keys", status_code=201)
async def create_key(
    wish: KeyRequest, caller: CallerDep, context: ContextDep, session: WriteDep
) -> KeyCreated:
    """Create an API key; its token is shown only here."""
    caller.require("operator", "merchant")
    merchant_id = caller.merchant_id or wish.merchant_id
    if caller.merchant_id is not None and wish.merchant_id not in (None, caller.merchant_id):
        raise Forbidden("a merchant makes keys for itself only")
    made = await service.create_key(
        session, context.vault, wish.name, merchant_id, kdniao=wish.kdniao
    )
    await service.audit(session, caller, "api_key.created", str(made.id), merchant_id)
    row = (await session.scalars(scoped(session, ApiKey).where(ApiKey.id == made.id))).one()
    view = KeyView.model_validate(row, from_attributes=True)
    return KeyCreated(**view.model_dump(), token=made.token, api_key=made.api_key)


@router.delete("/api-keys/{key_id}", status_code=204)
async def revoke_key(key_id: UUID, caller: CallerDep, session: WriteDep) -> None:
    """Revoke an API key."""
    caller.require("operator", "merchant")
    await service.revoke_key(session, key_id)
    await service.audit(session, caller, "api_key.revoked", str(key_id), caller.merchant_id)


@router.get("/users")
async def list_users(caller: CallerDep, session: ReadDep) -> Page[UserView]:
    """Users the caller may see."""
    caller.require("operator", "merchant")
    rows = await session.scalars(scoped(session, User).order_by(User.username))
    return Page(items=[UserView.model_validate(r, from_attributes=True) for r in rows])


@router.post("/users", status_code=201)
async def create_user(wish: UserRequest, caller: CallerDep, session: WriteDep) -> UserView:
    """Create a user (operators only)."""
    caller.require("operator")
    user_id = await service.create_user(
        session, wish.username, wish.password, wish.name, wish.role, wish.merchant_id
    )
    await service.audit(session, caller, "user.created", str(user_id), wish.merchant_id)
    row = (await session.scalars(scoped(session, User).where(User.id == user_id))).one()
    return UserView.model_validate(row, from_attributes=True)


@router.get("/audit-log")
async def list_audit(
    caller: CallerDep,
    session: ReadDep,
    target: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[AuditView]:
    """Who did or saw what, newest first."""
    caller.require("operator", "merchant")
    query = scoped(session, AuditEntry)
    if target is not None:
        query = query.where(AuditEntry.target == target)
    if cursor is not None:
        at, row_id = read_time_cursor(cursor)
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(at, row_id))
    rows = list(
        await session.scalars(
            query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit + 1)
        )
    )
    more = len(rows) > limit
    items = [AuditView.model_validate(r, from_attributes=True) for r in rows[:limit]]
    last = items[-1] if items else None
    token = time_cursor(last.at, last.id) if more and last else None
    return Page(items=items, next_cursor=token)
