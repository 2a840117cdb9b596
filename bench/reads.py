"""GET of one shipment and list of 20 at a million rows, beside bare FastAPI + psycopg.

Figures: answers per second with 4 clients on the same machine, through authentication, scope and
row-level security, for a merchant's key and for the platform's. Ours and the peer are measured in
turns, in short slices; shown is the median slice. `cpu_ms` is CPU time per answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bench.harness import (
    Installation,
    Load,
    Request,
    cpu_seconds,
    free_port,
    get,
    installation,
    load,
    memory_mb,
    postgres_pid,
    process,
    web,
    without_indexes,
)
from yichuan.core.database import SYSTEM, Database
from yichuan.identity import service as identity
from yichuan.merchants import service as merchants

FILL = """
INSERT INTO recipients (merchant_id, id, province, city)
SELECT m.id, m.id, '四川省', '成都市' FROM merchants m;
INSERT INTO shipments (merchant_id, id, shipment_no, order_no, recipient_id, courier,
    waybill_number, milestone, shop_name, recipient_name, recipient_phone, dest_province,
    dest_city, dest_district, goods, quantity, weight_g, paid_at, ship_by, promised_at, shipped_at,
    buyer_token, created_at, last_event_at, last_event_text, ship_method)
SELECT m.id, uuidv7(), 'YC' || n, 'M' || n, m.id, (ARRAY['SF','ZTO','YTO','YD'])[1 + n %% 4],
    'W' || (7700000000000 + n),
    (ARRAY['picked_up','in_transit','out_for_delivery','delivered'])[1 + n %% 4],
    '旗舰店', '张*', '138****1234', '四川省', '成都市', '武侯区', '保温杯×2', 2, 800,
    now() - n * interval '10 seconds', now(), now(), now(), md5(n::text),
    now() - n * interval '10 seconds', now(), '快件已到达 成都转运中心', 'hub_waybill'
FROM generate_series(1, %(rows)s) n JOIN (SELECT id, row_number() OVER () AS k FROM merchants) m
    ON m.k = 1 + n %% 50;
INSERT INTO shipment_lines (merchant_id, id, shipment_id, sub_order_id, order_line_id, quantity,
    sku, name)
SELECT s.merchant_id, uuidv7(), s.id, s.id, s.id, 2, 'CUP-1', '保温杯' FROM shipments s;
"""


async def _merchants(inst: Installation) -> tuple[str, str]:
    database = Database(inst.urls)
    async with database.system() as session:
        ids = [await merchants.create(session, f"M{n:03}", f"商家 {n}") for n in range(50)]
        one = await identity.create_key(session, inst.vault, "bench", ids[0], kdniao=False)
        whole = await identity.create_key(session, inst.vault, "bench", None, kdniao=False)
    await database.close()
    return one.token, whole.token


def _fill(inst: Installation, rows: int) -> tuple[list[str], list[str]]:
    with inst.superuser() as connection:
        connection.execute("SET session_replication_role = replica")  # keys are made right above
        with without_indexes(connection, ("shipments", "shipment_lines")):
            for statement in FILL.split(";\n"):
                if statement.strip():
                    values = {"rows": rows} if "%(rows)s" in statement else None
                    connection.execute(statement, values)
        connection.execute("VACUUM ANALYZE shipments, shipment_lines, recipients, merchants")
        connection.execute("CHECKPOINT")
        first = connection.execute("SELECT id FROM merchants ORDER BY code LIMIT 1").fetchone()
        assert first is not None
        mine = connection.execute(
            "SELECT id FROM shipments WHERE merchant_id = %s LIMIT 2000", (first[0],)
        ).fetchall()
        whole = connection.execute(
            "SELECT id FROM shipments TABLESAMPLE SYSTEM (2) LIMIT 5000"
        ).fetchall()
    return [str(row[0]) for row in mine], [str(row[0]) for row in whole]


@dataclass(frozen=True)
class Side:
    """A running server, ours or the peer's."""

    base: str
    pid: int


