"""Answers of bulk acts: one result per row, so that one bad row never hides the others."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from yichuan.core.errors import YichuanError


class RowError(BaseModel):
    """Why a row was refused."""

    code: str
    title: str
    title_zh: str
    detail: str


class RowResult(BaseModel):
    """What became of one row of the request (`index` counts from 0)."""

    index: int
    ok: bool
    id: UUID | None = None
    error: RowError | None = None

    @classmethod
    def of(cls, index: int, row_id: UUID | None, error: YichuanError | None = None) -> RowResult:
        """A result from an id or an error."""
        if error is None:
            return cls(index=index, ok=True, id=row_id)
        return cls(index=index, ok=False, id=row_id, error=row_error(error))


class RowResults(BaseModel):
    """All rows' results, in the order of the request."""

    items: list[RowResult]


def row_error(error: YichuanError) -> RowError:
    """An expected error as a row's answer."""
    return RowError(
        code=error.code,
        title=error.title,
        title_zh=error.title_zh,
        detail=error.detail or error.title,
    )
