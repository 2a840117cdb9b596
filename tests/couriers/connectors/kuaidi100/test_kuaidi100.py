"""Kuaidi100's protocol. If it broke, a platform on 快递100 could neither print nor track.

Signatures: known answers of the vendor's own demo, github.com/kuaidi100-api/php-demo @01c5e86f
(`src/synquery.php`, `src/deliverytime.php`, `src/ele_cancel.php`), run unchanged but for key,
customer, secret and time. Messages: shapes of java-demo @68a6ab42 and of answers kept in public
code (go-tron/express-trace `kuaidi100_test.go`; HarriesCC/kuaidi100 `SubTest.php`), names and
numbers invented.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import httpx
import pytest

from yichuan.couriers.connectors.base import (
    BranchAccount,
    Contact,
    CourierError,
    Goods,
    Lane,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Access, Keys, Pushed, Refused
from yichuan.couriers.connectors.kuaidi100 import build, parse
from yichuan.couriers.connectors.kuaidi100.client import Kuaidi100Client
from yichuan.couriers.connectors.kuaidi100.companies import OURS_TO_THEIRS, THEIRS_TO_OURS
from yichuan.couriers.connectors.kuaidi100.door import Kuaidi100Door
from yichuan.couriers.connectors.wire import Wire

KEY, SECRET, CUSTOMER, SALT = "SampleKey123", "SampleSecret456", "A1B2C3", "123"
MOMENT = "1696982400000"
SENDER = Contact("张三", "四川省", "成都市", "双流区", "物流大道1号", mobile="13800000000")
RECEIVER = Contact("李四", "上海市", "上海市", "青浦区", "测试路2号", mobile="13900000000")
REQUEST = WaybillRequest(
    order_code="YC1",
    courier="YTO",
    sender=SENDER,
    receiver=RECEIVER,
    goods=(Goods("茶叶"),),
    account=BranchAccount("K100", "pw", "518000"),
    weight_g=1500,
    pieces=2,
)
SCANS = [
    {
        "time": "2021-12-15 20:15:14",
        "context": "【苏州转运中心】 已发出 下一站 【无锡转运中心公司】",
        "ftime": "2021-12-15 20:15:14",
        "areaCode": "CN320500000000",
        "areaName": "江苏,苏州市",
        "status": "干线",
        "statusCode": "1002",
    },
    {"time": "昨天", "context": "坏", "ftime": "昨天"},
    {
        "time": "2021-12-15 18:00:00",
        "context": "【某公司】 已收件",
        "ftime": "2021-12-15 18:00:00",
        "status": "揽收",
        "statusCode": "103",
    },
]
RESULT = {"message": "ok", "nu": "YT0000000000001", "com": "yuantong", "state": "0", "data": SCANS}


class Vendor:
    """Answers with the given bodies in turn and keeps what it was asked."""

    def __init__(self, *bodies: object) -> None:
        self.bodies = list(bodies)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, content=json.dumps(self.bodies.pop(0)).encode())

    def client(self, endpoint: str = "https://poll.kuaidi100.com") -> Kuaidi100Client:
        wire = Wire(httpx.AsyncClient(transport=httpx.MockTransport(self)))
        extra = {"secret2": SECRET, "salt": SALT}
        return Kuaidi100Client(Access(wire, endpoint, CUSTOMER, KEY, extra, "https://me/push/x"))

    def form(self, place: int = -1) -> dict[str, str]:
        fields = parse_qs(self.asked[place].content.decode())
        return {name: values[0] for name, values in fields.items()}


def test_signatures_are_the_vendors() -> None:
    """Known answers of the vendor's demo for a query, a forecast and a cancellation."""
    query = (
        '{"com":"yunda","num":"3950055201640","phone":"","from":"","to":"",'
        '"resultv2":"1","show":"0","order":"desc"}'
    )
    assert build.digest(query, KEY, CUSTOMER) == "BAED4670F435EC2373D0252477B72889"
    time = (
        '{"kuaidicom":"jd","from":"广东广州市白云区","to":"广东深圳市南山区",'
        '"orderTime":"2023-10-12 08:00:00","expType":"特惠送"}'
    )
    assert build.digest(time, MOMENT, KEY, SECRET) == "5B57CF0135D207677AA3E36BB2DD41C1"
    names = (
        "partnerId partnerKey partnerSecret partnerName net code kuaidicom kuaidinum orderId"
        " checkMan expType reason"
    )
    at = datetime.fromtimestamp(int(MOMENT) / 1000, UTC)
    form = build.signed(dict.fromkeys(names.split(), ""), KEY, SECRET, at)
    assert form["sign"] == "0C56FA654BAE3B9F56CB64B3A64300B7"
    assert form["t"] == MOMENT


