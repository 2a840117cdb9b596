"""The live view over a million open parcels: every question, the page's first paint, its upkeep.

`questions`: milliseconds of each request with one client, through authentication, scope and
row-level security. `counted_rows`: the same numbers by one query over the shipments, the limit
without a live table. `upkeep`: CPU seconds per 1,000 log entries of the consumer, of which half
move a parcel and half are scans that move nothing. `page`: a real Chromium; `first_paint_ms` is
until the browser drew something, `numbers_ms` until the numbers stand there, both from the click on
a link in a browser that was never here; `filter_ms` from a click that narrows the page until all of
it is drawn anew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import psutil
import psycopg
from playwright.async_api import Browser, Page, async_playwright

from bench.harness import (
    Installation,
    Raw,
    cpu_seconds,
    installation,
    memory_mb,
    postgres_pid,
    web,
    without_indexes,
)
from yichuan.core.consumers import Consumer, register, step
from yichuan.core.database import Database
from yichuan.identity import service as identity
from yichuan.regions import divisions
from yichuan.shipments import live_table

MERCHANTS: Final = 1_000
HUBS: Final = ("金华市", "广州市", "深圳市", "杭州市", "泉州市", "苏州市", "武汉市", "成都市")
SLOTS: Final = 4_000
CHROMIUM: Final = Path(os.environ.get("YICHUAN_CHROMIUM", "/usr/bin/chromium"))
PASSWORD: Final = "long enough for a benchmark"
CONSUMER: Final = Consumer(
    "shipments.live", "shipment", live_table.handle, batch=5000, only=live_table.ONLY
)
DRAW: Final = """
CREATE TEMP TABLE place (p int PRIMARY KEY, province text, city text);
CREATE TEMP TABLE seller AS
    SELECT uuidv7() AS id, m, (%(hubs)s::text[])[1 + m %% 8] AS origin,
           (ARRAY['女装','男装','食品','家居','数码','美妆','母婴','生鲜'])[1 + m %% 8] AS category,
           ARRAY['ZTO','YTO','YD','STO','JTSD','SF','JD','EMS'] AS firms
    FROM generate_series(0, %(merchants)s - 1) m;
INSERT INTO merchants (id, code, name, category)
    SELECT id, 'M' || m, '商家 ' || m, category FROM seller;
INSERT INTO recipients (merchant_id, id) SELECT id, id FROM seller;
CREATE TEMP TABLE draw AS
    SELECT n, floor(power(random(), 2.5) * %(merchants)s)::int AS m,
           floor(random() * %(slots)s)::int AS p, random() AS r, power(random(), 3) * 10 AS age,
           floor(power(random(), 2) * 4)::int AS c
    FROM generate_series(1, %(rows)s) n
"""
FILL: Final = """
INSERT INTO shipments (merchant_id, id, shipment_no, order_no, recipient_id, courier,
    waybill_number, milestone, milestone_at, ship_method, origin_city, dest_province, dest_city,
    goods, paid_at, printed_at, shipped_at, picked_up_at, delivered_at, ended_at, last_event_at,
    created_at)
SELECT s.id, uuidv7(), 'YC' || n, 'M' || n, s.id,
    CASE WHEN k >= 0.08 THEN firms[1 + (m + c) % 8] END,
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
    FROM draw
) d JOIN seller s USING (m) JOIN place USING (p);
INSERT INTO shipment_lines (merchant_id, id, shipment_id, sub_order_id, order_line_id, quantity,
    sku, name, category)
