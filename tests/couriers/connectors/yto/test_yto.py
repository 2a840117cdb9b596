"""YTO. If it broke, numbers would not be issued, or pushes be refused or believed unsigned.

Signature vectors: the worked examples of YTO's own manual (opentest with 123456; the push
<order></order> with 123456), as public clients keep them in their comments. Requests: the fields
of public clients of each interface; answers: mailNo, shortAddress and logisticsNo as those clients
read them, and a sample history that one of them carries; pushes: a public receiver's UpdateInfo.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote_plus

import httpx
import pytest

from couriers.connectors.calls import RECEIVER, REQUEST, SENDER, Server
from yichuan.couriers.connectors.base import (
    AddedService,
    CourierError,
    PickupRequest,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Keys, Pushed, Refused
from yichuan.couriers.connectors.digests import md5_base64
from yichuan.couriers.connectors.yto import build, parse
from yichuan.couriers.connectors.yto.connector import CONNECTOR
from yichuan.couriers.connectors.yto.door import YtoDoor

YTO = replace(REQUEST, courier="YTO", order_code="YC00000001")
EXTRA = {"app_id": "05L9aS"}
ISSUED = {"mailNo": "YT2819014489339", "logisticsNo": "YC00000001", "shortAddress": "230-041-006"}
SCANS = [
    {
        "waybill_No": "YT2000000000000",
        "upload_Time": "2023-04-24 23:12:15",
        "infoContent": "DEPARTURE",
        "processInfo": "您的快件离开【浙江省金华市义乌市上溪镇】，准备发往【义乌转运中心直营公司】",
        "city": "金华市",
        "district": "义乌市",
    },
    {
        "waybill_No": "YT2000000000000",
        "upload_Time": "2023-04-25 09:14:38",
        "infoContent": "ARRIVAL",
        "processInfo": "您的快件已经到达【上虞转运中心公司】",
        "city": "绍兴市",
        "district": "上虞区",
    },
    {"waybill_No": "YT2000000000000", "upload_Time": None, "infoContent": "SIGNED"},
]
PUSH = (
    "<UpdateInfo><logisticProviderID>YTO</logisticProviderID><clientID>K21000119</clientID>"
    "<mailNo>YT2000000000000</mailNo><txLogisticID>YC00000001</txLogisticID>"
    "<infoType>STATUS</infoType><infoContent>INBOUND</infoContent>"
    "<acceptTime>2023-04-25 13:50:14.0 CST</acceptTime><remark>已放入 A&amp;B 柜</remark>"
    "<city>绍兴市</city></UpdateInfo>"
)


def pushed(xml: str, secret: str) -> Pushed:
    form = {
        "logistics_interface": xml,
        "data_digest": build.push_digest(xml, secret),
        "clientId": "K21000119",
        "type": "online",
    }
    return Pushed("&".join(f"{k}={quote_plus(v)}" for k, v in form.items()).encode())


def test_the_signatures_of_the_manual() -> None:
    """Of a call (param + method + version) and of a push."""
    assert md5_base64("opentest123456") == "YLstCNa3x8ijQx16e/jqOA=="
    assert build.push_digest("<order></order>", "123456") == "LghTkEmsD2tbQ3fsIBRcBg=="
    assert build.sign("p", "m", "s") == md5_base64("pmv1s")


def test_an_order_as_the_manual_names_it() -> None:
    """Kilograms and yuan, exactly; the township before the street."""
    asked = replace(YTO, services=(AddedService("COD", "128.50"),))
    assert json.loads(json.loads(build.body(build.order(asked), build.CREATE, "key",
                                            datetime(2024, 5, 1, tzinfo=UTC)))["param"]) == {
        "logisticsNo": "YC00000001",
        "senderName": "李某", "senderProvinceName": "广东省", "senderCityName": "深圳市",
        "senderCountyName": "南山区", "senderAddress": "科技路1号", "senderMobile": "13800000000",
        "recipientName": "王某", "recipientProvinceName": "浙江省", "recipientCityName": "杭州市",
        "recipientCountyName": "西湖区", "recipientAddress": "古荡街道文一路3号",
        "recipientMobile": "0571-00000000",
        "goods": [{"name": "茶叶", "quantity": 2, "weight": 0.5, "price": 12.5}],
        "productCode": "PK",
        "remark": "轻放",
        "increments": [{"type": 1, "amount": "128.50"}],
        "weight": 1.005,
    }  # fmt: skip
    assert build.cancel("DXqXQ0G135P", "测试") == {"logisticsNo": "DXqXQ0G135P",
                                                   "cancelDesc": "测试"}  # fmt: skip
    assert build.subscribe("YT1", "K1") == {
        "client_id": "K1",
        "msg_type": "online",
        "logistics_interface": '{"clientId":"K1","waybillNo":"YT1"}',
    }


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (replace(YTO, order_code="YC0001"), "bad_request"),  # at least seven characters
        (replace(YTO, receiver=replace(RECEIVER, tel="")), "bad_request"),
        (replace(YTO, pieces=2), "unsupported"),
        (replace(YTO, pay="recipient"), "unsupported"),
        (replace(YTO, services=(AddedService("XYZ", "12"),)), "unsupported"),
    ],
)
def test_what_cannot_be_said_is_not_sent(broken: WaybillRequest, code: str) -> None:
    """The manual's limits, and nothing guessed."""
    with pytest.raises(CourierError) as caught:
        build.order(broken)
    assert caught.value.code == code


