"""STO. If it broke, numbers would not be issued, or pushes be refused or believed unsigned.

Signature vectors: the recipe of a public PHP client run on PHP, base64_encode(md5(content.secret,
TRUE)). Requests: the fields of public clients in Go, C# and Java with the manual's remarks;
answers and pushes: their models and beans (StoPushTraceDto, TraceInfo).
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote_plus

import httpx
import pytest

from couriers.connectors.calls import RECEIVER, REQUEST, Server
from yichuan.couriers.connectors.base import (
    AddedService,
    BranchAccount,
    CourierError,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Keys, Pushed, Refused
from yichuan.couriers.connectors.sto import build, parse
from yichuan.couriers.connectors.sto.connector import CONNECTOR
from yichuan.couriers.connectors.sto.door import StoDoor

STO = replace(REQUEST, courier="STO")
EXTRA = {"order_source": "YICHUAN"}
NUMBER = "777031922725111"
OK = {"success": "true", "errorCode": "", "errorMsg": "", "needRetry": "false", "requestId": "1",
      "expInfo": ""}  # fmt: skip
ISSUED = OK | {
    "data": {"orderNo": "YC0001", "waybillNo": NUMBER, "bigWord": "230 A12",
             "packagePlace": "杭州集"}
}  # fmt: skip
SCAN = {
    "waybillNo": NUMBER,
    "opOrgName": "浙江杭州转运中心",
    "opOrgCityName": "杭州市",
    "opTime": "2023-04-25 09:14:38",
    "scanType": "到件",
    "memo": "快件已到达【浙江杭州转运中心】",
}
PUSH = {"waybillNo": NUMBER, "linkCode": "YC0001", "trace": SCAN | {"scanType": "驿站代收"}}


def pushed(content: str, secret: str) -> Pushed:
    form = {"content": content, "data_digest": build.digest(content, secret)}
    return Pushed("&".join(f"{k}={quote_plus(v)}" for k, v in form.items()).encode())


@pytest.mark.parametrize(
    ("content", "digest"),
    [
        ('{"order":"desc","waybillNoList":["777031922725111"]}', "cho7Cx9qaiVVHusxnWv5Mw=="),
        ('{"a":"上海 +&=中文"}', "2B3QaEuxMuJ9bt4V5TpTFg=="),
    ],
)
def test_the_digest_as_php_makes_it(content: str, digest: str) -> None:
    """Over the text itself, before any escaping."""
    assert build.digest(content, "key-for-tests") == digest


def test_an_order_as_the_manual_names_it() -> None:
    """Kilograms and yuan, exactly; the township before the street; batteries not claimed."""
    asked = replace(STO, services=(AddedService("COD", "128.50"), AddedService("INSURE", "20")))
    assert json.loads(build.form(build.CREATE, build.order(asked, "YICHUAN"), "a", "c", "s")[
        "content"
    ]) == {
        "orderNo": "YC0001",
        "orderSource": "YICHUAN",
        "billType": "01",
        "orderType": "01",
        "sender": {"name": "李某", "mobile": "13800000000", "province": "广东省",
                   "city": "深圳市", "area": "南山区", "address": "科技路1号"},
        "receiver": {"name": "王某", "tel": "0571-00000000", "province": "浙江省",
                     "city": "杭州市", "area": "西湖区", "address": "古荡街道文一路3号"},
        "cargo": {"battery": "10", "goodsType": "小件", "goodsName": "茶叶", "goodsCount": 2,
                  "weight": 1.005},
        "customer": {"siteCode": "571001", "customerName": "K100", "sitePwd": "secret",
                     "monthCustomerCode": "7551234567"},
        "codValue": "128.50",
        "insuredAnnex": {"insuredValue": "20", "goodsValue": "25.00"},
        "payModel": "3",
        "remark": "轻放",
    }  # fmt: skip
    assert build.cancel(NUMBER, "YICHUAN") == {
        "billCode": NUMBER, "orderType": "01", "orderSource": "YICHUAN",
    }  # fmt: skip
    unpriced = replace(asked, goods=(replace(STO.goods[0], price_fen=None),))
    assert build.order(unpriced, "Y")["insuredAnnex"] == {"insuredValue": "20", "goodsValue": "20"}


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (replace(STO, order_code=""), "bad_request"),
        (replace(STO, account=BranchAccount("K100", "secret")), "bad_request"),
        (replace(STO, receiver=replace(RECEIVER, tel="")), "bad_request"),
        (replace(STO, pieces=2), "unsupported"),
        (replace(STO, pay="recipient"), "unsupported"),
        (replace(STO, services=(AddedService("XYZ", "12"),)), "unsupported"),
    ],
)
def test_what_cannot_be_said_is_not_sent(broken: WaybillRequest, code: str) -> None:
    """Nothing guessed."""
    with pytest.raises(CourierError) as caught:
        build.order(broken, "Y")
    assert caught.value.code == code


async def test_the_calls() -> None:
    """One address; interface and application in the form; the digest holds."""
    tracked = OK | {"data": {NUMBER: [SCAN, SCAN | {"opTime": None}]}}
    server = Server(ISSUED, tracked, OK, OK)
    client = server.client(CONNECTOR, EXTRA | {"from_code": "C1"})
    issued = await client.issue(STO)
    assert (issued.number, issued.mark_destination, issued.package_name) == (
        NUMBER, "230 A12", "杭州集",
    )  # fmt: skip
    update = await client.track("STO", NUMBER)
    await client.subscribe("STO", NUMBER)
    await client.cancel("YC0001", "STO", NUMBER, STO.account)
    assert {request.url.path for request in server.seen} == {"/gateway/link.do"}
    forms = [server.form(index) for index in range(4)]
    assert [(form["api_name"], form["to_appkey"], form["to_code"]) for form in forms] == [
        ("OMS_EXPRESS_ORDER_CREATE", "sto_oms", "sto_oms"),
        ("STO_TRACE_QUERY_COMMON", "sto_trace_query", "sto_trace_query"),
        ("STO_TRACE_PLATFORM_SUBSCRIBE", "sto_trace_platform", "sto_trace_platform"),
        ("EDI_MODIFY_ORDER_CANCEL", "edi_modify_order", "edi_modify_order"),
    ]
    assert all((form["from_appkey"], form["from_code"]) == ("YC", "C1") for form in forms)
    assert all(form["data_digest"] == build.digest(form["content"], "key") for form in forms)
    assert json.loads(forms[1]["content"]) == {"order": "asc", "waybillNoList": [NUMBER]}
    assert json.loads(forms[2]["content"]) == {"subscribeInfoList": [{"waybillNo": NUMBER}]}
    (event,) = update.events
    assert event.occurred_at == datetime(2023, 4, 25, 1, 14, 38, tzinfo=UTC)
    assert (event.detail, event.location) == ("arrived_at_hub", "杭州市")
    assert len(update.rejected) == 1


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        ({"success": "false", "errorCode": "X", "errorMsg": "验签失败"}, "bad_signature",
         "refused"),
        ({"success": False, "errorMsg": "电子面单余额不足"}, "no_numbers_left", "refused"),
        ({"success": "false", "errorMsg": "?"}, "rejected", "refused"),
        (OK | {"data": {}}, "bad_answer", "unknown"),
        (OK | {"data": None}, "bad_answer", "unknown"),
        (b"<html>", "bad_answer", "unknown"),
        (b"[]", "bad_answer", "unknown"),
        (httpx.ReadTimeout("slow"), "no_answer", "unknown"),
    ],
)  # fmt: skip
async def test_refusals(answer: object, code: str, outcome: str) -> None:
    """What is refused is refused in the courier's words; what has no number nobody knows."""
    with pytest.raises(CourierError) as caught:
        await Server(answer).client(CONNECTOR, EXTRA).issue(STO)
    assert (caught.value.code, caught.value.outcome) == (code, outcome)