SELECT h.merchant_id, uuidv7(), h.id, h.id, h.id, 2, 'CUP-1', '保温杯', s.category
FROM shipments h JOIN seller s ON s.id = h.merchant_id
"""
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


def _fill(inst: Installation, rows: int) -> None:
    values = {
        "rows": round(rows * (1 + SIGNED)),
        "whole": 1 + SIGNED,
        "merchants": MERCHANTS,
        "hubs": list(HUBS),
        "slots": SLOTS,
    }
    with inst.superuser() as connection:
        connection.execute("SET session_replication_role = replica")  # keys are made right here
        for statement in DRAW.split(";\n"):
            wanted = {k: v for k, v in values.items() if f"%({k})s" in statement}
            connection.execute(statement, wanted or None)
        with connection.cursor() as cursor, cursor.copy("COPY place FROM STDIN") as copy:
            for place in _places():
                copy.write_row(place)
        with without_indexes(connection, ("shipments", "shipment_lines")):
            first, second = FILL.split(";\n")
            connection.execute(first.replace(" % 8", " %% 8"), values)
            connection.execute(second)
        connection.execute("VACUUM ANALYZE shipments, shipment_lines, merchants")


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
        connection.execute("VACUUM ANALYZE live_shipments, live_counts, live_flows")
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


async def _people(inst: Installation) -> dict[str, str]:
    database = Database(inst.urls)
    async with database.system() as session:
        await identity.create_user(session, "bench", PASSWORD, "bench", "operator", None)
        platform = await identity.create_key(session, inst.vault, "bench", None, kdniao=False)
        with inst.superuser() as connection:
            row = connection.execute("SELECT id FROM merchants WHERE code = 'M0'").fetchone()
            day = connection.execute(
                "SELECT (now() - interval '7 days')::date || 'T00:00:00%2B08:00'"
            ).fetchone()
        assert row is not None
        assert day is not None
        merchant = await identity.create_key(session, inst.vault, "bench", row[0], kdniao=False)  # type: ignore[arg-type]
    await database.close()
    return {
        "platform": platform.token,
        "merchant": merchant.token,
        "{merchant}": str(row[0]),
        "{old}": str(day[0]),
    }


PAINTED: Final = """() => Object.fromEntries(
  performance.getEntriesByType('paint').map((one) => [one.name, Math.round(one.startTime)]))"""
NUMBERS: Final = (
    "() => !['0', undefined].includes(document.querySelector('[data-stage] a')?.textContent)"
)
IDLE: Final = "[data-by][aria-busy=false] svg[role=group] a"
WATCH: Final = """() => {
  window.redrawn = new Promise((done) => {
    let began
    const start = ({ timeStamp }) => { began = timeStamp }
    for (const act of ['click', 'keydown']) addEventListener(act, start, { capture: true })
    const watcher = new MutationObserver(() => {
      watcher.disconnect()
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))
    })
    watcher.observe(document.querySelector('[data-by]'), { attributeFilter: ['data-at'] })
  })
}"""
"""From the last act until the frame with the new funnel, table and maps is drawn: they are one
answer, drawn at once, and the page says of when it is."""
FILTERS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "courier": ("?by=courier", ("button[data-key=ZTO]",)),
    "merchant": ("?by=merchant", ("tbody tr:first-child button",)),
    "province": ("?by=province", ("button[data-key=广东省]",)),
    "category": ("?by=category", ("button[data-key=女装]",)),
    "stage": ("", ("[data-stage=in_transit] button",)),
    "since": ("", ("text=进入环节的日期", ".ant-popover button >> text=近 7 天")),
    "second_filter": ("?by=courier&province=广东省", ("button[data-key=ZTO]",)),
    "other_rows": ("", (".ant-segmented-item >> text=省份",)),
}
"""Address, and what is clicked there; the last click narrows the page."""


async def _page(base: str, times: int) -> dict[str, Any]:
    """The page in a browser: first visits, and narrowed in every way."""
    first, numbers = [], []
    filters: dict[str, dict[str, int]] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        for _ in range(times):
            page = await _signed_in(browser, base)
            began = time.perf_counter()
            await page.goto(f"{base}/overview/live?by=courier", wait_until="commit")
            await page.wait_for_function(NUMBERS)
            numbers.append(round((time.perf_counter() - began) * 1000))
            first.append((await page.evaluate(PAINTED))["first-contentful-paint"])
            await page.context.close()
        page = await _signed_in(browser, base)
        for name, (address, clicks) in FILTERS.items():
            took = [await _filtered(page, f"{base}/overview/live{address}", clicks) for _ in first]
            filters[name] = {"p50": round(median(took)), "p95": round(_p95(took))}
        await browser.close()
    return {
        "first_paint_ms": {"p50": round(median(first)), "p95": round(_p95(first))},
        "numbers_ms": {"p50": round(median(numbers)), "p95": round(_p95(numbers))},
        "filter_ms": filters,
        "slowest_filter_ms": max(filters.values(), key=lambda found: found["p95"]),
    }


async def _signed_in(browser: Browser, base: str) -> Page:
    """A page of a browser that was never here."""
    context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    wish = {"username": "bench", "password": PASSWORD}
    answer = await context.request.post(f"{base}/api/v1/auth/login", data=wish)
    assert answer.ok, await answer.text()
    page = await context.new_page()
    await page.set_viewport_size({"width": 1440, "height": 900})
    return page


async def _filtered(page: Page, address: str, clicks: tuple[str, ...]) -> float:
    """Milliseconds until the page is narrowed; never the same question twice within its memory."""
    await page.goto(address, wait_until="load")
    await page.wait_for_selector(IDLE)
    await page.wait_for_timeout(500)  # what fills the menus is fetched once the page stands
    for one in clicks[:-1]:
        await page.click(one)
        await page.wait_for_timeout(1000)  # a menu opens, and its calendar's code arrives
    await page.wait_for_selector(clicks[-1])
    await page.evaluate(WATCH)
    await page.click(clicks[-1])
    took: float = await page.evaluate("window.redrawn")
    return took


def _p95(took: Sequence[float]) -> float:
    return quantiles(took, n=20, method="inclusive")[18] if len(took) > 1 else took[0]


def _counted(inst: Installation) -> float:
    """Milliseconds of counting the stages over the shipments themselves."""
    took = []
    with psycopg.connect(inst.urls.of("yichuan_system"), autocommit=True) as connection:
        for _ in range(3):
            began = time.perf_counter()
            connection.execute(COUNTED).fetchall()
            took.append((time.perf_counter() - began) * 1000)
    return round(min(took), 1)


async def _measure(inst: Installation, options: argparse.Namespace) -> dict[str, Any]:
    people = await _people(inst)
    fill = {k: v for k, v in people.items() if k.startswith("{")}
    table = await _healed(inst)
    with web(inst) as (base, pid):
        idle = memory_mb(pid)
        live = {name: f"/api/v1/reports/live{path}" for name, path in QUESTIONS.items()}
        lists = {name: f"/api/v1/shipments{path}" for name, path in LISTS.items()}
        ours = await _asked(base, people["platform"], live | lists, options.times, fill)
        merchants = {f"merchants_own_{n}": live[n] for n in ("all", "by_courier", "category")}
        ours |= await _asked(base, people["merchant"], merchants, options.times, fill)
        page = await _page(base, options.pages) if options.pages else {}
        memory = memory_mb(pid)
        kids = psutil.Process(pid).children(recursive=True)
    counted = _counted(inst)
    slowest = max(ours, key=lambda name: ours[name]["p50_ms"])
    return {
        "live_table": table,
        "questions": ours,
        "slowest": {slowest: ours[slowest]},
        "counted_rows_ms": counted,
        "ratio": round(counted / ours["all"]["p50_ms"], 1),
        "page": page,
        "memory_mb": {"idle": idle, "after": memory, "children": len(kids)},
        "upkeep": await _upkeep(inst, options.moves),
    }


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000, help="open parcels")
    parser.add_argument("--times", type=int, default=20, help="requests of each question")
    parser.add_argument("--pages", type=int, default=10, help="visits of the page; 0: no browser")
    parser.add_argument("--moves", type=int, default=50_000)
    options = parser.parse_args()
    with installation() as inst:
        began = time.perf_counter()
        _fill(inst, options.rows)
        filled = round(time.perf_counter() - began, 1)
        print(f"filled in {filled} s", file=sys.stderr)
        found = asyncio.run(_measure(inst, options))
    print(json.dumps({"bench": "live", "open": options.rows, "fill_seconds": filled, **found}))


if __name__ == "__main__":
    main()
