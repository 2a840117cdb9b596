"""Tables of imports: what makes one resumable and harmless to repeat, and its rejected rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base

STATUSES = ("waiting", "running", "finished", "failed")


class ImportRun(Base):
    """One file (digest of content, mapping and merchant) of one kind."""

    __tablename__ = "import_runs"
    __table_args__ = (
        UniqueConstraint("kind", "digest"),
        Index("ix_import_runs_merchant", "merchant_id", "started_at", "id"),
        Index(
            "ix_import_runs_open",
            "touched_at",
            postgresql_where=text("status IN ('waiting', 'running')"),
        ),
        CheckConstraint(f"status IN {STATUSES!r}", name="status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"))
    """Whose file it is; None: the platform's, about any merchant."""
    kind: Mapped[str]
    digest: Mapped[str]
    file_name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="waiting")
    stored: Mapped[bool] = mapped_column(server_default="false")
    """The file came over HTTP and lies (encrypted) in the blob store until it is imported."""
    options: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Mapping file (TOML text) and on whose behalf."""
    rows_done: Mapped[int] = mapped_column(server_default="0")
    """Data rows taken: the resume point, committed with each batch."""
    percent: Mapped[int] = mapped_column(server_default="0")
    accepted: Mapped[int] = mapped_column(server_default="0")
    known: Mapped[int] = mapped_column(server_default="0")
    """Rows that were in the database already."""
    rejected: Mapped[int] = mapped_column(server_default="0")
    result: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """What the import made beside rows: cards, bills, merchants."""
    error: Mapped[str | None]
    actor: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    touched_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class ImportReject(Base):
    """Rejected rows of one batch, compressed and encrypted: they may name people."""

    __tablename__ = "import_rejects"

    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("import_runs.id", ondelete="CASCADE"), primary_key=True
    )
    rows_done: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes]
