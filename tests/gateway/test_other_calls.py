"""1107 with its 1117, pickups with their 103, recognition, recommendation, address parsing.

If these break, an application for an account is lost, a courier is sent for twice, or an ERP picks
the wrong courier.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from conftest import Tenant
from gateway.conftest import ORDERS, User, parcel
from gateway.test_track_calls import Mall, mall, pump, scan
from yichuan.core.context import Context
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import (
    BranchAccount,
    CourierError,
    PickupBooked,
    PickupRequest,
)
from yichuan.couriers.connectors.connector import Capability, Proof
from yichuan.couriers.connectors.kdniao.client import KdniaoClient
from yichuan.couriers.connectors.kdniao.connector import CONNECTOR

__all__ = ["mall"]
API = "/api/v1"
APPLICATION = {
    "ShipperCode": "YTO",
    "ApplyID": "A-1",
    "Company": "阿尔法商贸",
    "Name": "测试丁",
    "Mobile": "13100000005",
    "ProvinceName": "四川省",
    "CityName": "成都市",
    "ExpAreaName": "双流区",
    "Address": "物流大道 1 号",
}


async def test_an_application_is_kept_decided_and_pushed(
    ours: User,
    theirs: User,
    alpha: Tenant,
    beta: Tenant,
    platform: httpx.AsyncClient,
    mall: Mall,
    context: Context,
    accounts: Any,
) -> None:
    for _ in range(2):
        answer = await ours.call("1107", APPLICATION, ORDERS)
        assert (answer["Success"], answer["RequestType"]) == (True, "1117")
    (row,) = (await platform.get(f"{API}/account-applications")).json()["items"]
    assert (row["apply_no"], row["state"]) == ("A-1", "open")
    assert not (await beta.client.get(f"{API}/account-applications")).json()["items"]
    seen = (await platform.get(f"{API}/account-applications/{row['id']}")).json()
    assert seen["details"]["Address"] == "物流大道 1 号"
    path = f"{API}/account-applications/{row['id']}/decision"
    assert (await alpha.client.post(path, json={"reason": "x"})).status_code == 403
    grant = {"customer_name": "NEW-1", "customer_password": "pw-1", "branch_code": "610000"}
    grant |= {"connection_id": accounts.connection}
    decided = await platform.post(path, json={"grant": grant})
    assert decided.status_code == 200, decided.text
    assert decided.json()["account_id"]
    assert (await platform.post(path, json={"reason": "late"})).status_code == 409
    await pump(context, mall)
    (form,) = mall.got
    assert form["RequestType"] == "1117"
    (told,) = mall.data()
    assert (told["ApplyID"], told["CustomerName"], told["CustomerPwd"]) == ("A-1", "NEW-1", "pw-1")
    async with context.database.system() as session:
        rows = await session.scalars(text("SELECT payload::text FROM outbox"))
        assert not [r for r in rows if "pw-1" in r], "the password waits nowhere in the clear"
    named = parcel("O-1", CustomerName="NEW-1")
    refused = await ours.call("1007", named, ORDERS)
    assert "客户号" in refused["Reason"], "the new account is the one that is used"


class Riders:
    """Couriers that come for parcels: what they were asked, and what they answer."""

    def __init__(self) -> None:
        self.asked: list[PickupRequest] = []
        self.cancelled: list[str] = []
        self.error: CourierError | None = None

    async def book_pickup(self, _: object, request: PickupRequest) -> PickupBooked:
        self.asked.append(request)
        if self.error is not None:
            raise self.error
        return PickupBooked(request.order_code, "KDN-77", "YT8800000000099")

    async def cancel_pickup(
        self, _: object, order_code: str, courier: str, account: BranchAccount, reason: str = ""
    ) -> None:
        self.cancelled.append(order_code)


def can_pickup(monkeypatch: pytest.MonkeyPatch, *, yes: bool) -> None:
    """Have the connector say whether its couriers come for parcels."""
    can = {name: proof for name, proof in CONNECTOR.can.items() if name != "pickup"}
    more: Mapping[Capability, Proof] = {"pickup": "documents"} if yes else {}
    found = replace(CONNECTOR, can={**can, **more})
    monkeypatch.setattr(registry, "connector", lambda _: found)


@pytest.fixture
def riders(monkeypatch: pytest.MonkeyPatch) -> Riders:
    """The connector's client, replaced at its calls for pickups."""
    found = Riders()

    async def book(self: object, request: PickupRequest) -> PickupBooked:
        return await found.book_pickup(self, request)

    async def cancel(
        self: object, order_code: str, courier: str, account: BranchAccount, reason: str = ""
    ) -> None:
        await found.cancel_pickup(self, order_code, courier, account, reason)

    can_pickup(monkeypatch, yes=True)
    monkeypatch.setattr(KdniaoClient, "book_pickup", book)
    monkeypatch.setattr(KdniaoClient, "cancel_pickup", cancel)
    return found


