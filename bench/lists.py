"""Lists of shipments at a million open parcels and half a million that ended.

Each list is asked for by one client, through authentication, scope and row-level security, for the
platform, for its biggest merchant (one of sixteen parcels) and for a small one. `first_ms` is its
first request on a fresh server, `p50_ms` and `max_ms` are of those after it, and `postgres_cpu_ms`
is PostgreSQL's CPU time per answer. Nothing is at `arriving`: lists of it must look everywhere.
`ratio`: of the 300 ms that a list may take, how often the slowest would fit into it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from bench.harness import (
    Installation,
    Raw,
    cpu_seconds,
    installation,
    part,
    postgres_pid,
    web,
    without_indexes,
)
from yichuan.core.clock import CHINA, now
from yichuan.core.database import Database
from yichuan.identity import service as identity
from yichuan.shipments import live_table

LIMIT_MS: Final = 300
MERCHANTS: Final = 1_000
DRAW: Final = """
CREATE UNLOGGED TABLE bench_seller AS
    SELECT uuidv7() AS seller, m,
           (ARRAY['女装','男装','食品','家居','数码','美妆'])[1 + m %% 6] AS kind,
           (ARRAY['广州市','杭州市','泉州市','苏州市'])[1 + m %% 4] AS origin
    FROM generate_series(0, %(merchants)s - 1) m;
INSERT INTO merchants (id, code, name, category)
    SELECT seller, 'M' || m, '商家 ' || m, kind FROM bench_seller;
INSERT INTO recipients (merchant_id, id) SELECT seller, seller FROM bench_seller;
ANALYZE bench_seller
"""
SHIPMENTS: Final = """
INSERT INTO shipments (merchant_id, id, shipment_no, order_no, recipient_id, recipient_name,
    recipient_phone, shop_name, courier, waybill_number, milestone, milestone_at, ship_method, hold,
    problem, troubled_at, troubles, origin_city, dest_province, dest_city, dest_district, goods,
    weight_g, paid_at, ship_by, promised_at, printed_at, shipped_at, picked_up_at, delivered_at,
    ended_at, last_event_at, last_event_text, created_at)
SELECT seller, uuidv7(), 'YC' || n, 'M' || n, seller, '张*', '138****1234', '旗舰店',
    CASE WHEN gone >= 1 THEN (ARRAY['ZTO','YTO','YD','STO','JTSD','SF','JD','EMS'])[
        1 + floor(8 * power(random(), 1.7))::int] END,
    CASE WHEN gone >= 1 THEN 'W' || (7700000000000 + n) END, milestone,
    CASE WHEN gone >= 3 THEN last END,
    CASE WHEN gone >= 1 THEN CASE WHEN random() < 0.2 THEN 'own_number' ELSE 'hub_waybill' END END,
    gone = 0 AND random() < 0.01, trouble, CASE WHEN trouble IS NOT NULL THEN last END,
    CASE WHEN trouble IS NOT NULL THEN ARRAY[trouble] ELSE '{}' END, origin, '广东省',
    (ARRAY['广州市','深圳市','东莞市','佛山市'])[1 + floor(4 * power(random(), 2))::int], '天河区',
    '保温杯×2', 800, made - interval '1 minute', made + interval '2 days', made + interval '5 days',
    CASE WHEN gone >= 1 THEN made + way / 8 END, CASE WHEN gone >= 2 THEN made + way / 4 END,
    CASE WHEN gone >= 3 THEN made + way / 2 END,
    CASE WHEN milestone = 'delivered' THEN last END, CASE WHEN gone = 4 THEN last END,
    CASE WHEN gone >= 3 THEN last END, '快件已到达 成都转运中心', made
