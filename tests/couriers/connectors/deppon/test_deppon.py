"""Deppon's protocol. If it broke, bulky goods could neither be labelled nor followed.

The digest is the answer of a public client (zoujingli/ThinkLibrary `express/Deppon.php`, run
unchanged but for number and time). Answers are the platform's samples as kept in the comments of
another (Masonx ExpressDelivery: createOrderNotify, queryOrder, newTraceQuery); that an order
repeated is refused with 2006 and an empty history is no error was seen by a third in production
in 2026-09. People and numbers are invented.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import httpx
import pytest

from yichuan.couriers.connectors.base import (
    AddedService,
    BranchAccount,
    Contact,
    CourierError,
    Goods,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Access, Keys, Pushed, Refused
from yichuan.couriers.connectors.deppon import build, parse
from yichuan.couriers.connectors.deppon.client import DepponClient
from yichuan.couriers.connectors.deppon.door import DepponDoor
from yichuan.couriers.connectors.wire import Wire

KEY = "f3ec81bd9887f63254a41801a2e4db8a"
SENDER = Contact("张三", "四川省", "成都市", "双流区", "物流大道1号", mobile="13800000000")
RECEIVER = Contact("李四", "上海市", "上海市", "青浦区", "测试路2号", mobile="13900000000")
REQUEST = WaybillRequest(
    "YC1", "DBL", SENDER, RECEIVER, (Goods("瓷砖"),), BranchAccount("219401"), weight_g=48_500
)
DONE = {
    "result": "true",
    "reason": "成功",
    "mailNo": "6229932829,6229932830",
    "logisticID": "UAMZYC1",
    "resultCode": "1000",
}
REPEATED = {"result": "false", "reason": "渠道单号或运单号重复！", "resultCode": "2006"}
KNOWN = {
    "result": "true",
    "resultCode": "1000",
    "responseParam": {"logisticID": "UAMZYC1", "mailNo": "6229932829", "statusType": "GOT"},
}
NONE_KNOWN = {"result": "false", "reason": "不存在订单信息", "resultCode": "2006"}
SCANS = [
    {"city": "广州市", "description": "签收", "status": "SIGNED", "time": "2020-07-14 09:00:00"},
    {
        "city": "广州市",
        "description": "运输中,离开【广州市转运中心】,下一站【某某营业部】",
        "site": "转运中心",
        "status": "DEPARTURE",
        "time": "2020-07-13 13:58:37",
    },
    {"description": "无时间", "status": "GOT"},
]
TRACE = {"result": "true", "responseParam": {"trace_list": SCANS, "tracking_number": "6293222153"}}


class Platform:
    """Answers with the given bodies in turn and keeps what it was asked."""

    def __init__(self, *bodies: object) -> None:
        self.bodies = list(bodies)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, content=json.dumps(self.bodies.pop(0)).encode())

    def client(self, endpoint: str = "https://dpapi.deppon.com") -> DepponClient:
        wire = Wire(httpx.AsyncClient(transport=httpx.MockTransport(self)))
        return DepponClient(Access(wire, endpoint, "EWBTEST", KEY, {"sign": "UAMZ"}))

    def form(self, place: int = -1) -> dict[str, str]:
        fields = parse_qs(self.asked[place].content.decode())
        return {name: values[0] for name, values in fields.items()}

    def paths(self) -> list[str]:
        return [f"{request.url.host}{request.url.path}" for request in self.asked]


def test_the_digest_is_the_platforms() -> None:
    """Hexadecimal MD5 in base64, unlike most others' raw bytes."""
    found = build.digest('{"mailNo":"7810449060"}', KEY, "1600000000123")
    assert found == "OTA5NjNjYWMyYTgxZDVmODc5MDhjNGJjNzYzMzFiNzk="


async def test_an_order_and_its_numbers() -> None:
    """Orders go to their own gateway; several pieces bring a mother and children."""
    platform = Platform(DONE)
    upstairs = replace(REQUEST, pieces=2, services=(AddedService("UPSTAIRS"),))
    issued = await platform.client().issue(upstairs)
    assert (issued.number, issued.child_numbers) == ("6229932829", ("6229932830",))
    path = "gwapi.deppon.com/dop-interface-async/standard-order/createOrderNotify.action"
    assert platform.paths() == [path]
    form = platform.form()
    assert form["digest"] == build.digest(form["params"], KEY, form["timestamp"])
    order = json.loads(form["params"])
    assert (order["logisticID"], order["customerCode"]) == ("UAMZYC1", "219401")
    assert order["packageInfo"]["deliveryType"] == "4"
    assert order["packageInfo"]["totalWeight"] == 48.5
    assert order["payType"] == "2"


async def test_the_sandbox_has_paths_of_its_own() -> None:
    """What works there is called there before anything is paid for."""
    platform = Platform(DONE, TRACE)
    client = platform.client("http://dpsanbox.deppon.com/sandbox-web")
    await client.issue(REQUEST)
    await client.track("DBL", "6293222153")
    assert platform.paths() == [
        "dpsanbox.deppon.com/sandbox-web/dop-standard-ewborder/createOrderNotify.action",
        "dpsanbox.deppon.com/sandbox-web/standard-order/newTraceQuery.action",
    ]


