"""Taking numbers while answers get lost: no second one is bought.

Every connector that takes numbers is in it, so every way of recovery: asked by our order code,
ordered once more under the same code, and not to be asked at all.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import psycopg

from chaos.network import FAULTS, Network, network
from chaos.stage import Checks, Stage, stage
from conftest import Tenant
from orders.test_routes import order
from simulator.test_protocols import EXTRA, can
from tracking.killing import LONGEST
from yichuan.couriers import endpoints
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.connector import Access, Client
from yichuan.couriers.connectors.wire import Wire
from yichuan.couriers.endpoints import CourierAddressSettings
from yichuan.identity import service as identity
from yichuan.merchants import service as merchants
from yichuan.simulator.protocols import PROTOCOLS

KDNIAO_COURIER = "ZTO"
FREIGHT = "deppon"
"""Takes nothing light."""
KNOWN_REASONS = frozenset({"bad_answer", "cannot_recover", "courier_down", "no_answer"})
PATIENCE = 60.0
"""Seconds a caller waits for an answer."""


@dataclass(frozen=True)
class Taking:
    """A box that is to get a number by one connector."""

    connector: str
    order_no: str
    shipment: str
    account: str


@dataclass
class Shop:
    """A merchant with an account by every connector."""

    made: Stage
    net: Network
    merchant: UUID
    key: str
    accounts: dict[str, str]
    orders: int = 0

    def client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.key}"}
        base = self.made.machine.base
        return httpx.AsyncClient(base_url=base, headers=headers, timeout=PATIENCE)

    async def boxes(self) -> list[Taking]:
        """A box for each connector."""
        found = []
        async with self.client() as http:
            me = Tenant(self.merchant, "CHAOS", http)
            for connector, account in self.accounts.items():
                self.orders += 1
                number = f"C{self.orders}"
                body = order(number, me) | {"paid_at": datetime.now(UTC).isoformat()}
                if connector == FREIGHT:
                    body["sub_orders"][0]["lines"][0]["weight_g"] = 9000
                placed = (await http.post("/api/v1/orders", json=body)).raise_for_status().json()
                box = placed["sub_orders"][0]["shipment_ids"][0]
                found.append(Taking(connector, number, box, account))
        return found

    async def take(self, box: Taking) -> tuple[int, str]:
        """Ask for a number once; status and, of an error, its reason."""
        wish = {"shipment_id": box.shipment, "account_id": box.account}
        try:
            async with self.client() as http:
                answer = await http.post("/api/v1/waybills", json=wish)
        except httpx.HTTPError as error:
            return 0, type(error).__name__
        said = answer.json()
        return answer.status_code, str(said.get("reason") or said.get("code") or "")

    def told(self, boxes: list[Taking]) -> dict[str, tuple[str, str | None, list[str]]]:
        """By connector: the waybill's state and number, and what the courier has allotted."""
        bought = self.net.bought()
        rows = self.made.rows("SELECT shipment_id, order_code, state, number FROM waybills")
        found = {}
        for box in boxes:
            mine = [row for row in rows if str(row[0]) == box.shipment]
            _, code, state, number = mine[0] if mine else (None, "", "no waybill", None)
            if len(mine) > 1:
                state = f"{len(mine)} waybills"
            # Deppon's order codes begin with the customer's own sign
            theirs = [n for known, all_ in bought.items() if known.endswith(code) for n in all_]
            found[box.connector] = state, number, theirs if code else []
        return found

    def reckon(self, boxes: list[Taking], checks: Checks) -> None:
        """One number at the courier each, and it is ours, or it waits for a person."""
        ways: Counter[str] = Counter()
        for connector, (state, number, bought) in self.told(boxes).items():
            checks.must(f"{connector}: {len(bought)} numbers bought", len(bought) == 1)
            if state == "issued":
                checks.must(f"{connector}: not the courier's number", [number] == bought)
                ways["settled"] += 1
            else:
                checks.must(f"{connector}: {state}", state == "requested")
                checks.must(f"{connector} can be asked and was not", not asked(connector))
                ways["left to a person"] += 1
        checks.facts["numbers"] = dict(ways)


