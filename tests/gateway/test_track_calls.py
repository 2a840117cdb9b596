"""1002, 8001, 8002, 1008, 8008 and the pushes 101 and 102.

If these break, a shop shows its buyers no trace, somebody else's trace, or a strict reader fails on
a key it does not know.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from conftest import Tenant
from gateway.conftest import ORDERS, SUBSCRIBE, User, parcel
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.couriers.connectors.kdniao.sign import data_sign
from yichuan.gateway.kdniao import pushing
from yichuan.notify import outbox
from yichuan.tracking import ingest
from yichuan.tracking.batch import Source

LITEMALL = {
    "EBusinessID", "OrderCode", "ShipperCode", "LogisticCode", "Success", "State", "Reason",
    "Traces",
}  # fmt: skip
"""Keys that litemall's reader knows (`ExpressInfo.java`); any other makes it fail."""
BEGUN = now().replace(microsecond=0) - timedelta(hours=20)
SCANS = (
    ("【青浦区】已揽收，1+1 件，100%", "picked_up"),
    ("【上海转运中心】已发出，下一站 北京转运中心", "departed_from_hub"),
    ("【北京市】正在派件", "out_for_delivery"),
    ("已签收，签收人凭取货码签收", "delivered"),
)


async def scan(context: Context, setup: Any, courier: str, number: str, count: int) -> None:
    """The courier's first `count` scans of a number arrive."""
    events = tuple(
        CourierEvent(BEGUN + timedelta(hours=i), words, None, None, detail)
        for i, (words, detail) in enumerate(SCANS[:count])
    )
    source = Source("kdniao", setup)
    await ingest.merge_updates(context, source, [TrackUpdate(courier, number, events)])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def number(ours: User, context: Context, accounts: Any) -> str:
    """A number of ALPHA's, delivered."""
    answer = await ours.call("1007", parcel("T-1"), ORDERS)
    found: str = answer["Order"]["LogisticCode"]
    await scan(context, accounts.connection, "YTO", found, 4)
    return found


async def test_what_a_strict_reader_takes(ours: User, number: str) -> None:
    wish = {"OrderCode": "", "ShipperCode": "YTO", "LogisticCode": number}
    answer = await ours.call("1002", wish)
    assert set(answer) <= LITEMALL - {"OrderCode"}
    assert answer["Success"] is True
    assert answer["State"] == "3"
    assert [set(row) for row in answer["Traces"]] == [{"AcceptTime", "AcceptStation"}] * 4
    times = [row["AcceptTime"] for row in answer["Traces"]]
    assert times == sorted(times)
    named = await ours.call("1002", wish | {"OrderCode": "T-1", "Sort": 1})
    assert named["OrderCode"] == "T-1"
    assert [row["AcceptTime"] for row in named["Traces"]] == times[::-1]


@pytest.mark.parametrize("kind", ["8001", "8002"])
async def test_the_paid_query_has_the_finer_codes(ours: User, number: str, kind: str) -> None:
    answer = await ours.call(kind, {"ShipperCode": "yto", "LogisticCode": number.lower()})
    assert (answer["State"], answer["StateEx"]) == ("3", "301")
    assert [row["Action"] for row in answer["Traces"]] == ["1", "2", "202", "301"]
    assert answer["Traces"][-2]["Location"] == "北京市"


async def test_without_a_courier_the_number_is_recognised(ours: User, number: str) -> None:
    """8002, and finecho's 8001 by GET, which reads `Shippers`."""
    for kind in ("8001", "8002"):
        answer = await ours.call(kind, {"LogisticCode": number})
        assert answer["Shippers"][0]["ShipperCode"] == "YTO"
        assert len(answer["Traces"]) == 4


async def test_a_number_nobody_knows_is_asked_for(ours: User, network: Any) -> None:
    """Here the courier knows nothing of it either: no trace, and that is no error."""
    wish = {"ShipperCode": "YTO", "LogisticCode": "YT8800000000001"}
    for kind in ("1002", "8001"):
        answer = await ours.call(kind, wish)
        assert answer["Success"] is True or answer["Reason"], answer
        if answer["Success"]:
            assert (answer["State"], answer["Traces"]) == ("0", [])
            assert answer["Reason"] == "暂无轨迹信息"


