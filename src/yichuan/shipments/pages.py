"""Pages of the shipments lists, in bounded time at millions of parcels.

A list is walked along an index that has its order, one of each day or stretch it is narrowed to,
merged. Where no index knows all it is narrowed to, the rest is looked at on the parcels, and the
walk ends after so many of them. A page that is not full by then is one of few parcels, and is
gathered instead: by bitmaps of all indexes together, or from the narrow rows of live parcels. Both
ways give the same page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import TupleRow

from yichuan.core.database import Database, Merchants, hot_reads
from yichuan.core.trip import Call, locally
from yichuan.shipments import live_rows
from yichuan.shipments.live import IN_STAGE, NUMBERS, STAGES
from yichuan.shipments.models import UNSHIPPED
from yichuan.shipments.narrowing import (
    ALWAYS,
    NOT_ASKED,
    STRETCHES,
    Condition,
    Filters,
    Kind,
    Narrowed,
    signed_days,
)
from yichuan.shipments.schemas import Sort

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Boxes without a ship-by clock stand behind all that have one."""
LOOKED_AT: Final = 4_000
LOOKED_AT_EACH: Final = 50
"""Parcels that a walk looks at, for each of a page at least so many: some milliseconds."""
MOST_DAYS: Final = 400
_MADE: Final = "created_at"
_CLOCK: Final = "ship_by"


_WALK: Final = locally(
    enable_bitmapscan="off",
    enable_sort="off",
    enable_hashjoin="off",
    enable_mergejoin="off",
    max_parallel_workers_per_gather="0",
)
"""Behind a policy the planner expects few rows, and would collect and sort all of them where an
index gives the newest at once."""
_GATHER: Final = locally(enable_indexscan="off", plan_cache_mode="force_custom_plan")
"""The planner must know the values: which indexes narrow most depends on them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of a list."""

    columns: Sequence[str]
    """Of the shipments."""
    narrowed: Narrowed
    count: int
    after: tuple[datetime, UUID] | None = None
    """Where the page before ended."""
    sort: Sort = "-created_at"

    @property
    def down(self) -> str:
        """The direction."""
        return "DESC" if self.sort.startswith("-") else "ASC"

    @property
    def key(self) -> str:
        """The column that sorts it."""
        return self.sort.removeprefix("-")

    def behind(self, columns: str) -> Condition:
        """What the pages before did not show."""
        if self.after is None:
            return Condition("true")
        return Condition(f"({columns}) {'<' if self.down == 'DESC' else '>'} (%s, %s)", self.after)


@dataclass(frozen=True, slots=True)
class Branch:
    """Parcels that an index has in the list's order."""

    lead: Sequence[Condition] = ()
    """What the index knows. It may name columns of `each`."""
    kinds: frozenset[Kind] = frozenset()
    """Conditions of the list that lead here."""
    each: Condition | None = None
    """A statement: one branch for each of its rows `e`."""
    width: int = 1
    """How many rows it has."""
    order: str = f"{_MADE} {{down}}, id {{down}}"
    few: bool = False
    """Collected whole, and sorted."""


async def rows(database: Database, merchants: Merchants, wanted: Wanted) -> list[TupleRow]:
    """The page's rows; columns after those asked for are nobody's."""
    narrowed = wanted.narrowed
    if narrowed.stretches == [] or (narrowed.days is not None and not narrowed.days[1]):
        return []
    if narrowed.filters.tokens:  # found by their index, a few
        (found,) = await hot_reads(database.hot, merchants, (_plain(wanted),))
        return found
    branches = _branches(wanted, merchants)
    known = frozenset[Kind]().union(*(branch.kinds for branch in branches))
    rest = [one for one in narrowed.conditions if one.kind is None or one.kind not in known]
    if not rest and len(branches) == 1 and branches[0].each is None and not branches[0].few:
        # All there are, or a merchant's: the planner needs no word.
        calls = (_plain(wanted),) if known <= {"merchant", "made"} else (_WALK, _plain(wanted))
        return (await hot_reads(database.hot, merchants, calls))[-1]
    most = _most(wanted, branches) if rest else wanted.count
    walk = _walk(wanted, branches, rest, most)
    _, found = await hot_reads(database.hot, merchants, (_WALK, walk))
    if not rest:
        return found
    page = _complete(found, wanted.count)
    return await _gathered(database, merchants, wanted) if page is None else page


