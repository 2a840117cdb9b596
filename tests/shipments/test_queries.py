"""The list narrowed to days and milestones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import combinations

import pytest

from conftest import Tenant
from exceptions.boxes import box
from yichuan.core.context import Context
from yichuan.core.database import hot_rows
from yichuan.shipments.models import MILESTONES
from yichuan.shipments.narrowing import MOMENTS, conditions
from yichuan.shipments.queries import Filters, listing

DAY = (datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize("moment", sorted(MOMENTS))
async def test_a_day_is_found_by_an_index_under_row_level_security(
    context: Context, alpha: Tenant, moment: str
) -> None:
    """What the policy checks does not keep the index from being asked. Broken, opening a day at a
    million boxes reads all of them."""
    day = conditions(Filters(spans={moment: DAY}), None)
    statement = f"EXPLAIN (FORMAT JSON) SELECT id FROM shipments WHERE {day.sql}"
    async with context.database.hot.connection() as connection:
        await connection.execute("SELECT set_config('enable_seqscan', 'off', false)")
    ((plan,),) = await hot_rows(context.database.hot, [alpha.id], statement, day.values)
    text = json.dumps(plan)
    assert '"Index Cond"' in text, text
    assert f"ix_shipments_{moment}" in text


async def test_lists_of_milestones_hold_exactly_the_boxes_that_stand_there(
    context: Context, alpha: Tenant
) -> None:
    """Indexes know the stretch 路段 of a milestone only. Broken, a list shows boxes that stand
    elsewhere on the same stretch, or misses some."""
    made = {
        (await box(context, alpha.id, milestone=milestone)): milestone
        for milestone in (*MILESTONES, *MILESTONES)
    }
    wanted = [(one,) for one in MILESTONES] + list(combinations(MILESTONES, 2)) + [MILESTONES]
    for milestones in wanted:
        for merchants in (None, (alpha.id,)):
            rows, _ = await listing(
                context.database, merchants, Filters(milestones=milestones), 100, None
            )
            found = {row["id"] for row in rows}
            assert found == {one for one, at in made.items() if at in milestones}, milestones


async def test_a_scan_within_a_stretch_writes_no_index(context: Context, alpha: Tenant) -> None:
    """Broken, every scan writes the row into each of its indexes, and lists show it late."""
    moving = {"milestone", "milestone_at", "detail", "last_event_at", "last_event_text", "sequence"}
    statement = """
        SELECT DISTINCT a.attname FROM pg_index i JOIN pg_depend d ON d.objid = i.indexrelid
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE i.indrelid = 'shipments'::regclass AND d.refobjid = i.indrelid
    """
    indexed = {row[0] for row in await hot_rows(context.database.hot_system, None, statement, ())}
    assert {"stretch", "created_at"} <= indexed
    assert not indexed & moving
