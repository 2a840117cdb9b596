"""J&T's protocol. If it broke, merchants with a 极兔 contract could neither print nor track.

Digests: the customer's digest is the known answer in public code (SignDemoUtils: account, password
and key of J&T's public test environment, `qonqb4O1eNr6VCWS07Ieeg==`; the hidden password stands in
avia's JtConfig); the header's is the answer of SignDemoUtils' `headersSign`, run unchanged. The
answer of addOrder is shaped like the sample of J&T's documents for another country; fields of
tracks and subscriptions: github.com/maxbetas/jtexpress @dc8a1fcf. Numbers and people are invented.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import httpx
import pytest

from yichuan.couriers.connectors.base import (
    BranchAccount,
    Contact,
    CourierError,
    Goods,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Access, Keys, Pushed, Refused
from yichuan.couriers.connectors.jtexpress import build, parse
from yichuan.couriers.connectors.jtexpress.client import JtClient
from yichuan.couriers.connectors.jtexpress.door import JtDoor
from yichuan.couriers.connectors.wire import Wire

KEY = "0258d71b55fc45e3ad7a7f38bf4b201a"
ACCOUNT = BranchAccount("J0086474299", "H5CD3zE6")
SENDER = Contact("张三", "四川省", "成都市", "双流区", "物流大道1号", mobile="13800000000")
RECEIVER = Contact("李四", "上海市", "上海市", "青浦区", "测试路2号", mobile="13900000000")
REQUEST = WaybillRequest("YC1", "JTSD", SENDER, RECEIVER, (Goods("茶叶"),), ACCOUNT, weight_g=1250)
NUMBER = "JT0000000000001"
ISSUED = {
    "code": "1",
    "msg": "success",
    "data": {
        "txlogisticId": "YC1",
        "billCode": NUMBER,
        "sortingCode": "020-J01-01",
        "createOrderTime": "2022-03-16 08:53:45",
        "lastCenterName": "华东转运中心",
    },
}
SCANS = [
    {
        "scanTime": "2026-01-02 09:00:00",
        "desc": "【上海青浦网点】的派件员正在派件",
        "scanType": "出仓扫描",
        "scanNetworkProvince": "上海",
        "scanNetworkCity": "上海市",
    },
    {"scanTime": "2026-01-01 09:00:00", "desc": "快件已揽收", "scanType": "快件揽收"},
    {"scanTime": "不知", "desc": "坏"},
    {"scanTime": "2026-01-02 12:00:00", "scanType": "问题件扫描", "problemType": "A2"},
]
TRACE = {"code": "1", "msg": "success", "data": [{"billCode": NUMBER, "details": SCANS}]}
REFUSED = {"code": "145003030", "msg": "headers signature failed"}


class Platform:
    """Answers with the given bodies in turn and keeps what it was asked."""

    def __init__(self, *bodies: object) -> None:
        self.bodies = list(bodies)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        body = self.bodies.pop(0)
        if isinstance(body, Exception):
            raise body
        return httpx.Response(200, content=json.dumps(body).encode())

    @property
    def client(self) -> JtClient:
        wire = Wire(httpx.AsyncClient(transport=httpx.MockTransport(self)))
        access = Access(wire, "http://jt.test/api", "178337126125932605", KEY, {}, "https://me/p")
        return JtClient(access)

    def content(self, place: int = -1) -> str:
        return parse_qs(self.asked[place].content.decode())["bizContent"][0]


def test_digests_are_the_platforms() -> None:
    """Known answers; a wrong one is refused as 145003030 or 145003031."""
    assert build.hidden("H5CD3zE6") == "6A272C3DD1F3CD2F92BF567C37040910"
    assert build.customer(ACCOUNT, KEY)["digest"] == "qonqb4O1eNr6VCWS07Ieeg=="
    assert build.digest('{"billCodes":"JT0000000000001"}', KEY) == "7vMNP33WHnY6v6RkVfODlA=="


async def test_a_number_is_asked_for_and_read() -> None:
    """The digest in the header is over the very text that is sent."""
    platform = Platform(ISSUED)
    issued = await platform.client.issue(REQUEST)
    assert (issued.number, issued.sorting_code) == (NUMBER, "020-J01-01")
    assert (issued.package_name, issued.courier) == ("华东转运中心", "JTSD")
    (request,) = platform.asked
    assert str(request.url) == "http://jt.test/api/order/addOrder"
    assert request.headers["digest"] == build.digest(platform.content(), KEY)
    assert request.headers["apiaccount"] == "178337126125932605"
    order = json.loads(platform.content())
    assert (order["txlogisticId"], order["weight"], order["payType"]) == ("YC1", "1.25", "PP_PM")
    assert order["receiver"]["area"] == "青浦区"


@pytest.mark.parametrize("change", [{"pieces": 2}, {"weight_g": 30_001}])
async def test_what_jt_does_not_take_is_said_before_the_call(change: dict[str, int]) -> None:
    """One box an order, up to 30 kg."""
    with pytest.raises(CourierError) as caught:
        await Platform().client.issue(replace(REQUEST, **change))
    assert caught.value.code == "bad_request"


async def test_a_lost_answer_is_looked_up_before_buying_again() -> None:
    """Known: that number. Unknown: bought now. Cannot be told: not bought."""
    known = {"code": "1", "data": [{"txlogisticId": "YC1", "billCode": NUMBER}]}
    platform = Platform(known)
    found = await platform.client.recover(REQUEST)
    assert (found.number, found.repeated, len(platform.asked)) == (NUMBER, True, 1)
    for nothing in ({"code": "1", "data": []}, {"code": "145003064", "msg": "数据不存在"}):
        platform = Platform(nothing, ISSUED)
        assert (await platform.client.recover(REQUEST)).repeated is False
        assert platform.asked[1].url.path.endswith("addOrder")
    platform = Platform(REFUSED)
    with pytest.raises(CourierError) as caught:
        await platform.client.recover(REQUEST)
    assert (caught.value.code, caught.value.outcome) == ("bad_signature", "unknown")
    assert len(platform.asked) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (REFUSED, "bad_signature"),
        ({"code": "145003031", "msg": "business digest"}, "account_refused"),
        ({"code": "145003041", "msg": "面单余额不足"}, "no_numbers_left"),
        ({"code": "999", "msg": "什么"}, "rejected"),
    ],
)
async def test_refusals_have_stable_codes(answer: object, code: str) -> None:
    """The platform's own code and words are kept."""
    with pytest.raises(CourierError) as caught:
        await Platform(answer).client.issue(REQUEST)
    assert (caught.value.code, caught.value.outcome) == (code, "refused")
    assert caught.value.courier_code == answer["code"]  # type: ignore[index]