async def test_a_number() -> None:
    """The address names interface, application and customer; the signature holds."""
    server = Server(ISSUED)
    issued = await server.client(CONNECTOR, EXTRA).issue(YTO)
    assert (issued.number, issued.mark_destination) == ("YT2819014489339", "230-041-006")
    assert str(server.seen[0].url) == (
        "http://courier.test/open/privacy_create_adapter/v1/05L9aS/YC"
    )
    sent = server.json()
    assert (sent["format"], len(sent["timestamp"])) == ("JSON", 13)
    assert sent["sign"] == build.sign(sent["param"], "privacy_create_adapter", "key")


async def test_tracking_has_its_own_code_and_secret() -> None:
    """YTO gives them by interface."""
    server = Server(SCANS, {"success": True}, {"logisticsNo": "YC00000001"})
    extra = EXTRA | {"track_customer": "T1", "track_secret": "track-key"}
    client = server.client(CONNECTOR, extra)
    update = await client.track("YTO", "YT2000000000000")
    await client.subscribe("YTO", "YT2000000000000")
    await client.cancel("YC00000001", "YTO", "YT2000000000000", YTO.account)
    assert [request.url.path for request in server.seen] == [
        "/open/track_query_adapter/v1/05L9aS/T1",
        "/open/subscribe_adapter/v1/05L9aS/T1",
        "/open/korder_cancel_adapter/v1/05L9aS/YC",
    ]
    sent = server.json(0)
    assert sent["sign"] == build.sign(sent["param"], "track_query_adapter", "track-key")
    assert [(e.code, e.detail) for e in update.events] == [
        ("DEPARTURE", "departed_from_hub"),
        ("ARRIVAL", "arrived_at_hub"),
    ]
    assert update.events[0].occurred_at == datetime(2023, 4, 24, 15, 12, 15, tzinfo=UTC)
    assert len(update.rejected) == 1


