"""Reading shipments. The list and the detail are the hottest reads: one round trip each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from yichuan.core.database import Database, Merchants, ReadSession, hot_reads, hot_rows
from yichuan.core.errors import Invalid, NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.core.trip import Call
from yichuan.core.vault import Vault
from yichuan.identity.scope import in_scope, scoped
from yichuan.shipments import live_rows
from yichuan.shipments.live import IN_STAGE, UNSHIPPED, Stage, days_in
from yichuan.shipments.models import (
    END_MILESTONES,
    STRETCH_OF,
    SearchToken,
    Shipment,
    ShipmentEvent,
    ShipmentLine,
)
from yichuan.shipments.planning import normal
from yichuan.shipments.schemas import Queue, ShipmentRow, Sort
from yichuan.shipments.values import without_costs

__all__ = [
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
_OPEN = f"milestone NOT IN {END_MILESTONES!r}"
QUEUES: dict[Queue, str] = {
    "to_ship": UNSHIPPED,
    "to_print": f"{UNSHIPPED} AND printed_at IS NULL",
    "to_hand_over": f"{UNSHIPPED} AND printed_at IS NOT NULL",
    "on_the_way": f"shipped_at IS NOT NULL AND {_OPEN}",
    "ended": f"NOT ({_OPEN})",
}
COUNT_CAP = 10_000
SEARCH_CAP = 1_000


Span = tuple[datetime | None, datetime | None]
"""From, and up to but without."""
_ALWAYS: Span = (None, None)
_NOT_ASKED: tuple[object, ...] = (None, (), [])
_WALKED = "SELECT set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', %s, true)"
"""Behind a policy the planner expects few rows, and would collect and sort all of them where an
index gives the newest at once."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None or empty means everything."""

    milestones: Sequence[str] = ()
    merchant_id: UUID | None = None
    shop_id: UUID | None = None
    courier: str | None = None
    problem: str | None = None
    """A kind, or `any`."""
    queue: Queue | None = None
    hold: bool | None = None
    province: str | None = None
    city: str | None = None
    ship_method: str | None = None
    stage: Sequence[Stage] = ()
    since: Span = (None, None)
    """When it came to its stage; whole days, and live parcels only."""
    origin: str | None = None
    category: str | None = None
    """Of live parcels: that of most of the goods."""
    merchant_category: str | None = None
    spans: Mapping[str, Span] = field(default_factory=dict)
    """Moment (see `MOMENTS`) → its range, the end excluded."""
    trouble: Sequence[str] = ()
    """Has or had a problem of one of these kinds."""
    q: str | None = None
    tokens: Sequence[str] = field(default=())
    """Search tokens of `q` (see `search_tokens`)."""


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


_EQUAL = {
    "shop_id": "shop_id",
    "courier": "courier",
    "hold": "hold",
    "ship_method": "ship_method",
    "province": "dest_province",
    "city": "dest_city",
    "origin": "origin_city",
}
NOTHING = "-"
"""Stands for an empty column in a filter, as in the rollups."""
MOMENTS = {
    "created": "created_at",
    "paid": "paid_at",
    "shipped": "shipped_at",
    "picked_up": "picked_up_at",
    "delivered": "delivered_at",
    "ended": "ended_at",
    "troubled": "troubled_at",
}
"""What a list may be narrowed to the days of. A box without payment was paid when created."""


def _within(column: str, span: Span) -> tuple[str, list[Any]]:
    """SQL for a moment in a range, with its arguments. Plain comparisons only: row-level security
    keeps anything else, even `coalesce`, from an index.
    """
    bounds = [
        (f"{column} {operator} %s", at)
        for operator, at in zip((">=", "<"), span, strict=True)
        if at is not None
    ]
    return " AND ".join(sql for sql, _ in bounds), [at for _, at in bounds]


def _standing(filters: Filters) -> tuple[list[str], list[Any]]:
    """SQL for where parcels stand and since when, as the live view counts them."""
    where: list[str] = []
    args: list[Any] = []
    if filters.stage:
        where.append("(" + " OR ".join(f"({IN_STAGE[stage]})" for stage in filters.stage) + ")")
    live = live_rows.Where()
    live_rows.days(live, days_in(filters.since))
    if filters.category is not None:
        live.add(f"category = {live_rows.NUMBER_OF}", filters.category)
    if live.parts:
        live_rows.at(live, filters.stage)
        where.append(
            "EXISTS (SELECT FROM live_shipments o WHERE o.merchant_id = shipments.merchant_id"
            f" AND o.shipment_id = shipments.id AND {live.sql})"
        )
        args.extend(live.values)
    if filters.merchant_category is not None:
        where.append(f"merchant_id IN {live_rows.OF_CATEGORY}")
        args.append(filters.merchant_category)
    return where, args


def _milestones(wanted: Sequence[str]) -> dict[str, list[str]]:
    """The columns that say whether a parcel is at one of these milestones, and their values. The
    stretch leads to them; the milestone need not be asked where they are all of their stretches."""
    if not wanted:
        return {}
    stretches = sorted({STRETCH_OF[name] for name in wanted})
    whole = {name for name, stretch in STRETCH_OF.items() if stretch in stretches}
    rest = {} if whole == set(wanted) else {"milestone": sorted(set(wanted))}
    return {"stretch": stretches} | rest


