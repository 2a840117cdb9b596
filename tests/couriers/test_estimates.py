"""Couriers' own prices and days beside rate cards. If these break, a merchant sees what the
platform pays, dispatch waits for a courier's server, or a person pays twice for the same question.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from conftest import Tenant
from waybills.conftest import Setup, accounts, courier_http, network
from waybills.test_taking import box, take
from yichuan.core.clock import now
from yichuan.couriers import estimates
from yichuan.couriers.connectors.base import CourierError, Forecast, Lane, Price
from yichuan.couriers.connectors.kdniao.client import KdniaoClient
from yichuan.couriers.estimates import Estimate, key_of

__all__ = ["accounts", "courier_http", "network"]
QUOTES = "/api/v1/quotes"


async def test_a_quote_asks_and_dispatch_uses_what_is_known(
    alpha: Tenant, platform: httpx.AsyncClient, accounts: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked once, kept; dispatch names the source; merchants see days but not the platform's
    prices."""
    asked: list[str] = []

    async def prices(_: object, lane: Lane) -> list[Price]:
        asked.append(lane.courier)
        if lane.courier == "SF":
            raise CourierError("area_not_served", "不派送")
        return [Price(lane.courier, "", 1234)]

    async def forecast(_: object, lane: Lane) -> Forecast:
        if lane.courier == "SF":
            raise CourierError("no_forecast")
        return Forecast(lane.courier, now() + timedelta(days=1, hours=3), "次日达")

    monkeypatch.setattr(KdniaoClient, "prices", prices)
    monkeypatch.setattr(KdniaoClient, "forecast", forecast)
    estimates.forget()
    _, shipment = await box(alpha, "E-1")
    place = (await alpha.client.get(f"/api/v1/shipments/{shipment}")).json()
    wish = {
        "dest_province": place["dest_province"],
        "dest_city": place["dest_city"],
        "weight_g": place["weight_g"] or 1000,
        "ask_couriers": True,
    }
    mine = (await alpha.client.post(QUOTES, json=wish)).json()["couriers"]
    told = {one["courier"]: one for one in mine}
    assert told["YTO"]["total"] is None
    assert told["YTO"]["by"]
    assert told["SF"]["errors"] == ["area_not_served", "no_forecast"]
    once = len(asked)
    theirs = await platform.post(QUOTES, json=wish | {"merchant_id": str(alpha.id)})
    assert {one["courier"]: one for one in theirs.json()["couriers"]}["YTO"]["total"] == {
        "amount_minor": 1234, "currency": "CNY",
    }  # fmt: skip
    assert len(asked) == once, "the same lane is not asked again"
    assert (await platform.post(QUOTES, json=wish)).status_code == 422
    answer = await take(alpha, shipment, courier="YTO")
    assert answer.status_code == 201, answer.text
    reason = (await platform.get(f"/api/v1/shipments/{shipment}")).json()["dispatch_reason"]
    assert "快递报价" in reason["zh"]
    assert "约 1 天（快递预估）" in reason["plain_zh"]
    assert len(asked) == once, "dispatch asks nobody"


def test_an_estimate_is_found_by_its_lane() -> None:
    """By the kilogram begun, with or without 省 and 市; a standard price may be without a name."""
    account = UUID(int=1)
    assert key_of(account, "四川省", "浙江", "杭州市", 1001) == key_of(
        account, "四川", "浙江省", "杭州", 2000
    )
    found = Estimate(account, "YTO", "kdniao", prices=(Price("YTO", "", 900), Price("YTO", "2", 5)))
    assert found.price_of("7", standard=True) == found.prices[0]
    assert found.price_of("2", standard=False) == found.prices[1]
    assert found.price_of("7", standard=False) is None
    assert found.days is None
