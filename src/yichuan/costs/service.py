"""The verbs on bills: take lines in, reconcile 对账 them with our shipments and rate cards."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update

from yichuan.core import arrays
from yichuan.core.bulk import Stage, copy_text, fill
from yichuan.core.clock import CHINA
from yichuan.core.database import SystemSession, raw_connection
from yichuan.core.ids import new_id
from yichuan.costs import queries
from yichuan.costs.models import Bill, BillFinding, BillLine
from yichuan.rating import service as rating
from yichuan.rating.cards import RateBook
from yichuan.rating.learn import Learned, Observed, learn
from yichuan.rating.reconcile import (
    REASONS,
    BillCheck,
    OurShipment,
    billed_destination,
    month_day,
    reconcile,
)
from yichuan.rating.rows import BillRow
from yichuan.rating.rules import province_key
from yichuan.shipments import bulk, numbers
from yichuan.shipments import service as shipments
from yichuan.shipments.numbers import BilledBox
from yichuan.shipments.values import Billed
from yichuan.tracking.values import normal_number

_LINES = Stage(
    "stage_bill_lines",
    {
        "bill_id": "uuid",
        "line_no": "bigint",
        "import_id": "uuid",
        "shipment_no": "text",
        "waybill_number": "text",
        "shipped_at": "timestamptz",
        "dest_province": "text",
        "dest_city": "text",
        "dest_area": "text",
        "raw_weight_g": "bigint",
        "billed_weight_g": "bigint",
        "pieces": "bigint",
        "volume_cm3": "bigint",
        "product": "text",
        "fee_minor": "bigint",
        "adjustment_minor": "bigint",
        "payable_minor": "bigint",
        "signed_at": "timestamptz",
    },
)
_INSERT = f"INSERT INTO bill_lines ({_LINES.names}) SELECT {_LINES.names} FROM stage_bill_lines"
_OPEN_BILL = text("""
    INSERT INTO bills (id, courier, bill_no, period) VALUES (:id, :courier, :bill_no, :period)
    ON CONFLICT (courier, bill_no) DO UPDATE SET reconciled_at = NULL
    RETURNING id, (SELECT coalesce(max(line_no), 0) FROM bill_lines l WHERE l.bill_id = bills.id)
        AS last
""")
BillKey = tuple[str, str]
"""Courier and bill number."""


def _key(row: BillRow) -> BillKey:
    return row.courier, row.bill_no or row.bill_month or ""


def _period(row: BillRow) -> str:
    if row.bill_month:
        return row.bill_month
    return "" if row.shipped_at is None else f"{row.shipped_at.astimezone(CHINA):%Y%m}"


async def add_lines(session: SystemSession, import_id: UUID | None, rows: Iterable[BillRow]) -> int:
    """Put lines into their bills (courier and number, else month), made where new.

    The bills wait for `reconcile` then. Returns how many bills had lines.
    """
    groups: dict[BillKey, list[BillRow]] = defaultdict(list)
    for row in rows:
        groups[_key(row)].append(row)
    staged: list[tuple[Any, ...]] = []
    for key in sorted(groups):
        bill_id, last = await _open_bill(session, key, _period(groups[key][0]))
        staged += [
            _line(bill_id, number, import_id, row)
            for number, row in enumerate(groups[key], last + 1)
        ]
    content = await asyncio.to_thread(copy_text, _LINES, staged)
    connection = await fill(session, _LINES, content)
    await connection.execute(_INSERT)
    return len(groups)


async def _open_bill(session: SystemSession, key: BillKey, period: str) -> tuple[UUID, int]:
    row = (
        await session.execute(
            _OPEN_BILL, {"id": new_id(), "courier": key[0], "bill_no": key[1], "period": period}
        )
    ).one()
    return row.id, row.last


def _line(bill_id: UUID, number: int, import_id: UUID | None, row: BillRow) -> tuple[Any, ...]:
    return (
        bill_id,
        number,
        import_id,
        row.shipment_no,
        normal_number(row.waybill_number) if row.waybill_number else None,
        row.shipped_at,
        row.province,
        row.city,
        row.area,
        row.raw_weight_g,
        row.billed_weight_g,
        row.pieces,
        row.volume_cm3,
        row.product,
        row.fee_fen,
        row.adjustment_fen,
        row.due_fen,
        row.signed_at,
    )


async def withdraw(session: SystemSession, import_id: UUID) -> int:
    """Take the lines of an import out of their bills, because it comes again. Returns how many."""
    bills = select(BillLine.bill_id).where(BillLine.import_id == import_id).distinct()
    await session.execute(update(Bill).where(Bill.id.in_(bills)).values(reconciled_at=None))
    gone = await session.execute(delete(BillLine).where(BillLine.import_id == import_id))
    return int(gone.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconciliation went through."""

    bills: int
    lines: int
    explained: int
    claim_minor: int
    delivered: int
    """Boxes that a signature on a bill closed."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is read back: where it stands and what the courier says."""

    bill_id: UUID
    line_no: int
    row: BillRow


