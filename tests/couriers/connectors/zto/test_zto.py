"""ZTO. If it broke, numbers would not be issued, or pushes be refused or believed unsigned.

Signature vectors: ZTO's own SDK, run unchanged (ZTO-Express/zopsdk-node lib/index.js), and a push
of ZTO's sandbox of 2025-05-22 with its digest and the sandbox key, both in a public record of a
connection to ZTO (a shop system's documentation; its data is test data). Order, answer,
cancellation and subscription are those of the same record; fields of a queried scan: ScanTraceDTO
and ScanSiteDTO of a public client built on ZTO's SDK.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote_plus

import httpx
import pytest

from couriers.connectors.calls import RECEIVER, REQUEST, Server
from yichuan.couriers.connectors.base import AddedService, CourierError, WaybillRequest
from yichuan.couriers.connectors.connector import Keys, Pushed, Refused
from yichuan.couriers.connectors.zto import build, parse
from yichuan.couriers.connectors.zto.connector import CONNECTOR
from yichuan.couriers.connectors.zto.door import ZtoDoor

SANDBOX_KEY = "11109419708e0cc91fd0a1b9369d64c4"
ARRIVAL = (
    '{"billCode":"73100196611386","facilityCode":"37131","actionTime":"2025-05-22 15:07:46",'
    '"city":"郑州市","action":"ARRIVAL","facilityName":"郑州高新区",'
    '"desc":"【郑州市】快件已到达【郑州高新区】"}'
)
ARRIVAL_DIGEST = "dyCx2odSAY4Y7dGu6mDmSQ=="
ISSUED = {
    "result": {
        "bigMarkInfo": {"bagAddr": "沪西", "mark": "300- H12 09"},
        "verifyCode": None,
        "siteCode": "02100",
        "signBillInfo": None,
        "siteName": "上海",
        "billCode": "73100196611386",
        "orderCode": "250522000006047100",
        "partnerOrderCode": "SJ20250522",
    },
    "message": "成功",
    "status": True,
    "statusCode": "0000",
}
DONE = {"result": None, "message": "操作成功", "statusCode": "SYS000", "status": True}
ZTO = replace(REQUEST, courier="ZTO", account=replace(REQUEST.account, month_code=""))


def refused(code: str, words: str) -> dict:
    return {"result": None, "message": words, "status": False, "statusCode": code}


@pytest.mark.parametrize(
    ("body", "digest"),
    [
        ('{"billCode":"73100196611386","mobilePhone":"5514"}', "5uszUX9D5YCToNlzh1L/tw=="),
        ('{"a":"上海 +&=中文"}', "2B3QaEuxMuJ9bt4V5TpTFg=="),
    ],
)
def test_the_signatures_of_ztos_sdk(body: str, digest: str) -> None:
    """zopsdk-node with the key `key-for-tests`."""
    assert build.digest(body, "key-for-tests") == digest


def test_an_order_as_the_sandbox_took_it() -> None:
    """The record's names; grams; a corporate customer is named by its code alone."""
    assert build.order(ZTO) == {
        "partnerType": "2",
        "orderType": "1",
        "partnerOrderCode": "YC0001",
        "accountInfo": {"accountId": "K100", "accountPassword": "secret", "type": 1},
        "senderInfo": {
            "senderName": "李某", "senderMobile": "13800000000", "senderProvince": "广东省",
            "senderCity": "深圳市", "senderDistrict": "南山区", "senderAddress": "科技路1号",
        },
        "receiveInfo": {
            "receiverName": "王某", "receiverPhone": "0571-00000000",
            "receiverProvince": "浙江省", "receiverCity": "杭州市", "receiverDistrict": "西湖区",
            "receiverAddress": "古荡街道文一路3号",
        },
        "summaryInfo": {"quantity": 1},
        "orderItems": [{"name": "茶叶", "quantity": 2, "weight": 500}],
        "remark": "轻放",
    }  # fmt: skip
    group = build.order(replace(ZTO, account=replace(ZTO.account, month_code="GPG1")), "2")
    assert (group["partnerType"], group["orderType"]) == ("1", "2")
    assert group["accountInfo"] == {"customerId": "GPG1"}
    assert build.track("73100196611386", "5514") == {
        "billCode": "73100196611386",
        "mobilePhone": "5514",
    }
    assert build.cancel("73567696585000") == {"cancelType": "1", "billCode": "73567696585000"}


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (replace(ZTO, order_code=""), "bad_request"),
        (replace(ZTO, receiver=replace(RECEIVER, tel="")), "bad_request"),
        (replace(ZTO, receiver=replace(RECEIVER, address="路" * 201)), "bad_request"),
        (replace(ZTO, pieces=2), "unsupported"),
        (replace(ZTO, pay="recipient"), "unsupported"),
        (replace(ZTO, services=(AddedService("COD", "12"),)), "unsupported"),
    ],
)
def test_what_cannot_be_said_is_not_sent(broken: WaybillRequest, code: str) -> None:
    """No cut address, and no cash on delivery in a unit that we guessed."""
    with pytest.raises(CourierError) as caught:
        build.order(broken)
    assert caught.value.code == code


