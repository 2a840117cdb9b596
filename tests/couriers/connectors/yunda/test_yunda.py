"""Yunda. If it broke, numbers would be bought twice, or not at all.

The signature's vector: the recipe of public PHP clients, md5(json . "_" . secret), run on PHP.
Requests: the fields of public clients in PHP and Java (on Yunda's SDK); answers: mail_no and
pdf_info, status and msg, steps, as they read them; codes: the table of a public PHP client.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from couriers.connectors.calls import RECEIVER, REQUEST, Server
from yichuan.couriers.connectors.base import (
    AddedService,
    BranchAccount,
    CourierError,
    WaybillRequest,
)
from yichuan.couriers.connectors.yunda import build
from yichuan.couriers.connectors.yunda.connector import CONNECTOR

YUNDA = replace(REQUEST, courier="YD")
NUMBER = "340987657890876"
LABEL = {"position": "杭州余杭", "position_no": "230-12", "package_wdjc": "杭州集", "remark": ""}
ROW = {"order_serial_no": "YC0001", "mail_no": NUMBER, "pdf_info": json.dumps([[LABEL]])}
USED = {"result": False, "code": "1001", "message": "该订单已存在,更新订单请使用更新接口"}
STEPS = [
    {"time": "2023-04-24 23:12:15", "station_name": "浙江义乌公司", "station_type": "1",
     "action": "GOT", "description": "已揽收"},
    {"time": "2023-04-26 09:14:38", "action": "RETURN", "city": "杭州市", "description": "退回"},
    {"time": "2023-04-27 09:14:38", "status": "RETURN", "description": "退回件"},
    {"time": None, "action": "SIGNED"},
]  # fmt: skip


def ok(data: object) -> dict:
    return {"result": True, "code": "0000", "message": "请求成功", "data": data}


def test_the_signature_as_php_makes_it() -> None:
    """Over the body, an underscore and the secret."""
    right = "3476c0cdab8658c6e17a3fcac748df8e"
    assert build.sign(b'{"mailno":"340987657890876"}', "key-for-tests") == right
    at = datetime(2024, 5, 1, tzinfo=UTC)
    assert build.headers(b'{"mailno":"340987657890876"}', "A", "key-for-tests", at) == {
        "app-key": "A",
        "sign": right,
        "req-time": "1714521600000",
        "Content-Type": "application/json; charset=UTF-8",
    }


def test_the_bodies_as_clients_send_them() -> None:
    """The township before the street; a telephone where there is no mobile number."""
    who = {"appid": "YC", "partner_id": "K100", "secret": "secret"}
    assert build.order(YUNDA, "YC") == who | {
        "orders": [
            {
                "order_serial_no": "YC0001",
                "khddh": "YC0001",
                "order_type": "common",
                "node_id": "350",
                "sender": {"name": "李某", "company": "示例商行", "province": "广东省",
                           "city": "深圳市", "county": "南山区", "address": "科技路1号",
                           "mobile": "13800000000"},
                "receiver": {"name": "王某", "province": "浙江省", "city": "杭州市",
                             "county": "西湖区", "address": "古荡街道文一路3号",
                             "mobile": "0571-00000000"},
                "items": [{"name": "茶叶", "number": 2}],
                "remark": "轻放",
            }
        ]
    }  # fmt: skip
    assert build.cancel("YC0001", NUMBER, YUNDA.account, "YC") == who | {
        "orders": [{"order_serial_no": "YC0001", "mailno": NUMBER}]
    }
    assert build.subscribe(NUMBER, "YC0001") == {
        "orders": [{"orderid": "YC0001", "mailno": NUMBER}]
    }
    assert build.subscribe(NUMBER, "")["orders"] == [{"orderid": NUMBER, "mailno": NUMBER}]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (replace(YUNDA, order_code=""), "bad_request"),
        (replace(YUNDA, account=BranchAccount("K100")), "bad_request"),
        (replace(YUNDA, receiver=replace(RECEIVER, tel="")), "bad_request"),
        (replace(YUNDA, pieces=2), "unsupported"),
        (replace(YUNDA, pay="recipient"), "unsupported"),
        (replace(YUNDA, services=(AddedService("COD", "12"),)), "unsupported"),
    ],
)
def test_what_cannot_be_said_is_not_sent(broken: WaybillRequest, code: str) -> None:
    """Nothing guessed: the unit of collected money is in no public document."""
    with pytest.raises(CourierError) as caught:
        build.order(broken, "YC")
    assert caught.value.code == code


async def test_the_calls() -> None:
    """One path for each interface; the signature holds."""
    told = {"mailno": NUMBER, "steps": STEPS}
    server = Server(ok([ROW]), ok(told), ok(None), ok([{"status": 1, "msg": ""}]), ok({}))
    client = server.client(CONNECTOR)
    issued = await client.issue(YUNDA)
    assert (issued.number, issued.mark_destination, issued.package_name, issued.repeated) == (
        NUMBER, "杭州余杭 230-12", "杭州集", False,
    )  # fmt: skip
    update = await client.track("YD", NUMBER)
    await client.subscribe("YD", NUMBER)
    await client.cancel("YC0001", "YD", NUMBER, YUNDA.account)
    await client.check("YD", YUNDA.account)
    assert [request.url.path for request in server.seen] == [
        "/openapi-api/v1/accountOrder/createBmOrder",
        "/openapi/outer/logictis/query",
        "/openapi/outer/logictis/subscribe",
        "/openapi-api/v1/accountOrder/cancelBmOrder",
        "/openapi-api/v1/accountOrder/searchCount",
    ]
    for request in server.seen:
        assert request.headers["app-key"] == "YC"
        assert request.headers["sign"] == build.sign(request.content, "key")
    assert [event.detail for event in update.events] == [
        "picked_up", "return_initiated", "returned_to_sender",
    ]  # fmt: skip
    assert update.events[0].occurred_at == datetime(2023, 4, 24, 15, 12, 15, tzinfo=UTC)
    assert [event.location for event in update.events] == ["浙江义乌公司", "杭州市", None]
    assert len(update.rejected) == 1


async def test_a_used_order_code_brings_its_number() -> None:
    """Yunda has it updated; nothing is bought twice."""
    for act in ("issue", "recover"):
        server = Server(USED, ok([ROW]))
        issued = await getattr(server.client(CONNECTOR), act)(YUNDA)
        assert (issued.number, issued.repeated) == (NUMBER, True)
        create, change = server.seen
        assert change.url.path == "/openapi-api/v1/accountOrder/updateBmOrder"
        assert create.content == change.content
    server = Server(ok([{"order_serial_no": "YC0001", "msg": USED["message"]}]), ok([ROW]))
    assert (await server.client(CONNECTOR).issue(YUNDA)).repeated


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        ({"result": False, "code": "7400", "message": "签名失败"}, "bad_signature", "refused"),
        ({"result": False, "code": "7503", "message": ""}, "quota_exceeded", "refused"),
        ({"result": False, "code": "1", "message": "电子面单余额不足"}, "no_numbers_left",
         "refused"),
        ({"result": False, "code": "7777", "message": "内部服务错误"}, "courier_busy", "unknown"),
        (ok([{"msg": "该地址超区不派送"}]), "area_not_served", "refused"),
        (ok([{"mail_no": ""}]), "bad_answer", "unknown"),
        (ok(None), "bad_answer", "unknown"),
        (b"<html>", "bad_answer", "unknown"),
        (b"[]", "bad_answer", "unknown"),
        (httpx.ReadTimeout("slow"), "no_answer", "unknown"),
    ],
)  # fmt: skip
async def test_refusals(answer: object, code: str, outcome: str) -> None:
    """By code, else in the courier's words; what says nothing nobody knows."""
    with pytest.raises(CourierError) as caught:
        await Server(answer).client(CONNECTOR).issue(YUNDA)
    assert (caught.value.code, caught.value.outcome) == (code, outcome)


