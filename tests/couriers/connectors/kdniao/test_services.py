"""KDNiao's pickups, prices, forecasts and recognition. If they broke, a courier would not come, or
a wrong day or price be promised.

Sources: 1001 is the manual's api-72925086 (apifox.com docs-site 2538027) and 1004 KDNiao's article
blog.csdn.net/KDniao2024/article/details/135756327; the answer of 2002 is the one recorded in a
public client (`Service.recognize_logistic_code` of kfx2007's kdniao); the fields and forms of 6004
are those of the models of KDNiao's MCP server (06月15日下午可达, 2024-04-20, 36h); 1801, 1802 and
1815 have the fields that a public PHP client (`KDNBusiness`) sends and reads. No recorded answer of
1815 was found.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from couriers.connectors.calls import RECEIVER, REQUEST, SENDER, Server
from yichuan.couriers.connectors.base import (
    BranchAccount,
    Candidate,
    CourierError,
    Lane,
    PickupRequest,
    Price,
)
from yichuan.couriers.connectors.kdniao.connector import CONNECTOR

ACCOUNT = BranchAccount("K100", "secret")
WISH = PickupRequest(
    "YC0001", "YTO", SENDER, RECEIVER, REQUEST.goods, ACCOUNT,
    start=datetime(2024, 5, 1, 1, tzinfo=UTC), end=datetime(2024, 5, 1, 4, tzinfo=UTC),
    weight_g=1500,
)  # fmt: skip
BOOKED = {
    "EBusinessID": "1234567",
    "Success": True,
    "ResultCode": "100",
    "Order": {"OrderCode": "YC0001", "ShipperCode": "YTO", "LogisticCode": "",
              "KDNOrderCode": "KDN1909042250000548"},
}  # fmt: skip
RECOGNISED = {
    "EBusinessID": "1257021",
    "Success": True,
    "LogisticCode": "3967950525457",
    "Shippers": [{"ShipperCode": "YD", "ShipperName": "韵达快递"}],
}
LANE = Lane("YTO", SENDER, RECEIVER, 1500)


@pytest.mark.parametrize(
    ("account", "kinds"), [(ACCOUNT, ("1001", "1004")), (BranchAccount(), ("1801", "1802"))]
)
async def test_a_pickup_goes_by_the_contract_or_is_paid(
    account: BranchAccount, kinds: tuple[str, str]
) -> None:
    """Booked and cancelled the same way; the times are China's."""
    server = Server(BOOKED, {"Success": True, "ResultCode": "100"})
    client = server.client(CONNECTOR)
    booked = await client.book_pickup(replace(WISH, account=account))
    assert (booked.order_code, booked.courier_order, booked.number) == (
        "YC0001",
        "KDN1909042250000548",
        None,
    )
    await client.cancel_pickup("YC0001", "YTO", account, "不寄了")
    assert tuple(server.form(index)["RequestType"] for index in (0, 1)) == kinds
    assert {request.url.path for request in server.seen} == {"/api/OOrderService"}
    order, cancel = (json.loads(server.form(index)["RequestData"]) for index in (0, 1))
    assert (order["StartDate"], order["EndDate"]) == ("2024-05-01 09:00:00", "2024-05-01 12:00:00")
    assert (order.get("CustomerName"), order.get("ShipperType")) == (
        ("K100", None) if account is ACCOUNT else (None, 5)
    )
    assert (cancel["OrderCode"], cancel.get("CancelMsg")) == (
        "YC0001",
        None if account is ACCOUNT else "不寄了",
    )


async def test_a_repeated_pickup_is_told_from_a_lost_one() -> None:
    """The manual's refusal of a used order code; an unreadable answer may hide a booking."""
    server = Server(
        {"Success": False, "ResultCode": "105", "Reason": "该订单已经存在,请勿重复操作"}
    )
    with pytest.raises(CourierError) as caught:
        await server.client(CONNECTOR).book_pickup(WISH)
    assert (caught.value.code, caught.value.outcome) == ("order_exists", "refused")
    with pytest.raises(CourierError) as caught:
        await Server(b"<html>").client(CONNECTOR).book_pickup(WISH)
    assert caught.value.outcome == "unknown"
    with pytest.raises(CourierError, match="unsupported"):
        await server.client(CONNECTOR).book_pickup(replace(WISH, number="YT1"))


async def test_a_number_is_recognised() -> None:
    """The recorded answer; nobody's number is no error, a refusal is one."""
    server = Server(
        RECOGNISED, {"Success": True, "Shippers": []}, {"Success": False, "Code": "104"}
    )
    client = server.client(CONNECTOR)
    assert await client.recognise("3967950525457") == [Candidate("YD", "韵达快递")]
    assert server.seen[0].url.path == "/Ebusiness/EbusinessOrderHandle.aspx"
    assert await client.recognise("1") == []
    with pytest.raises(CourierError):
        await client.recognise("1")


async def test_prices_are_exact_and_odd_rows_left_out() -> None:
    """The total before the bare freight; texts and numbers."""
    rows = [
        {"shipperCode": "YTO", "weight": 2, "cost": 9.5, "totalFee": "10.15"},
        {"shipperCode": "ZTO", "cost": 8},
        {"shipperCode": "STO", "cost": "面议"},
        {"cost": 7},
    ]
    server = Server({"Success": True, "ResultCode": "100", "Data": rows})
    found = await server.client(CONNECTOR).prices(LANE)
    assert found == [Price("YTO", "", 1015), Price("ZTO", "", 800)]
    assert server.form()["RequestType"] == "1815"
    assert '"Weight":1.500' in server.form()["RequestData"]


@pytest.mark.parametrize(
    ("words", "by"),
    [
        ("04月20日上午可达", datetime(2024, 4, 20, 4, tzinfo=UTC)),
        ("04月20日下午可达", datetime(2024, 4, 20, 16, tzinfo=UTC)),
    ],
)
async def test_a_forecast_is_the_end_of_its_half_day(words: str, by: datetime) -> None:
    """In China's time."""
    answer = {"Success": True, "ShipperCode": "YTO", "DeliveryTime": words,
              "DeliveryDate": "2024-04-20", "Hour": "36h"}  # fmt: skip
    server = Server(answer)
    found = await server.client(CONNECTOR).forecast(LANE)
    assert (found.by, found.text) == (by, words)
    assert server.seen[0].url.path == "/api/dist"
    for none in ({"Success": True}, {"Success": False, "Reason": "暂不支持"}):
        with pytest.raises(CourierError):
            await Server(none).client(CONNECTOR).forecast(LANE)
