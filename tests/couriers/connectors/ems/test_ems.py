"""China Post. If it broke, EMS and 邮政快递包裹 could not be sent, or pushes be believed unsealed.

Vectors: a body sealed by a public client (`ems-api.js` of a shop system, its function
`encryptLogisticsInterface` run unchanged under Node) with the key that the platform's own tool
CryptoThirdSM4Tools is shown with; a push of the platform's test environment of 2025-08-12 with its
key, and the recorded answers of 110001 and 040001, all in the tests of a public client
(com.frenzy `YfTestsSm4`, `SubscribePush`). Fields of an order and of its answer: YJT LogisticsCore
`CreateOrderModel` and `CreateOrderResponseBody`. People and numbers are invented, but the push's.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from couriers.connectors.calls import RECEIVER, REQUEST, SENDER, Server
from yichuan.couriers.connectors.base import (
    AddedService,
    BranchAccount,
    CourierError,
    Lane,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Access, Keys, Pushed, Refused
from yichuan.couriers.connectors.ems import build, parse
from yichuan.couriers.connectors.ems.client import EmsClient
from yichuan.couriers.connectors.ems.connector import CONNECTOR
from yichuan.couriers.connectors.ems.door import EmsDoor
from yichuan.couriers.connectors.wire import Wire

KEY = "TvaBgrhE46sft3nZlfe7xw=="
PUSH_KEY = "QkZWQnlSWGYyU0pTZno1NQ=="
PUSHED = (
    "|$4|kF9KM/Iuq04gYlfM8qjxCO3+dLFPovkCiEPsFRG85WLSu/eR/nuAccmh7ra1kAzUz1nPWcupVeKZAAr4I5oFaSey"
    "BDjGt7mECFGdy7NfqLfLJXiEDiU92H6D8xdp2Vgw4ju8N1vYJLuYLck2jAaCLFyy0uPfTZjhFEWteNoY0cv/dNQxMwR9"
    "36U4hMbrf5bBL351/5kQoNePLJoKkLQwI6O3Z60o64/jySoKg6cehfnM4vwEbiRlxvNA1WJk0Q0VB4lFnIoPgOyFkxOE"
    "B3JkoIq2kc3exCrp40bcD7no1OfT/3s0/aZUUAUS4UwNAEWrn9FmJsuHXDwKY+doqXkCX83K8U867PRDfTUJvQ70Jx8/"
    "yYGjTalkF3kDOrYGn+GtHLBEvQlKRbznE2/EEOqKHwbWIsUoxM1mP/LS9v9sQ1j/3TsEJSj3dpDpn52CXqXdVJCM1r88"
    "WVIS9oeI9AxthSC/b0CbeKSxe7P/E0Zf39Rd3o5OoDMLbD+wyN37Xx7w"
)
ENVELOPE = {
    "logitcsInterface": PUSHED,
    "method": "040002",
    "msgType": "0",
    "senderNo": "",
    "serialNo": "C3E7E1A2E6F44EB9B09EB9116C89FC86",
    "timeStamp": "2025-08-12 16:56:50",
    "version": "v1.0.0",
}
EMS = replace(REQUEST, courier="EMS")


def answered(body: object, code: str = "00000", words: str = "成功") -> dict:
    """`retBody` is a text."""
    text = json.dumps(body, ensure_ascii=False)
    return {"serialNo": "6331a8f6", "retCode": code, "retMsg": words, "retBody": text,
            "retDate": "", "success": code == "00000"}  # fmt: skip


ISSUED = answered(
    {
        "logisticsOrderNo": "YC0001",
        "waybillNo": "1200000000017",
        "routeCode": "310-A02-12 03",
        "packageCode": "31000200",
        "packageCodeName": "杭州集散",
        "markDestinationCode": "310",
        "markDestinationName": "杭州",
    }
)
SCANS = answered(
    {
        "responseItems": [
            {
                "traceNo": "LZ000000003CN", "waybillNo": "LZ000000003CN",
                "opTime": "2025-08-08 17:36:24", "opOrgProvName": "上海市", "opOrgCity": "上海市",
                "opOrgCode": "20131505", "opOrgName": "上海市浦东新区康桥揽投部", "opCode": "203",
                "opName": "收寄计费信息", "opDesc": "中国邮政 已收取邮件", "productName": "e邮宝",
            },
            {
                "waybillNo": "LZ000000003CN", "opTime": "2025-08-09 05:11:16",
                "opOrgCity": "上海市", "opOrgName": "上海王港邮件处理中心", "opCode": "989",
                "opName": "离开处理中心",
                "opDesc": "邮件离开【上海王港邮件处理中心】，正在发往下一站",
            },
            {
                "waybillNo": "LZ000000003CN", "opTime": "2025-08-11 13:27:00", "opOrgCity": "",
                "opOrgCode": "CX", "opCode": "457", "opName": "航空公司启运",
            },
            {"waybillNo": "LZ000000003CN", "opCode": "704", "deliverCode": "20",
             "opTime": "2025-08-20 09:00:00", "opDesc": "已投递"},
            {"waybillNo": "LZ000000003CN", "opCode": "954", "opDesc": "无时间"},
        ]
    }
)  # fmt: skip


def client(server: Server, endpoint: str = CONNECTOR.endpoint, key: str = KEY) -> EmsClient:
    wire = Wire(httpx.AsyncClient(transport=httpx.MockTransport(server)))
    return EmsClient(Access(wire, endpoint, "1100000000000", key, {"authorization": "grant"}))


def said(server: Server) -> object:
    """What a call's sealed body says."""
    text = build.opened(server.form()["logitcsInterface"], KEY)
    assert text.endswith(KEY)
    return json.loads(text.removesuffix(KEY))