@pytest.mark.parametrize("pdf_info", [None, "", "{", "[]", "[[]]", [[LABEL]]])
async def test_a_label_that_cannot_be_read_keeps_the_number(pdf_info: object) -> None:
    """The number was paid for."""
    issued = await Server(ok([ROW | {"pdf_info": pdf_info}])).client(CONNECTOR).issue(YUNDA)
    assert issued.number == NUMBER


async def test_other_refusals() -> None:
    """A cancellation fails in its row; a connection test fails for who asks, not for the number
    asked."""
    for row in ({"status": 0, "msg": "ERROR:订单已取消"}, {"msg": "ERROR:订单已取消"}):
        with pytest.raises(CourierError, match="already_cancelled"):
            await Server(ok([row])).client(CONNECTOR).cancel("YC0001", "YD", NUMBER, YUNDA.account)
    nobody = {"result": False, "code": "1", "message": "运单号不存在"}
    for fine in (ok(None), nobody):
        await Server(fine).client(CONNECTOR).check("YD", BranchAccount())
    denied = {"result": False, "code": "7100", "message": ""}
    with pytest.raises(CourierError, match="unknown_user"):
        await Server(denied).client(CONNECTOR).check("YD", BranchAccount())
    wrong = {"result": False, "code": "1", "message": "客户号密码错误"}
    with pytest.raises(CourierError, match="account_refused"):
        await Server(wrong).client(CONNECTOR).check("YD", YUNDA.account)