async def test_a_repeated_order_is_looked_up() -> None:
    """Deppon refuses a repeated order code instead of answering with its number."""
    platform = Platform(REPEATED, KNOWN)
    issued = await platform.client().issue(REQUEST)
    assert (issued.number, issued.repeated) == ("6229932829", True)


async def test_a_lost_answer_is_looked_up_before_buying_again() -> None:
    """Known: that number. Unknown: bought now. Cannot be told: not bought."""
    platform = Platform(KNOWN)
    assert (await platform.client().recover(REQUEST)).number == "6229932829"
    platform = Platform(NONE_KNOWN, DONE)
    assert (await platform.client().recover(REQUEST)).repeated is False
    platform = Platform({"result": "false", "reason": "接口权限不足", "resultCode": "3002"})
    with pytest.raises(CourierError) as caught:
        await platform.client().recover(REQUEST)
    assert (caught.value.code, caught.value.outcome) == ("unknown_user", "unknown")
    assert len(platform.asked) == 1


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        ({"result": "false", "reason": "接口权限不足", "resultCode": "3002"}, "unknown_user", "r"),
        ({"result": "false", "reason": "该地区停发", "resultCode": "2006"}, "area_not_served", "r"),
        ({"result": "false", "reason": "什么", "resultCode": "2006"}, "rejected", "r"),
        ({"result": "true", "mailNo": ""}, "bad_answer", "u"),
        ("<html>", "bad_answer", "u"),
    ],
)
async def test_refusals_have_stable_codes(answer: object, code: str, outcome: str) -> None:
    """A code that only says "see the text" lets the words decide."""
    with pytest.raises(CourierError) as caught:
        await Platform(answer).client().issue(REQUEST)
    assert (caught.value.code, caught.value.outcome[0]) == (code, outcome)


async def test_what_is_missing_is_said_before_the_call() -> None:
    """Deppon's refusal of a missing customer code would not name it."""
    with pytest.raises(CourierError) as caught:
        await Platform().client().issue(replace(REQUEST, account=BranchAccount()))
    assert caught.value.code == "account_refused"


async def test_cancelling_names_order_and_number() -> None:
    """Either may be known to the desk that cancels."""
    platform = Platform({"result": "true", "resultCode": "1000"})
    await platform.client().cancel("YC1", "DBL", "6229932829", BranchAccount("219401"))
    params = json.loads(platform.form()["params"])
    assert (params["logisticID"], params["mailNo"]) == ("UAMZYC1", "6229932829")


async def test_a_history_is_read_oldest_first() -> None:
    """A number without scans has an empty history; one bad scan costs only itself."""
    update = await Platform(TRACE).client().track("DBL", "6293222153")
    assert [event.detail for event in update.events] == ["departed_from_hub", "delivered"]
    assert update.events[0].occurred_at == datetime(2020, 7, 13, 5, 58, 37, tzinfo=UTC)
    assert len(update.rejected) == 1
    nothing = {"result": "false", "reason": "暂无查询记录", "resultCode": "1000"}
    assert (await Platform(nothing).client().track("DBL", "1")).events == ()
    assert await Platform(nothing).client().check("DBL", BranchAccount("219401")) is None
    with pytest.raises(CourierError):
        await Platform({"result": "false", "reason": "坏"}).client().track("DBL", "1")


def test_pushes_are_checked_read_and_answered() -> None:
    """The digest is over params, key and timestamp; a wrong one is kept for a person to see."""
    door, keys = DepponDoor(), Keys("EWBTEST", KEY)
    params = json.dumps({"track_list": [{"tracking_number": "6293222153", "trace_list": SCANS}]})
    fields = {"params": params, "timestamp": "1", "digest": build.digest(params, KEY, "1")}
    (update,) = door.read(door.open(Pushed(urlencode(fields).encode()), keys)).updates
    assert (update.courier, update.number, len(update.events)) == ("DBL", "6293222153", 2)
    with pytest.raises(Refused) as refused:
        door.open(Pushed(urlencode(fields | {"timestamp": "2"}).encode()), keys)
    assert refused.value.keep
    with pytest.raises(Refused):
        door.open(Pushed(b"params=1"), keys)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert json.loads(door.answer("EWBTEST", at, None).body)["resultCode"] == "1000"
    again = door.read(door.again("DBL", "6293222153", json.dumps(SCANS[0]).encode()))
    assert len(again.updates[0].events) == 1


def test_garbage_is_rejected_with_its_reason() -> None:
    """Nothing of a push vanishes."""
    for junk in (b"", b"1", b"{}", b"[1]", b"\xff"):
        batch = parse.push(junk)
        assert batch.updates == ()
        assert len(batch.rejected) == 1, junk
