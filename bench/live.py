"""The live view over a million open parcels: every question, its upkeep, and a browser.

`questions`: milliseconds of each request with one client, through authentication, scope and
row-level security; the slowest is the one with the slowest twentieth. `counted_rows`: the same
numbers by one query over the shipments, the limit without a live table. `upkeep`: CPU seconds per
1,000 log entries of the consumer, of which half move a parcel and half are scans that move nothing.
`page`: see `bench.live_page`. Every part says on stderr when it ended, and fails when it takes too
long.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median, quantiles
from typing import Any, Final

import psycopg

from bench import live_page
from bench.harness import (
    Installation,
    Raw,
    built_console,
    cpu_seconds,
    installation,
    memory_mb,
    part,
    postgres_pid,
    web,
    without_indexes,
)
from yichuan.core.clock import CHINA, now
from yichuan.core.consumers import Consumer, register, step
from yichuan.core.database import Database
from yichuan.identity import service as identity
from yichuan.regions import divisions
from yichuan.shipments import live_table

MERCHANTS: Final = 1_000
HUBS: Final = ("金华市", "广州市", "深圳市", "杭州市", "泉州市", "苏州市", "武汉市", "成都市")
SLOTS: Final = 4_000
CONSUMER: Final = Consumer(
    "shipments.live", "shipment", live_table.handle, batch=5000, only=live_table.ONLY
)
DRAW: Final = """
CREATE UNLOGGED TABLE bench_place (p int PRIMARY KEY, province text, city text);
CREATE UNLOGGED TABLE bench_seller AS
    SELECT uuidv7() AS seller, m, (%(hubs)s::text[])[1 + m %% 8] AS origin,
           (ARRAY['女装','男装','食品','家居','数码','美妆','母婴','生鲜'])[1 + m %% 8] AS category,
           ARRAY['ZTO','YTO','YD','STO','JTSD','SF','JD','EMS'] AS firms
    FROM generate_series(0, %(merchants)s - 1) m;
INSERT INTO merchants (id, code, name, category)
    SELECT seller, 'M' || m, '商家 ' || m, category FROM bench_seller;
INSERT INTO recipients (merchant_id, id) SELECT seller, seller FROM bench_seller;
CREATE UNLOGGED TABLE bench_draw AS
    SELECT n, uuidv7() AS id, floor(power(random(), 2.5) * %(merchants)s)::int AS m,
           floor(random() * %(slots)s)::int AS p, random() AS r, power(random(), 3) * 10 AS age,
           floor(power(random(), 2) * 4)::int AS c
    FROM generate_series(1, %(rows)s) n;
ANALYZE bench_draw, bench_seller
"""
SHIPMENTS: Final = """
INSERT INTO shipments (merchant_id, id, shipment_no, order_no, recipient_id, courier,
    waybill_number, milestone, milestone_at, ship_method, origin_city, dest_province, dest_city,
    goods, paid_at, printed_at, shipped_at, picked_up_at, delivered_at, ended_at, last_event_at,
    created_at)
SELECT seller, id, 'YC' || n, 'M' || n, seller,
    CASE WHEN k >= 0.08 THEN firms[1 + (m + c) %% 8] END,
    CASE WHEN k >= 0.08 THEN 'W' || (7700000000000 + n) END,
    stage, CASE WHEN k >= 0.2 THEN at END, CASE WHEN k >= 0.08 THEN 'hub_waybill' END,
    origin, province, city, '保温杯×2', at - interval '1 day',
    CASE WHEN k >= 0.08 THEN at END, CASE WHEN k >= 0.12 THEN at END,
    CASE WHEN k >= 0.2 THEN at END, CASE WHEN stage = 'delivered' THEN at END,
    CASE WHEN stage = 'delivered' THEN at END, at, at - interval '1 day'
FROM (
    SELECT *, r * %(whole)s AS k, CASE
        WHEN r * %(whole)s < 0.20 THEN 'created' WHEN r * %(whole)s < 0.28 THEN 'picked_up'
        WHEN r * %(whole)s < 0.68 THEN 'in_transit' WHEN r * %(whole)s < 0.76 THEN 'arriving'
        WHEN r * %(whole)s < 0.86 THEN 'out_for_delivery'
        WHEN r * %(whole)s < 0.97 THEN 'ready_for_collection'
        WHEN r * %(whole)s < 1 THEN 'returning' ELSE 'delivered' END AS stage,
        now() - CASE WHEN r * %(whole)s < 1 THEN age ELSE 0 END * interval '1 day' AS at
    FROM bench_draw
) d JOIN bench_seller s USING (m) JOIN bench_place USING (p)
"""
LINES: Final = """
INSERT INTO shipment_lines (merchant_id, id, shipment_id, sub_order_id, order_line_id, quantity,
    sku, name, category)