async def test_an_answer_that_cannot_be_read_may_hide_a_number() -> None:
    """No number in a success, or no JSON: the outcome is unknown."""
    for answer in ({"code": "1", "data": {}}, "<html>"):
        with pytest.raises(CourierError) as caught:
            await Platform(answer).client.issue(REQUEST)
        assert (caught.value.code, caught.value.outcome) == ("bad_answer", "unknown")


async def test_a_history_is_read_oldest_first() -> None:
    """Scan types come by name; a problem's code is more exact; one bad scan costs only itself."""
    update = await Platform(TRACE).client.track("JTSD", NUMBER)
    assert [event.detail for event in update.events] == [
        "picked_up",
        "departed_from_hub",
        "refused",
    ]
    assert update.events[0].occurred_at == datetime(2026, 1, 1, 1, tzinfo=UTC)
    assert update.events[1].location == "上海上海市"
    assert len(update.rejected) == 1


async def test_subscribing_and_cancelling() -> None:
    """The push address goes with the subscription; a refused number is an error."""
    platform = Platform(
        {"code": "1", "data": {"list": [{"waybillCode": NUMBER, "isSuccess": True}]}},
        {"code": "1", "data": {"list": [{"waybillCode": NUMBER, "isSuccess": False}]}},
        {"code": "1", "msg": "success"},
        {"code": "145003064", "msg": "数据不存在"},
    )
    client = platform.client
    await client.subscribe("JTSD", NUMBER)
    assert json.loads(platform.content())["list"][0]["backUrl"] == "https://me/p"
    with pytest.raises(CourierError):
        await client.subscribe("JTSD", NUMBER)
    await client.cancel("YC1", "JTSD", NUMBER, ACCOUNT)
    assert json.loads(platform.content())["txlogisticId"] == "YC1"
    assert await client.check("JTSD", ACCOUNT) is None


@pytest.mark.parametrize("as_json", [True, False])
def test_pushes_are_checked_read_and_answered(as_json: bool) -> None:
    """Both forms that are seen: JSON with the digest beside it, a form with it in the header."""
    door, keys = JtDoor(), Keys("account", KEY)
    content = json.dumps({"billCode": NUMBER, "txlogisticId": "YC1", "details": SCANS})
    digest = build.digest(content, KEY)
    if as_json:
        body = json.dumps({"bizContent": content, "digest": digest}).encode()
        pushed = Pushed(body, {})
    else:
        pushed = Pushed(urlencode({"bizContent": content}).encode(), {"digest": digest})
    (update,) = door.read(door.open(pushed, keys)).updates
    assert (update.number, update.order_code, len(update.events)) == (NUMBER, "YC1", 3)
    with pytest.raises(Refused) as refused:
        door.open(pushed, Keys("account", "wrong"))
    assert refused.value.keep
    with pytest.raises(Refused):
        door.open(Pushed(b"nothing=1"), keys)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert json.loads(door.answer("account", at, None).body)["code"] == "1"
    again = door.read(door.again("JTSD", NUMBER, json.dumps(SCANS[0]).encode()))
    assert len(again.updates[0].events) == 1


def test_garbage_is_rejected_with_its_reason() -> None:
    """Nothing of a push vanishes."""
    for junk in (b"", b"1", b"[{}]", b"\xff"):
        batch = parse.push(junk)
        assert (len(batch.updates), len(batch.rejected)) == (0, 1)