async def test_other_refusals() -> None:
    """A lost answer cannot be asked for; a connection test fails for who asks, not for the
    number asked."""
    with pytest.raises(CourierError, match="cannot_recover"):
        await Server(ISSUED).client(CONNECTOR, EXTRA).recover(STO)
    nobody = {"success": "false", "errorMsg": "运单号不存在"}
    for fine in (OK, nobody):
        await Server(fine).client(CONNECTOR, EXTRA).check("STO", STO.account)
    for broken, code in (
        ({"success": "false", "errorMsg": "签名错误"}, "bad_signature"),
        (b"<html>", "bad_answer"),
        (httpx.Response(404), "http_error"),
    ):
        with pytest.raises(CourierError, match=code):
            await Server(broken).client(CONNECTOR, EXTRA).check("STO", STO.account)


def test_a_push() -> None:
    """Checked with the secret; our order code comes along."""
    door, keys = StoDoor(), Keys("YC", "key")
    content = json.dumps(PUSH, ensure_ascii=False)
    (update,) = door.read(door.open(pushed(content, "key"), keys)).updates
    assert (update.number, update.order_code) == (NUMBER, "YC0001")
    assert [event.detail for event in update.events] == ["delivery_to_locker"]
    with pytest.raises(Refused, match="signature"):
        door.open(pushed(content, "other"), keys)
    again = door.again("STO", "7", json.dumps(SCAN).encode())
    assert door.read(again).updates[0].number == "7"
    with pytest.raises(ValueError, match="no object"):
        door.again("STO", "7", b"[]")
    at = datetime(2024, 5, 1, tzinfo=UTC)
    assert json.loads(door.answer("YC", at, None).body)["success"] == "true"
    assert json.loads(door.answer("YC", at, "x").body)["errorMsg"] == "x"


@pytest.mark.parametrize("content", [b"", b"[", b"[]", b'{"trace":{}}'])
def test_what_is_not_read(content: bytes) -> None:
    """Nothing malformed raises."""
    batch = parse.push(content)
    assert (batch.updates, len(batch.rejected)) == ((), 1)


def test_forms_that_are_not_taken() -> None:
    """Without content or digest there is nothing to check."""
    for body in (b"", b"content=x", b"data_digest=x", b"%ff=1"):
        with pytest.raises(Refused):
            StoDoor().open(Pushed(body), Keys("YC", "key"))


async def test_several_numbers_are_one_query() -> None:
    """Each gets its own history; one that STO says nothing of gets an empty one."""
    server = Server(OK | {"data": {NUMBER: [SCAN]}})
    client = server.client(CONNECTOR, EXTRA)
    found = await client.track_many("STO", [NUMBER, "770000000000001"])
    assert [(one.number, len(one.events)) for one in found] == [(NUMBER, 1), ("770000000000001", 0)]
    assert len(server.seen) == 1