@pytest.mark.parametrize(
    ("text", "sealed"),
    [
        (
            '{"waybillNo":"9800000000001","direction":"0"}',
            "|$4|z2J8Hg8rKWVdt0m7FprGg0TkulluvIYEz/hkJnpx1ycSVlhvzM/cMBy9OLZBZNUEi73Yw+RMWGLFPuzvWVDU"
            "8WZ7P47C9AoC2eADX4Y+QS4=",
        ),
        (
            '{"address":"上海 +&=中文"}',
            "|$4|eFV2UtCc2TIZSA6mmkcDfa7idFfXU3/gi1rM1RRPNY17vU5k70BmqIMs/0+ZMpfE8wzGGtTYu6a7PFkJT0LS"
            "nw==",
        ),
    ],
)
def test_a_body_is_sealed_as_others_seal_it(text: str, sealed: str) -> None:
    """SM4 in ECB mode over the JSON and the key's text."""
    assert build.seal(text + KEY, KEY) == sealed
    assert build.opened(sealed, KEY) == text + KEY


async def test_a_number_is_asked_for_and_read() -> None:
    """An array of one order in grams; the label's marks of the answer."""
    server = Server(ISSUED)
    issued = await client(server).issue(EMS)
    assert (issued.number, issued.order_code) == ("1200000000017", "YC0001")
    assert (issued.mark_destination, issued.sorting_code) == ("杭州", "310-A02-12 03")
    assert (issued.package_code, issued.package_name) == ("31000200", "杭州集散")
    (request,) = server.seen
    assert str(request.url) == CONNECTOR.endpoint
    form = server.form()
    assert (form["apiCode"], form["senderNo"], form["authorization"]) == (
        "020003", "1100000000000", "grant",
    )  # fmt: skip
    (order,) = said(server)
    assert (order["bizProductNo"], order["weight"], order["contentsAttribute"]) == (
        "1",
        "1005",
        "3",
    )
    assert order["receiver"] == {
        "name": "王某", "phone": "0571-00000000", "prov": "浙江省", "city": "杭州市",
        "county": "西湖区", "address": "古荡街道文一路3号",
    }  # fmt: skip
    assert order["cargos"] == [
        {"cargoName": "茶叶", "cargoQuantity": "2", "cargoWeight": "500", "cargoValue": "12.50"}
    ]


async def test_each_of_the_posts_couriers_has_its_product() -> None:
    """快递包裹 and 标快 are cheaper and slower than EMS: a mix-up would be paid for."""
    for courier, service, product in (
        ("YZPY", "1", "2"), ("YZBK", "1", "11"), ("EMS", "10", "10"),
    ):  # fmt: skip
        server = Server(ISSUED)
        issued = await client(server).issue(replace(EMS, courier=courier, exp_type=service))
        (order,) = said(server)
        assert (issued.courier, order["bizProductNo"]) == (courier, product)


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (replace(EMS, order_code=""), "bad_request"),
        (replace(EMS, receiver=replace(RECEIVER, tel="")), "bad_request"),
        (replace(EMS, pieces=2), "unsupported"),
        (replace(EMS, pay="recipient"), "unsupported"),
        (replace(EMS, services=(AddedService("COD", "12"),)), "unsupported"),
    ],
)
async def test_what_cannot_be_said_is_not_sent(broken: WaybillRequest, code: str) -> None:
    """Nothing is guessed about what is paid for."""
    server = Server(ISSUED)
    with pytest.raises(CourierError) as caught:
        await client(server).issue(broken)
    assert (caught.value.code, server.seen) == (code, [])


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        (answered(None, "B00001", "授权码校验失败"), "bad_signature", "refused"),
        (answered(None, "B00001", "物流订单号重复"), "order_exists", "refused"),
        (answered(None, "S00001", "系统异常"), "courier_busy", "refused"),
        (answered({}), "bad_answer", "unknown"),
        (b"<html>", "bad_answer", "unknown"),
        (httpx.ReadTimeout("late"), "no_answer", "unknown"),
    ],
)
async def test_refusals_have_stable_codes(answer: object, code: str, outcome: str) -> None:
    """A code that only says whose fault it was lets the words decide; a lost number is in doubt."""
    with pytest.raises(CourierError) as caught:
        await client(Server(answer)).issue(EMS)
    assert (caught.value.code, caught.value.outcome) == (code, outcome)


