"""Codes and texts nobody could read, over HTTP: listed, mapped, taken back. Operators only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from yichuan.core.errors import Invalid
from yichuan.core.pagination import MAX_LIMIT, Page, decode_cursor, encode_cursor
from yichuan.couriers import queries as couriers
from yichuan.identity.deps import CallerDep, ReadDep, WriteDep
from yichuan.tracking import unknown
from yichuan.tracking.details import milestone_of
from yichuan.tracking.schemas import UnknownCodeMapping, UnknownCodeRow

router = APIRouter(tags=["couriers"])

After = tuple[datetime, str, str, str]


def _after(cursor: str) -> After:
    at, *rest = (str(value) for value in decode_cursor(cursor, 4))
    try:
        return datetime.fromisoformat(at), rest[0], rest[1], rest[2]
    except ValueError as error:
        raise Invalid("not a cursor of this list", field="cursor") from error


def _row(row: couriers.UnknownCode) -> UnknownCodeRow:
    return UnknownCodeRow(
        connector=row.connector,
        courier=row.courier,
        kind="text" if row.code.startswith(unknown.TEXT) else "code",
        code=row.code,
        samples=row.extra.get("samples") or [row.sample],
        count=row.count,
        first_at=row.first_at,
        last_at=row.last_at,
        detail=row.detail,
        milestone=None if row.detail is None else milestone_of(row.detail),
    )


@router.get("/couriers/unknown-codes")
async def list_unknown_codes(
    caller: CallerDep,
    session: ReadDep,
    kind: Literal["code", "text"] | None = None,
    mapped: Annotated[bool | None, Query(description="only mapped, or only unmapped")] = None,
    courier: Annotated[str | None, Query(max_length=20)] = None,
    q: Annotated[str | None, Query(max_length=40, description="in code or samples")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
    cursor: str | None = None,
) -> Page[UnknownCodeRow]:
    """Codes and shapes of texts that nothing could read, last seen first."""
    caller.require("operator")
    rows = await couriers.unknown_codes(
        session,
        text_only=None if kind is None else kind == "text",
        mapped=mapped,
        courier=courier,
        q=q,
        after=None if cursor is None else _after(cursor),
        limit=limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[_row(row) for row in rows[:limit]],
        next_cursor=None
        if last is None
        else encode_cursor([last.last_at.isoformat(), last.connector, last.courier, last.code]),
    )


@router.patch("/couriers/unknown-codes")
async def map_unknown_code(
    wish: UnknownCodeMapping, caller: CallerDep, session: WriteDep
) -> UnknownCodeRow:
    """Say what one means, or take that back.

    New events are read by it at once; those of open tracks are read again in the background.
    """
    caller.require("operator")
    key = (wish.connector, wish.courier, wish.code)
    await unknown.map_code(session, caller, *key, wish.detail)
    return _row(await couriers.unknown_code(session, *key))
