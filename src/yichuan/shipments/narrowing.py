"""What a list of shipments is narrowed to: its filters, and the SQL that each stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any, Final, Literal
from uuid import UUID

from yichuan.core.clock import CHINA, now
from yichuan.core.database import Merchants
from yichuan.shipments import live_rows
from yichuan.shipments.live import AT, IN_STAGE, NOTHING, Span, Stage, days_in
from yichuan.shipments.models import DAYS, END_MILESTONES, MILESTONES, STRETCH_OF
from yichuan.shipments.schemas import Queue

ALWAYS: Final[Span] = (None, None)
NOT_ASKED: Final[tuple[object, ...]] = (None, (), [])
SEARCH_CAP: Final = 1_000
UNSHIPPED_QUEUES: Final = ("to_ship", "to_print", "to_hand_over")
_ENDED: Final = frozenset(STRETCH_OF[name] for name in END_MILESTONES)
STRETCHES: Final = tuple(dict.fromkeys(STRETCH_OF[name] for name in MILESTONES))
"""All there are, in the order of the way."""
_QUEUE_STRETCHES: Final[dict[Queue, frozenset[str]]] = {
    **dict.fromkeys(UNSHIPPED_QUEUES, frozenset(("created",))),
    "on_the_way": frozenset(STRETCHES) - _ENDED,
    "ended": _ENDED,
}
QUEUE_RESTS: Final[dict[Queue, str | None]] = {
    "to_ship": None,
    "to_print": "printed_at IS NULL",
    "to_hand_over": "printed_at IS NOT NULL",
    "on_the_way": "shipped_at IS NOT NULL",
    "ended": None,
}
_EQUAL: Final = {
    "shop_id": "shop_id",
    "courier": "courier",
    "ship_method": "ship_method",
    "province": "dest_province",
    "city": "dest_city",
    "origin": "origin_city",
}
MOMENTS: Final = {
    "created": "created_at",
    "paid": "paid_at",
    "shipped": "shipped_at",
    "picked_up": "picked_up_at",
    "delivered": "delivered_at",
    "ended": "ended_at",
    "troubled": "troubled_at",
}
"""What a list may be narrowed to the days of. A box without payment was paid when created."""
_FIRST: Final = datetime(1000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_SIGNED_LATE: Final = "coalesce(ended_at, last_event_at, created_at)"


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
    """Search tokens of `q` (see `queries.search_tokens`)."""


Kind = Literal[
    "merchant",
    "category",
    "stretch",
    "unshipped",
    "awaited",
    "courier",
    "problem",
    "hold",
    "day",
    "made",
]
"""What an index can lead to in the list's order: see `pages`."""


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL on a shipment's row, with its values."""

    sql: str
    values: Sequence[Any] = ()
    kind: Kind | None = None
    """None: no index leads to it in the list's order."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """All conditions of a list, and what they tell of the way to it."""

    conditions: Sequence[Condition]
    owner: UUID | None
    """The one merchant whose parcels are asked for."""
    stretches: Sequence[str] | None
    """All stretches 路段 where its parcels can be; None: anywhere."""
    days: tuple[str, tuple[date, ...]] | None = None
    """A column of days, and those asked for."""
    filters: Filters = field(default_factory=Filters)

    @property
    def sql(self) -> str:
        """All of them as one."""
        return " AND ".join(one.sql for one in self.conditions) or "true"

    @property
    def values(self) -> list[Any]:
        """Those of `sql`."""
        return [value for one in self.conditions for value in one.values]


def conditions(filters: Filters, merchants: Merchants) -> Narrowed:
    """Exactly the parcels asked for, of these merchants."""
    filters = replace(filters, spans={k: _sane(v) for k, v in filters.spans.items()})
    owner = filters.merchant_id
    if merchants is not None and len(merchants) == 1:
        owner = merchants[0]
    stretches, days = _stretches(filters), _days(filters)
    found = [
        *_whose(filters, merchants, owner),
        *_way(filters, stretches),
        *_equal(filters, owner),
        *chain.from_iterable(
            _within(name, span, leads=days is not None and days[0] == f"{name}_day")
            for name, span in filters.spans.items()
        ),
        *_standing(filters),
    ]
    if filters.tokens:
        found.append(_searched(filters.tokens, owner))
    return Narrowed(found, owner, stretches, days, filters)


def _sane(span: Span) -> Span:
    """Nearer than the ends of the calendar, where days of other zones cannot be told."""
    first, last = (None if at is None else min(max(at, _FIRST), _LAST) for at in span)
    return first, last


def _whose(filters: Filters, merchants: Merchants, owner: UUID | None) -> Iterator[Condition]:
    if merchants is not None and len(merchants) != 1:
        yield Condition("merchant_id = ANY(%s)", (list(merchants),))
    if owner is not None:
        yield Condition("merchant_id = %s", (owner,), "merchant")
    if filters.merchant_category is not None:
        sql = f"merchant_id = ANY(ARRAY{live_rows.OF_CATEGORY})"
        yield Condition(sql, (filters.merchant_category,), "category")


def _stretches(filters: Filters) -> list[str] | None:
    """Where parcels of these milestones, this queue and these stages can be."""
    asked = []
    if filters.milestones:
        asked.append({STRETCH_OF[name] for name in filters.milestones})
    if filters.queue is not None:
        asked.append(set(_QUEUE_STRETCHES[filters.queue]))
    if filters.stage:
        asked.append({STRETCH_OF.get(stage, "created") for stage in filters.stage})
    return sorted(set.intersection(*asked), key=STRETCHES.index) if asked else None


def _way(filters: Filters, stretches: Sequence[str] | None) -> Iterator[Condition]:
    """Where it stands. The stretch leads there; the milestone is not asked where all of their
    stretches are wanted. Words of our own stand in the SQL itself: partial indexes are known by
    them."""
    if stretches is not None:
        yield Condition(one_of("stretch", stretches), (), "stretch")
    wanted = set(filters.milestones)
    ways = {STRETCH_OF[name] for name in wanted}
    if wanted != {name for name, stretch in STRETCH_OF.items() if stretch in ways}:
        yield Condition(one_of("milestone", sorted(wanted)))
    if filters.queue in UNSHIPPED_QUEUES:
        yield Condition("shipped_at IS NULL", (), "unshipped")
    if filters.queue is not None and (rest := QUEUE_RESTS[filters.queue]) is not None:
        awaited = filters.queue == "on_the_way" and stretches == ["created"]
        yield Condition(rest, (), "awaited" if awaited else None)
    if filters.stage:
        yield from _at_stages(filters.stage)


def _at_stages(stages: Sequence[Stage]) -> Iterator[Condition]:
    if list(stages) == ["shipped"]:
        yield Condition("shipped_at IS NOT NULL", (), "awaited")
    else:
        parts = [
            Condition(f"({IN_STAGE[stage]})") if stage != "delivered" else _signed_today()
            for stage in stages
        ]
        values = [value for part in parts for value in part.values]
        yield Condition(f"({' OR '.join(part.sql for part in parts)})", values)


def signed_days() -> tuple[date, datetime]:
    """Today in China, and when it began."""
    today = now().astimezone(CHINA).date()
    return today, datetime.combine(today, time(), CHINA)


def _signed_today() -> Condition:
    """`live.IN_STAGE`, said so that indexes know it."""
    undated = f"delivered_day IS NULL AND {_SIGNED_LATE} >= %s"
    return Condition(f"({AT['delivered']} AND (delivered_day >= %s OR {undated}))", signed_days())


def one_of(column: str, words: Sequence[str]) -> str:
    """SQL for a column with one of our own words in it; without any, nothing is."""
    if not words:
        return "false"
    if len(words) == 1:
        return f"{column} = '{words[0]}'"
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _equal(filters: Filters, owner: UUID | None) -> Iterator[Condition]:
    for name, column in _EQUAL.items():
        value = getattr(filters, name)
        if value == NOTHING:
            yield Condition(f"{column} IS NULL")
        elif value is not None:
            yield Condition(f"{column} = %s", (value,), "courier" if name == "courier" else None)
    if filters.hold is not None:
        yield Condition("hold", (), "hold") if filters.hold else Condition("NOT hold")
    if filters.shop_id is not None and owner is None:
        shop = "merchant_id = (SELECT merchant_id FROM shops WHERE id = %s)"
        yield Condition(shop, (filters.shop_id,))
    if filters.problem == "any":
        yield Condition("problem IS NOT NULL")
    elif filters.problem is not None:
        yield Condition("problem = %s", (filters.problem,), "problem")
    if filters.trouble:
        yield Condition("troubled_day IS NOT NULL AND troubles && %s", (list(filters.trouble),))


def _within(name: str, span: Span, *, leads: bool) -> Iterator[Condition]:
    """A moment in a range. The days lead there; the moment itself is asked where a day is cut.
    Plain comparisons only: row-level security keeps anything else, even `coalesce`, from an index.
    """
    if span == ALWAYS:
        return
    first, last = days_in(span)
    whole = all(at is None or at.astimezone(CHINA).time() == time() for at in span)
    if name != "created":
        parts = [("=", first)] if first == last else [(">=", first), ("<=", last)]
        known = [(f"{name}_day {sign} %s", day) for sign, day in parts if day is not None]
        days = " AND ".join(sql for sql, _ in known)
        yield Condition(days, [day for _, day in known], "day" if leads else None)
    if name == "created" or not whole:
        column = DAYS["paid"] if name == "paid" else MOMENTS[name]
        for sign, at in zip((">=", "<"), span, strict=True):
            if at is not None:
                yield Condition(f"{column} {sign} %s", (at,), "made" if name == "created" else None)


def _days(filters: Filters) -> tuple[str, tuple[date, ...]] | None:
    """The shortest row of days that it is narrowed to."""
    rows = []
    for name, span in filters.spans.items():
        first, last = days_in(span)
        if name != "created" and first is not None and last is not None:
            rows.append(((last - first).days + 1, name, first))
    if not rows:
        return None
    count, name, first = min(rows)
    days = tuple(first + timedelta(days=n) for n in range(min(count, 10_000)))
    return (f"{name}_day", days) if count <= 10_000 else None


def _standing(filters: Filters) -> Iterator[Condition]:
    """Since when parcels stand where they do, and with what, as the live view counts them."""
    live = live_rows.Where()
    live_rows.days(live, days_in(filters.since))
    if filters.category is not None:
        live.add(f"category = {live_rows.NUMBER_OF}", filters.category)
    if live.parts:
        live_rows.at(live, filters.stage)
        yield Condition(
            "EXISTS (SELECT FROM live_shipments o WHERE o.merchant_id = shipments.merchant_id"
            f" AND o.shipment_id = shipments.id AND {live.sql})",
            live.values,
        )


def _searched(tokens: Sequence[str], owner: UUID | None) -> Condition:
    mine = "" if owner is None else " AND merchant_id = %s"
    return Condition(
        "id IN (SELECT target_id FROM search_tokens WHERE token = ANY(%s)"
        f"{mine} ORDER BY at DESC LIMIT {SEARCH_CAP})",
        [list(tokens)] if owner is None else [list(tokens), owner],
    )