async def test_calls_go_to_the_vendors_addresses() -> None:
    """Each call has its own host and path in production, and one host anywhere else."""
    vendor = Vendor(
        {**RESULT, "status": "200"},
        {"result": True, "returnCode": "200", "message": "提交成功"},
        [{"lengthPre": 15, "comCode": "yuantong", "name": "圆通速递"}, {"comCode": "nobody"}],
        {"code": 200, "data": {"kuaidinum": "YT0000000000001"}},
    )
    client = vendor.client()
    await client.track("YTO", "YT0000000000001", phone_last4="0000")
    await client.subscribe("YTO", "YT0000000000001")
    assert [c.courier for c in await client.recognise("YT0000000000001")] == ["YTO"]
    await client.issue(REQUEST)
    assert [str(request.url).partition("?")[0] for request in vendor.asked] == [
        "https://poll.kuaidi100.com/poll/query.do",
        "https://poll.kuaidi100.com/poll",
        "https://www.kuaidi100.com/autonumber/auto",
        "https://api.kuaidi100.com/label/order",
    ]
    subscription = json.loads(vendor.form(1)["param"])
    assert subscription["parameters"]["callbackurl"] == "https://me/push/x"
    assert (subscription["company"], subscription["key"]) == ("yuantong", KEY)
    asked = vendor.form(0)
    assert asked["sign"] == build.digest(asked["param"], KEY, CUSTOMER)
    elsewhere = Vendor([])
    await elsewhere.client("http://courier.test").recognise("1")
    assert elsewhere.asked[0].url.host == "courier.test"


async def test_a_number_and_what_the_label_needs() -> None:
    """A repeated order code must answer with the first number: `reorder` is false."""
    data = {
        "kuaidinum": "YT0000000000001",
        "childNum": "YT0000000000002",
        "taskId": "T1",
        "bulkpen": "300-024 B2",
        "destName": "上海青浦",
        "pkgName": "上海集包",
    }
    vendor = Vendor({"code": 200, "message": "success", "data": data, "time": 3})
    issued = await vendor.client().issue(REQUEST)
    assert (issued.number, issued.child_numbers) == ("YT0000000000001", ("YT0000000000002",))
    assert (issued.mark_destination, issued.package_name) == ("300-024 B2", "上海集包")
    assert (issued.order_code, issued.courier) == ("YC1", "YTO")
    param = json.loads(vendor.form()["param"])
    assert (param["orderId"], param["reorder"], param["weight"]) == ("YC1", False, 1.5)
    assert param["recMan"]["printAddr"] == "上海市青浦区测试路2号"
    assert (param["needChild"], param["count"], param["payType"]) == ("1", 2, "MONTHLY")


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        ({"code": 503, "message": "验证签名失败"}, "bad_signature", "refused"),
        ({"code": 30002, "message": "电子面单余额不足"}, "no_numbers_left", "refused"),
        ({"code": 30002, "message": "天上掉下来的错误"}, "rejected", "refused"),
        ({"code": 200, "data": {}}, "bad_answer", "unknown"),
        ("<html>", "bad_answer", "unknown"),
    ],
)
async def test_refusals_have_stable_codes(answer: object, code: str, outcome: str) -> None:
    """The courier's own words are kept; an unreadable answer is not taken for a refusal."""
    with pytest.raises(CourierError) as caught:
        await Vendor(answer).client().issue(REQUEST)
    assert (caught.value.code, caught.value.outcome) == (code, outcome)
    if isinstance(answer, dict) and "message" in answer:
        assert caught.value.courier_text == answer["message"]


