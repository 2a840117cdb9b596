"""KDNiao's calls beside waybills, our connector against the simulated aggregator.

If it broke, a pickup could not be booked or a number not be recognised in the demonstration.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from couriers.connectors.calls import RECEIVER, REQUEST, SENDER
from simulator.stage import ManualClock
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import BranchAccount, CourierError, Lane, PickupRequest
from yichuan.couriers.connectors.connector import Access
from yichuan.couriers.connectors.wire import Wire
from yichuan.simulator import numbers
from yichuan.simulator.config import demo_config
from yichuan.simulator.couriers_app import create_app

CONFIG = demo_config(seed=11)
START = datetime(2025, 11, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("contract", [True, False])
async def test_pickups_prices_forecasts_and_recognition(tmp_path: Path, contract: bool) -> None:
    """Booked once and cancelled once, also over a restart of the network."""
    kdniao = registry.connector("kdniao")
    assert kdniao is not None
    me = CONFIG.subscribers[0]
    branch = next(one for one in CONFIG.branches if one.courier == "YTO")
    account = BranchAccount(branch.customer_name, branch.customer_pwd) if contract else None
    wish = PickupRequest(
        "P1", "YTO", SENDER, RECEIVER, REQUEST.goods, account or BranchAccount(), start=START
    )
    clock, ledger = ManualClock(), tmp_path / "ledger"
    for restarted in (False, True):
        app = create_app(CONFIG, ledger, clock, moving=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http,
        ):
            access = Access(Wire(http), "http://couriers.test", me.ebusiness_id, me.app_key)
            client = kdniao.open(access)
            if not restarted:
                assert (await client.book_pickup(wish)).courier_order
            with pytest.raises(CourierError, match="order_exists"):
                await client.book_pickup(wish)
            if not restarted:
                await client.cancel_pickup("P1", "YTO", wish.account)
            with pytest.raises(CourierError, match="already_cancelled"):
                await client.cancel_pickup("P1", "YTO", wish.account)
            lane = Lane("YTO", SENDER, RECEIVER, 2300)
            (price,) = await client.prices(lane)
            assert (price.courier, price.amount_minor > 0) == ("YTO", True)
            assert len(await client.prices(replace(lane, courier=""))) > 5
            assert (await client.forecast(lane)).by > clock()
            number = numbers.allot("SF", 1, "any")
            assert [one.courier for one in await client.recognise(number)] == ["SF"]
            assert await client.recognise("?") == []
