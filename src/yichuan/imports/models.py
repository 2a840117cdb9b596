"""Table of import runs: what makes an import resumable and harmless to repeat."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base


class ImportRun(Base):
    """One file (digest of content and mapping) of one kind; `rows_done` is the resume point."""

    __tablename__ = "import_runs"
    __table_args__ = (UniqueConstraint("kind", "digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    digest: Mapped[str]
    file_name: Mapped[str]
    rows_done: Mapped[int] = mapped_column(server_default="0")
    accepted: Mapped[int] = mapped_column(server_default="0")
    rejected: Mapped[int] = mapped_column(server_default="0")
    actor: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
