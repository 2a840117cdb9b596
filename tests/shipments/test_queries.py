"""The list narrowed to days. Broken, opening a day at a million boxes reads all of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from conftest import Tenant
from yichuan.core.context import Context
from yichuan.core.database import hot_rows
from yichuan.shipments.queries import MOMENTS, Filters, _conditions

DAY = (datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize("moment", sorted(set(MOMENTS) - {"ended"}))
async def test_a_day_is_found_by_an_index_under_row_level_security(
    context: Context, alpha: Tenant, moment: str
) -> None:
    """What the policy checks does not keep the index from being asked."""
    where, args = _conditions(Filters(spans={moment: DAY}), None)
    statement = f"EXPLAIN (FORMAT JSON) SELECT id FROM shipments WHERE {' AND '.join(where)}"
    async with context.database.hot.connection() as connection:
        await connection.execute("SELECT set_config('enable_seqscan', 'off', false)")
    ((plan,),) = await hot_rows(context.database.hot, [alpha.id], statement, args)
    text = json.dumps(plan)
    assert '"Index Cond"' in text, text
    assert f"ix_shipments_{moment}" in text