FROM (
    SELECT *, last - made AS way,
        CASE WHEN gone = 3 AND random() < 0.03 THEN 'no_movement' END AS trouble
    FROM (
        SELECT *, made + least((now() - made) * 0.9, (1.5 + 3 * power(random(), 2))
            * interval '1 day') AS last,
            CASE milestone WHEN 'created' THEN floor(random() * 3)::int
                WHEN 'delivered' THEN 4 WHEN 'returned' THEN 4 WHEN 'cancelled' THEN 4
                ELSE 3 END AS gone
        FROM (
            SELECT n, floor(power(random(), 2.5) * %(merchants)s)::int AS m,
                CASE WHEN open THEN (ARRAY['created','picked_up','in_transit',
                    'out_for_delivery','ready_for_collection','returning'])[width_bucket(random(),
                    ARRAY[0, 0.2, 0.28, 0.68, 0.86, 0.97])]
                ELSE (ARRAY['delivered','returned','cancelled'])[width_bucket(random(),
                    ARRAY[0, 0.95, 0.98])] END AS milestone,
                now() - interval '1 minute' - CASE WHEN open THEN power(random(), 1.5) * 12
                    ELSE 6 + 50 * random() END * interval '1 day' AS made
            FROM (SELECT n, n <= %(rows)s AS open FROM generate_series(1, %(rows)s * 3 / 2) n) a
        ) b
    ) c
) d JOIN bench_seller USING (m) ORDER BY made
"""


def _fill(inst: Installation, rows: int) -> None:
    values = {"rows": rows, "merchants": MERCHANTS}
    with inst.superuser() as connection:
        connection.execute("SET session_replication_role = replica")  # keys are right
        for statement in DRAW.split(";\n"):
            connection.execute(
                statement,
                {"merchants": MERCHANTS} if "%(" in statement else None,
            )
        with without_indexes(connection, ("shipments",)):
            connection.execute(SHIPMENTS, values)
        connection.execute("DROP TABLE bench_seller")
        connection.execute("VACUUM ANALYZE shipments, merchants")


SIGN: Final = """
    UPDATE shipments SET milestone = 'delivered', delivered_at = now(), ended_at = now()
    WHERE id IN (SELECT id FROM shipments WHERE milestone = 'out_for_delivery' LIMIT 20000)
"""
DAY_ROWS: Final = ("created", "paid", "shipped", "picked_up", "delivered", "ended", "troubled")


def _span(moment: str, back: int, days: int = 1) -> dict[str, str]:
    """A moment's range of days, in China."""
    midnight = datetime.combine(now().astimezone(CHINA).date(), datetime.min.time(), CHINA)
    first = midnight - timedelta(days=back)
    last = first + timedelta(days=days)
    return {f"{moment}_from": first.isoformat(), f"{moment}_to": last.isoformat()}


def _lists() -> dict[str, dict[str, Any]]:
    """Name → query."""
    milestones = ("created", "in_transit", "arriving", "delivered", "returned", "lost")
    queues = ("to_ship", "to_print", "to_hand_over", "on_the_way", "ended")
    busy, none = {"courier": "ZTO"}, {"courier": "DBL"}
    shipped = _span("shipped", 5)
    return {
        "all": {},
        **{f"milestone_{name}": {"milestone": name} for name in milestones},
        "milestones": {"milestone": ["picked_up", "in_transit", "arriving"]},
        "milestone_of_no_courier": {"milestone": "in_transit", "courier": "-"},
        "milestone_of_courier_without": {"milestone": "arriving", **busy},
        **{f"queue_{name}": {"queue": name} for name in queues},
        "by_clock": {"queue": "to_ship", "sort": "ship_by"},
        "printed_by_clock": {"queue": "to_hand_over", "sort": "ship_by"},
        "courier": busy,
        "courier_without": none,
        "problems": {"problem": "any"},
        "problem_without": {"problem": "lost_parcel"},
        "trouble_without": {"trouble": "damaged"},
        **{f"{name}_day": _span(name, 5) for name in DAY_ROWS},
        "ended_day_long_ago": _span("ended", 30),
        "shipped_month": _span("shipped", 40, 30),
        "shipped_month_of_courier": _span("shipped", 40, 30) | {"courier": "EMS"},
        "shipped_day_of_courier": shipped | busy,
        "shipped_day_of_courier_without": shipped | none,
        "shipped_day_of_milestone": shipped | {"milestone": "returned"},
        "shipped_day_of_province_without": shipped | {"province": "西藏自治区"},
        "signed_today": {"stage": "delivered"},
        "to_be_picked_up": {"stage": "shipped"},
        "stage_of_city": {"stage": "in_transit", "city": "深圳市"},
        "held": {"hold": "true"},
        "method_without": {"ship_method": "own_fleet"},
        "city": {"city": "深圳市"},
        "city_misspelt": {"city": "深圳"},
        "merchants_of_category": {"merchant_category": "女装"},
        "milestone_of_category": {"merchant_category": "女装", "milestone": "arriving"},
    }


