"""CSV downloads, streamed: UTF-8 with a byte order mark, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from yichuan.core.clock import CHINA

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for the local code page."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """A cell's text. A text that a spreadsheet would run as a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if isinstance(value, datetime):
        return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    return str(value)


def yuan(fen: int | None) -> Decimal | None:
    """Fen as yuan with two places."""
    return None if fen is None else Decimal(fen).scaleb(-2)


def kilograms(grams: int | None) -> Decimal | None:
    """Grams as kg with three places."""
    return None if grams is None else Decimal(grams).scaleb(-3)


async def csv_bytes(
    titles: Sequence[str], batches: AsyncIterator[Iterable[Sequence[object]]]
) -> AsyncIterator[bytes]:
    """The file piece by piece: its titles, then a piece for each batch of rows."""
    yield _piece([titles], BOM)
    async for rows in batches:
        piece = _piece([[cell(value) for value in row] for row in rows])
        if piece:
            yield piece


def _piece(rows: Iterable[Sequence[str]], start: str = "") -> bytes:
    out = io.StringIO()
    out.write(start)
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def download(
    name: str, titles: Sequence[str], batches: AsyncIterator[Iterable[Sequence[object]]]
) -> StreamingResponse:
    """The file as an HTTP answer that is saved under a name."""
    return StreamingResponse(
        csv_bytes(titles, batches),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )
