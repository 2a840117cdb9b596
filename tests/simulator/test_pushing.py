"""Pushes: a user would see tracking that stops, jumps, or that nobody can prove right."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx

from simulator.stage import WEDNESDAY, Caller, ManualClock, Receiver, serving
from yichuan.simulator.config import NetworkConfig, demo_config
from yichuan.simulator.couriers_app import create_app
from yichuan.simulator.faults import FaultRates
from yichuan.simulator.ledger import Happened, PushSent, audit, read_ledger
from yichuan.simulator.network import Network

CALM = replace(demo_config(seed=5), faults=FaultRates.none())
WAY = {"from": "杭州市", "to": "成都市"}


@asynccontextmanager
async def stage(
    config: NetworkConfig, ledger: Path | None = None, *, clock: ManualClock, moody: bool = False
) -> AsyncIterator[tuple[Caller, Network, Receiver]]:
    """The network with its clock moved by hand, pushing over real HTTP to a receiver."""
    receiver = Receiver(config.subscribers[0].app_key, moody=moody)
    app = create_app(config, ledger, clock, moving=False)
    transport = httpx.ASGITransport(app)
    async with (
        serving(receiver) as address,
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://couriers") as client,
    ):
        url = {"ebusiness_id": config.subscribers[0].ebusiness_id, "url": f"{address}/push"}
        assert (await client.post("/sim/push-url", json=url)).status_code == 200
        yield Caller(client, config), app.state.network, receiver


async def let_run(network: Network, clock: ManualClock, days: int = 9, hours: float = 3) -> None:
    """Move the clock in steps, each with its pushes, until nothing waits to be retried."""
    for _ in range(int(days * 24 / hours)):
        clock.ahead(hours=hours)
        await network.pusher.step()
    while network.pusher.waiting:
        clock.ahead(minutes=1)
        await network.pusher.step()


def parcels(count: int) -> list[dict]:
    """Parcels handed over now with numbers of their merchants."""
    return [
        {
            "courier": "YTO",
            "number": f"YT{i:013d}",
            "handed_over_at": (WEDNESDAY + timedelta(minutes=i)).isoformat(),
            **WAY,
        }
        for i in range(count)
    ]


async def test_a_bought_number_is_followed_to_its_signature() -> None:
    """1007 subscribes by itself; each push holds the whole history, one longer each time."""
    clock = ManualClock()
    async with stage(CALM, clock=clock) as (caller, network, receiver):
        answer = await caller.call("1007", caller.order("A1", Callback="cb"))
        number = answer["Order"]["LogisticCode"]
        await caller.client.post("/sim/handover", json={"courier": "YTO", "number": number})
        await let_run(network, clock, hours=0.5)
        told = receiver.records(number)
        lengths = [len(record["Traces"]) for record in told]
        assert lengths == sorted(set(lengths))
        assert lengths[0] == 1
        last = told[-1]
        for record in told:
            assert record["Traces"] == last["Traces"][: len(record["Traces"])]
            assert (record["OrderCode"], record["CallBack"]) == ("A1", "cb")
        assert (last["State"], last["StateEx"][0]) == ("3", "3")
        assert {p["RequestType"] for p in receiver.acknowledged} == {"102"}


async def test_1008_is_pushed_as_101_without_the_finer_codes() -> None:
    """And what happened before the subscription comes at once."""
    clock = ManualClock()
    async with stage(CALM, clock=clock) as (caller, network, receiver):
        given = {"courier": "YTO", "number": "YT0000000000007", **WAY}
        await caller.client.post("/sim/handover", json=given)
        await let_run(network, clock)
        assert not receiver.acknowledged
        request = {"ShipperCode": "YTO", "LogisticCode": "YT0000000000007", "OrderCode": "O"}
        assert (await caller.call("1008", request))["Success"]
        await network.pusher.step()
        assert [p["RequestType"] for p in receiver.acknowledged] == ["101"]
        (record,) = receiver.records("YT0000000000007")
        assert "StateEx" not in record
        assert record["State"] == "3"


async def test_a_backfilled_past_comes_at_once_ten_records_a_push() -> None:
    """Thirty-five finished parcels: four pushes, each parcel's full history once."""
    clock = ManualClock()
    clock.ahead(days=30)
    async with stage(CALM, clock=clock) as (caller, network, receiver):
        rows = [*parcels(35), {**parcels(1)[0], "courier": "NOPE"}]
        answer = (await caller.client.post("/sim/backfill", json={"parcels": rows})).json()
        assert answer["accepted"] == 35
        assert [refused["row"] for refused in answer["refused"]] == [35]
        await network.pusher.step()
        assert sorted(int(p["Count"]) for p in receiver.acknowledged) == [5, 10, 10, 10]
        assert all(len(receiver.records(row["number"])) == 1 for row in rows[:35])
        stats = (await caller.client.get("/sim/stats")).json()
        assert (stats["parcels"], stats["finished"], stats["to_push"]) == (35, 35, 0)


