"""The mall against a stub hub over real HTTP: a user would notice a demo in which nothing is
ordered, shipped or refunded, that orders twice after a lost answer, or stops with the hub."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from simulator.mall_stub import KEY, StubHub
from simulator.stage import ManualClock, serving
from yichuan.simulator.config import demo_config
from yichuan.simulator.couriers_app import create_app as couriers_app
from yichuan.simulator.mall import MallConfig, opened
from yichuan.simulator.mall_clerk import pace, stays_behind
from yichuan.simulator.mall_hub import Hub, HubError
from yichuan.simulator.mall_ledger import Told, read_mall_ledger
from yichuan.simulator.mall_setup import listen
from yichuan.simulator.sample import merchants

SCALE = 450.0


@dataclass
class Stage:
    """A mall, its hub, the couriers and the hands of the clock."""

    mall: object
    ear: object
    hub: StubHub
    couriers: object
    clock: ManualClock
    waits: list[float]

    async def later(self, **span: float) -> None:
        """Let time pass and everybody do what is due, a minute at a time."""
        end = self.clock.now + timedelta(**span)
        while self.clock.now < end:
            self.clock.now = min(end, self.clock.now + timedelta(seconds=20))
            await self.mall.order_step(self.clock())
            await self.mall.buyers.step(self.clock())
            await self.mall.clerks.round(self.clock())
            await self.mall.vans.step(self.clock())

    def acts(self, act: str) -> list[str]:
        """Sub-orders that were held, cancelled …"""
        return [p.split("/")[2] for m, p, _ in self.hub.calls if p.endswith(f"/{act}")]


@asynccontextmanager
async def staged(
    path: Path, hub: StubHub | None = None, clock: ManualClock | None = None, **over: object
) -> AsyncIterator[Stage]:
    """A mall between a stub hub and the simulated couriers, each behind a socket."""
    hub, clock = hub or StubHub(), clock or ManualClock(datetime(2025, 11, 5, 2, tzinfo=UTC))
    network = couriers_app(demo_config(), clock=clock, moving=False)
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    async with serving(hub) as hub_url, serving(network) as couriers_url:
        config = MallConfig(
            hub=hub_url, key=KEY, couriers=couriers_url, rate=30, time_scale=SCALE,
            ledger=path / "mall.jsonl", network=demo_config(),
        )  # fmt: skip
        async with opened(replace(config, **over), clock) as (mall, ear):
            mall.hub.sleep = wait
            yield Stage(mall, ear, hub, network, clock, waits)


async def test_an_empty_hub_is_furnished_and_a_furnished_one_left_alone(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        hub = stage.hub
        assert {m["code"] for m in hub.merchants.values()} == {m.code for m in merchants()}
        assert all(len(s) == 1 for s in hub.senders.values())
        assert len(hub.accounts) == len(demo_config().branches)
        assert len(stage.mall.sellers) == 12
        world = stage.couriers.state.network.world
        (subscriber,) = world.subscribers.values()
        assert subscriber.push_url == hub.connections[0]["push_url"]
    before = [c for c in hub.calls if c[0] == "POST"]
    async with staged(tmp_path, hub):
        assert [c for c in hub.calls if c[0] == "POST"] == before


async def test_orders_come_at_the_rate_and_are_split_over_merchants(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for _ in range(100):
            stage.clock.ahead(seconds=6)
            await stage.mall.order_step(stage.clock())
        singles = stage.hub.made("/orders")
        orders = singles + [o for b in stage.hub.made("/orders/batch") for o in b["orders"]]
        assert 250 < len(orders) < 350  # ten minutes at thirty a minute
        assert singles
        assert stage.hub.made("/orders/batch")
        assert len({o["order_no"] for o in orders}) == len(orders)
        assert {len(o["sub_orders"]) for o in orders} == {1, 2, 3}
        assert any("raw" in o["recipient"] for o in orders)
        assert len({o["recipient"].get("phone") for o in orders}) < len(orders)  # some come again


async def test_boxes_are_shipped_as_their_merchants_do(tmp_path: Path) -> None:
    """Own numbers by paste, hub waybills by print job and hand-over; fakes never leave."""
    async with staged(tmp_path) as stage:
        await stage.later(minutes=8)
        stage.mall.config = replace(stage.mall.config, most=1)
        await stage.later(minutes=25)
        done = stage.mall.clerks.done
        assert min(done[k] for k in ("own_numbers", "printed", "handed_over", "fakes")) > 0
        waiting = [b for b in stage.hub.boxes.values() if not b["shipped_at"] and not b["hold"]]
        assert not waiting
        parcels = stage.couriers.state.network.world.parcels
        own = [r for b in stage.hub.made("/shipments/own-numbers") for r in b["rows"]]
        left = [r for r in own if (r["courier"], r["number"]) in parcels]
        assert len(left) == done["own_numbers"]
        assert len(own) - len(left) == done["fakes"]
        by_mode = {m["id"]: m["logistics_mode"] for m in stage.hub.merchants.values()}
        modes = {by_mode[stage.hub.boxes[r["shipment_id"]]["merchant_id"]] for r in own}
        assert modes == {"own"}


async def test_late_merchants_are_late_and_the_others_are_not(tmp_path: Path) -> None:
    async with staged(tmp_path, rate=90) as stage:
        late: dict[str, list[bool]] = {}
        for _ in range(24):
            await stage.later(seconds=40)
            if stage.mall.ledger.memory.orders > 250:
                stage.mall.config = replace(stage.mall.config, most=1)
            for box in stage.hub.boxes.values():
                if box["shipped_at"] == "now":
                    box["shipped_at"] = stage.clock().isoformat()
                    code = stage.hub.merchants[box["merchant_id"]]["code"]
                    over = stage.clock() > datetime.fromisoformat(box["ship_by"])
                    late.setdefault(code, []).append(over)
        assert sum(late["XIANGDOU"]) / len(late["XIANGDOU"]) > 0.1
        assert sum(late["GUOXU"]) / len(late["GUOXU"]) < 0.1


async def test_forgetful_merchants_split_boxes_and_leave_the_rest(tmp_path: Path) -> None:
    """The first part goes in time; the rest, and what was forgotten whole, goes at last."""
    async with staged(tmp_path) as stage:
        for key, one in stage.mall.sellers.items():
            stage.mall.sellers[key] = replace(one, forgets=1.0, fake=0.0)
        await stage.later(minutes=2)
        stage.mall.config = replace(stage.mall.config, most=1)
        rest = stage.mall.ledger.memory.forgotten
        await stage.later(minutes=8)
        assert 0 < len(rest) == stage.mall.clerks.done["left_behind"]
        assert stage.mall.ledger.memory.parted.isdisjoint(rest)
        behind = [stage.hub.boxes[i]["shipped_at"] for i in rest]
        first = [stage.hub.boxes[i]["shipped_at"] for i in stage.mall.ledger.memory.parted]
        assert behind.count("now") < first.count("now") == len(first)
        await stage.later(minutes=25)
        assert all(box["shipped_at"] or box["hold"] for box in stage.hub.boxes.values())


async def test_buyers_change_their_minds(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.later(minutes=15)
        assert min(len(stage.acts(act)) for act in ("hold", "cancel", "address", "release")) > 0
        assert set(stage.acts("release")) <= set(stage.acts("hold"))
        (home,) = {len(wish) for method, path, wish in stage.hub.calls if path.endswith("/address")}
        assert home == 6


async def test_a_lost_answer_orders_nothing_twice(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.hub.lose = lambda method, path: path == "/orders"
        await stage.mall.order_step(stage.clock())
        assert len(stage.hub.made("/orders")) == 2  # sent again with the same key
        assert len({b["order_no"] for b in stage.hub.boxes.values()}) == 1
        assert stage.mall.ledger.memory.orders == 1


async def test_a_lost_answer_to_own_numbers_still_hands_over(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.hub.lose = lambda method, path: path == "/shipments/own-numbers"
        await stage.later(minutes=7)
        own = [r for b in stage.hub.made("/shipments/own-numbers") for r in b["rows"]]
        given = {box["waybill_number"] for box in stage.hub.boxes.values()}
        assert {r["number"] for r in own} <= given
        lines = stage.mall.ledger.memory.counts
        assert "stayed" not in lines


async def test_it_waits_while_the_hub_is_away(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.hub.away = 6
        assert await stage.mall.order_step(stage.clock()) == 1
        assert stage.waits == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0]
        stage.clock.ahead(hours=5)
        assert await stage.mall.order_step(stage.clock()) <= 50  # buyers do not wait for ever


async def test_without_branch_accounts_merchants_help_themselves(tmp_path: Path) -> None:
    """Where no number can be taken, those who may use their own couriers; others wait."""
    async with staged(tmp_path, StubHub(no_numbers=True)) as stage:
        await stage.later(minutes=8)
        assert "printed" not in stage.mall.clerks.done
        by_mode = {m["id"]: m["logistics_mode"] for m in stage.hub.merchants.values()}
        shipped = {by_mode[b["merchant_id"]] for b in stage.hub.boxes.values() if b["shipped_at"]}
        assert shipped == {"own"}


async def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """A second mall on the same ledger hands over what the first had numbered."""
    async with staged(tmp_path) as first:
        await first.later(minutes=3)
        leaving = dict(first.mall.ledger.memory.leaving)
        wishes = first.mall.buyers.waiting
        assert leaving
    async with staged(tmp_path, first.hub, first.clock, rate=0) as second:
        assert second.mall.ledger.memory.leaving == leaving
        assert second.mall.buyers.waiting == wishes
        assert second.mall.ledger.memory.orders == first.mall.ledger.memory.orders
        await second.later(minutes=15)
        assert not second.mall.ledger.memory.leaving


async def test_it_stops_ordering_at_the_limit(tmp_path: Path) -> None:
    async with staged(tmp_path, most=7) as stage:
        for _ in range(5):
            stage.clock.ahead(seconds=20)
            await stage.mall.order_step(stage.clock())
        assert stage.mall.ledger.memory.orders == 7
        assert stage.mall.sold_out


async def test_a_wrong_key_is_said_and_not_retried(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="401"):
        async with staged(tmp_path, key="wrong"):
            pass


async def test_webhooks_are_verified_and_noted(tmp_path: Path) -> None:
    """Only the hub's own; repeats and disorder are noticed; the endpoint survives a restart."""
    async with staged(tmp_path) as stage:
        ear = stage.ear
        assert ear.hear(b"{}", {}) == 503  # not before the secret is known
        at, url = stage.clock(), "http://127.0.0.1:9/webhooks"
        ear.secret = await listen(stage.mall.hub, stage.mall.ledger, "http://hub", url, at)
        assert stage.hub.settings["allowed_networks"] == ["127.0.0.1/32"]

        def send(webhook_id: str, sequence: int, secret: str = "") -> int:
            now = datetime.now(UTC)
            data = {"shipment_id": "b1", "milestone": "delivered"}
            event = {"type": "shipment.milestone", "sequence": sequence, "data": data}
            body = json.dumps(event)
            headers = {
                "webhook-id": webhook_id,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": Webhook(secret or ear.secret).sign(webhook_id, now, body),
            }
            return ear.hear(body.encode(), headers)

        assert [send("a", 1), send("a", 1), send("b", 3), send("c", 2)] == [204] * 4
        assert send("d", 4, "whsec_AAAA") == 400
        assert (ear.stats.repeated, ear.stats.out_of_order, ear.stats.forged) == (1, 1, 1)
        known = len(stage.hub.endpoints)
        assert await listen(stage.mall.hub, stage.mall.ledger, "http://hub", url, at) == ear.secret
        moved = "http://127.0.0.1:10/webhooks"
        await listen(stage.mall.hub, stage.mall.ledger, "http://hub", moved, at)
        assert len(stage.hub.endpoints) == known
        assert {e["url"] for e in stage.hub.endpoints.values()} == {moved}
    told = [one for one in read_mall_ledger(tmp_path / "mall.jsonl") if isinstance(one, Told)]
    assert [one.milestone for one in told] == ["delivered"] * 4