SELECT seller, uuidv7(), id, id, id, 2, 'CUP-1', '保温杯', category
FROM bench_draw JOIN bench_seller USING (m)
"""
INDEXES: Final = (
    "ix_shipment_lines_shipment",
    "ix_shipments_id",
    "ix_shipments_created",
    "ix_shipments_stretch",
    "ix_shipments_merchant_stretch",
    "ix_shipments_courier",
    "ix_shipments_problem",
    "ix_shipments_due",
    "ix_shipments_unshipped",
)
"""What the page, its menu and its lists read; the others take as long as everything else."""
SIGNED: Final = 0.2
"""Signed today, beside the open ones."""
COUNTED: Final = """
    SELECT milestone, shipped_at IS NULL, printed_at IS NULL, milestone_at::date, count(*)
    FROM shipments WHERE milestone NOT IN ('delivered', 'returned', 'cancelled', 'lost')
    GROUP BY 1, 2, 3, 4
"""
MOVE: Final = """
    WITH moved AS (
        UPDATE shipments s SET milestone = 'out_for_delivery', milestone_at = now()
        WHERE (merchant_id, id) IN (SELECT merchant_id, id FROM shipments
            WHERE milestone = 'in_transit' ORDER BY md5(id::text) LIMIT %(moves)s)
        RETURNING merchant_id, id
    )
    INSERT INTO milestone_log (topic, kind, merchant_id, shipment_id, milestone_from, milestone,
        detail, occurred_at)
    SELECT 'shipment', k.kind, merchant_id, id, 'in_transit', 'out_for_delivery', 'none', now()
    FROM moved CROSS JOIN (VALUES ('progress'), ('milestone')) k(kind)