async def _keys(inst: Installation) -> tuple[dict[str, str], str]:
    """Name → key of a caller; the small merchant's id."""
    with inst.superuser() as connection:
        rows = connection.execute("SELECT code, id FROM merchants").fetchall()
    ids: dict[Any, Any] = {row[0]: row[1] for row in rows}
    callers: dict[str, Any] = {"platform": None, "big_merchant": ids["M0"]}
    callers["small_merchant"] = small = ids[f"M{MERCHANTS - 50}"]
    database, keys = Database(inst.urls), {}
    async with database.system() as session:
        for name, merchant in callers.items():
            key = await identity.create_key(session, inst.vault, name, merchant, kdniao=False)
            keys[name] = key.token
    await database.close()
    assert isinstance(small, UUID)
    return keys, str(small)


async def _asked(
    inst: Installation, base: str, key: str, paths: Mapping[str, str], times: int
) -> dict[str, dict[str, float]]:
    """Every path, some times."""
    pids, found = {"postgres": postgres_pid(inst)}, {}
    async with Raw(base, key) as client:
        for name, path in paths.items():
            before = cpu_seconds(pids, {"postgres"})["postgres"]
            took = []
            for _ in range(times):
                began = time.perf_counter()
                await client.request("GET", path)
                took.append((time.perf_counter() - began) * 1000)
            used = cpu_seconds(pids, {"postgres"})["postgres"] - before
            found[name] = {
                "first_ms": round(took[0], 1),
                "p50_ms": round(median(took[1:]), 1),
                "max_ms": round(max(took[1:]), 1),
                "postgres_cpu_ms": round(used * 1000 / times, 1),
            }
    return found


def _measure(inst: Installation, times: int) -> dict[str, dict[str, dict[str, float]]]:
    """Caller → list → figures."""
    keys, small = asyncio.run(_keys(inst))
    lists = _lists()
    ours = {"small_merchants": {"merchant_id": small}}
    ours["small_merchants_shipped_day"] = {"merchant_id": small} | _span("shipped", 5)
    found: dict[str, dict[str, dict[str, float]]] = {}
    with web(inst) as (base, _):
        for caller, key in keys.items():
            asked = lists | (ours if caller == "platform" else {})
            paths = {
                name: "/api/v1/shipments?" + urlencode(query | {"limit": 50}, True, quote_via=quote)
                for name, query in asked.items()
            }
            paths["counts"] = "/api/v1/shipments/counts"
            found[caller] = asyncio.run(_asked(inst, base, key, paths, times))
            with inst.superuser() as connection:
                if caller == "platform":
                    connection.execute(SIGN)
                    connection.execute("VACUUM ANALYZE shipments")
            some = {"signed_today_some": paths["signed_today"]}
            found[caller] |= asyncio.run(_asked(inst, base, key, some, times))
    return found


async def _healed(inst: Installation) -> None:
    """Fill the live view's tables, as a worker does that starts on rows it does not know."""
    database = Database(inst.urls)
    await live_table.heal(database)
    await database.close()


def main() -> None:
    """Fill, measure, print."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1_000_000, help="open parcels")
    options.add_argument("--times", type=int, default=8, help="requests of each list")
    args = options.parse_args()
    with installation() as inst:
        with part("filled", 400):
            _fill(inst, args.rows)
        with part("live table filled", 200):
            asyncio.run(_healed(inst))
            with inst.superuser() as connection:
                connection.execute(
                    "INSERT INTO consumer_cursors (name) VALUES ('shipments.live')"
                    " ON CONFLICT DO NOTHING"
                )
                connection.execute("VACUUM ANALYZE live_shipments")
        with part("lists", 200):
            found = _measure(inst, args.times)
    every = {f"{who}_{name}": one for who, some in found.items() for name, one in some.items()}
    slowest = max(every, key=lambda name: every[name]["max_ms"])
    first = max(every, key=lambda name: every[name]["first_ms"])
    print(
        json.dumps(
            {
                "bench": "lists",
                "open": args.rows,
                **found,
                "slowest_first": {first: every[first]},
                "slowest": {slowest: every[slowest]},
                "limit_ms": LIMIT_MS,
                "ratio": round(LIMIT_MS / every[slowest]["max_ms"], 1),
            }
        )
    )


if __name__ == "__main__":
    main()