def _conditions(filters: Filters, merchants: Merchants) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    args: list[Any] = []

    def add(sql: str, value: object) -> None:
        where.append(sql)
        args.append(value)

    owner = filters.merchant_id
    if merchants is not None:
        owner = merchants[0] if len(merchants) == 1 else owner
        add("merchant_id = ANY(%s)", list(merchants)) if len(merchants) != 1 else None
    if owner is not None:
        add("merchant_id = %s", owner)
    for column, values in _milestones(filters.milestones).items():
        if len(values) == 1:
            add(f"{column} = %s", values[0])
        else:
            add(f"{column} = ANY(%s)", values)
    for name, column in _EQUAL.items():
        value = getattr(filters, name)
        if value == NOTHING:
            where.append(f"{column} IS NULL")
        elif value is not None:
            add(f"{column} = %s", value)
    if filters.problem == "any":
        where.append("problem IS NOT NULL")
    elif filters.problem is not None:
        add("problem = %s", filters.problem)
    if filters.queue is not None:
        where.append(QUEUES[filters.queue])
    if filters.trouble:
        add("troubles && %s", list(filters.trouble))
    for name, span in filters.spans.items():
        within, bounds = _within(MOMENTS[name], span)
        if name == "paid" and bounds:
            unpaid, same = _within("created_at", span)
            within, bounds = f"({within} OR paid_at IS NULL AND {unpaid})", [*bounds, *same]
        if bounds:
            where.append(within)
            args.extend(bounds)
    standing, values = _standing(filters)
    where.extend(standing)
    args.extend(values)
    if filters.tokens:
        mine = "" if owner is None else " AND merchant_id = %s"
        where.append(
            "id IN (SELECT target_id FROM search_tokens WHERE token = ANY(%s)"
            f"{mine} ORDER BY at DESC LIMIT {SEARCH_CAP})"
        )
        args.extend([list(filters.tokens)] if owner is None else [list(filters.tokens), owner])
    return where, args


_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Boxes without a ship-by clock stand behind all that have one."""
_SORTS: dict[str, tuple[str, str]] = {
    "created_at": ("created_at", "created_at"),
    "ship_by": ("ship_by", f"coalesce(ship_by, '{_NEVER.isoformat()}'::timestamptz)"),
}
_UNSHIPPED = ("to_ship", "to_print", "to_hand_over")


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
    live = _live(filters) if sort == "-created_at" else None
    if live is not None:
        return await _live_listing(database, merchants, live, limit, cursor)
    where, args = _conditions(filters, merchants)
    column, key = _SORTS[sort.removeprefix("-")]
    if column == "ship_by" and filters.queue not in _UNSHIPPED:
        raise Invalid("only unshipped boxes sort by their ship-by clock", field="sort")
    operator, direction = ("<", "DESC") if sort.startswith("-") else (">", "ASC")
    if cursor is not None:
        where.append(f"({key}, id) {operator} (%s, %s)")
        args.extend(read_time_cursor(cursor))
    clause = " AND ".join(where) or "true"
    page = (
        f"SELECT {_ROW_SQL} FROM shipments WHERE {clause}"
        f" ORDER BY {key} {direction}, id {direction} LIMIT %s",
        [*args, limit + 1],
    )
    calls: list[Call] = [page]
    if column == "created_at" and _is_walked(filters):
        some = merchants is not None or filters.merchant_category is not None
        calls.insert(0, (_WALKED, ("on" if some else "off",)))
    *_, rows = await hot_reads(database.hot, merchants, calls)
    items = [dict(zip(ROW_COLUMNS, row, strict=True)) for row in rows[:limit]]
    following = None
    if len(rows) > limit:
        following = time_cursor(items[-1][column] or _NEVER, items[-1]["id"])
    return items, following


def _is_walked(filters: Filters) -> bool:
    """Whether the list is narrowed to what the indexes know in the list's own order, and to nothing
    that finds a few parcels out of that order."""
    chosen = (filters.milestones, filters.stage, filters.queue, filters.courier, filters.problem)
    strewn = filters.tokens or any(span != _ALWAYS for span in filters.spans.values())
    return not strewn and any(value not in _NOT_ASKED for value in chosen)


def _live(filters: Filters) -> live_rows.LiveFilters | None:
    """The list as one of live parcels, where their narrow rows know all that it is narrowed to and
    no index of the shipments does."""
    wanted = {name: getattr(filters, name) for name in (*live_rows.COLUMNS, "merchant_category")}
    standing = filters.category is not None or filters.since != _ALWAYS
    narrow = standing or any(v is not None for k, v in wanted.items() if k != "courier")
    known = {"merchant_id", "stage", "since", "spans", *wanted}
    unknown = any(span != _ALWAYS for span in filters.spans.values()) or any(
        getattr(filters, one.name) not in _NOT_ASKED
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
    cursor: str | None,
) -> tuple[list[dict[str, Any]], str | None]:
    after = None if cursor is None else read_time_cursor(cursor)
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
    where, args = _conditions(filters, merchants)
    base = " AND ".join(where) or "true"
    wanted = {name: QUEUES[name] for name in ("to_ship", "to_print", "to_hand_over", "on_the_way")}
    wanted |= {"problems": "problem IS NOT NULL"}
    parts = [
        f"(SELECT count(*) FROM (SELECT 1 FROM shipments WHERE {base} AND {extra}"
        f" LIMIT {COUNT_CAP}) x)"
        for extra in wanted.values()
    ]
    rows = await hot_rows(database.hot, merchants, "SELECT " + ", ".join(parts), args * len(parts))
    return dict(zip(wanted, rows[0], strict=True)) | {"capped_at": COUNT_CAP}


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