async def test_refusals_of_queries(ours: User) -> None:
    no_number = await ours.call("8001", {"ShipperCode": "YTO"})
    assert (no_number["Success"], no_number["ResultCode"]) == (False, "402")
    plain = await ours.call("1002", {"ShipperCode": "YTO"})
    assert set(plain) == {"EBusinessID", "Success", "Reason"}, "litemall reads no ResultCode"
    odd = await ours.call("8001", {"ShipperCode": "YTO", "LogisticCode": "🐦🐦🐦🐦🐦"})
    assert (odd["Success"], odd["ResultCode"]) == (False, "403")
    nobody = await ours.call("8001", {"ShipperCode": "NOSUCH", "LogisticCode": "YT8800000000002"})
    assert (nobody["Success"], nobody["ResultCode"]) == (False, "105")


async def test_anothers_number_is_a_number_nobody_knows(
    ours: User, theirs: User, hub: User, number: str, beta: Tenant, context: Context
) -> None:
    for kind in ("1002", "8001", "8002"):
        wish = {"ShipperCode": "YTO", "LogisticCode": number}
        foreign = await theirs.call(kind, wish)
        assert foreign["Success"] is True
        assert (foreign["State"], foreign["Traces"]) == ("0", [])
        assert len((await hub.call(kind, wish))["Traces"]) == 4, "the platform sees all"
        for_beta = await hub.call(kind, wish | {"MemberID": beta.code})
        assert for_beta["Traces"] == [], "the platform's user acting for BETA sees BETA's"
    refused = await theirs.call("8008", wish, SUBSCRIBE)
    assert refused["Success"] is False
    recognised = await theirs.call("2002", {"LogisticCode": number})
    assert isinstance(recognised["Shippers"], list)


async def test_a_number_followed_before_it_was_shipped_by_another_is_lost(
    ours: User, theirs: User, context: Context, accounts: Any, alpha: Tenant
) -> None:
    """Guessing a number in advance opens nothing once a parcel travels under it."""
    stolen = "YT8800000000077"
    wish = {"ShipperCode": "YTO", "LogisticCode": stolen}
    assert (await theirs.call("8008", wish, SUBSCRIBE))["Success"] is True
    assert (await ours.call("8008", wish, SUBSCRIBE))["Success"] is False
    line = {"sku": "CUP", "name": "杯", "quantity": 1}
    who = {"name": "测试丙", "phone": "13100000004", "province": "北京市", "city": "北京市"}
    order = {"order_no": "T-9", "placed_at": "2026-01-02T03:04:05Z"}
    order |= {"recipient": who | {"district": "海淀区", "address": "学院路 2 号"}}
    order |= {"sub_orders": [{"sub_order_no": "T-9", "lines": [line]}]}
    placed = (await alpha.client.post("/api/v1/orders", json=order)).json()
    shipment = placed["sub_orders"][0]["shipment_ids"][0]
    own = {"shipment_id": shipment, "method": "own_number", "courier": "YTO", "number": stolen}
    assert (await alpha.client.post("/api/v1/shipments", json=own)).status_code == 201
    await scan(context, accounts.connection, "YTO", stolen, 2)
    assert (await theirs.call("8001", wish))["Traces"] == []
    assert len((await ours.call("8001", wish))["Traces"]) == 2


class Mall:
    """A mall's address for pushes: keeps what it got, answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.answers: list[Any] = []
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        fields = parse_qs(request.content.decode())
        self.got.append({name: values[0] for name, values in fields.items()})
        yes = {"EBusinessID": "x", "UpdateTime": "2026-01-01 00:00:00", "Success": True}
        said = self.answers.pop(0) if self.answers else yes | {"Reason": ""}
        return httpx.Response(200, json=said) if isinstance(said, dict) else said

    def data(self) -> list[dict[str, Any]]:
        return [json.loads(form["RequestData"])["Data"][0] for form in self.got]


@pytest_asyncio.fixture
async def mall(ours: User, alpha: Tenant, context: Context, inside: None) -> AsyncIterator[Mall]:
    """ALPHA's mall listens, over plain HTTP as most do."""
    await drain(context.database, CONSUMERS)
    async with context.database.system() as session:
        await session.execute(text("DELETE FROM outbox"))
    url = f"/api/v1/api-keys/{ours.key.id}"
    set_ = await alpha.client.patch(url, json={"callback_url": "http://127.0.0.1:9/kdn"})
    assert set_.status_code == 204, set_.text
    yield Mall()
    await alpha.client.patch(url, json={"callback_url": None})


async def pump(context: Context, mall: Mall, *, at_once: bool = True) -> None:
    await drain(context.database, CONSUMERS)
    if at_once:
        async with context.database.system() as session:
            await session.execute(text("UPDATE outbox SET due_at = now()"))
    known = outbox.channels(context, mall.http) | pushing.channels(context)(mall.http)
    while await outbox.step(context, known):
        pass


