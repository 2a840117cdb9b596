"""Order → label: place an order, take a number from the simulated courier over HTTP, get the PDF.

`single`: three calls per order, several clients at once; latency is the whole way of one order.
`batch`: 50 orders a call, 50 numbers a call, one label document per 50 by the print route; by one
client and by several at once, whose batches keep both cores busy.
The courier network, the web process, a worker that follows, PostgreSQL and the client share the
machine's cores. `cpu_ms` says who used them: CPU milliseconds per order by process, so that a busy
machine or a slow client shows; `memory_mb` is the web process after each part.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.harness import (
    Installation,
    Raw,
    cpu_seconds,
    free_port,
    installation,
    memory_mb,
    postgres_pid,
    process,
    web,
)
from yichuan.core.database import Database
from yichuan.couriers import endpoints
from yichuan.couriers import service as couriers
from yichuan.identity import service as identity
from yichuan.merchants import service as merchants
from yichuan.simulator.config import NetworkConfig, demo_config, write_config

BATCH = 50
CITIES = (
    ("四川省", "成都市", "武侯区"),
    ("浙江省", "杭州市", "西湖区"),
    ("广东省", "深圳市", "南山区"),
)


@dataclass(frozen=True)
class Way:
    """What a run saw: whole ways per second and their latency in ms."""

    per_second: float
    p50_ms: float
    p95_ms: float
    orders: int
    cpu_ms: dict[str, float] = field(default_factory=dict)
    memory_mb: float = 0.0


@dataclass(frozen=True)
class Stage:
    """The running processes."""

    base: str
    key: str
    pids: dict[str, int]

    def run(self, work: Callable[[], Coroutine[Any, Any, Way]]) -> Way:
        """Do a part of the benchmark and say who used the processor."""
        before = self._cpu()
        way = asyncio.run(work())
        spent = {n: (s - before[n]) * 1000 / way.orders for n, s in self._cpu().items()}
        cpu = {name: round(ms, 2) for name, ms in spent.items()}
        cpu["all"] = round(sum(spent.values()), 2)
        return replace(way, cpu_ms=cpu, memory_mb=memory_mb(self.pids["web"]))

    def _cpu(self) -> dict[str, float]:
        return cpu_seconds(self.pids, {"postgres"})


def _order(prefix: str, number: int) -> dict[str, Any]:
    province, city, district = CITIES[number % len(CITIES)]
    at = "2026-11-23T08:00:00+08:00"
    return {
        "order_no": f"{prefix}{number}",
        "placed_at": at,
        "paid_at": at,
        "recipient": {
            "name": "张伟",
            "phone": f"138{number % 10**8:08d}",
            "province": province,
            "city": city,
            "district": district,
            "address": f"人民南路{number % 900}号3栋2单元{number % 30}01室",
        },
        "sub_orders": [
            {
                "sub_order_no": f"{prefix}{number}-1",
                "shop": "旗舰店",
                "lines": [{"sku": "CUP-1", "name": "保温杯", "quantity": 2, "weight_g": 400}],
            }
        ],
    }


async def _fill(inst: Installation, network: NetworkConfig, endpoint: str) -> str:
    database = Database(inst.urls)
    user = network.subscribers[0]
    async with database.system() as session:
        merchant = await merchants.create(session, "M1", "商家一")
        await merchants.add_sender(
            session,
            inst.vault,
            merchant,
            name="一号仓",
            phone="13800000000",
            province="四川省",
            city="成都市",
            district="双流区",
            address="物流大道 1 号",
        )
        allowed = endpoints.CourierAddressSettings(allowed_hosts=("127.0.0.1",))
        await endpoints.setting.put(session, allowed)
        connection, _ = await couriers.add_connection(
            session,
            inst.vault,
            merchant_id=None,
            connector="kdniao",
            name="快递鸟",
            endpoint=endpoint,
            public_id=user.ebusiness_id,
            secret=user.app_key,
            rate_per_second=10_000,
        )
        for branch in network.branches:
            await couriers.add_account(
                session,
                inst.vault,
                merchant_id=None,
                connection_id=connection,
                courier=branch.courier,
                branch_code=branch.branch_code,
                customer_name=branch.customer_name,
                customer_password=branch.customer_pwd,
                month_code=branch.month_code,
            )
        key = await identity.create_key(session, inst.vault, "bench", merchant, kdniao=False)
    await database.close()
    return key.token


async def _one(client: Raw, order: dict[str, Any]) -> float:
    started = time.perf_counter()
    placed = await client.json("POST", "/api/v1/orders", order)
    box = placed["sub_orders"][0]["shipment_ids"][0]
    waybill = await client.json("POST", "/api/v1/waybills", {"shipment_id": box})
    label = await client.request("GET", f"/api/v1/waybills/{waybill['id']}/label")
    assert label.startswith(b"%PDF"), label[:200]
    return time.perf_counter() - started


async def single(base: str, key: str, prefix: str, clients: int, seconds: float) -> Way:
    """Whole ways, one order at a time per client."""
    numbers = iter(range(10**9))
    times: list[float] = []
    began = time.perf_counter()

    async def work() -> None:
        async with Raw(base, key) as client:
            while time.perf_counter() - began < seconds:
                times.append(await _one(client, _order(prefix, next(numbers))))

    await asyncio.gather(*(work() for _ in range(clients)))
    spent = time.perf_counter() - began
    cuts = quantiles(times, n=100)
    return Way(
        round(len(times) / spent, 1),
        round(cuts[49] * 1000, 1),
        round(cuts[94] * 1000, 1),
        len(times),
    )


async def _fifty(client: Raw, prefix: str, turn: int) -> float:
    started = time.perf_counter()
    orders = [_order(prefix, turn * BATCH + n) for n in range(BATCH)]
    placed = await client.json("POST", "/api/v1/orders/batch", {"orders": orders})
    ids = [row["order"]["sub_orders"][0]["shipment_ids"][0] for row in placed["items"]]
    taken = await client.json("POST", "/api/v1/waybills/batch", {"shipment_ids": ids})
    assert all(row["ok"] for row in taken["items"]), taken["items"][0]
    label = await client.request(
        "POST", "/api/v1/labels", {"waybill_ids": [row["id"] for row in taken["items"]]}
    )
    assert label.startswith(b"%PDF"), label[:200]
    return time.perf_counter() - started


async def batch(base: str, key: str, prefix: str, clients: int, rounds: int) -> Way:
    """Whole ways, fifty at a time per client; latency is that of a batch of fifty."""
    turns = iter(range(rounds))
    times: list[float] = []
    began = time.perf_counter()

    async def work() -> None:
        async with Raw(base, key) as client:
            for turn in turns:
                times.append(await _fifty(client, prefix, turn))

    await asyncio.gather(*(work() for _ in range(clients)))
    spent = time.perf_counter() - began
    cuts = quantiles(times, n=100)
    return Way(
        round(rounds * BATCH / spent, 1),
        round(cuts[49] * 1000, 1),
        round(cuts[94] * 1000, 1),
        rounds * BATCH,
    )


def main() -> None:
    """Start everything, measure, print."""
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--clients", type=int, default=4)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--batches", type=int, default=3, help="clients that send batches")
    args = options.parse_args()
    network = demo_config(seed=3, balance=1_000_000)
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    with installation() as inst, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "network.json"
        write_config(network, config)
        key = asyncio.run(_fill(inst, network, endpoint))
        command = [sys.executable, "-m", "yichuan.cli", "simulate", "couriers"]
        command += ["--port", str(port), "--config", str(config)]
        worker = [sys.executable, "-m", "yichuan.cli", "worker"]
        with (
            process(command, inst.environment, f"{endpoint}/sim/stats") as couriers_pid,
            web(inst) as (base, web_pid),
            process(worker, inst.environment, None) as worker_pid,
        ):
            pids = {"web": web_pid, "worker": worker_pid, "couriers": couriers_pid}
            pids |= {"postgres": postgres_pid(inst), "client": os.getpid()}
            stage = Stage(base, key, pids)
            stage.run(lambda: single(base, key, "W", args.clients, 3))
            alone = stage.run(lambda: single(base, key, "A", 1, args.seconds / 2))
            busy = stage.run(lambda: single(base, key, "S", args.clients, args.seconds))
            stage.run(lambda: batch(base, key, "V", 1, 2))
            many = stage.run(lambda: batch(base, key, "B", 1, args.rounds))
            more = stage.run(lambda: batch(base, key, "C", args.batches, args.rounds * 2))
    print(
        json.dumps(
            {
                "bench": "order_to_label",
                "single_1_client": asdict(alone),
                f"single_{args.clients}_clients": asdict(busy),
                "batch_of_50": asdict(many),
                f"batch_of_50_{args.batches}_clients": asdict(more),
                "web_memory_mb": more.memory_mb,
                "aim_per_second": 100,
                "ratio": round(more.per_second / 100, 2),
                "ratio_single": round(busy.per_second / 100, 2),
                "peer": {"karrio 2026.1.32 labels/s (published, not run here)": 9.3},
            }
        )
    )


if __name__ == "__main__":
    main()
