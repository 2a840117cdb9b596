"""Every courier's own protocol, end to end over HTTP: our connector against the simulated courier.

If it broke, a courier could be connected and its numbers, tracks or pushes would not come through.
Both ends are written apart (the simulator imports nothing of the product), and both are held
against public documents elsewhere; here they only have to get on with each other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from couriers.connectors.calls import RECEIVER, REQUEST, SENDER
from simulator.stage import ManualClock
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import (
    BranchAccount,
    CourierError,
    Lane,
    PickupRequest,
    WaybillRequest,
)
from yichuan.couriers.connectors.codes import detail_of
from yichuan.couriers.connectors.connector import Client
from yichuan.simulator import numbers
from yichuan.simulator.config import NetworkConfig, Subscriber, demo_config
from yichuan.simulator.couriers_app import create_app
from yichuan.simulator.journey import CODES
from yichuan.simulator.network import Network
from yichuan.simulator.protocols import PROTOCOLS, ems, jdl, kuaidi100
from yichuan.simulator.protocols.protocol import scan_codes
from yichuan.tracking import ingest

HOST = "http://couriers.test"
CONFIG = demo_config(seed=11, balance=50, protocols=PROTOCOLS)
EXTRA: dict[str, dict[str, str]] = {
    "zto": {"order_type": "2"},
    "yto": {"app_id": "05L9aS"},
    "sto": {"order_source": "YICHUAN"},
    "deppon": {"sign": "YCWL"},
    "jdl": {"access_token": jdl.GRANT, "customer": "010K0000000"},
    "ems": {"authorization": ems.GRANT},
    "kuaidi100": {"secret2": kuaidi100.LABEL_SECRET, "salt": "grains"},
}
"""Credentials of a connection besides id and secret, by protocol."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def catalogue(context: Context) -> None:
    async with context.database.system() as session:
        await couriers.seed(session)


@dataclass
class Stage:
    """One courier, its simulated network, and a connection of ours to it."""

    name: str
    courier: str
    network: Network
    clock: ManualClock
    control: httpx.AsyncClient
    client: Client
    wrong: Client
    """The same connection with a wrong secret."""
    account: BranchAccount

    def order(self, code: str, **change: object) -> WaybillRequest:
        return replace(
            REQUEST, order_code=code, courier=self.courier, account=self.account, **change
        )

    async def hand_over(self, number: str, **ahead: float) -> None:
        """A parcel is given away; time passes."""
        given = {"courier": self.courier, "number": number}
        answer = await self.control.post("/sim/handover", json=given)
        assert answer.status_code == 200, answer.text
        self.clock.ahead(**ahead)
        while self.network.world.advance(self.clock()):
            pass


@asynccontextmanager
async def staged(
    name: str, context: Context, app: FastAPI, config: NetworkConfig = CONFIG
) -> AsyncIterator[Stage]:
    """The network in this process, its pushes going to our own push door."""
    courier, clock = PROTOCOLS[name].courier, ManualClock()
    simulated = create_app(config, clock=clock, moving=False)
    me = next(one for one in config.subscribers if one.protocol == name)
    branch = next(one for one in config.branches if one.courier == courier)
    async with (
        simulated.router.lifespan_context(simulated),
        httpx.AsyncClient(transport=httpx.ASGITransport(simulated), base_url=HOST) as http,
        httpx.AsyncClient(transport=httpx.ASGITransport(app)) as home,
    ):
        network: Network = simulated.state.network
        network.pusher._client = home
        client, token = await connection(name, context, http, me)
        await http.post(
            "/sim/push-url",
            json={"ebusiness_id": me.ebusiness_id, "url": f"http://test/push/{name}/{token}"},
        )
        wrong, _ = await connection(name, context, http, replace(me, app_key="wrong"))
        account = BranchAccount(
            branch.customer_name, branch.customer_pwd, branch.branch_code, branch.month_code
        )
        yield Stage(name, courier, network, clock, http, client, wrong, account)


async def connection(
    name: str, context: Context, http: httpx.AsyncClient, me: Subscriber
) -> tuple[Client, str]:
    """A stored connection, opened, and the token of its push address."""
    async with context.database.system() as session:
        connection_id, token = await couriers.add_connection(
            session,
            context.vault,
            merchant_id=None,
            connector=name,
            name=name,
            endpoint=HOST,
            public_id=me.ebusiness_id,
            secret=me.app_key,
            extra=EXTRA.get(name),
        )
        opened = await couriers.client_for(
            session, context.vault, http, connection_id, "http://test"
        )
    return opened, token


def can(name: str, what: str) -> bool:
    connector = registry.connector(name)
    assert connector is not None
    return what in connector.can


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_scan_has_a_code_that_our_table_knows(name: str) -> None:
    """A scan that the simulated courier cannot name would look like one that we cannot read."""
    codes = scan_codes(name)
    assert set(codes) >= {*CODES, "failed"}
    assert all(detail_of(name, code) for code in codes.values() if code), codes


