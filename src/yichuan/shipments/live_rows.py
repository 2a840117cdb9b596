"""The narrow rows of live parcels (`live_shipments`): what they are narrowed to, lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from yichuan.core.clock import CHINA, now
from yichuan.core.database import Merchants
from yichuan.core.trip import Call
from yichuan.shipments.live import IN_STAGE, NUMBERS, Days, Stage

COLUMNS: Final = ("courier", "origin", "province", "city", "category")
"""Of a row, and of `LiveFilters`."""
NUMBER_OF: Final = "(SELECT id FROM live_names WHERE name = %s)"
OF_CATEGORY: Final = "(SELECT id FROM merchants WHERE category = %s)"


@dataclass(frozen=True, slots=True)
class LiveFilters:
    """Which live parcels; None or empty means all."""

    merchant: str | None = None
    """Its id."""
    merchant_category: str | None = None
    courier: str | None = None
    origin: str | None = None
    province: str | None = None
    city: str | None = None
    category: str | None = None
    """Of the goods."""
    stages: Sequence[Stage] = ()
    since: Days = (None, None)
    """First and last day on which it came to its stage."""


class Where:
    """Conditions and their values, in order."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.values: list[Any] = []

    def add(self, sql: str, *values: object) -> None:
        """One more condition."""
        self.parts.append(sql)
        self.values.extend(values)

    @property
    def sql(self) -> str:
        """All of them."""
        return " AND ".join(self.parts) or "true"


def narrow(where: Where, filters: LiveFilters, merchants: Merchants) -> None:
    """Whose parcels, and all that never changes of one."""
    if merchants is not None:
        where.add("merchant_id = ANY(%s)", list(merchants))
    if filters.merchant is not None:
        where.add("merchant_id = %s::uuid", filters.merchant)
    if filters.merchant_category is not None:
        where.add(f"merchant_id IN {OF_CATEGORY}", filters.merchant_category)
    equal(where, filters)


def equal(where: Where, filters: LiveFilters, names: Sequence[str] = COLUMNS) -> None:
    """What stands in columns of the same name."""
    for name in names:
        if (value := getattr(filters, name)) is not None:
            where.add(f"{name} = {NUMBER_OF}", value)


def standing(where: Where, stages: Sequence[Stage], since: Days, today: date) -> None:
    """Where parcels stand since when. What was signed before today is on its way out of the
    tables."""
    at(where, stages)
    days(where, since)
    where.add(f"(stage <> {NUMBERS['delivered']} OR since_day >= %s)", today)


def at(where: Where, stages: Sequence[Stage]) -> None:
    """At one of these stages; at any, where there are none."""
    if stages:
        where.add("stage = ANY(%s::smallint[])", [NUMBERS[stage] for stage in stages])


def days(where: Where, since: Days) -> None:
    """Since one of these days."""
    first, last = since
    if first is not None:
        where.add("since_day >= %s", first)
    if last is not None:
        where.add("since_day <= %s", last)


def newest(
    columns: Sequence[str],
    merchants: Merchants,
    filters: LiveFilters,
    limit: int,
    after: Sequence[object] | None,
) -> Call:
    """A page of a list of live parcels, newest first: found among the narrow rows, where the
    shipments themselves would be read by the hundred thousand.

    Args:
        columns: of the shipments.
        after: moment and id of the parcel that the page before ended with.

    Returns:
        The statement. Its rows have one more column: whether the parcel still stands there by its
        own row. One that moved a moment ago takes its place on the page, and is not to be shown.
    """
    where = Where()
    narrow(where, filters, merchants)
    standing(where, filters.stages, filters.since, now().astimezone(CHINA).date())
    if after is not None:
        where.add("(created_at, shipment_id) < (%s, %s)", *after)
    stands = " OR ".join(f"({IN_STAGE[stage]})" for stage in filters.stages) or "true"
    return (
        f"""
        WITH page AS MATERIALIZED (
            SELECT merchant_id, shipment_id, created_at AS made FROM live_shipments
            WHERE {where.sql} ORDER BY created_at DESC, shipment_id DESC LIMIT %s
        )
        SELECT {", ".join(f"s.{name}" for name in columns)}, {stands}
        FROM page p JOIN shipments s ON s.merchant_id = p.merchant_id AND s.id = p.shipment_id
        ORDER BY p.made DESC, p.shipment_id DESC
        """,
        [*where.values, limit],
    )
