"""Table base, the merchant-owned mixin, and the ground floor's own tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from yichuan.core.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table. Times are timestamptz, text is `text`, ids are UUIDv7."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text(),
        bytes: LargeBinary(),
        dict[str, Any]: JSONB(),
        int: BigInteger(),
    }


class MerchantOwned:
    """Mixin of tables under row-level security: the merchant comes first in the key."""

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type's name."""
        return "xid8"


ischema_names["xid8"] = Xid8  # so that comparing the schema knows the type


class LogEntry(Base):
    """The milestone log. `topic` track: a track moved (tracking writes it); shipment: a shipment's
    row changed (shipments writes it); figures: only what is counted of it changed. Consumers read
    it with a durable cursor.
    """

    __tablename__ = "milestone_log"
    __table_args__ = (Index("ix_milestone_log_cursor", "topic", "xid", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    xid: Mapped[int] = mapped_column(Xid8(), server_default=text("pg_current_xact_id()"))
    topic: Mapped[str]
    merchant_id: Mapped[UUID | None]
    shipment_id: Mapped[UUID | None]
    courier: Mapped[str | None]
    number: Mapped[str | None]
    cycle: Mapped[int | None]
    kind: Mapped[str]
    """created, shipped, milestone, progress (new events, same milestone), problem, cancelled…"""
    milestone_from: Mapped[str | None]
    milestone: Mapped[str | None]
    detail: Mapped[str | None]
    occurred_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ConsumerCursor(Base):
    """How far a consumer has read, and what it last failed on."""

    __tablename__ = "consumer_cursors"

    name: Mapped[str] = mapped_column(primary_key=True)
    xid: Mapped[int] = mapped_column(Xid8(), server_default=text("'0'::xid8"))
    last_id: Mapped[int] = mapped_column(server_default="0")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    failures: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]


class OutboxMessage(Base):
    """What must leave the house, written in the transaction that decided it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at", postgresql_where=text("done_at IS NULL")),
        Index("ix_outbox_stream", "stream", "id", postgresql_where=text("done_at IS NULL")),
        Index("ix_outbox_lane", "lane", "id", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    channel: Mapped[str]
    stream: Mapped[str]
    """Messages of one stream leave in order; a stream never blocks another."""
    lane: Mapped[str | None]
    """Where it goes: a lane that fails or is slow gets little room, and can be held whole."""
    merchant_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class IdempotencyKey(Base):
    """An answer given once, so that the same request gets it again."""

    __tablename__ = "idempotency_keys"

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int | None]
    response: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class SchemaSetting(Base):
    """Small facts about this installation (platform position, feature state)."""

    __tablename__ = "platform_settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
