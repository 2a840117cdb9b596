"""Computing scores for a window of days from the rollups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from yichuan.core.clock import CHINA, now
from yichuan.core.database import Database, SystemSession
from yichuan.feedback import queries as feedback
from yichuan.rollups import queries as rollups
from yichuan.rollups.counting import NOBODY
from yichuan.rollups.queries import Filters
from yichuan.scorecards import score
from yichuan.scorecards.models import CourierScore, MerchantScore
from yichuan.tickets import queries as tickets

WINDOW_DAYS = 30


def window(day: date) -> tuple[date, date]:
    """First and last day of the window that ends on `day`."""
    return day - timedelta(days=WINDOW_DAYS - 1), day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


async def recompute(session: SystemSession, day: date) -> tuple[int, int]:
    """Score every merchant and courier for the window that ends on `day` (Asia/Shanghai).

    Returns how many merchants and couriers. Safe to repeat.
    """
    merchants = await _merchant_counts(session, day)
    couriers = await _courier_counts(session, day)
    rows = [
        _scored({"merchant_id": key}, day, counts, score.MERCHANT)
        for key, counts in sorted(merchants.items(), key=str)
    ]
    await _store(session, MerchantScore, rows, "merchant_id")
    rows = [
        _scored({"courier": key}, day, counts, score.COURIER)
        for key, counts in sorted(couriers.items())
    ]
    await _store(session, CourierScore, rows, "courier")
    return len(merchants), len(couriers)


def _scored(
    key: Mapping[str, Any], day: date, counts: Mapping[str, int], metrics: tuple[score.Metric, ...]
) -> dict[str, Any]:
    return {
        **key,
        **counts,
        "day": day,
        "window_days": WINDOW_DAYS,
        "score": score.total(score.parts(metrics, counts)),
        "computed_at": now(),
    }


async def _store(
    session: SystemSession,
    model: type[MerchantScore] | type[CourierScore],
    rows: list[dict[str, Any]],
    key: str,
) -> None:
    if not rows:
        return
    names = (key, "day", "window_days")
    add = insert(model)
    changed = {name: add.excluded[name] for name in rows[0] if name not in names}
    await session.execute(add.on_conflict_do_update(index_elements=names, set_=changed), rows)


async def _merchant_counts(session: SystemSession, day: date) -> dict[UUID, dict[str, int]]:
    begin, end = window(day)
    rows, _ = await rollups.sums(session, Filters(begin, end), ["merchant_id"])
    answers = await tickets.responses(
        session, _midnight(begin), _midnight(end + timedelta(days=1)), now()
    )
    empty = dict.fromkeys(
        (
            "shipments",
            "shipped_on_time",
            "ship_due",
            "picked_up_on_time",
            "pickup_due",
            "problems",
            "fake_shipping",
        ),
        0,
    )
    found: dict[UUID, dict[str, int]] = {key: dict(empty) for key in answers}
    for row in rows:
        sums = row.sums
        found[row.key["merchant_id"]] = {
            name: sums[name] for name in empty if name in sums and name != "problems"
        } | {"shipments": sums["created"], "problems": sums["merchant_problems"]}
    for merchant_id, counts in found.items():
        due, on_time = answers.get(merchant_id, (0, 0))
        counts |= {"tickets_due": due, "tickets_on_time": on_time}
    return found


async def _courier_counts(session: SystemSession, day: date) -> dict[str, dict[str, int]]:
    begin, end = window(day)
    rows, _ = await rollups.sums(session, Filters(begin, end), ["courier"])
    rated = await feedback.by_courier(session, _midnight(begin), _midnight(end + timedelta(days=1)))
    nobody = feedback.Stars(0, 0)
    return {
        row.key["courier"]: {
            "shipments": row.sums["shipped"],
            "picked_up_on_time": row.sums["picked_up_on_time"],
            "pickup_due": row.sums["pickup_due"],
            "delivered": row.sums["delivered"],
            "delivered_with_promise": row.sums["delivered_with_promise"],
            "delivered_on_time": row.sums["delivered_on_time"],
            "transit_hours_sum": row.sums["transit_hours"],
            "problems": row.sums["courier_problems"],
            "damaged_or_lost": row.sums["damaged_or_lost"],
            "ratings": rated.get(row.key["courier"], nobody).count,
            "rating_stars": rated.get(row.key["courier"], nobody).total,
        }
        for row in rows
        if row.key["courier"] != NOBODY and any(row.sums.values())
    }


async def recompute_now(database: Database, days: int = 2) -> None:
    """Scores of the last days: today's, and yesterday's for what came late."""
    today = now().astimezone(CHINA).date()
    for back in range(days - 1, -1, -1):
        async with database.system() as session:
            await recompute(session, today - timedelta(days=back))
