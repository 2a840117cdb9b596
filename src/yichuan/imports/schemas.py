"""What imports show over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from yichuan.core.rows import RowError
from yichuan.imports.values import Kind

ImportKind = Kind
ImportStatus = Literal["waiting", "running", "finished", "failed"]


class ImportView(BaseModel):
    """An import. Rows count as they are in the file."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID | None
    kind: ImportKind
    file_name: str
    status: ImportStatus
    percent: int
    rows_done: int
    accepted: int
    known: int
    """Rows that were in the database already."""
    rejected: int
    result: dict[str, object]
    """What was made beside rows: cards, bills, merchants."""
    error: str | None
    started_at: datetime
    finished_at: datetime | None


class ColumnView(BaseModel):
    """A documented column."""

    name: str
    type: str
    required: bool
    zh: str
    en: str
    choices: list[str]


class Columns(BaseModel):
    """The documented columns of a kind; files may use the names or the Chinese titles."""

    kind: ImportKind
    columns: list[ColumnView]


class OwnNumberLines(BaseModel):
    """The rows of a file, to be looked through before they are shipped."""

    lines: list[str]
    """Cells divided by tabs: box, courier, number; every cell of a file without our titles."""
    without_number: int
    """Rows that were left out because nobody has filled in a number yet."""


class OwnNumberResult(BaseModel):
    """What became of one row of a file of own numbers (`line` as in the file)."""

    index: int
    line: int
    order_no: str
    courier: str
    """As written; where nothing was written, the code that the number told."""
    waybill_number: str
    guessed: bool = False
    """The row named no courier."""
    score: float | None = None
    """How sure the guess is, 0 to 1."""
    ok: bool
    id: UUID | None = None
    error: RowError | None = None


class OwnNumberResults(BaseModel):
    """All rows' results, in the order of the file."""

    accepted: int
    items: list[OwnNumberResult]
