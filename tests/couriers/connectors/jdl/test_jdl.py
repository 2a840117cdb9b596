"""JD Logistics' protocol. If it broke, merchants with a 京东 contract could not print or track.

The signature is the answer of a public client (JDApi `compute_params`, run unchanged but for its
clock); a second one (EasySeries.Post `JDLSign`) has the same recipe. Answers have the fields of
EasySeries.Post's `JDLQueryOrderResult` and of the forms told apart in a third (Ditch `Jd`). The
answer to a repeated order, the subscription and the pushes are those of a public record of JD's
sandbox of 2025-05-20 (a shop system's documentation of its connection to JD; its data is JD's test
data, "模拟数据", here with other numbers); what a receiver answers is another's (cmhq
`AbstartApiPush.jdPushHandle`, its fields `JDPushTraceDto`).
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from couriers.connectors.calls import REQUEST, Server
from yichuan.couriers.connectors.base import BranchAccount, CourierError
from yichuan.couriers.connectors.connector import Keys, Pushed, Refused
from yichuan.couriers.connectors.jdl import build
from yichuan.couriers.connectors.jdl.connector import CONNECTOR
from yichuan.couriers.connectors.jdl.door import JdlDoor

EXTRA = {"access_token": "token", "customer": "010K0000000"}
JD = replace(REQUEST, courier="JD", account=BranchAccount("010K0000000"))
ISSUED = {"code": 0, "msg": "success", "data": {"waybillCode": "JD0000000000001"}}
REPEATED = {"code": 1, "msg": "订单号重复", "subMsg": "该订单号已下单成功"}
USED = {
    "code": 0,
    "data": {
        "extendFields": {},
        "orderCode": "EO0000000000988",
        "presortResult": {"endRoadArea": "002", "endStationName": "*石景山营业部"},
        "productsResponse": {"productCode": "ed-m-0001", "productModifyFlag": 0},
        "waybillCode": "JDVE00000000789",
    },
    "mills": 2887,
    "msg": "成功",
    "requestId": "2a396a47-c28a-4904-9d32-ba9d920b5081",
    "subCode": "0_0001",
    "subMsg": "商家订单号已被使用",
    "success": True,
}
SUBSCRIBED = {"code": 0, "data": "订阅成功", "mills": 276, "msg": "成功", "success": True}
PUSHED = {
    "routeProvinceName": "北京",
    "operateSiteId": "11111111",
    "orderId": "SJ202505201442",
    "operationTitle": "封车",
    "routeDistrictName": "石景山区",
    "categoryName": "运输中",
    "operationTime": "2023-08-08 13:00:00",
    "routeAddress": "北京市石景山区八角街道璟公院10号楼(模拟数据)",
    "routeCityName": "北京市",
    "waybillCode": "JDVE00000000532",
    "state": "200076",
    "scanType": "-450",
    "category": 430,
    "operateSite": "石景山营业部",
    "operationRemark": "您的快件已发车",
}
TRACE = {
    "code": 0,
    "success": True,
    "data": {
        "traceDetails": [
            {
                "operationTitle": "配送员收货",
                "operationRemark": "您的快件正在派送中，请您准备签收",
                "operationTime": "2024-05-02 09:10:00",
                "waybillCode": "JD0000000000001",
                "state": "11000",
                "category": 440,
            },
            {"operationTitle": "揽收", "operationTime": "2024-05-01 10:00:00", "state": "200001"},
            {"operationRemark": "无时间"},
        ]
    },
}


def test_the_signature_is_the_platforms() -> None:
    """Names and values in a fixed order between two secrets; lower case."""
    body = '[{"waybillCode":"JD0000000000001","orderOrigin":1,"customerCode":"010K0000000"}]'
    found = build.sign(
        build.TRACE, body, "2024-01-02 03:04:05", "KEYSAMPLE", "SECRETSAMPLE", "TOKENSAMPLE"
    )
    assert found == "13c526f73eab1fd1b55875e1d229d9be"
    assert build.trace("JD0000000000001", "010K0000000").decode() == body


async def test_a_number_is_asked_for_and_read() -> None:
    """The signature in the address is over the very body that is sent."""
    server = Server(ISSUED)
    issued = await server.client(CONNECTOR, EXTRA).issue(JD)
    assert (issued.number, issued.courier) == ("JD0000000000001", "JD")
    (request,) = server.seen
    query = dict(request.url.params)
    assert (request.url.path, query["LOP-DN"], query["algorithm"]) == (
        "/ecap/v1/orders/create",
        "ECAP",
        "md5-salt",
    )
    signed = build.sign(
        build.CREATE, request.content.decode(), query["timestamp"], "YC", "key", "token"
    )
    assert query["sign"] == signed
    (order,) = server.json()
    assert (order["orderId"], order["customerCode"], order["settleType"]) == (
        "YC0001",
        "010K0000000",
        3,
    )
    assert order["receiverContact"]["fullAddress"] == "浙江省杭州市西湖区古荡街道文一路3号"
    assert order["cargoes"][0]["weight"] == 1.0


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        ({"error_response": {"code": 19, "zh_desc": "签名错误"}}, "bad_signature", "refused"),
        ({"code": 1, "msg": "该地区停发"}, "area_not_served", "refused"),
        (REPEATED, "order_exists", "refused"),
        ({"code": 0, "data": {}}, "bad_answer", "unknown"),
        (b"<html>", "bad_answer", "unknown"),
    ],
)
async def test_refusals_have_stable_codes(answer: object, code: str, outcome: str) -> None:
    """The platform and the service refuse in different forms."""
    with pytest.raises(CourierError) as caught:
        await Server(answer).client(CONNECTOR, EXTRA).issue(JD)
    assert (caught.value.code, caught.value.outcome) == (code, outcome)


async def test_after_a_lost_answer_nothing_is_bought_twice() -> None:
    """JD answers an order number it has with its first number. Refused: a person looks. None there:
    bought now."""
    again = await Server(USED).client(CONNECTOR, EXTRA).recover(JD)
    assert (again.number, again.courier_order, again.repeated) == (
        "JDVE00000000789", "EO0000000000988", True,
    )  # fmt: skip
    server = Server(REPEATED)
    with pytest.raises(CourierError) as caught:
        await server.client(CONNECTOR, EXTRA).recover(JD)
    assert (caught.value.code, caught.value.outcome) == ("cannot_recover", "unknown")
    assert (await Server(ISSUED).client(CONNECTOR, EXTRA).recover(JD)).number == "JD0000000000001"
    with pytest.raises(CourierError) as caught:
        await Server(ISSUED).client(CONNECTOR, EXTRA).issue(replace(JD, account=BranchAccount()))
    assert caught.value.code == "account_refused"


async def test_a_history_is_read_oldest_first() -> None:
    """States are known by code; one bad scan costs only itself."""
    update = await Server(TRACE).client(CONNECTOR, EXTRA).track("JD", "JD0000000000001")
    assert [event.detail for event in update.events] == ["picked_up", "out_for_delivery"]
    assert update.events[0].occurred_at == datetime(2024, 5, 1, 2, tzinfo=UTC)
    assert len(update.rejected) == 1


async def test_cancelling_and_testing_the_connection() -> None:
    """A number nobody knows proves the connection as well as one that is known."""
    server = Server({"code": 0, "msg": "success"}, {"code": 0, "data": {}})
    client = server.client(CONNECTOR, EXTRA)
    await client.cancel("YC0001", "JD", "JD0000000000001", BranchAccount("010K0000000"))
    assert server.json()[0]["waybillCode"] == "JD0000000000001"
    assert await client.check("JD", BranchAccount()) is None
    with pytest.raises(CourierError):
        await (
            Server({"error_response": {"zh_desc": "签名错误"}})
            .client(CONNECTOR)
            .check("JD", BranchAccount())
        )


async def test_a_number_is_subscribed() -> None:
    """With the last digits of the recipient's phone, which JD compares with the order's."""
    server = Server(SUBSCRIBED)
    client = server.client(CONNECTOR, EXTRA)
    done = await client.subscribe("JD", "JDVE00000000532", phone_last4="5514")
    assert (done.courier, done.number) == ("JD", "JDVE00000000532")
    assert server.seen[0].url.path == "/ecap/v1/orders/trace/subscribe"
    assert server.json() == [
        {"waybillCode": "JDVE00000000532", "mobile": "5514", "orderOrigin": 1,
         "customerCode": "010K0000000"}
    ]  # fmt: skip


def test_a_push_is_opened_read_and_answered() -> None:
    """As recorded; one without a number is kept for a person to see."""
    door, keys = JdlDoor(), Keys("YC", "key")
    (update,) = door.read(door.open(Pushed(json.dumps(PUSHED).encode()), keys)).updates
    (event,) = update.events
    assert (update.courier, update.number, update.order_code) == (
        "JD", "JDVE00000000532", "SJ202505201442",
    )  # fmt: skip
    assert (event.code, event.detail) == ("state:200076", "departed_from_hub")
    assert (event.text, event.location) == ("您的快件已发车", "北京市")
    assert event.occurred_at == datetime(2023, 8, 8, 5, tzinfo=UTC)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert json.loads(door.answer("YC", at, None).body)["code"] == "200"
    assert json.loads(door.answer("YC", at, "no").body) == {"code": "500", "msg": "no"}
    again = door.read(door.again("JD", "JDVE00000000532", json.dumps(PUSHED).encode()))
    assert again.updates[0].events == update.events
    for junk in (b"", b"{}", b"<html>", b'{"waybillCode":""}'):
        with pytest.raises(Refused) as refused:
            door.open(Pushed(junk), keys)
        assert refused.value.keep
    for junk in (b"1", b"{}", b"[1]", b"\xff"):
        batch = door.read(junk)
        assert (batch.updates, len(batch.rejected)) == ((), 1), junk


def test_nothing_personal_is_in_a_signature() -> None:
    """Addresses travel in the body alone."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    query = build.query(build.CREATE, build.order(JD), at, "YC", "key", "token")
    assert "杭州" not in json.dumps(query, ensure_ascii=False)
