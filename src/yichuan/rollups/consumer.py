"""Consumer `reports.rollup`: keeps the rollups in step with the shipments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_
from sqlalchemy.dialects.postgresql import insert

from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.core.log import Entry
from yichuan.exceptions import queries as problems
from yichuan.exceptions.thresholds import setting
from yichuan.identity.scope import scoped
from yichuan.rollups.counting import MEASURES, Changes, Limits, Line, Troubles, line_of
from yichuan.rollups.models import DailyRollup, RollupCounted, StageStock
from yichuan.shipments import queries as shipments

_COLUMNS = tuple(field.name for field in fields(Line))
Key = tuple[UUID, UUID]
"""Merchant, shipment."""


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Count what the entries' shipments are now instead of what they were."""
    await recount(session, list({e.shipment_id for e in entries if e.shipment_id is not None}))


async def recount(session: SystemSession, ids: Sequence[UUID]) -> None:
    """Bring the rollups in step with these shipments."""
    boxes = await shipments.of_ids(session, ids)
    keys = [(box.merchant_id, box.id) for box in boxes.values()]
    if not keys:
        return
    limits = await setting.get(session)
    allowed = Limits(limits.ship_hours, limits.pickup_hours)
    histories = await problems.histories(session, keys)
    before = await _lines(session, keys)
    changes, at = Changes(), now()
    changed: list[dict[str, Any]] = []
    for key in sorted(keys):
        box, history = boxes[key[1]], histories.get(key[1])
        had = Troubles(history.first_at, history.kinds, history.parties) if history else None
        line = line_of(box, had, allowed, at)
        if changes.replace(box.merchant_id, before.get(key), line):
            changed.append({"merchant_id": key[0], "shipment_id": key[1], **asdict(line)})
    await _store(session, changes, changed)


async def _lines(session: SystemSession, keys: Sequence[Key]) -> Mapping[Key, Line]:
    rows = await session.scalars(
        scoped(session, RollupCounted)
        .where(tuple_(RollupCounted.merchant_id, RollupCounted.shipment_id).in_(keys))
        .execution_options(populate_existing=True)
    )
    return {
        (row.merchant_id, row.shipment_id): Line(**{name: getattr(row, name) for name in _COLUMNS})
        for row in rows
    }


async def _store(
    session: SystemSession, changes: Changes, changed: Sequence[Mapping[str, Any]]
) -> None:
    if not changed:
        return
    lines = insert(RollupCounted.__table__)  # type: ignore[arg-type]
    await session.execute(
        lines.on_conflict_do_update(
            index_elements=["merchant_id", "shipment_id"],
            set_={name: lines.excluded[name] for name in _COLUMNS},
        ),
        changed,
    )
    flows = [
        dict(zip(("merchant_id", "day", "courier", "province"), key, strict=True)) | amounts
        for key, amounts in changes.changed_flows()
    ]
    if flows:
        table = DailyRollup.__table__
        add = insert(table)  # type: ignore[arg-type]
        await session.execute(
            add.on_conflict_do_update(
                index_elements=["merchant_id", "day", "courier", "province"],
                set_={name: table.c[name] + add.excluded[name] for name in MEASURES},
            ),
            flows,
        )
    stock = [
        dict(zip(("merchant_id", "courier", "stage"), key, strict=True)) | {"count": amount}
        for key, amount in changes.changed_stock()
    ]
    if stock:
        table = StageStock.__table__
        add = insert(table)  # type: ignore[arg-type]
        await session.execute(
            add.on_conflict_do_update(
                index_elements=["merchant_id", "courier", "stage"],
                set_={"count": table.c["count"] + add.excluded["count"]},
            ),
            stock,
        )
