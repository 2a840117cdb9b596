"""Tables of users, sessions, API keys and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base


class User(Base):
    """A person who signs in. Merchant users belong to one merchant."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('operator', 'service', 'merchant')", name="role"),
        CheckConstraint("(role = 'merchant') = (merchant_id IS NOT NULL)", name="role_merchant"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    locale: Mapped[str] = mapped_column(server_default="zh-CN")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Session(Base):
    """A signed-in browser. Only the token's digest is kept."""

    __tablename__ = "sessions"

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    csrf_token: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiKey(Base):
    """A program's credential: of a merchant, or of the platform (merchant_id is None)."""

    __tablename__ = "api_keys"
    __table_args__ = (
        Index(
            "ux_api_keys_ebusiness",
            "ebusiness_id",
            unique=True,
            postgresql_where=text("ebusiness_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    token_hint: Mapped[str]
    """First characters, so that a person recognises the key."""
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    ebusiness_id: Mapped[str | None]
    """For keys of the KDNiao door: the public half."""
    secret_enc: Mapped[bytes | None]
    """For keys of the KDNiao door: the signing key (encrypted; signatures need it in clear)."""
    callback_url: Mapped[str | None]
    """For keys of the KDNiao door: where its user hears pushes 101, 102, 103 and 1117."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who did or saw what. Append-only."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_target", "target", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]
    actor_name: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    merchant_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]]