@pytest.mark.parametrize("name", PROTOCOLS)
async def test_from_the_number_to_the_track(
    name: str, context: Context, app: FastAPI, catalogue: None, platform: httpx.AsyncClient
) -> None:
    """A number with its label, an empty query, the parcel's way as asked for and as pushed."""
    async with staged(name, context, app) as stage:
        if can(name, "number"):
            issued = await stage.client.issue(stage.order(f"order-{name}-1"))
            number = issued.number
            assert issued.order_code == f"order-{name}-1"
            assert can(name, "label") == bool(issued.mark_destination or issued.sorting_code)
        else:
            number = f"{stage.courier}990000000001"
        if can(name, "track"):
            assert (await stage.client.track(stage.courier, number)).events == ()
        if can(name, "subscribe"):
            subscribed = await stage.client.subscribe(
                stage.courier, number, order_code=f"order-{name}-1", phone_last4="0000"
            )
            assert subscribed.number == number
        await stage.hand_over(number, days=12)
        if can(name, "track"):
            update = await stage.client.track(stage.courier, number, phone_last4="0000")
            assert len(update.events) > 3
            assert not update.rejected
            assert all(event.detail for event in update.events), update.events
        if can(name, "push"):
            await stage.network.pusher.step()
            stats = stage.network.pusher.stats
            assert (stats.refused, stats.acknowledged > 0) == (0, True)
            while await ingest.merge_pending(context):
                pass
            answer = await platform.get(
                f"/api/v1/tracks/{stage.courier}/{number}", params={"phone_last4": "0000"}
            )
            track = answer.json()
            assert track["milestone"] == "delivered", track
            assert len(track["events"]) > 3


@pytest.mark.parametrize("name", [name for name in PROTOCOLS if can(name, "number")])
async def test_numbers_are_bought_once_and_given_back(
    name: str, context: Context, app: FastAPI, catalogue: None
) -> None:
    """A repeat brings the first number, recovery finds it or buys it, a cancelled one is free."""
    async with staged(name, context, app) as stage:
        issued = await stage.client.issue(stage.order(f"order-{name}-A"))
        assert await repeated(stage, f"order-{name}-A") in (issued.number, None)
        fresh = await recovered(stage, f"order-{name}-B")
        assert len(stage.network.world.orders) == 2
        if can(name, "cancel"):
            for order, number in ((f"order-{name}-A", issued.number), (f"order-{name}-B", fresh)):
                await stage.client.cancel(order, stage.courier, number, stage.account)
            assert all(one.cancelled for one in stage.network.world.orders.values())
            with pytest.raises(CourierError, match="already_cancelled"):
                await stage.client.cancel(
                    f"order-{name}-A", stage.courier, issued.number, stage.account
                )
            moving = await stage.client.issue(stage.order(f"order-{name}-C"))
            await stage.hand_over(moving.number, hours=1)
            with pytest.raises(CourierError, match="cannot_cancel"):
                await stage.client.cancel(
                    f"order-{name}-C", stage.courier, moving.number, stage.account
                )


async def repeated(stage: Stage, order_code: str) -> str | None:
    """The number that the same order code brings again and that recovery finds; None where the
    courier refuses a used order code and cannot be asked by it."""
    try:
        again = await stage.client.issue(stage.order(order_code))
    except CourierError as error:
        if error.code != "order_exists":
            raise
        try:
            return (await stage.client.recover(stage.order(order_code))).number
        except CourierError as lost:
            if lost.code != "cannot_recover":
                raise
            return None
    found = await stage.client.recover(stage.order(order_code))
    assert found.number == again.number
    return again.number


async def recovered(stage: Stage, order_code: str) -> str:
    """The number of an order whose answer was lost and that the courier never saw."""
    try:
        return (await stage.client.recover(stage.order(order_code))).number
    except CourierError as error:
        if (error.code, error.outcome) != ("cannot_recover", "unknown"):
            raise
        return (await stage.client.issue(stage.order(order_code))).number


@pytest.mark.parametrize("name", PROTOCOLS)
async def test_the_other_acts(name: str, context: Context, app: FastAPI, catalogue: None) -> None:
    """The connection can be tested; pickups, prices and promises where the protocol has them."""
    async with staged(name, context, app) as stage:
        await stage.client.check(stage.courier, stage.account)
        if can(name, "recognise"):
            number = numbers.allot(stage.courier, 1, "any")
            assert (await stage.client.recognise(number))[0].courier == stage.courier
        lane = Lane(stage.courier, SENDER, RECEIVER, 2000, account=stage.account)
        if can(name, "rate"):
            assert (await stage.client.prices(lane))[0].amount_minor > 0
        if can(name, "forecast"):
            assert (await stage.client.forecast(lane)).by > stage.clock()
        if can(name, "pickup"):
            wish = PickupRequest(
                f"order-{name}-P", stage.courier, SENDER, RECEIVER, REQUEST.goods, stage.account,
                start=stage.clock(),
            )  # fmt: skip
            assert (await stage.client.book_pickup(wish)).order_code == f"order-{name}-P"
            await stage.client.cancel_pickup(f"order-{name}-P", stage.courier, stage.account)


@pytest.mark.parametrize("name", PROTOCOLS)
async def test_a_wrong_signature_is_refused_at_both_ends(
    name: str, context: Context, app: FastAPI, catalogue: None
) -> None:
    """The courier refuses ours, and we refuse a push of somebody else."""
    async with staged(name, context, app) as stage:
        with pytest.raises(CourierError, match=r"bad_signature|unknown_user"):
            await stage.wrong.check(stage.courier, stage.account)
        if can(name, "track"):
            with pytest.raises(CourierError, match="bad_signature"):
                await stage.wrong.track(stage.courier, "1234567890123", phone_last4="0000")
        if not can(name, "number") or not PROTOCOLS[name].signed:
            return
        issued = await stage.client.issue(stage.order(f"order-{name}-W"))
        if can(name, "subscribe"):
            await stage.client.subscribe(stage.courier, issued.number, phone_last4="0000")
        await stage.hand_over(issued.number, days=2)
        world = stage.network.world
        me = next(one for one in world.subscribers.values() if one.protocol == name)
        world.subscribers[me.ebusiness_id] = replace(me, app_key="somebody else's")
        for subscription in world.subscriptions.values():
            subscription.callback = "somebody else's"  # Kuaidi100 signs with it
        await stage.network.pusher.step()
        assert stage.network.pusher.stats.acknowledged == 0
