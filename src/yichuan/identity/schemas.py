"""What identity shows and takes over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field


class Credentials(BaseModel):
    """A sign-in."""

    username: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class KeyView(BaseModel):
    """An API key without its secret."""

    id: UUID
    name: str
    token_hint: str
    merchant_id: UUID | None
    ebusiness_id: str | None
    callback_url: str | None
    """Where a user of the KDNiao door hears pushes."""
    created_at: datetime
    revoked_at: datetime | None


class KeyRequest(BaseModel):
    """A wish for a key."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    merchant_id: UUID | None = None
    kdniao: bool = False


class KeyCreated(KeyView):
    """A new key with its secrets, shown once."""

    token: str
    api_key: str | None


class UserView(BaseModel):
    """A user."""

    id: UUID
    username: str
    name: str
    role: Literal["operator", "service", "merchant"]
    merchant_id: UUID | None
    locale: str
    disabled_at: datetime | None
    created_at: datetime


class UserRequest(BaseModel):
    """A wish for a user."""

    username: Annotated[str, Field(min_length=3, max_length=100, pattern=r"^[\w.@-]+$")]
    password: Annotated[str, Field(min_length=10, max_length=200)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    role: Literal["operator", "service", "merchant"]
    merchant_id: UUID | None = None


class AuditView(BaseModel):
    """One line of the audit log."""

    id: UUID
    at: datetime
    actor: str
    actor_name: str
    action: str
    target: str
    merchant_id: UUID | None
    detail: dict[str, object]