async def test_a_failing_hub_is_asked_three_times() -> None:
    """An error inside the hub is not hidden by endless patience."""
    calls = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(500, text="oops")

    async def wait(seconds: float) -> None:
        return None

    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        with pytest.raises(HubError, match="500"):
            await Hub(http, wait).get("/orders")
    assert len(calls) == 3


async def test_a_hub_that_failed_once_is_believed_again() -> None:
    """One error inside the hub does not make the mall deaf to its next answers."""
    answers = [httpx.Response(500), httpx.Response(200, json={"items": []})]

    async def wait(seconds: float) -> None:
        return None

    transport = httpx.MockTransport(lambda request: answers.pop(0))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        assert await Hub(http, wait).get("/orders") == {"items": []}


def test_the_promise_says_how_fast_time_runs() -> None:
    one = merchants()[0]
    paid = datetime(2025, 11, 5, tzinfo=UTC)

    def row(hours: float | None) -> dict:
        return {"ship_by": (paid + timedelta(hours=hours)).isoformat() if hours else None}

    assert pace(row(one.ship_hours), one, paid) == 1
    assert pace(row(None), one, paid) == 1
    assert pace(row(one.ship_hours / 450), one, paid) == pytest.approx(450)


def test_what_stays_behind_is_never_everything() -> None:
    two = [{"id": "a", "quantity": 2}, {"id": "b", "quantity": 3}]
    assert stays_behind(two) == [{"shipment_line_id": "b", "quantity": 3}]
    assert stays_behind(two[:1]) == [{"shipment_line_id": "a", "quantity": 1}]
