"""GET of one shipment and list of 20 at a million rows, beside bare FastAPI + psycopg.

Figures: answers per second with 4 clients on the same machine, through authentication, scope and
row-level security, for a merchant's key and for the platform's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from typing import Any

from bench.harness import (
    Installation,
    Load,
    free_port,
    get,
    installation,
    load,
    memory_mb,
    process,
    web,
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
        for statement in FILL.split(";\n"):
            if statement.strip():
                connection.execute(statement, {"rows": rows} if "%(rows)s" in statement else None)
        connection.execute("VACUUM ANALYZE")
        first = connection.execute("SELECT id FROM merchants ORDER BY code LIMIT 1").fetchone()
        assert first is not None
        mine = connection.execute(
            "SELECT id FROM shipments WHERE merchant_id = %s LIMIT 2000", (first[0],)
        ).fetchall()
        whole = connection.execute(
            "SELECT id FROM shipments TABLESAMPLE SYSTEM (2) LIMIT 5000"
        ).fetchall()
    return [str(row[0]) for row in mine], [str(row[0]) for row in whole]


def _ours(inst: Installation, keys: tuple[str, str], ids: tuple[list[str], list[str]],
          seconds: float) -> dict[str, Any]:  # fmt: skip
    merchant, platform = keys
    found: dict[str, Any] = {}
    with web(inst) as (base, pid):
        found["memory_idle_mb"] = memory_mb(pid)
        plan = {
            "get_merchant": (lambda n: f"/api/v1/shipments/{ids[0][n % len(ids[0])]}", merchant),
            "get_platform": (lambda n: f"/api/v1/shipments/{ids[1][n % len(ids[1])]}", platform),
            "list_merchant": (lambda n: "/api/v1/shipments?limit=20", merchant),
            "list_platform": (lambda n: "/api/v1/shipments?limit=20", platform),
        }
        for name, (path, key) in plan.items():
            found[name] = load(base, _request(path, key), seconds=seconds)
        found["memory_after_mb"] = memory_mb(pid)
    return found


def _request(path: Any, key: str) -> Any:
    return lambda n: get(path(n), key)


def _bare(inst: Installation, ids: list[str], seconds: float) -> dict[str, Load]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    env = inst.environment | {"BARE_URL": inst.urls.of(SYSTEM)}
    args = [sys.executable, "-m", "uvicorn", "bench.bare_app:app", "--port", str(port)]
    args += ["--log-level", "warning"]
    with process(args, env, f"{base}/ready"):
        return {
            "get": load(
                base, lambda n: get(f"/shipments/{ids[n % len(ids)]}", ""), seconds=seconds
            ),
            "list": load(base, lambda n: get("/shipments", ""), seconds=seconds),
        }


def main() -> None:
    """Fill, measure ours and the peer in the same run, print."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--seconds", type=float, default=8.0)
    args = options.parse_args()
    with installation() as inst:
        keys = asyncio.run(_merchants(inst))
        ids = _fill(inst, args.rows)
        ours = _ours(inst, keys, ids, args.seconds)
        bare = _bare(inst, ids[1], args.seconds)
    ratio = {
        name: round(ours[name].per_second / bare[name.split("_")[0]].per_second, 3)
        for name in ours
        if isinstance(ours[name], Load)
    }
    shown = {k: asdict(v) if isinstance(v, Load) else v for k, v in ours.items()}
    print(
        json.dumps(
            {
                "bench": "reads",
                "rows": args.rows,
                "ours": shown,
                "bare": {k: asdict(v) for k, v in bare.items()},
                "ratio": ratio,
            }
        )
    )


if __name__ == "__main__":
    main()