async def test_a_courier_comes_and_everybody_is_told(
    ours: User,
    theirs: User,
    platform: httpx.AsyncClient,
    alpha: Tenant,
    mall: Mall,
    riders: Riders,
    context: Context,
    accounts: Any,
) -> None:
    wish = parcel("K-1", StartDate="2026-01-05 09:00:00", EndDate="2026-01-05 11:00:00")
    booked = await ours.call("1001", wish, "/api/OOrderService")
    assert booked["Success"] is True, booked
    assert booked["Order"]["KDNOrderCode"] == "KDN-77"
    (asked,) = riders.asked
    assert (asked.sender.name, asked.courier) == ("青浦仓", "YTO")
    assert asked.start
    assert asked.start.isoformat() == "2026-01-05T01:00:00+00:00"
    again = await ours.call("1001", wish, "/api/OOrderService")
    assert (again["Success"], again["ResultCode"]) == (False, "105")
    assert len(riders.asked) == 1, "nobody is sent twice"
    (row,) = (await alpha.client.get(f"{API}/pickups")).json()["items"]
    who = {"state": "assigned", "picker_name": "小哥甲", "pickup_code": "1234"}
    done = await platform.post(f"{API}/pickups/{row['id']}/state", json=who)
    assert done.status_code == 200, done.text
    await pump(context, mall)
    await scan(context, accounts.connection, "YTO", "YT8800000000099", 1)
    await pump(context, mall)
    assert [form["RequestType"] for form in mall.got] == ["103", "103"]
    assert [one["State"] for one in mall.data()] == ["103", "104"]
    assert mall.data()[0]["PickerInfo"][0]["PersonName"] == "小哥甲"
    late = await ours.call("1004", {"ShipperCode": "YTO", "OrderCode": "K-1"})
    assert (late["Success"], late["ResultCode"]) == (False, "105")


async def test_a_booking_is_taken_back(
    ours: User, theirs: User, riders: Riders, context: Context
) -> None:
    booked = await ours.call("1801", parcel("K-2", TransportType=1, ShipperType=5))
    assert booked["Success"] is True, booked
    wish = {"ShipperCode": "YTO", "OrderCode": "K-2", "CancelType": 1, "CancelMsg": "不寄了"}
    foreign = await theirs.call("1802", wish)
    assert (foreign["Success"], foreign["Reason"]) == (False, "订单不存在")
    for _ in range(2):
        assert (await ours.call("1802", wish))["Success"] is True
    assert len(riders.cancelled) == 1


async def test_a_refused_booking_says_why_and_may_be_sent_again(ours: User, riders: Riders) -> None:
    riders.error = CourierError("area_not_served", "该区域不上门")
    refused = await ours.call("1001", parcel("K-3"))
    assert (refused["Success"], refused["Reason"]) == (False, "该区域不上门")
    riders.error = None
    assert (await ours.call("1001", parcel("K-3")))["Success"] is True


async def test_couriers_that_do_not_come_are_named(
    ours: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    can_pickup(monkeypatch, yes=False)
    refused = await ours.call("1001", parcel("K-4"))
    assert (refused["Success"], refused["ResultCode"]) == (False, "105")
    assert "不支持" in refused["Reason"]


async def test_numbers_are_recognised(ours: User) -> None:
    answer = await ours.call("2002", {"LogisticCode": "SF1000000000001"})
    assert answer["Success"] is True
    assert answer["Shippers"][0]["ShipperCode"] == "SF"
    assert answer["Shippers"][0]["ShipperName"]
    nothing = await ours.call("2002", {"LogisticCode": "??"})
    assert (nothing["Success"], nothing["Shippers"]) == (True, [])


async def test_couriers_are_recommended_by_price(
    ours: User, platform: httpx.AsyncClient, alpha: Tenant
) -> None:
    def card(courier: str, price: str) -> dict[str, Any]:
        row = {"card": f"价 {courier}", "role": "price", "courier": courier, "first_price": price}
        return row | {"first_weight_kg": 1, "step_kg": 1, "step_price": "2"}

    rows = [card("ZTO", "9.5"), card("STO", "8")]
    stored = await platform.post(f"{API}/rate-cards", json={"rows": rows})
    assert stored.status_code in {200, 201}, stored.text
    detail = {key: parcel("R-1")[key] for key in ("OrderCode", "Sender", "Receiver")}
    detail |= {"Goods": [{"ProductName": "包", "Weight": "1"}]}
    answer = await ours.call("2006", {"MemberID": "1", "Detail": [detail]})
    assert answer["Success"] is True, answer
    (row,) = answer["Data"]
    assert row["OrderCode"] == "R-1"
    assert [(s["ShipperCode"], s["Cost"]) for s in row["Shippers"][:2]] == [
        ("STO", 8.0),
        ("ZTO", 9.5),
    ]
    assert "Cost" not in row["Shippers"][2], "couriers without a card come after"
    assert json.dumps(answer)