def asked(connector: str) -> bool:
    """Whether a lost number can be found by the protocol."""
    found = registry.connector(connector)
    assert found is not None
    wire = Wire(httpx.AsyncClient())
    client = found.open(Access(wire, "http://courier.test", "YC", "MDEyMzQ1Njc4OWFiY2RlZg=="))
    return type(client).recover is not Client.recover


async def _furnish(made: Stage, net: Network) -> tuple[UUID, str, dict[str, str]]:
    context = await made.context()
    names = ["kdniao", *(name for name in PROTOCOLS if can(name, "number"))]
    accounts = {}
    async with context.database.system() as session:
        allowed = CourierAddressSettings(
            allowed_hosts=("127.0.0.1",), allowed_networks=("127.0.0.0/8",)
        )
        await endpoints.setting.put(session, allowed)
        merchant = await merchants.create(session, "CHAOS", "商家")
        await merchants.add_sender(
            session, made.vault, merchant, name="仓", phone="028-88888888", province="四川省",
            city="成都市", district="双流区", address="物流大道 1 号",
        )  # fmt: skip
        key = await identity.create_key(session, made.vault, "chaos", merchant, kdniao=False)
        for name in names:
            me = next(one for one in net.config.subscribers if one.protocol == name)
            courier = KDNIAO_COURIER if name == "kdniao" else PROTOCOLS[name].courier
            branch = next(one for one in net.config.branches if one.courier == courier)
            connection, _ = await couriers.add_connection(
                session, made.vault, merchant_id=None, connector=name, name=name,
                endpoint=f"http://127.0.0.1:{net.line.port}/c/{name}",
                public_id=me.ebusiness_id, secret=me.app_key, extra=EXTRA.get(name),
            )  # fmt: skip
            account = await couriers.add_account(
                session, made.vault, merchant_id=None, connection_id=connection, courier=courier,
                branch_code=branch.branch_code, branch_name=branch.branch_name,
                customer_name=branch.customer_name, customer_password=branch.customer_pwd,
                month_code=branch.month_code,
            )  # fmt: skip
            accounts[name] = str(account)
    await context.database.close()
    return merchant, key.token, accounts


async def numbers() -> AsyncIterator[tuple[str, Checks]]:
    """Each fault's name and what was found."""
    with tempfile.TemporaryDirectory(prefix="yichuan-chaos-net-") as folder:
        async with network(Path(folder)) as net:
            async with stage(1024, lambda made: _furnish(made, net)) as (made, found):
                await made.up()
                shop = Shop(made, net, *found)
                for fault in FAULTS:
                    yield f"courier_{fault}", await misbehaving(shop, fault)
                yield "number_server_killed", await crashed(shop, ("serve",))
                yield "number_database_killed", await crashed(shop, ("postgres",))
                yield "number_nobody_asks_again", await resolved(shop)
                yield "number_print_job_killed", await printed(shop)


async def misbehaving(shop: Shop, fault: str) -> Checks:
    """The courier has acted, and its answer is of no use; then it comes to its senses."""
    checks = Checks()
    boxes = await shop.boxes()
    async with shop.made.watched() as watch:
        shop.net.line.fault = fault
        begun = time.monotonic()
        answers = await asyncio.gather(*(shop.take(box) for box in boxes))
        checks.facts["caller_waited_seconds"] = round(time.monotonic() - begun, 1)
        shop.net.line.fault = ""
        checks.facts["caller_was_told"] = dict(Counter(f"{s} {why}" for s, why in answers))
        checks.must("another answer than 502", {status for status, _ in answers} == {502})
        checks.must("an unknown reason", {why for _, why in answers} <= KNOWN_REASONS)
        again = await asyncio.gather(*(shop.take(box) for box in boxes))
        checks.facts["asked_again"] = dict(Counter(f"{s} {why}" for s, why in again))
    checks.must("/readyz suffered", watch.statuses("readyz") == {200})
    checks.must("/healthz suffered", watch.statuses("healthz") == {200})
    await asyncio.to_thread(shop.reckon, boxes, checks)
    return checks