async def test_a_history_is_read_oldest_first_and_one_bad_scan_costs_only_itself() -> None:
    """No result yet is an empty history; a courier we do not know is said so before any call."""
    update = parse.track(json.dumps(RESULT).encode(), "YTO", "YT0000000000001")
    assert [event.code for event in update.events] == ["103", "1002"]
    assert [event.detail for event in update.events] == ["picked_up", "in_transit"]
    assert update.events[0].occurred_at == datetime(2021, 12, 15, 10, tzinfo=UTC)
    assert len(update.rejected) == 1
    nothing = b'{"result":false,"returnCode":"500","message":"no result"}'
    assert parse.track(nothing, "YTO", "1").events == ()
    with pytest.raises(CourierError) as caught:
        parse.track(b'{"result":false,"returnCode":"601","message":"key"}', "YTO", "1")
    assert caught.value.code == "unknown_user"
    with pytest.raises(CourierError) as caught:
        await Vendor().client().track("NOBODY", "1")
    assert caught.value.code == "unknown_courier"


async def test_subscribing_twice_is_no_error() -> None:
    """501 重复订阅 means that the pushes will come."""
    vendor = Vendor({"result": False, "returnCode": "501", "message": "POLL:重复订阅"})
    assert (await vendor.client().subscribe("YTO", "1")).number == "1"


async def test_a_forecast_is_a_moment_of_china() -> None:
    """The vendor answers in local time."""
    vendor = Vendor({"code": 200, "data": {"arrivalTime": "2023-10-13 18:00:00"}})
    found = await vendor.client().forecast(Lane("JD", SENDER, RECEIVER, 1000, service="1"))
    assert found.by == datetime(2023, 10, 13, 10, tzinfo=UTC)
    assert json.loads(vendor.form()["param"])["expType"] == "特惠送"


def pushed(param: str, salt: str = SALT) -> Pushed:
    sign = hashlib.md5((param + salt).encode(), usedforsecurity=False).hexdigest().upper()
    return Pushed(urlencode({"param": param, "sign": sign}).encode())


def test_pushes_are_checked_read_and_answered() -> None:
    """A wrong salt is refused and kept; the answer is the vendor's own form."""
    door, keys = Kuaidi100Door(), Keys(CUSTOMER, KEY, {"salt": SALT})
    param = json.dumps({"status": "polling", "lastResult": RESULT}, ensure_ascii=False)
    content = door.open(pushed(param), keys)
    (update,) = door.read(content).updates
    assert (update.courier, update.number, len(update.events)) == ("YTO", "YT0000000000001", 2)
    with pytest.raises(Refused) as refused:
        door.open(pushed(param, "wrong"), keys)
    assert refused.value.keep
    with pytest.raises(Refused):
        door.open(Pushed(b"param=x"), keys)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert json.loads(door.answer(CUSTOMER, at, None).body)["returnCode"] == "200"
    assert json.loads(door.answer(CUSTOMER, at, "signature").body)["result"] is False


def test_corrected_couriers_and_given_up_numbers() -> None:
    """The vendor may correct the courier, and stops after three days without a trace."""
    message = {"status": "abort", "message": "3天查询无记录", "comNew": "shentong"}
    (update,) = parse.push(json.dumps({**message, "lastResult": RESULT}).encode()).updates
    assert (update.courier, update.ok, update.reason) == ("STO", False, "3天查询无记录")
    for junk in (b"", b"[]", b'{"lastResult":{"nu":"1","com":"nobody"}}', b"\xff"):
        batch = parse.push(junk)
        assert batch.updates == ()
        assert len(batch.rejected) == 1


def test_a_rejected_scan_can_be_read_again() -> None:
    """After the parser learned a form, a quarantined scan goes through the inbox once more."""
    door = Kuaidi100Door()
    (update,) = door.read(door.again("YTO", "YT1", json.dumps(SCANS[0]).encode())).updates
    assert (update.courier, update.number, len(update.events)) == ("YTO", "YT1", 1)
    with pytest.raises(ValueError, match="truncated"):
        door.again("YTO", "YT1", b"{")


def test_courier_codes_lead_back() -> None:
    """A pushed company must lead back to the courier it was subscribed for."""
    assert len(OURS_TO_THEIRS) > 1000
    assert all(THEIRS_TO_OURS[theirs] == ours for ours, theirs in OURS_TO_THEIRS.items())