async def test_a_moody_receiver_is_told_again_until_it_says_yes(tmp_path: Path) -> None:
    """The ledger's acknowledged events are exactly those the receiver has said yes to."""
    clock, ledger = ManualClock(), tmp_path / "ledger.jsonl"
    config = replace(CALM, faults=FaultRates(odd_time=0.05))
    async with stage(config, ledger, clock=clock, moody=True) as (caller, network, receiver):
        assert (await caller.client.post("/sim/backfill", json=parcels(30))).status_code == 200
        await let_run(network, clock, days=14, hours=7)
        assert network.pusher.stats.refused > 0
        assert network.pusher.stats.untrue_acknowledged == 0
        truth = audit(ledger)
        assert truth.untrue_acknowledged == 0
        for row in parcels(30):
            key = ("YTO", row["number"])
            heard = {
                (t["AcceptTime"], t["AcceptStation"], t["Action"])
                for record in receiver.records(row["number"])
                for t in record["Traces"]
            }
            said = {(e.wire_time, e.text, e.code) for e in truth.acknowledged_events()[key]}
            assert heard == said
            assert truth.acknowledged[key] == set(truth.events[key])


async def test_nobody_at_home_is_tried_again_and_follows_a_move(tmp_path: Path) -> None:
    """A receiver that is down loses nothing; when it moves, waiting pushes go to the new place."""
    clock, ledger = ManualClock(), tmp_path / "ledger.jsonl"
    clock.ahead(days=30)
    async with stage(CALM, ledger, clock=clock) as (caller, network, _):
        me = CALM.subscribers[0].ebusiness_id
        right = network.world.subscribers[me].push_url
        wrong = {"ebusiness_id": me, "url": "http://127.0.0.1:9/nobody"}
        await caller.client.post("/sim/push-url", json=wrong)
        await caller.client.post("/sim/backfill", json=parcels(12))
        await network.pusher.step()
        assert network.pusher.waiting == 2
        assert not audit(ledger).acknowledged
        await caller.client.post("/sim/push-url", json=wrong | {"url": right})
        clock.ahead(seconds=2)
        await network.pusher.step()
        assert network.pusher.waiting == 0
        assert len(audit(ledger).acknowledged) == 12


async def test_push_faults_come_as_asked_for(tmp_path: Path) -> None:
    """Duplicates, late old states, wrong signatures, garbage: all there, none lost over it."""
    clock, ledger = ManualClock(), tmp_path / "ledger.jsonl"
    rates = FaultRates.only(
        duplicate_push=0.2, out_of_order_push=0.2, wrong_signature=0.2, garbage_body=0.2
    )
    config = replace(CALM, faults=rates)
    async with stage(config, ledger, clock=clock) as (caller, network, receiver):
        await caller.client.post("/sim/backfill", json=parcels(20))
        await let_run(network, clock, hours=2)
        pushes = [line for line in read_ledger(ledger) if isinstance(line, PushSent)]
        faults = {push.fault for push in pushes}
        assert faults == {"", "duplicate", "out_of_order", "wrong_signature", "garbage_body"}
        bad = sum(p.fault in {"wrong_signature", "garbage_body"} for p in pushes)
        assert receiver.rejected == bad > 0
        shrinks = 0
        for row in parcels(20):
            lengths = [len(r["Traces"]) for r in receiver.records(row["number"])]
            shrinks += sum(b < a for a, b in itertools.pairwise(lengths))
            truth = network.world.parcels["YTO", row["number"]]
            assert max(lengths) == truth.total
        assert shrinks > 0
        held = [s.held for s in network.world.subscriptions.values()]
        assert not any(held)