_READ = """
    SELECT l.bill_id, l.line_no, b.bill_no, nullif(b.period, ''), b.courier, l.shipment_no,
           l.waybill_number, l.shipped_at, l.dest_province, l.dest_city, l.dest_area,
           l.raw_weight_g, l.billed_weight_g, l.pieces, l.volume_cm3, l.product, l.fee_minor,
           l.adjustment_minor, l.payable_minor, l.signed_at
    FROM bill_lines l JOIN bills b ON b.id = l.bill_id
"""
_OF_BILLS = _READ + " WHERE l.bill_id = ANY(%s) ORDER BY b.period, l.bill_id, l.line_no"
_BEFORE = (
    _READ
    + """
    JOIN unnest(%s::uuid[], %s::uuid[]) AS t(merchant_id, shipment_id)
      ON l.merchant_id = t.merchant_id AND l.shipment_id = t.shipment_id
    WHERE b.courier = %s AND l.bill_id <> ALL(%s) AND b.reconciled_at IS NOT NULL
    ORDER BY b.period, l.bill_id, l.line_no
"""
)


async def reconcile_bills(
    session: SystemSession, bill_ids: Sequence[UUID] | None = None
) -> Reconciled:
    """Check bills line by line against our shipments and cost cards; without ids all that wait.

    Each line gets what was to be expected, the difference and the reason; the shipments get what
    was billed for them, and are delivered where a line has a signature.
    """
    query = select(Bill.id, Bill.courier).order_by(Bill.courier, Bill.period, Bill.id)
    wanted = Bill.reconciled_at.is_(None) if bill_ids is None else Bill.id.in_(bill_ids)
    found = (await session.execute(query.where(wanted).with_for_update())).all()
    by_courier: dict[str, list[UUID]] = defaultdict(list)
    for row in found:
        by_courier[row.courier].append(row.id)
    book = await rating.book(session)
    checked: list[tuple[_Line, BillCheck]] = []
    delivered = 0
    async with aclosing(_checked(session, book, by_courier)) as parts:
        async for part in parts:
            delivered += await _keep(session, part)
            checked += part.checks
    return Reconciled(
        bills=len(found),
        lines=len(checked),
        explained=sum(REASONS[check.reason].explained for _, check in checked),
        claim_minor=sum(_claim(check) for _, check in checked),
        delivered=delivered,
    )


async def _checked(
    session: SystemSession, book: RateBook, by_courier: Mapping[str, list[UUID]]
) -> AsyncGenerator[_Checked, None]:
    """The findings, courier by courier. While one courier's lines are checked in a thread, the next
    one's are read and the caller writes what was found before."""
    checking: asyncio.Future[_Checked] | None = None
    try:
        for courier, ids in by_courier.items():
            loaded = await _load(session, courier, ids)
            before = checking
            checking = asyncio.ensure_future(asyncio.to_thread(_check, book, loaded))
            if before is not None:
                yield await before
        if checking is not None:
            yield await checking
    finally:
        if checking is not None:
            await asyncio.wait([checking])


def _claim(check: BillCheck) -> int:
    return (check.difference_fen or 0) if REASONS[check.reason].claim else 0


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Lines of a courier's bills, with what they are compared with."""

    bill_ids: list[UUID]
    lines: list[_Line]
    before: list[_Line]
    """Lines of other bills about the same boxes."""
    boxes: dict[str, BilledBox]
    """Our boxes that the lines name, by shipment number."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was found on them, also as rows to be copied."""

    bill_ids: list[UUID]
    checks: list[tuple[_Line, BillCheck]]
    content: bytes