@dataclass(frozen=True)
class Slice:
    """One short measurement of one request form."""

    load: Load
    cpu_ms: dict[str, float]
    """CPU milliseconds per answer: the server's and PostgreSQL's."""


def _plan(
    ours: Side, bare: Side, keys: tuple[str, str], ids: tuple[list[str], list[str]]
) -> dict[str, tuple[Side, Request]]:
    merchant, platform = keys
    mine, whole = ids

    def one(some: list[str], path: str, key: str) -> Request:
        return lambda n: get(f"{path}/{some[n % len(some)]}", key)

    path = "/api/v1/shipments"
    return {
        "get_merchant": (ours, one(mine, path, merchant)),
        "get_bare": (bare, one(whole, "/shipments", "")),
        "get_platform": (ours, one(whole, path, platform)),
        "list_merchant": (ours, lambda _: get(f"{path}?limit=20", merchant)),
        "list_bare": (bare, lambda _: get("/shipments", "")),
        "list_platform": (ours, lambda _: get(f"{path}?limit=20", platform)),
    }


def _slice(inst: Installation, side: Side, request: Request, seconds: float) -> Slice:
    pids = {"server": side.pid, "postgres": postgres_pid(inst)}
    before = cpu_seconds(pids, {"postgres"})
    seen = load(side.base, request, seconds=seconds, warm=0)
    used = cpu_seconds(pids, {"postgres"})
    answers = seen.per_second * seconds
    return Slice(seen, {n: round((used[n] - before[n]) * 1000 / answers, 3) for n in used})


def _shown(slices: list[Slice]) -> dict[str, Any]:
    """The median slice by answers per second, and the errors of all."""
    middle = sorted(slices, key=lambda one: one.load.per_second)[len(slices) // 2]
    errors = sum(one.load.errors for one in slices)
    cpu = {n: round(median(one.cpu_ms[n] for one in slices), 3) for n in middle.cpu_ms}
    return asdict(middle.load) | {"errors": errors, "cpu_ms": cpu}


def _measure(
    inst: Installation,
    keys: tuple[str, str],
    ids: tuple[list[str], list[str]],
    rounds: int,
    seconds: float,
) -> dict[str, Any]:
    """Ours and the peer in turns, so that whatever else the machine does meets both."""
    port = free_port()
    peer = f"http://127.0.0.1:{port}"
    env = inst.environment | {"BARE_URL": inst.urls.of(SYSTEM)}
    args = [sys.executable, "-m", "uvicorn", "bench.bare_app:app", "--port", str(port)]
    args += ["--log-level", "warning"]
    with web(inst) as (base, pid), process(args, env, f"{peer}/ready") as bare_pid:
        idle = memory_mb(pid)
        plan = _plan(Side(base, pid), Side(peer, bare_pid), keys, ids)
        for side, request in plan.values():
            load(side.base, request, seconds=1.0, warm=0)
        slices: dict[str, list[Slice]] = {name: [] for name in plan}
        for _ in range(rounds):
            for name, (side, request) in plan.items():
                slices[name].append(_slice(inst, side, request, seconds))
        after = memory_mb(pid)
    found = {name: _shown(some) for name, some in slices.items()}
    ratio = {
        name: round(shown["per_second"] / found[f"{name.split('_')[0]}_bare"]["per_second"], 3)
        for name, shown in found.items()
        if not name.endswith("bare")
    }
    return {"memory_idle_mb": idle, "memory_after_mb": after, **found, "ratio": ratio}


def main() -> None:
    """Fill, measure ours and the peer in the same run, print."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=2.0, help="of each slice")
    args = options.parse_args()
    with installation() as inst:
        keys = asyncio.run(_merchants(inst))
        began = time.perf_counter()
        ids = _fill(inst, args.rows)
        filled = round(time.perf_counter() - began, 1)
        found = _measure(inst, keys, ids, args.rounds, args.seconds)
    print(json.dumps({"bench": "reads", "rows": args.rows, "fill_seconds": filled, **found}))


if __name__ == "__main__":
    main()
