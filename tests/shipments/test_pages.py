"""Pages of the lists. Broken, a list that is narrowed shows other parcels than those asked for,
leaves some out, or turns its pages wrong, and only where parcels are many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
import pytest_asyncio

from conftest import Tenant
from exceptions.boxes import change, make_box, tell
from yichuan.core.clock import CHINA, now
from yichuan.core.consumers import Consumer, drain
from yichuan.core.context import Context
from yichuan.core.database import Merchants, hot_rows
from yichuan.shipments import live_table, pages
from yichuan.shipments.models import END_MILESTONES, MILESTONES
from yichuan.shipments.narrowing import MOMENTS, Filters
from yichuan.shipments.queries import counts, listing

Box = dict[str, Any]
LIVE: Final = Consumer("shipments.live", "shipment", live_table.handle, only=live_table.ONLY)
TODAY: Final = now().astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
HOUR: Final = timedelta(hours=1)


def moments(random: Random) -> Box:
    """A box somewhere on its way, with its days."""
    at = TODAY + random.choice((1, -30, -50, -100)) * HOUR + random.random() * 20 * HOUR
    milestone = random.choice((*MILESTONES, "created", "created"))
    values: Box = {
        "milestone": milestone,
        "paid_at": random.choice((None, at - HOUR)),
        "created_at": at,
        "ship_by": random.choice((None, at + 20 * HOUR, at + 30 * HOUR)),
        "courier": random.choice(("ZTO", "SF", None)),
        "hold": random.random() < 0.2,
        "dest_city": random.choice(("杭州市", "宁波市")),
        "ship_method": random.choice(("own_number", "hub_waybill", None)),
        "printed_at": random.choice((None, at)),
        "shipped_at": random.choice((None, at + 2 * HOUR)),
    }
    if milestone not in ("created", "cancelled"):
        values |= {"shipped_at": at + HOUR, "picked_up_at": random.choice((None, at + 3 * HOUR))}
    if milestone in END_MILESTONES:
        values |= {"ended_at": random.choice((None, at + 9 * HOUR)), "last_event_at": at + HOUR}
    if milestone == "delivered":
        values["delivered_at"] = random.choice((None, at + 8 * HOUR, TODAY + 30 * HOUR))
    if random.random() < 0.3:
        values |= {"problem": random.choice(("no_movement", None)), "troubled_at": at + HOUR}
        values["troubles"] = ["no_movement"]
    return values


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def kept(context: Context, alpha: Tenant, beta: Tenant) -> None:
    """Boxes of two merchants; the live view does not know yet where some of them went."""
    random = Random(5)
    made = []
    async with context.database.system() as session:
        for _ in range(90):
            merchant = random.choice((alpha, alpha, beta)).id
            shipment = await make_box(session, merchant)
            await change(session, merchant, shipment, **moments(random))
            made.append((merchant, shipment))
    await live_table.heal(context.database)
    await drain(context.database, [LIVE])
    for merchant, shipment in made[:15]:
        await tell(context, merchant, shipment, milestone=random.choice(MILESTONES[1:6]))


async def stored(context: Context) -> list[Box]:
    """Every box as it is."""
    columns = [
        *("id", "merchant_id", "milestone", "courier", "problem", "hold", "dest_city"),
        *("ship_method", "ship_by", "printed_at", "troubles", "last_event_at"),
        *MOMENTS.values(),
    ]
    rows = await hot_rows(
        context.database.hot_system, None, f"SELECT {', '.join(columns)} FROM shipments", ()
    )
    return [dict(zip(columns, row, strict=True)) for row in rows]


QUEUED: Final[dict[str, Callable[[Box], bool]]] = {
    "to_ship": lambda b: b["milestone"] == "created" and b["shipped_at"] is None,
    "to_print": lambda b: QUEUED["to_ship"](b) and b["printed_at"] is None,
    "to_hand_over": lambda b: QUEUED["to_ship"](b) and b["printed_at"] is not None,
    "on_the_way": lambda b: b["shipped_at"] is not None and b["milestone"] not in END_MILESTONES,
    "ended": lambda b: b["milestone"] in END_MILESTONES,
}


def _stage(box: Box) -> str:
    if box["milestone"] != "created":
        signed = box["delivered_at"] or box["ended_at"] or box["last_event_at"] or box["created_at"]
        return box["milestone"] if box["milestone"] != "delivered" or signed >= TODAY else "-"
    return "shipped" if box["shipped_at"] else "printed" if box["printed_at"] else "paid"


def fits(box: Box, filters: Filters) -> bool:
    """What the filters say, in other words than the statements'."""
    equal = {"courier": "courier", "city": "dest_city", "ship_method": "ship_method"}
    found = [
        box["milestone"] in (filters.milestones or MILESTONES),
        filters.merchant_id in (None, box["merchant_id"]),
        filters.hold in (None, box["hold"]),
        filters.queue is None or QUEUED[filters.queue](box),
        not filters.stage or _stage(box) in filters.stage,
        not filters.trouble or bool({*filters.trouble} & {*box["troubles"]}),
        filters.problem in (None, box["problem"], "any" if box["problem"] else None),
    ]
    for name, column in equal.items():
        wanted = getattr(filters, name)
        found.append(wanted is None or (box[column] or "-") == wanted)
    for name, (first, last) in filters.spans.items():
        at = box[MOMENTS[name]]
        if name == "paid" and at is None:
            at = box["created_at"]
        found.append(at is not None and (first or at) <= at and (last is None or at < last))
    return all(found)


