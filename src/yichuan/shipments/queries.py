"""Reading shipments. The list and the detail are the hottest reads: one round trip each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from yichuan.core.database import Database, Merchants, ReadSession, hot_reads, hot_rows
from yichuan.core.errors import Invalid, NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.core.vault import Vault
from yichuan.identity.scope import in_scope, scoped
from yichuan.shipments import counting, live_rows, pages
from yichuan.shipments.live import days_in
from yichuan.shipments.models import SearchToken, Shipment, ShipmentEvent, ShipmentLine
from yichuan.shipments.narrowing import (
    ALWAYS,
    MOMENTS,
    NOT_ASKED,
    UNSHIPPED_QUEUES,
    Filters,
    conditions,
)
from yichuan.shipments.planning import normal
from yichuan.shipments.schemas import ShipmentRow, Sort
from yichuan.shipments.values import without_costs

__all__ = [
    "MOMENTS",
    "Filters",
    "Shipment",
    "ShipmentLine",
    "by_buyer_token",
    "counts",
    "detail",
    "events_of",
    "get",
    "has_token",
    "known_numbers",
    "listing",
    "of_ids",
    "of_sub_order",
    "search_tokens",
]

ROW_COLUMNS = tuple(ShipmentRow.model_fields)
_ROW_SQL = ", ".join(ROW_COLUMNS)
_LINE_FIELDS = ("id", "sub_order_id", "sku", "name", "category", "quantity", "weight_g")
DETAIL_COLUMNS = (
    *ROW_COLUMNS,
    "buyer_ref",
    "buyer_token",
    "origin_city",
    "dest_adcode",
    "next_deadline",
    "next_deadline_at",
    "dispatch_reason",
    "signed_by",
    "sign_kind",
    "source",
    "cost_expected_minor",
    "cost_billed_minor",
)
_LINES_SQL = (
    "(SELECT coalesce(json_agg(json_build_object("
    + ", ".join(f"'{name}', l.{name}" for name in _LINE_FIELDS)
    + ") ORDER BY l.id), '[]') FROM shipment_lines l"
    " WHERE l.merchant_id = s.merchant_id AND l.shipment_id = s.id) AS lines"
)
COUNT_CAP = 10_000


def search_tokens(vault: Vault, q: str) -> list[str]:
    """Every token a search text may stand for: a number as it is, a phone, its last four."""
    text = normal(q)
    tokens = [text]
    digits = text.removeprefix("+86")
    if digits.isdigit() and len(digits) in (10, 11, 12):
        tokens.append(vault.blind("phone", digits).hex())
    if digits.isdigit() and len(digits) == 4:
        tokens.append(vault.blind("phone_last4", digits).hex())
    return tokens


async def listing(
    database: Database,
    merchants: Merchants,
    filters: Filters,
    limit: int,
    cursor: str | None,
    sort: Sort = "-created_at",
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of shipments and the next cursor.

    Raises:
        Invalid: the cursor is not of this list, or it sorts by ship-by what is shipped already.
    """
    after = None if cursor is None else read_time_cursor(cursor)
    live = _live(filters) if sort == "-created_at" else None
    if live is not None:
        return await _live_listing(database, merchants, live, limit, after)
    if sort.endswith("ship_by") and filters.queue not in UNSHIPPED_QUEUES:
        raise Invalid("only unshipped boxes sort by their ship-by clock", field="sort")
    found = await pages.rows(
        database,
        merchants,
        pages.Wanted(ROW_COLUMNS, conditions(filters, merchants), limit + 1, after, sort),
    )
    items = [dict(zip(ROW_COLUMNS, row, strict=False)) for row in found[:limit]]
    following = None
    if len(found) > limit:
        following = time_cursor(items[-1][sort.removeprefix("-")] or pages.NEVER, items[-1]["id"])
    return items, following


def _live(filters: Filters) -> live_rows.LiveFilters | None:
    """The list as one of live parcels, where their narrow rows know all that it is narrowed to and
    no index of the shipments does."""
    wanted = {name: getattr(filters, name) for name in (*live_rows.COLUMNS, "merchant_category")}
    standing = filters.category is not None or filters.since != ALWAYS
    narrow = standing or any(v is not None for k, v in wanted.items() if k != "courier")
    known = {"merchant_id", "stage", "since", "spans", *wanted}
    unknown = any(span != ALWAYS for span in filters.spans.values()) or any(
        getattr(filters, one.name) not in NOT_ASKED
        for one in fields(filters)
        if one.name not in known
    )
    if unknown or not narrow or not (filters.stage or standing):
        return None
    return live_rows.LiveFilters(
        merchant=None if filters.merchant_id is None else str(filters.merchant_id),
        stages=tuple(filters.stage),
        since=days_in(filters.since),
        **wanted,
    )