def _most(wanted: Wanted, branches: Sequence[Branch]) -> int:
    """How many parcels of each branch are looked at."""
    width = sum(branch.width for branch in branches)
    whole = max(LOOKED_AT, LOOKED_AT_EACH * wanted.count)
    return max(whole // width, LOOKED_AT // 10, 1)


def _complete(found: Sequence[TupleRow], count: int) -> list[TupleRow] | None:
    """The page, unless a walk ended before it was full."""
    page: list[TupleRow] = []
    for row in found:
        fits, ended = row[-2:]
        if fits:
            page.append(row)
        if ended and len(page) < count:
            return None
    return page


def _plain(wanted: Wanted) -> Call:
    """One statement, which the planner finds the way for."""
    key = f"coalesce({_CLOCK}, '{NEVER.isoformat()}')" if wanted.key == _CLOCK else _MADE
    behind = wanted.behind(f"{key}, id")
    return (
        f"SELECT {', '.join(wanted.columns)} FROM shipments"
        f" WHERE {wanted.narrowed.sql} AND {behind.sql}"
        f" ORDER BY {key} {wanted.down}, id {wanted.down} LIMIT %s",
        [*wanted.narrowed.values, *behind.values, wanted.count],
    )


def _branches(wanted: Wanted, merchants: Merchants) -> list[Branch]:
    """The way to the parcels, along the index that knows most of what is asked for.

    Merchants walk along their own parcels only: what policies hide from them is passed over
    without being counted, and such a walk would not end.
    """
    narrowed = wanted.narrowed
    asked = {one.kind: one for one in narrowed.conditions if one.kind is not None}
    made = [one for one in narrowed.conditions if one.kind == "made"]

    def along(*kinds: Kind, **more: Any) -> Branch:  # noqa: ANN401
        lead = [asked[kind] for kind in kinds if kind not in more.get("instead", {})]
        lead += [*more.get("instead", {}).values(), *made]
        each: Condition | None = more.get("each")
        width = 1 if each is None else len(each.values[0])
        return Branch(lead, frozenset((*kinds, "made")), each, width)

    owner: tuple[Kind, ...] = ("merchant",) if "merchant" in asked else ()
    if wanted.key == _CLOCK:
        return _by_clock(wanted, [asked[kind] for kind in owner])
    if {"merchant", "unshipped"} <= asked.keys():
        return [along("merchant", "stretch", "unshipped")]
    if merchants is None and (found := _platform(narrowed, asked, made, along)) is not None:
        return found
    if "awaited" in asked:
        return [along(*owner, "stretch", "awaited")]
    if narrowed.filters.queue == "on_the_way" and "created" in (narrowed.stretches or ()):
        return _on_the_way(narrowed, along, owner)
    if narrowed.stretches is None:
        return [along(*owner)]
    if len(narrowed.stretches) == 1:
        return [along(*owner, "stretch")]
    instead = {"stretch": Condition("stretch = e.v")}
    return [along(*owner, "stretch", instead=instead, each=_words(narrowed.stretches))]


def _platform(
    narrowed: Narrowed,
    asked: Mapping[Kind, Condition],
    made: Sequence[Condition],
    along: Callable[..., Branch],
) -> list[Branch] | None:
    """Ways that know nothing of merchants; None: there is none that is better."""
    if tuple(narrowed.filters.stage) == ("delivered",):
        return _signed(made)
    if "hold" in asked:
        return [along("hold")]
    if narrowed.days is not None and len(narrowed.days[1]) <= MOST_DAYS:
        column, days = narrowed.days
        if len(days) == 1:
            return [along("day", instead={"day": Condition(f"{column} = %s", days)})]
        each = Condition("SELECT unnest(%s::date[]) AS v", (list(days),))
        return [along("day", instead={"day": Condition(f"{column} = e.v")}, each=each)]
    if "problem" in asked:
        return [along("problem")]
    if "courier" in asked and not {"merchant", "awaited"} & asked.keys():
        known: tuple[Kind, ...] = ("stretch",) if "stretch" in asked else ()
        instead = {"stretch": Condition("stretch = e.v")}
        each = _words(narrowed.stretches or STRETCHES)
        return [along("courier", *known, instead=instead, each=each)]
    return None


def _words(words: Iterable[str]) -> Condition:
    return Condition("SELECT unnest(%s::text[]) AS v", (list(words),))


def _on_the_way(
    narrowed: Narrowed, along: Callable[..., Branch], owner: tuple[Kind, ...]
) -> list[Branch]:
    """Those that wait to be picked up, among many that are not shipped, and all behind them."""
    later = [stretch for stretch in narrowed.stretches or () if stretch != "created"]
    waiting = Condition(IN_STAGE["shipped"])
    return [
        along(*owner, "stretch", instead={"stretch": waiting}),
        along(
            *owner,
            "stretch",
            instead={"stretch": Condition("stretch = e.v")},
            each=_words(later),
        ),
    ]


def _signed(made: Sequence[Condition]) -> list[Branch]:
    """Signed today by the day; by scanners whose clock is fast; and those that say no moment."""
    today, _ = signed_days()
    at_end = Condition("stretch = 'delivered'")
    return [
        Branch([Condition("delivered_day = %s", (today,)), *made], frozenset(("made",))),
        Branch([Condition("delivered_day > %s", (today,)), *made], few=True),
        Branch([Condition("delivered_day IS NULL"), at_end, *made]),
    ]


def _by_clock(wanted: Wanted, whose: Sequence[Condition]) -> list[Branch]:
    """Those with a ship-by clock, and those without."""
    down = wanted.down
    merchant: tuple[Kind, ...] = ("merchant",) if whose else ()
    kinds: frozenset[Kind] = frozenset((*merchant, "unshipped", "stretch"))
    unshipped = [*whose, Condition(UNSHIPPED)]
    return [
        Branch(
            [*unshipped, Condition(f"{_CLOCK} IS NOT NULL"), wanted.behind(f"{_CLOCK}, id")],
            kinds,
            order=f"{_CLOCK} {down}, id {down}",
        ),
        Branch(
            [
                *unshipped,
                Condition(f"{_CLOCK} IS NULL"),
                wanted.behind(f"'{NEVER.isoformat()}'::timestamptz, id"),
            ],
            kinds,
            order=f"id {down}",
            few=True,
        ),
    ]


def _walk(wanted: Wanted, branches: Sequence[Branch], rest: Sequence[Condition], most: int) -> Call:
    """The page along all branches. Its rows have two more columns: whether the parcel is one of
    the list, and whether the walk of its branch ended there before its end."""
    parts = [_along(wanted, branch, rest, most) for branch in branches]
    order = f"p.at {wanted.down}, p.id {wanted.down}"
    return (
        f"""
        WITH page AS MATERIALIZED (
            SELECT * FROM ({" UNION ALL ".join(f"({part.sql})" for part in parts)}) p
            ORDER BY {order} LIMIT %s
        )
        SELECT {", ".join(f"s.{name}" for name in wanted.columns)}, p.fits, p.nth = {most}
        FROM page p JOIN shipments s ON s.merchant_id = p.merchant_id AND s.id = p.id
        ORDER BY {order}
        """,
        [*(value for part in parts for value in part.values), wanted.count],
    )


def _along(wanted: Wanted, branch: Branch, rest: Sequence[Condition], most: int) -> Condition:
    clock = wanted.key == _CLOCK
    lead = [*branch.lead] if clock else [*branch.lead, wanted.behind(f"{_MADE}, id")]
    order = branch.order.format(down=wanted.down)
    at = f"coalesce({_CLOCK}, '{NEVER.isoformat()}')" if clock else _MADE
    fits = " AND ".join(one.sql for one in rest) or "true"
    given = f"shipments WHERE {' AND '.join(one.sql for one in lead)}"
    if branch.few:
        given = f"(SELECT * FROM {given} OFFSET 0) shipments"
    made = f"""
        SELECT merchant_id, id, at, fits, nth FROM (
            SELECT merchant_id, id, {at} AS at, {_MADE}, {_CLOCK}, ({fits}) AS fits,
                row_number() OVER (ORDER BY {order}) AS nth
            FROM {given} ORDER BY {order} LIMIT {most}
        ) w WHERE fits OR nth = {most} ORDER BY {order} LIMIT %s
    """
    values = [value for one in (*rest, *lead) for value in one.values] + [wanted.count]
    if branch.each is None:
        return Condition(made, values)
    each = branch.each
    return Condition(
        f"SELECT b.* FROM ({each.sql}) e CROSS JOIN LATERAL ({made}) b", [*each.values, *values]
    )


async def _gathered(database: Database, merchants: Merchants, wanted: Wanted) -> list[TupleRow]:
    """The same page where the parcels are few among those that an index leads to."""
    narrowed = wanted.narrowed
    stages = _stages(narrowed.filters)
    if wanted.key == _MADE and narrowed.days is None:
        if narrowed.filters.merchant_category is not None and narrowed.owner is None:
            walk = _of_each_merchant(wanted)
            return (await hot_reads(database.hot, merchants, (_WALK, walk)))[-1]
        if merchants is None and stages:
            _, found = await hot_reads(database.hot, None, (_WALK, _standing(wanted, stages)))
            if found[0][-1]:
                return [row for row in found if row[0] is not None]
    return (await hot_reads(database.hot, merchants, (_GATHER, _plain(wanted))))[-1]


def _of_each_merchant(wanted: Wanted) -> Call:
    """The page of a category's merchants, merged from each one's own."""
    narrowed = wanted.narrowed
    each = "SELECT id AS m FROM merchants WHERE category = %s"
    values: list[Any] = [narrowed.filters.merchant_category]
    lead = [Condition("merchant_id = e.m")]
    if narrowed.stretches is not None:
        each = f"SELECT m, v FROM ({each}) m CROSS JOIN unnest(%s::text[]) v"
        values.append(list(narrowed.stretches))
        lead.append(Condition("stretch = e.v"))
    lead += [one for one in narrowed.conditions if one.kind not in ("category", "stretch")]
    branch = Branch(lead, each=Condition(each, values))
    return _walk(wanted, [branch], (), wanted.count)


def _stages(filters: Filters) -> list[int]:
    """The live view's numbers of where the parcels are, if it knows all that they are narrowed to:
    otherwise too many could stand there."""
    others = ("shop_id", "problem", "queue", "hold", "ship_method", "trouble", "category")
    if any(getattr(filters, name) not in NOT_ASKED for name in others):
        return []
    if any(span != ALWAYS for span in (filters.since, *filters.spans.values())):
        return []
    names: list[str] = [*filters.stage]
    for name in () if names else filters.milestones:
        names += STAGES[:3] if name == "created" else (name,)
    numbers = {str(stage): number for stage, number in NUMBERS.items()}
    known = all(name in numbers and name != "delivered" for name in names)
    return [numbers[name] for name in names] if known else []


TAIL: Final = 5_000
"""Entries of the log that the live view may lack."""


def _standing(wanted: Wanted, stages: Sequence[int]) -> Call:
    """The page by the narrow rows of live parcels, and by the entries of the log that these do not
    know yet. Its first row ends with false where they lack too many."""
    filters = wanted.narrowed.filters
    there = live_rows.Where()
    counted = live_rows.Where()
    for where in (there, counted):
        where.add("stage = ANY(%s::smallint[])", list(stages))
    if filters.courier is not None:
        counted.add(f"dimension = 'courier' AND value = {live_rows.NUMBER_OF}", filters.courier)
    else:
        counted.add("dimension = 'category'")
    # Where none is counted there is none: the counts are kept with the rows.
    there.add(
        f"(SELECT coalesce(sum(count), 0) FROM live_counts WHERE {counted.sql}) > 0",
        *counted.values,
    )
    for name in ("courier", "origin", "province", "city"):
        if (value := getattr(filters, name)) is not None:
            there.add(f"{name} = {live_rows.NUMBER_OF}", value)
    if wanted.narrowed.owner is not None:
        there.add("merchant_id = %s", wanted.narrowed.owner)
    behind = wanted.behind(f"{_MADE}, shipment_id")
    order = f"{_MADE} {wanted.down}, {{id}} {wanted.down}"
    row = f"""
        CROSS JOIN LATERAL (
            SELECT {", ".join(wanted.columns)} FROM shipments
            WHERE merchant_id = n.m AND id = n.i AND {wanted.narrowed.sql}
                AND {wanted.behind(f"{_MADE}, id").sql} OFFSET 0
        ) s
    """
    own = [*wanted.narrowed.values, *wanted.behind("").values]
    return (
        f"""
        WITH cursor AS MATERIALIZED (
            SELECT xid, last_id FROM consumer_cursors WHERE name = 'shipments.live'
        ), tail AS MATERIALIZED (
            SELECT merchant_id AS m, shipment_id AS i FROM milestone_log
            WHERE topic = 'shipment'
                AND (xid, id) > ((SELECT xid FROM cursor), (SELECT last_id FROM cursor))
            LIMIT {TAIL}
        ), moved AS MATERIALIZED (SELECT DISTINCT m, i FROM tail WHERE i IS NOT NULL),
        told AS MATERIALIZED (
            SELECT EXISTS (SELECT FROM cursor) AND (SELECT count(*) FROM tail) < {TAIL} AS all
        )
        SELECT p.*, t.all FROM told t LEFT JOIN LATERAL (
            SELECT * FROM (
                (SELECT s.* FROM (
                    SELECT merchant_id AS m, shipment_id AS i FROM live_shipments
                    WHERE {there.sql} AND {behind.sql}
                        AND (merchant_id, shipment_id) NOT IN (SELECT m, i FROM moved)
                    ORDER BY {order.format(id="shipment_id")}
                ) n {row} LIMIT %s)
                UNION ALL (SELECT s.* FROM moved n {row})
            ) s WHERE t.all ORDER BY {order.format(id="id")} LIMIT %s
        ) p ON true
        ORDER BY {order.format(id="p.id")}
        """,
        [*there.values, *behind.values, *own, wanted.count, *own, wanted.count],
    )