def drawn(random: Random, merchants: list[UUID]) -> Filters:
    """Some filters, of which a few are set."""

    def maybe(chance: float, value: Any, otherwise: Any = None) -> Any:
        return value if random.random() < chance else otherwise

    spans = {}
    for name in random.sample(sorted(MOMENTS), random.choice((0, 0, 1, 1, 2))):
        first = TODAY + random.choice((-120, -48, -24, -13, 0)) * HOUR
        last = first + random.choice((24, 24, 48, 24 * 500, 7)) * HOUR
        spans[name] = random.choice(((first, last), (first, last), (first, None), (None, last)))
    return Filters(
        milestones=maybe(0.4, tuple(random.sample(MILESTONES, random.choice((1, 1, 3))))) or (),
        merchant_id=maybe(0.2, random.choice(merchants)),
        courier=maybe(0.3, random.choice(("ZTO", "SF", "-", "XX"))),
        problem=maybe(0.15, random.choice(("any", "no_movement", "lost_parcel"))),
        queue=maybe(0.25, random.choice(sorted(QUEUED))),
        hold=maybe(0.15, random.choice((True, False))),
        city=maybe(0.2, random.choice(("杭州市", "深圳"))),
        ship_method=maybe(0.1, "own_number"),
        stage=maybe(0.2, (random.choice(("paid", "shipped", "in_transit", "delivered")),), ()),
        trouble=maybe(0.1, ("no_movement", "x"), ()),
        spans=spans,
    )


async def whole(context: Context, who: Merchants, filters: Filters, sort: Any) -> list[UUID]:
    """The list, page by page."""
    found: list[UUID] = []
    cursor = None
    while True:
        rows, cursor = await listing(context.database, who, filters, 4, cursor, sort)
        found += [row["id"] for row in rows]
        if cursor is None:
            return found


@pytest.mark.parametrize("looked_at", [(4_000, 50), (2, 0)], ids=["walked", "gathered"])
async def test_every_list_is_exactly_what_it_is_narrowed_to(
    context: Context,
    alpha: Tenant,
    beta: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    looked_at: tuple[int, int],
) -> None:
    """Whichever way it is found, to the last page, in its order, for everyone."""
    monkeypatch.setattr(pages, "LOOKED_AT", looked_at[0])
    monkeypatch.setattr(pages, "LOOKED_AT_EACH", looked_at[1])
    boxes = await stored(context)
    random = Random(looked_at[0])
    never = datetime(9999, 1, 1, tzinfo=UTC)
    for _ in range(140):
        who: Merchants = random.choice((None, None, (alpha.id,)))
        filters = drawn(random, [alpha.id, beta.id][: None if who is None else 1])
        unshipped = filters.queue in ("to_ship", "to_print", "to_hand_over")
        sort = random.choice(("-created_at", "created_at", *(("ship_by", "-ship_by") * unshipped)))
        theirs = [
            box for box in boxes if (who is None or box["merchant_id"] in who) if fits(box, filters)
        ]
        key = sort.removeprefix("-")
        theirs.sort(key=lambda b: (b[key] or never, b["id"]), reverse=sort.startswith("-"))
        assert await whole(context, who, filters, sort) == [b["id"] for b in theirs], (filters, who)


async def test_counts_of_working_lists(context: Context, alpha: Tenant) -> None:
    """Broken, the menu says of more or fewer parcels to print than there are."""
    boxes = await stored(context)
    for who in (None, (alpha.id,)):
        mine = [box for box in boxes if who is None or box["merchant_id"] in who]
        found = await counts(context.database, who, Filters())
        for name in ("to_ship", "to_print", "to_hand_over", "on_the_way"):
            assert found[name] == sum(map(QUEUED[name], mine)), name
        assert found["problems"] == sum(box["problem"] is not None for box in mine)