async def _live_listing(
    database: Database,
    merchants: Merchants,
    filters: live_rows.LiveFilters,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> tuple[list[dict[str, Any]], str | None]:
    call = live_rows.newest(ROW_COLUMNS, merchants, filters, limit + 1, after)
    (rows,) = await hot_reads(database.hot, merchants, (call,))
    page = [dict(zip(ROW_COLUMNS, row, strict=False)) for row in rows[:limit]]
    following = None
    if len(rows) > limit:
        following = time_cursor(page[-1]["created_at"], page[-1]["id"])
    return [item for item, row in zip(page, rows, strict=False) if row[-1]], following


async def detail(database: Database, merchants: Merchants, shipment_id: UUID) -> dict[str, Any]:
    """One shipment with its lines; costs for the platform only.

    Raises:
        NotFound: unknown or not the caller's.
    """
    mine = ""
    args: list[Any] = [shipment_id]
    if merchants is not None:
        mine = " AND s.merchant_id = ANY(%s)"
        args.append(list(merchants))
    columns = ", ".join(f"s.{name}" for name in DETAIL_COLUMNS)
    rows = await hot_rows(
        database.hot,
        merchants,
        f"SELECT {columns}, {_LINES_SQL} FROM shipments s WHERE s.id = %s{mine}",
        args,
    )
    if not rows:
        raise NotFound("no such shipment")
    found = dict(zip((*DETAIL_COLUMNS, "lines"), rows[0], strict=True))
    for name in ("cost_expected", "cost_billed"):
        fen = found.pop(f"{name}_minor")
        shown = merchants is None and fen is not None
        found[name] = {"amount_minor": fen, "currency": "CNY"} if shown else None
    if merchants is not None:
        found["dispatch_reason"] = without_costs(found["dispatch_reason"])
    return found


async def counts(database: Database, merchants: Merchants, filters: Filters) -> dict[str, int]:
    """How many shipments wait in each working list, counted up to `COUNT_CAP`."""
    call = counting.call(filters, merchants, COUNT_CAP)
    _, (row,) = await hot_reads(database.hot, merchants, (counting.ALONG, call))
    return dict(zip(counting.NAMES, row, strict=True)) | {"capped_at": COUNT_CAP}


async def get(session: ReadSession, shipment_id: UUID) -> Shipment:
    """One shipment row.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(scoped(session, Shipment).where(Shipment.id == shipment_id))
    if row is None:
        raise NotFound("no such shipment")
    return row


async def of_ids(session: ReadSession, ids: Sequence[UUID]) -> dict[UUID, Shipment]:
    """Shipment rows by id; unknown or foreign ids are left out."""
    rows = await session.scalars(scoped(session, Shipment).where(Shipment.id.in_(ids)))
    return {row.id: row for row in rows}


async def events_of(session: ReadSession, shipment_id: UUID) -> list[ShipmentEvent]:
    """Our half of the timeline, oldest first."""
    return list(
        await session.scalars(
            scoped(session, ShipmentEvent)
            .where(ShipmentEvent.shipment_id == shipment_id)
            .order_by(ShipmentEvent.at, ShipmentEvent.id)
        )
    )


async def of_sub_order(
    session: ReadSession, merchant_id: UUID, sub_order_id: UUID
) -> list[Shipment]:
    """The boxes that hold pieces of a sub-order."""
    boxes = select(ShipmentLine.shipment_id).where(
        in_scope(session, ShipmentLine),
        ShipmentLine.merchant_id == merchant_id,
        ShipmentLine.sub_order_id == sub_order_id,
    )
    return list(
        await session.scalars(
            scoped(session, Shipment)
            .where(Shipment.merchant_id == merchant_id, Shipment.id.in_(boxes))
            .order_by(Shipment.created_at, Shipment.id)
        )
    )


async def by_buyer_token(session: ReadSession, token: str) -> Shipment:
    """The shipment behind a buyer's link (system session: buyers have no account).

    Raises:
        NotFound: unknown or revoked.
    """
    row = await session.scalar(scoped(session, Shipment).where(Shipment.buyer_token == token))
    if row is None:
        raise NotFound("this link is not valid (any more)")
    return row


async def has_token(session: ReadSession, shipment: Shipment, token: str) -> bool:
    """Whether a search token (a number, a blind index) is the shipment's own."""
    found = await session.scalar(
        select(SearchToken.kind).where(
            SearchToken.merchant_id == shipment.merchant_id,
            SearchToken.target_id == shipment.id,
            SearchToken.token == token,
            in_scope(session, SearchToken),
        )
    )
    return found is not None


async def known_numbers(
    session: ReadSession, merchant_id: UUID, numbers: Sequence[str]
) -> dict[str, UUID]:
    """Shipment ids by shipment number or order number of a merchant (for pasted files)."""
    if len(numbers) > 5000:
        raise Invalid("at most 5000 numbers at once")
    rows = await session.execute(
        select(Shipment.shipment_no, Shipment.order_no, Shipment.id).where(
            in_scope(session, Shipment),
            Shipment.merchant_id == merchant_id,
            Shipment.shipment_no.in_(numbers) | Shipment.order_no.in_(numbers),
            Shipment.milestone != "cancelled",
        )
    )
    found: dict[str, UUID] = {}
    for shipment_no, order_no, shipment_id in rows:
        found[shipment_no] = shipment_id
        if order_no is not None:
            found.setdefault(order_no, shipment_id)
    return found