"""


def _places() -> list[tuple[int, str, str]]:
    """Cities, the earlier of a province oftener: slots that one draw picks from."""
    towns = [
        (province.name, city.name)
        for province in divisions.provinces()
        for city in divisions.cities(province.adcode)
    ]
    weights = [1 / (2 + n % 17) for n in range(len(towns))]
    found: list[tuple[str, str]] = []
    for town, weight in zip(towns, weights, strict=True):
        found += [town] * max(1, round(SLOTS * weight / sum(weights)))
    return [(n, *found[n % len(found)]) for n in range(SLOTS)]


def _fill(inst: Installation, rows: int, seconds: float = 600) -> None:
    values = {
        "rows": round(rows * (1 + SIGNED)),
        "whole": 1 + SIGNED,
        "merchants": MERCHANTS,
        "hubs": list(HUBS),
        "slots": SLOTS,
    }

    def run(table: str, statement: str) -> None:
        with inst.superuser() as connection:
            connection.execute(f"SET statement_timeout = {round(seconds * 1000)}")
            connection.execute("SET session_replication_role = replica")  # keys are right
            with without_indexes(connection, (table,), INDEXES):
                connection.execute(statement, values if "%(" in statement else None)
            connection.execute(f"VACUUM ANALYZE {table}")

    with inst.superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in DRAW.split(";\n"):
            wanted = {k: v for k, v in values.items() if f"%({k})s" in statement}
            connection.execute(statement, wanted or None)
        with connection.cursor() as cursor, cursor.copy("COPY bench_place FROM STDIN") as copy:
            for place in _places():
                copy.write_row(place)
        with ThreadPoolExecutor() as pool:
            list(pool.map(run, ("shipments", "shipment_lines"), (SHIPMENTS, LINES)))
        connection.execute("DROP TABLE bench_draw, bench_seller, bench_place")
        connection.execute("ANALYZE merchants")


async def _healed(inst: Installation) -> dict[str, Any]:
    """Fill the live table as a worker does that starts on an older installation's rows; compare
    everything once more."""
    database = Database(inst.urls)
    took = []
    for _ in range(2):
        began = time.perf_counter()
        found = await live_table.heal(database)
        took.append(round(time.perf_counter() - began, 1))
    await database.close()
    assert found == (0, 0), found
    with inst.superuser() as connection:
        tables = "live_shipments, live_names, live_counts, live_merchant_counts, live_flows"
        connection.execute(f"VACUUM ANALYZE {tables}, live_ways")
        sizes = connection.execute(
            "SELECT relname, n_live_tup FROM pg_stat_user_tables WHERE relname LIKE 'live%%'"
        ).fetchall()
    return {"fill_seconds": took[0], "compare_seconds": took[1], "rows": dict(sizes)}  # type: ignore[arg-type]


async def _upkeep(inst: Installation, moves: int) -> dict[str, Any]:
    """What following the log costs."""
    with inst.superuser() as connection:
        connection.execute(MOVE, {"moves": moves})
    database = Database(inst.urls)
    await database.open()
    await register(database, [CONSUMER])
    pids = {"worker": os.getpid(), "postgres": postgres_pid(inst)}
    before, count = cpu_seconds(pids, {"postgres"}), 0
    while done := await step(database, CONSUMER):
        count += done
    after = cpu_seconds(pids, {"postgres"})
    wrong = await live_table.heal(database)
    await database.close()
    assert wrong == (0, 0), wrong
    return {
        "entries": count,
        **{
            f"{name}_cpu_s_per_1000": round((after[name] - before[name]) / count * 1000, 4)
            for name in pids
        },
    }


QUESTIONS: Final[dict[str, str]] = {
    "all": "",
    "courier": "?courier=ZTO",
    "merchant": "?merchant_id={merchant}",
    "province": "?province=广东省",
    "city": "?province=广东省&city=深圳市",
    "origin": "?origin=杭州市",
    "category": "?category=女装",
    "merchant_category": "?merchant_category=女装",
    "since": "?since_to={old}",
    "stage": "?stage=in_transit",
    "courier_and_province": "?courier=ZTO&province=广东省",
    "courier_and_category": "?courier=ZTO&category=女装",
    "courier_and_origin": "?courier=STO&origin=杭州市",
    "courier_and_merchant_category": "?courier=ZTO&merchant_category=女装",
    "category_and_stage": "?category=女装&stage=in_transit",
    "last_days": "?since_from={week}",
    "last_days_of_courier": "?since_from={week}&courier=ZTO",
    "last_days_of_province": "?since_from={week}&province=广东省",
    "last_days_of_category": "?since_from={week}&category=女装",
    "last_days_of_origin": "?since_from={week}&origin=杭州市",
    "last_days_of_merchant": "?since_from={week}&merchant_id={merchant}",
    "last_days_of_merchant_category": "?since_from={week}&merchant_category=女装",
    "last_days_of_stage": "?since_from={week}&stage=in_transit",
    "today": "?since_from={today}",
    "yesterday": "?since_from={yesterday}&since_to={today}",
    "by_courier": "?by=courier",
    "by_courier_of_courier": "?by=courier&courier=ZTO",
    "by_courier_of_province": "?by=courier&province=广东省",
    "by_merchant": "?by=merchant",
    "by_merchant_of_courier": "?by=merchant&courier=ZTO",
    "by_merchant_since": "?by=merchant&since_to={old}&stage=in_transit",
}
"""Each answers the whole page: funnel, ageing table and both maps."""
LISTS: Final[dict[str, str]] = {
    "list_of_stage": "?stage=in_transit&limit=50",
    "list_old": "?stage=in_transit&since_to={old}&limit=50",
    "list_of_courier_category": "?stage=in_transit&courier=ZTO&category=女装&limit=50",
    "list_of_flow": "?stage=in_transit&stage=arriving&origin=杭州市&city=深圳市&limit=50",
}


async def _asked(
    base: str, key: str, paths: dict[str, str], times: int, fill: dict[str, str]
) -> dict[str, dict[str, float]]:
    found = {}
    async with Raw(base, key) as client:
        for name, path in paths.items():
            url = path
            for word, value in fill.items():
                url = url.replace(word, value)
            took = []
            for _ in range(times + 2):
                began = time.perf_counter()
                await client.request("GET", _quoted(url))
                took.append((time.perf_counter() - began) * 1000)
            took = took[2:]
            found[name] = {
                "p50_ms": round(median(took), 1),
                "p95_ms": round(quantiles(took, n=20)[18], 1),
            }
    return found


def _quoted(url: str) -> str:
    return "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in url)


def _midnight(back: int) -> str:
    """The beginning of a day in China, so many days ago, for an address."""
    day = (now().astimezone(CHINA) - timedelta(days=back)).date()
    return f"{day}T00:00:00%2B08:00"


async def _people(inst: Installation) -> dict[str, str]:
    database = Database(inst.urls)
    async with database.system() as session:
        await identity.create_user(session, "bench", live_page.PASSWORD, "bench", "operator", None)
        platform = await identity.create_key(session, inst.vault, "bench", None, kdniao=False)
        with inst.superuser() as connection:
            row = connection.execute("SELECT id FROM merchants WHERE code = 'M0'").fetchone()
        assert row is not None
        merchant = await identity.create_key(session, inst.vault, "bench", row[0], kdniao=False)  # type: ignore[arg-type]
    await database.close()
    return {
        "platform": platform.token,
        "merchant": merchant.token,
        "{merchant}": str(row[0]),
        **{
            word: _midnight(back)
            for word, back in {"{today}": 0, "{yesterday}": 1, "{week}": 6, "{old}": 7}.items()
        },
    }


def _counted(inst: Installation) -> float:
    """Milliseconds of counting the stages over the shipments themselves."""
    took = []
    with psycopg.connect(inst.urls.of("yichuan_system"), autocommit=True) as connection:
        for _ in range(3):
            began = time.perf_counter()
            connection.execute(COUNTED).fetchall()
            took.append((time.perf_counter() - began) * 1000)
    return round(min(took), 1)


async def _questions(base: str, people: dict[str, str], times: int) -> dict[str, Any]:
    """Every question to a web process."""
    fill = {k: v for k, v in people.items() if k.startswith("{")}
    live = {name: f"/api/v1/reports/live{path}" for name, path in QUESTIONS.items()}
    lists = {name: f"/api/v1/shipments{path}" for name, path in LISTS.items()}
    ours = await _asked(base, people["platform"], live | lists, times, fill)
    merchants = {f"merchants_own_{n}": live[n] for n in ("all", "by_courier", "category")}
    return ours | await _asked(base, people["merchant"], merchants, times, fill)


def _measure(inst: Installation, options: argparse.Namespace, found: dict[str, Any]) -> None:
    """Every part, and what it found."""
    with part("live table filled and compared", 80):
        found["live_table"] = asyncio.run(_healed(inst))
    people = asyncio.run(_people(inst))
    with web(inst) as (base, pid):
        memory = found["memory_mb"] = {"idle": memory_mb(pid)}
        with part("questions", 80):
            ours = asyncio.run(_questions(base, people, options.times))
        found["questions"] = ours
        slowest = max(ours, key=lambda name: ours[name]["p95_ms"])
        found["slowest"] = {slowest: ours[slowest]}
        memory["after_questions"] = memory_mb(pid)
        if options.pages:
            found["page"] = {}
            try:
                with part("browser", 140):
                    asyncio.run(live_page.measure(base, options.pages, found["page"]))
            except TimeoutError as error:
                found["failed"] = str(error)
        memory["after"] = memory_mb(pid)
    with part("counted rows", 20):
        found["counted_rows_ms"] = _counted(inst)
    found["ratio"] = round(found["counted_rows_ms"] / ours["all"]["p50_ms"], 1)
    with part("upkeep", 60):
        found["upkeep"] = asyncio.run(_upkeep(inst, options.moves))


def main() -> None:
    """Fill, measure, print; what was found before a part that took too long as well."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000, help="open parcels")
    parser.add_argument("--times", type=int, default=10, help="requests of each question")
    parser.add_argument("--pages", type=int, default=3, help="visits of the page; 0: no browser")
    parser.add_argument("--moves", type=int, default=30_000)
    options = parser.parse_args()
    if options.pages:
        built_console()
    found: dict[str, Any] = {"bench": "live", "open": options.rows}
    try:
        with installation() as inst:
            with part("filled", 120):
                _fill(inst, options.rows, 110)
            _measure(inst, options, found)
    except TimeoutError as error:
        found["failed"] = str(error)
    print(json.dumps(found))
    if "failed" in found:
        raise SystemExit(found["failed"])


if __name__ == "__main__":
    main()