async def test_after_a_lost_answer_a_person_looks() -> None:
    """Nobody knows what a repeat would bring: it is not tried."""
    server = Server(ISSUED)
    with pytest.raises(CourierError) as caught:
        await client(server).recover(EMS)
    assert (caught.value.code, caught.value.outcome, server.seen) == (
        "cannot_recover",
        "unknown",
        [],
    )


async def test_a_key_that_is_none_is_said_before_the_call() -> None:
    """An operator who pasted half a key is told so."""
    server = Server(ISSUED)
    with pytest.raises(CourierError) as caught:
        await client(server, key="c2hvcnQ=").issue(EMS)
    assert (caught.value.code, server.seen) == ("bad_signature", [])


async def test_a_history_is_read_and_a_fresh_number_has_none() -> None:
    """How it was delivered says more than that it was; one bad scan costs only itself."""
    server = Server(SCANS)
    update = await client(server).track("EMS", "LZ000000003CN")
    assert [event.detail for event in update.events] == [
        "picked_up", "departed_from_hub", "departed_from_hub", "signed_by_third_party",
    ]  # fmt: skip
    assert update.events[0].occurred_at == datetime(2025, 8, 8, 9, 36, 24, tzinfo=UTC)
    assert (update.events[2].text, update.events[2].location) == ("航空公司启运", None)
    assert len(update.rejected) == 1
    assert said(server) == {"waybillNo": "LZ000000003CN", "direction": "0"}
    nothing = client(Server(answered(None, "B00001", "无查询信息")))
    assert (await nothing.track("EMS", "1200000000017")).events == ()
    assert await nothing.check("EMS", BranchAccount()) is None
    with pytest.raises(CourierError, match="bad_signature"):
        await client(Server(answered(None, "B00001", "授权码校验失败"))).check(
            "EMS", BranchAccount()
        )


async def test_cancelling_and_pricing() -> None:
    """The sandbox is another path of the same server; a host alone gets production's."""
    server = Server(answered({}))
    await client(server, CONNECTOR.sandbox or "").cancel(
        "YC0001", "EMS", "1200000000017", BranchAccount()
    )
    assert str(server.seen[0].url).endswith("/amp/api/test")
    assert said(server) == {
        "logisticsOrderNo": "YC0001", "waybillNo": "1200000000017", "cancelReason": "取消发货",
    }  # fmt: skip
    server = Server(answered({"standardFee": "20.00", "realFee": "12.34", "totalFee": "12.34"}))
    (price,) = await client(server, "http://courier.test").prices(
        Lane("EMS", SENDER, RECEIVER, 500)
    )
    assert (price.amount_minor, price.currency, price.service) == (1234, "CNY", "10")
    assert server.seen[0].url.path == build.PATH
    assert said(server)["receiveInfo"] == "浙江省杭州市西湖区古荡街道文一路3号"
    assert parse.price({}, "EMS") == []


def test_the_platforms_own_push_is_opened_and_read() -> None:
    """Recorded: sealed by the platform, opened with the customer's key."""
    door, keys = EmsDoor(), Keys("1100000000000", PUSH_KEY)
    content = door.open(Pushed(json.dumps(ENVELOPE).encode()), keys)
    (update,) = door.read(content).updates
    (event,) = update.events
    assert (update.courier, update.number, update.order_code) == (
        "EMS", "1295780512499", "222105314900991",
    )  # fmt: skip
    assert (event.code, event.detail, event.location) == ("203", "picked_up", "金华市")
    assert event.occurred_at == datetime(2025, 8, 12, 8, 56, 50, tzinfo=UTC)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert json.loads(door.answer("1100000000000", at, None).body)["code"] == "00000"
    assert json.loads(door.answer("1100000000000", at, "no").body)["code"] == "S00001"
    again = door.read(door.again("EMS", "1295780512499", content))
    assert again.updates[0].events == update.events


def test_what_another_sealed_is_refused() -> None:
    """It is kept for a person to see; garbage is not."""
    door = EmsDoor()
    with pytest.raises(Refused) as refused:
        door.open(Pushed(json.dumps(ENVELOPE).encode()), Keys("1100000000000", KEY))
    assert (refused.value.reason, refused.value.keep) == ("signature", True)
    for junk in (b"", b"{}", b"<html>"):
        with pytest.raises(Refused):
            door.open(Pushed(junk), Keys("1100000000000", PUSH_KEY))
    for junk in (b"1", b"{}", b"[1]", b"\xff"):
        batch = door.read(junk)
        assert (batch.updates, len(batch.rejected)) == ((), 1), junk