async def test_monitoring_ends_when_nothing_comes_and_starts_again_on_demand() -> None:
    """三天无轨迹 for a fake shipment; after a new subscription the real scans are told."""
    clock = ManualClock()
    async with stage(CALM, clock=clock) as (caller, network, receiver):
        request = {"ShipperCode": "YTO", "LogisticCode": "YT0000000000009"}
        await caller.call("8008", request)
        await let_run(network, clock, days=4)
        (record,) = receiver.records("YT0000000000009")
        assert (record["Success"], record["Reason"]) == (False, "三天无轨迹")
        given = {"courier": "YTO", "number": "YT0000000000009", **WAY}
        await caller.client.post("/sim/handover", json=given)
        await let_run(network, clock, days=2)
        assert len(receiver.records("YT0000000000009")) == 1
        await caller.call("8008", request)
        await network.pusher.step()
        assert receiver.records("YT0000000000009")[-1]["Traces"]


async def test_silence_raises_the_aggregators_own_states() -> None:
    """A lost parcel: 403 after five days without a scan, monitoring ends after seven."""
    clock = ManualClock()
    config = replace(CALM, faults=FaultRates.only(lost=1.0))
    async with stage(config, clock=clock) as (caller, network, receiver):
        await caller.client.post("/sim/backfill", json=parcels(12))
        await let_run(network, clock, days=20)
        said = [receiver.records(row["number"]) for row in parcels(12)]
        assert all(rows[-1]["Reason"] == "七天内无轨迹变化" for rows in said)
        assert any(r.get("StateEx") == "403" and r["State"] == "4" for rows in said for r in rows)


async def test_a_restart_goes_on_where_the_ledger_ends(tmp_path: Path) -> None:
    """Numbers stay taken, balances spent, parcels move on, and only news is pushed."""
    clock, ledger = ManualClock(), tmp_path / "ledger.jsonl"
    async with stage(CALM, ledger, clock=clock) as (caller, network, receiver):
        first = await caller.call("1007", caller.order("A1"))
        number = first["Order"]["LogisticCode"]
        await caller.client.post("/sim/handover", json={"courier": "YTO", "number": number})
        await let_run(network, clock, days=1)
        seen = len(receiver.records(number)[-1]["Traces"])
        planned = network.world.parcels["YTO", number].history
        spent = dict(network.world.balances)
    with ledger.open("ab") as file:
        file.write(b'{"kind":"event","cut')
    stormy = replace(CALM, faults=FaultRates.only(lost=1.0))
    async with stage(stormy, ledger, clock=clock) as (caller, network, receiver):
        assert network.world.balances == spent
        assert network.world.parcels["YTO", number].history == planned
        await network.pusher.step()
        assert not receiver.acknowledged
        again = await caller.call("1007", caller.order("A1"))
        assert (again["ResultCode"], again["Order"]) == ("106", first["Order"])
        await let_run(network, clock)
        told = receiver.records(number)
        assert len(told[0]["Traces"]) > seen
        assert told[-1]["State"] == "3"
    indexes = [line.index for line in read_ledger(ledger) if isinstance(line, Happened)]
    assert indexes == list(range(len(planned.events)))
    ids = [line.push_id for line in read_ledger(ledger) if isinstance(line, PushSent)]
    assert len(ids) == len(set(ids))


async def test_the_running_network_pushes_by_itself() -> None:
    """With real time: hand a parcel over in the past, and its history arrives."""
    receiver = Receiver(CALM.subscribers[0].app_key)
    config = replace(CALM, batch_window=0.01)
    app = create_app(config)
    async with serving(receiver) as address, serving(app) as couriers:
        async with httpx.AsyncClient(base_url=couriers, trust_env=False) as client:
            url = {"ebusiness_id": config.subscribers[0].ebusiness_id, "url": address}
            await client.post("/sim/push-url", json=url)
            await client.post("/sim/backfill", json=parcels(25))
            while (await client.get("/sim/stats")).json()["finished"] < 25 or not all(
                receiver.records(row["number"]) for row in parcels(25)
            ):
                pass
        assert all(len(receiver.records(row["number"])) == 1 for row in parcels(25))