async def test_a_subscription_is_pushed_whole_and_signed(
    ours: User, mall: Mall, context: Context, accounts: Any
) -> None:
    wish = {"ShipperCode": "YTO", "LogisticCode": "YT8800000000010", "OrderCode": "S-1"}
    for _ in range(2):
        answer = await ours.call("1008", wish | {"Callback": "my value"}, SUBSCRIBE)
        assert (answer["Success"], answer["Callback"]) == (True, "my value")
        assert len(answer["UpdateTime"]) == 19
    await scan(context, accounts.connection, "YTO", "YT8800000000010", 2)
    await pump(context, mall)
    await scan(context, accounts.connection, "YTO", "YT8800000000010", 4)
    await pump(context, mall)
    assert [len(one["Traces"]) for one in mall.data()] == [2, 4]
    assert [one["State"] for one in mall.data()] == ["2", "3"]
    form, one = mall.got[0], mall.data()[0]
    assert form["RequestType"] == "101"
    assert form["EBusinessID"] == ours.key.ebusiness_id
    assert form["DataSign"] == data_sign(form["RequestData"], ours.key.api_key or "")
    assert json.loads(form["RequestData"])["Count"] == "1"
    assert (one["OrderCode"], one["CallBack"], one["Callback"]) == ("S-1", "my value", "my value")
    assert "StateEx" not in one
    assert "1+1" in one["Traces"][0]["AcceptStation"]
    assert unquote_plus(form["RequestData"]) == form["RequestData"], "decoded twice by some"


async def test_a_push_is_repeated_until_it_is_acknowledged_and_then_not(
    ours: User, mall: Mall, alpha: Tenant, context: Context, accounts: Any
) -> None:
    wish = {"ShipperCode": "YTO", "LogisticCode": "YT8800000000011"}
    await ours.call("8008", wish, SUBSCRIBE)
    mall.answers = [
        {"Success": False, "Reason": "busy"},
        httpx.Response(200, text="ok"),
        httpx.Response(500),
        {"Success": "true"},
    ]
    await scan(context, accounts.connection, "YTO", "YT8800000000011", 3)
    for _ in range(6):
        await pump(context, mall)
    assert len(mall.got) == 4
    assert len({form["RequestData"].partition('"Data"')[2] for form in mall.got}) == 1
    assert mall.got[0]["RequestType"] == "102"
    assert mall.data()[0]["StateEx"] == "202"
    listed = await alpha.client.get("/api/v1/kdniao/pushes", params={"key_id": str(ours.key.id)})
    errors = [row["error"] for row in listed.json()["items"][:4]][::-1]
    assert errors[3] is None
    assert [bool(error) for error in errors] == [True, True, True, False]
    assert "busy" in errors[0]


async def test_pushes_of_one_number_wait_for_each_other(
    ours: User, mall: Mall, context: Context, accounts: Any
) -> None:
    """A receiver that is down for a while hears the latest state first, never an older one."""
    wish = {"ShipperCode": "YTO", "LogisticCode": "YT8800000000012"}
    await ours.call("8008", wish, SUBSCRIBE)
    mall.answers = [httpx.Response(503)]
    for count in (1, 2, 3):
        await scan(context, accounts.connection, "YTO", "YT8800000000012", count)
        await pump(context, mall, at_once=False)
    assert [len(one["Traces"]) for one in mall.data()] == [1]
    await pump(context, mall)
    assert [len(one["Traces"]) for one in mall.data()] == [1, 3]


async def test_taking_a_number_subscribes_it(
    ours: User, mall: Mall, context: Context, accounts: Any
) -> None:
    taken = await ours.call("1007", parcel("T-2", Callback="c"), ORDERS)
    silent = await ours.call("1007", parcel("T-3", IsSubscribe=0), ORDERS)
    for answer in (taken, silent):
        await scan(context, accounts.connection, "YTO", answer["Order"]["LogisticCode"], 1)
    await pump(context, mall)
    assert [(one["OrderCode"], one["CallBack"]) for one in mall.data()] == [("T-2", "c")]


async def test_private_addresses_are_refused(ours: User, alpha: Tenant, inside: None) -> None:
    url = f"/api/v1/api-keys/{ours.key.id}"
    for address in ("http://10.0.0.8/kdn", "http://169.254.169.254/", "ftp://example.com/x"):
        refused = await alpha.client.patch(url, json={"callback_url": address})
        assert refused.status_code == 422, address