async def test_a_number() -> None:
    """Path, headers and signature of the call; the label's marks of the answer."""
    server = Server(ISSUED)
    issued = await server.client(CONNECTOR).issue(ZTO)
    assert (issued.number, issued.order_code) == ("73100196611386", "SJ20250522")
    assert (issued.mark_destination, issued.package_name) == ("300- H12 09", "沪西")
    assert issued.courier_order == "250522000006047100"
    (request,) = server.seen
    assert str(request.url) == "http://courier.test/zto.open.createOrder"
    assert request.headers["x-appkey"] == "YC"
    assert request.headers["x-datadigest"] == build.digest(request.content, "key")


async def test_the_other_calls() -> None:
    """Each method has its path; a lost answer cannot be asked for."""
    server = Server(DONE)
    client = server.client(CONNECTOR)
    await client.cancel("YC0001", "ZTO", "73100196611386", ZTO.account)
    await client.subscribe("ZTO", "73100196611386", phone_last4="5514")
    assert (await client.track("ZTO", "73100196611386")).events == ()
    assert [request.url.path.lstrip("/") for request in server.seen] == [
        "zto.open.cancelPreOrder",
        "zto.merchant.waybill.track.subsrcibe",
        "zto.merchant.waybill.track.query",
    ]
    with pytest.raises(CourierError) as caught:
        await client.recover(ZTO)
    assert (caught.value.code, caught.value.outcome) == ("cannot_recover", "unknown")
    await (
        Server(refused("E416", "不符合中通运单号规则校验"))
        .client(CONNECTOR)
        .check("ZTO", ZTO.account)
    )
    with pytest.raises(CourierError, match="bad_signature"):
        await Server(refused("S211", "签名错误")).client(CONNECTOR).check("ZTO", ZTO.account)


@pytest.mark.parametrize(
    ("answer", "code", "outcome", "retryable"),
    [
        (refused("S211", "签名错误"), "bad_signature", "refused", False),
        (refused("S206", "api qos limit"), "quota_exceeded", "refused", True),
        (refused("S200", "请求超时"), "courier_busy", "unknown", False),
        (refused("E404", "鉴权失败,未绑定电子面单账号"), "account_refused", "refused", False),
        (refused("X1", "电子面单余量不足"), "no_numbers_left", "refused", False),
        (b"<html>", "bad_answer", "unknown", False),
        ({"status": True, "statusCode": "0000", "result": {}}, "bad_answer", "unknown", False),
        (httpx.ReadTimeout("slow"), "no_answer", "unknown", False),
    ],
)
async def test_refusals(answer: object, code: str, outcome: str, retryable: bool) -> None:
    """ZTO's table of errors; a timeout behind its gateway may have issued a number."""
    with pytest.raises(CourierError) as caught:
        await Server(answer).client(CONNECTOR).issue(ZTO)
    error = caught.value
    assert (error.code, error.outcome, error.retryable) == (code, outcome, retryable)


def test_a_queried_history() -> None:
    """Milliseconds, the site's city; a row without a time costs only itself."""
    rows = [
        {
            "billCode": "73100196611386",
            "scanType": "收件",
            "scanDate": "1747897595000",
            "scanSite": {"name": "青浦华新", "code": "02191", "prov": "上海", "city": "上海市"},
            "desc": "【上海市】【青浦华新】已揽收",
        },
        {"scanType": "派件", "scanDate": "soon"},
    ]
    update = parse.track(rows, "73100196611386")
    (event,) = update.events
    assert event.occurred_at == datetime(2025, 5, 22, 7, 6, 35, tzinfo=UTC)
    assert (event.code, event.detail, event.location) == ("收件", "picked_up", "上海市")
    assert len(update.rejected) == 1


@pytest.mark.parametrize("as_json", [False, True])
def test_a_push_of_the_sandbox(as_json: bool) -> None:
    """ZTO's own signature holds; ARRIVAL of a push is a hub, not the locker of a query."""
    door, keys = ZtoDoor(), Keys("72089d3deb0ae445cdd35", SANDBOX_KEY)
    fields = {"data": ARRIVAL, "data_digest": ARRIVAL_DIGEST, "msg_type": "Traces"}
    if as_json:
        body = json.dumps(fields).encode()
    else:
        body = "&".join(f"{k}={quote_plus(v)}" for k, v in fields.items()).encode()
    (update,) = door.read(door.open(Pushed(body), keys)).updates
    (event,) = update.events
    assert update.number == "73100196611386"
    assert event.occurred_at == datetime(2025, 5, 22, 7, 7, 46, tzinfo=UTC)
    assert (event.detail, event.location) == ("arrived_at_hub", "郑州市")
    with pytest.raises(Refused, match="signature"):
        door.open(Pushed(body.replace(b"37131", b"37132")), keys)
    again = door.again("ZTO", "Z1", ARRIVAL.encode())
    assert door.read(again).updates[0].number == "Z1"


def test_pushes_that_are_not_taken_and_the_reply() -> None:
    """ZTO repeats a push until status is true; nothing malformed raises anything else."""
    door, at = ZtoDoor(), datetime(2024, 5, 1, tzinfo=UTC)
    assert json.loads(door.answer("YC", at, None).body)["status"] is True
    assert json.loads(door.answer("YC", at, "busy").body)["status"] is False
    for body in (b"", b"data=1", b"{", b"data=%ff&data_digest=x", b"[" * 5000):
        with pytest.raises(Refused):
            door.open(Pushed(body), Keys("YC", "key"))
    assert len(door.read(b"{}").rejected) == 1
    assert len(door.read(b"<").rejected) == 1