async def suggest_card(session: SystemSession, bill_id: UUID) -> tuple[str, Learned]:
    """A cost card guessed from a bill, for a courier without one: its name and what was learned.

    Lines that name no province count where our box went.

    Raises:
        NotFound: no such bill.
    """
    bill = await queries.get(session, bill_id)
    loaded = await _load(session, bill.courier, [bill_id])
    ours = {box.shipment_no: _ours(box) for box in loaded.boxes.values()}
    by_waybill = {box.waybill_number: box for box in ours.values() if box.waybill_number}
    observed = []
    for line in loaded.lines:
        row = line.row
        box = ours.get(row.shipment_no or "") or by_waybill.get(row.waybill_number or "")
        weight = row.raw_weight_g or row.billed_weight_g or (box.weight_g if box else None)
        place = province_key(billed_destination(row, box)[0])
        observed.append(Observed(place, weight or 0, row.due_fen))
    since = month_day(bill.period or None)
    name = f"{bill.courier} {bill.bill_no} 推算"
    return name, await asyncio.to_thread(learn, bill.courier, name, since, observed)


async def _load(session: SystemSession, courier: str, ids: list[UUID]) -> _Loaded:
    lines = await _read(session, _OF_BILLS, [ids])
    boxes = await _boxes(session, courier, lines)
    merchants = arrays.uuids([box.merchant_id for box in boxes.values()])
    shipment_ids = arrays.uuids([box.id for box in boxes.values()])
    before = await _read(session, _BEFORE, [merchants, shipment_ids, courier, ids])
    return _Loaded(ids, lines, before, boxes)


def _check(book: RateBook, loaded: _Loaded) -> _Checked:
    rows = [line.row for line in (*loaded.before, *loaded.lines)]
    checks = reconcile(rows, book, [_ours(box) for box in loaded.boxes.values()])
    checked = list(zip(loaded.lines, checks[len(loaded.before) :], strict=True))
    return _Checked(
        loaded.bill_ids, checked, copy_text(_CHECKS, _check_rows(checked, loaded.boxes))
    )


async def _keep(session: SystemSession, checked: _Checked) -> int:
    """Write findings to the lines, sums to the bills, costs and signatures to the boxes.

    Returns how many boxes a signature closed.
    """
    connection = await fill(session, _CHECKS, checked.content, analyze=True)
    await connection.execute(_UPDATE)
    await _sum_up(session, checked.bill_ids)
    return await _tell_shipments(session, checked.bill_ids)


async def _read(session: SystemSession, statement: str, args: Sequence[Any]) -> list[_Line]:
    connection = await raw_connection(session)
    cursor = await connection.execute(statement, args)
    return [_Line(row[0], row[1], BillRow(*row[2:])) for row in await cursor.fetchall()]


async def _boxes(
    session: SystemSession, courier: str, lines: Sequence[_Line]
) -> dict[str, BilledBox]:
    """Our boxes that the lines name, by shipment number; of two of one number the courier's own."""
    found = await numbers.billed(
        session,
        {line.row.shipment_no for line in lines if line.row.shipment_no},
        {line.row.waybill_number for line in lines if line.row.waybill_number},
    )
    boxes: dict[str, BilledBox] = {}
    for box in sorted(found, key=lambda box: (box.courier == courier, box.id)):
        boxes[box.shipment_no] = box
    return boxes


def _ours(box: BilledBox) -> OurShipment:
    return OurShipment(
        shipment_no=box.shipment_no,
        courier=box.courier or "",
        waybill_number=box.waybill_number or "",
        province=box.dest_province or "",
        city=box.dest_city or "",
        weight_g=box.weight_g,
        merchant=str(box.merchant_id),
        service=box.service or "",
    )


_CHECKS = Stage(
    "stage_bill_checks",
    {
        "bill_id": "uuid",
        "line_no": "bigint",
        "merchant_id": "uuid",
        "shipment_id": "uuid",
        "chargeable_weight_g": "bigint",
        "expected_minor": "bigint",
        "difference_minor": "bigint",
        "reason": "text",
        "note_zh": "text",
        "note_en": "text",
    },
)
_SET = ", ".join(f"{name} = c.{name}" for name in list(_CHECKS.columns)[2:])
_UPDATE = f"""
    UPDATE bill_lines l SET {_SET} FROM stage_bill_checks c
    WHERE l.bill_id = c.bill_id AND l.line_no = c.line_no
"""