async def test_a_pickup_is_an_order_with_a_time() -> None:
    """China's time; the number comes at once."""
    server = Server(ISSUED)
    wish = PickupRequest(
        "YC00000001", "YTO", SENDER, RECEIVER, YTO.goods,
        start=datetime(2024, 5, 1, 2, 0, tzinfo=UTC), end=datetime(2024, 5, 1, 4, 0, tzinfo=UTC),
    )  # fmt: skip
    booked = await server.client(CONNECTOR, EXTRA).book_pickup(wish)
    param = json.loads(server.json()["param"])
    assert (param["startTime"], param["endTime"]) == ("2024-05-01 10:00:00", "2024-05-01 12:00:00")
    assert (booked.order_code, booked.number) == ("YC00000001", "YT2819014489339")
    with pytest.raises(CourierError, match="unsupported"):
        build.pickup(replace(wish, number="YT1"))


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        ({"success": False, "message": "签名验证失败"}, "bad_signature", "refused"),
        ({"reason": "电子面单余额不足"}, "no_numbers_left", "refused"),
        ({"message": "该地址超区不派送"}, "area_not_served", "refused"),
        ({"message": "?"}, "rejected", "refused"),
        (b"<html>", "bad_answer", "unknown"),
        (b"[]", "bad_answer", "unknown"),
        (httpx.ReadTimeout("slow"), "no_answer", "unknown"),
    ],
)
async def test_refusals(answer: object, code: str, outcome: str) -> None:
    """What has no number is refused in the courier's words, or nobody knows."""
    with pytest.raises(CourierError) as caught:
        await Server(answer).client(CONNECTOR, EXTRA).issue(YTO)
    assert (caught.value.code, caught.value.outcome) == (code, outcome)


async def test_other_refusals() -> None:
    """A cancellation must name its order; a lost answer cannot be asked for; a connection test
    fails for who asks, not for the number asked."""
    for answer in ({"logisticsNo": "OTHER"}, {"success": "false", "logisticsNo": "YC00000001"}):
        with pytest.raises(CourierError):
            await (
                Server(answer)
                .client(CONNECTOR, EXTRA)
                .cancel("YC00000001", "YTO", "YT1", YTO.account)
            )
    with pytest.raises(CourierError, match="cannot_recover"):
        await Server(ISSUED).client(CONNECTOR, EXTRA).recover(YTO)
    await Server([]).client(CONNECTOR, EXTRA).check("YTO", YTO.account)
    await Server({"message": "运单号不存在"}).client(CONNECTOR, EXTRA).check("YTO", YTO.account)
    with pytest.raises(CourierError, match="bad_signature"):
        await Server({"message": "签名错误"}).client(CONNECTOR, EXTRA).check("YTO", YTO.account)
    for broken, code in ((b"<html>", "bad_answer"), (httpx.Response(404), "http_error")):
        with pytest.raises(CourierError, match=code):
            await Server(broken).client(CONNECTOR, EXTRA).check("YTO", YTO.account)


def test_a_push() -> None:
    """Checked with the tracking secret; times in CST are China's; the reply is XML."""
    door, keys = YtoDoor(), Keys("YC", "key", {"track_secret": "track-key"})
    (update,) = door.read(door.open(pushed(PUSH, "track-key"), keys)).updates
    (event,) = update.events
    assert (update.number, update.order_code) == ("YT2000000000000", "YC00000001")
    assert event.occurred_at == datetime(2023, 4, 25, 5, 50, 14, tzinfo=UTC)
    assert (event.detail, event.text) == ("delivery_to_locker", "已放入 A&B 柜")
    with pytest.raises(Refused, match="signature"):
        door.open(pushed(PUSH, "key"), keys)
    again = door.again("YTO", "YT9", b'{"infoContent":"GOT","acceptTime":"2023-04-25 13:50:14"}')
    assert door.read(again).updates[0].events[0].detail == "picked_up"
    at = datetime(2024, 5, 1, tzinfo=UTC)
    assert b"<success>true</success>" in door.answer("YC", at, None).body
    assert b"<success>false</success><reason>&lt;" in door.answer("YC", at, "<").body


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<UpdateInfo>",
        "<UpdateInfo><mailNo/></UpdateInfo>",
        '<!DOCTYPE x [<!ENTITY a "b">]><UpdateInfo><mailNo>&a;</mailNo></UpdateInfo>',
    ],
)
def test_xml_that_is_not_read(xml: str) -> None:
    """Nothing malformed raises, and nothing that expands is expanded."""
    batch = parse.push(xml.encode())
    assert (batch.updates, len(batch.rejected)) == ((), 1)


def test_forms_that_are_not_taken() -> None:
    """Without content or digest there is nothing to check."""
    for body in (b"", b"logistics_interface=x", b"data_digest=x", b"%ff=1"):
        with pytest.raises(Refused):
            YtoDoor().open(Pushed(body), Keys("YC", "key"))