async def _held(shop: Shop, boxes: list[Taking], act: Callable[[], object]) -> None:
    """Do something while every courier has allotted a number and none has answered."""
    line = shop.net.line
    line.fault, before = "hold", line.acted.total()
    line.release.clear()
    async with asyncio.timeout(LONGEST):
        while line.acted.total() - before < len(boxes):
            await asyncio.sleep(0.05)
    await asyncio.to_thread(act)
    line.fault = ""
    line.release.set()


async def crashed(shop: Shop, names: tuple[str, ...]) -> Checks:
    """Killed between the courier's deed and its answer; the caller asks again."""
    checks, machine = Checks(), shop.made.machine
    boxes = await shop.boxes()
    shop.net.line.fault = "hold"
    first = [asyncio.create_task(shop.take(box)) for box in boxes]
    await _held(shop, boxes, lambda: machine.blow(names))
    answers = await asyncio.gather(*first)
    await machine.ready()
    checks.facts["caller_was_told"] = dict(Counter(f"{s} {why}" for s, why in answers))
    checks.must("an error of ours", 500 not in {status for status, _ in answers})
    again = await asyncio.gather(*(shop.take(box) for box in boxes))
    checks.facts["asked_again"] = dict(Counter(f"{s} {why}" for s, why in again))
    await asyncio.to_thread(shop.reckon, boxes, checks)
    return checks


def _long_ago(shop: Shop) -> None:
    """As if the minute had passed in which an answer may still come."""
    with psycopg.connect(shop.made.urls.of("yichuan_system")) as connection:
        connection.execute(
            "UPDATE waybills SET requested_at = requested_at - interval '1 hour'"
            " WHERE state = 'requested'"
        )


async def resolved(shop: Shop) -> Checks:
    """The server is killed, and nobody asks again: the worker looks the numbers up."""
    checks, machine = Checks(), shop.made.machine
    boxes = await shop.boxes()
    shop.net.line.fault = "hold"
    first = [asyncio.create_task(shop.take(box)) for box in boxes]
    await _held(shop, boxes, lambda: machine.blow(("serve", "worker")))
    await asyncio.gather(*first)
    await machine.ready()
    await asyncio.to_thread(_long_ago, shop)
    begun = time.monotonic()
    async with asyncio.timeout(LONGEST):
        while not await asyncio.to_thread(_settled, shop, boxes):
            await asyncio.sleep(0.5)
    checks.facts["settled_after_seconds"] = round(time.monotonic() - begun, 1)
    await asyncio.to_thread(shop.reckon, boxes, checks)
    return checks


def _settled(shop: Shop, boxes: list[Taking]) -> bool:
    told = shop.told(boxes)
    return all(state == "issued" for name, (state, _, _) in told.items() if asked(name))


async def printed(shop: Shop) -> Checks:
    """A batch is being printed when its worker is killed: another goes on with it."""
    checks, machine = Checks(), shop.made.machine
    boxes = [box for box in await shop.boxes() if box.connector == "kdniao"]
    shop.net.line.fault = "hold"
    async with shop.client() as http:
        wish = {"shipment_ids": [boxes[0].shipment], "account_id": boxes[0].account}
        made = (await http.post("/api/v1/print-jobs", json=wish)).raise_for_status().json()
        job = made["jobs"][0]["id"]
    await _held(shop, boxes, lambda: machine.blow(("worker",)))
    begun = time.monotonic()
    async with shop.client() as http, asyncio.timeout(LONGEST):
        while True:
            state = (await http.get(f"/api/v1/print-jobs/{job}")).json()
            if state["state"] == "done":
                break
            await asyncio.sleep(0.5)
        labels = await http.get(f"/api/v1/print-jobs/{job}/labels")
    checks.facts["printed_after_seconds"] = round(time.monotonic() - begun, 1)
    checks.must("not printed", (state["succeeded"], labels.status_code) == (1, 200))
    await asyncio.to_thread(shop.reckon, boxes, checks)
    return checks