def _check_rows(
    checked: Iterable[tuple[_Line, BillCheck]], boxes: dict[str, BilledBox]
) -> list[tuple[Any, ...]]:
    by_waybill = {
        (box.courier, box.waybill_number): box for box in boxes.values() if box.waybill_number
    }
    rows = []
    for line, check in checked:
        row = line.row
        box = boxes.get(row.shipment_no or "")
        box = box or by_waybill.get((row.courier, row.waybill_number or ""))
        rows.append(
            (
                line.bill_id,
                line.line_no,
                box.merchant_id if box else None,
                box.id if box else None,
                check.chargeable_weight_g,
                check.expected_fen,
                check.difference_fen,
                check.reason,
                check.note_zh or None,
                check.note_en or None,
            )
        )
    return rows


_CLAIMS = [reason.code for reason in REASONS.values() if reason.claim]
_EXPLAINED = [reason.code for reason in REASONS.values() if reason.explained]
_FINDINGS = text("""
    INSERT INTO bill_findings (bill_id, reason, lines, payable_minor, expected_minor,
                               difference_minor)
    SELECT bill_id, reason, count(*), sum(payable_minor), coalesce(sum(expected_minor), 0),
           coalesce(sum(difference_minor), 0)
    FROM bill_lines WHERE bill_id = ANY(:ids) GROUP BY 1, 2
""")
_TOTALS = text("""
    UPDATE bills b
    SET lines = f.lines, payable_minor = f.payable, expected_minor = f.expected,
        difference_minor = f.difference, claim_minor = f.claim, explained = f.explained,
        reconciled_at = now()
    FROM (
        SELECT i.id, coalesce(sum(lines), 0) AS lines, coalesce(sum(payable_minor), 0) AS payable,
               coalesce(sum(expected_minor), 0) AS expected,
               coalesce(sum(difference_minor), 0) AS difference,
               coalesce(sum(difference_minor) FILTER (WHERE reason = ANY(:claims)), 0) AS claim,
               coalesce(sum(lines) FILTER (WHERE reason = ANY(:explained)), 0) AS explained
        FROM unnest(CAST(:ids AS uuid[])) AS i(id)
        LEFT JOIN bill_findings ON bill_id = i.id GROUP BY 1
    ) f
    WHERE b.id = f.id
""")


async def _sum_up(session: SystemSession, ids: Sequence[UUID]) -> None:
    """Bring findings and totals of bills in step with their lines."""
    await session.execute(delete(BillFinding).where(BillFinding.bill_id.in_(ids)))
    await session.execute(_FINDINGS, {"ids": list(ids)})
    await session.execute(_TOTALS, {"ids": list(ids), "claims": _CLAIMS, "explained": _EXPLAINED})


_PER_BOX = text("""
    WITH touched AS (
        SELECT DISTINCT merchant_id, shipment_id FROM bill_lines
        WHERE bill_id = ANY(:ids) AND shipment_id IS NOT NULL
    )
    SELECT merchant_id, shipment_id, CAST(sum(payable_minor) AS bigint) AS billed,
           CAST(CASE WHEN bool_and(expected_minor IS NOT NULL) THEN sum(expected_minor) END
                AS bigint) AS expected,
           min(signed_at) FILTER (WHERE reason <> 'wrong_courier') AS signed_at
    FROM bill_lines JOIN touched USING (merchant_id, shipment_id) GROUP BY 1, 2
""")


async def _tell_shipments(session: SystemSession, ids: Sequence[UUID]) -> int:
    """Costs and signatures go to the boxes. Returns how many boxes were closed by a signature."""
    rows = (await session.execute(_PER_BOX, {"ids": list(ids)})).all()
    await shipments.set_billed(
        session,
        [Billed(row.merchant_id, row.shipment_id, row.billed, row.expected) for row in rows],
    )
    return await bulk.deliver(
        session, [(r.merchant_id, r.shipment_id, r.signed_at) for r in rows if r.signed_at]
    )
