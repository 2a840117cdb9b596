"""The network's door: a user would buy a number twice, lose balance, or cancel what has left."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from simulator.stage import Caller, ManualClock, serving
from yichuan.simulator.config import NetworkConfig, demo_config
from yichuan.simulator.couriers_app import create_app
from yichuan.simulator.faults import FaultRates

CALM = replace(demo_config(seed=3, balance=5), faults=FaultRates.none())


@asynccontextmanager
async def open_network(config: NetworkConfig = CALM) -> AsyncIterator[tuple[Caller, ManualClock]]:
    """The application in this process, its clock moved by hand, no pushes by itself."""
    clock = ManualClock()
    app = create_app(config, clock=clock, moving=False)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://couriers") as client,
    ):
        yield Caller(client, config), clock


async def left(caller: Caller, courier: str = "YTO") -> int:
    """Numbers left according to 1127."""
    request = {"ShipperCode": courier, **caller.account(courier)}
    return (await caller.call("1127", request))["EorderBalance"]["AvailableNum"]


async def test_a_number_is_allotted_with_all_that_a_label_needs() -> None:
    """Number, sorting codes, hubs, expected day, label on demand; one off the balance."""
    async with open_network() as (caller, _):
        answer = await caller.call("1007", caller.order("A1", IsReturnPrintTemplate="1"))
        assert (answer["Success"], answer["ResultCode"]) == (True, "100")
        order = answer["Order"]
        assert order["LogisticCode"].startswith("YT")
        assert (order["OrderCode"], order["ShipperCode"]) == ("A1", "YTO")
        assert order["KDNOrderCode"].startswith("KDN251105160000")
        assert order["DestinatioName"] == "成都转运中心"
        assert all(order.values())
        assert order["LogisticCode"] in answer["PrintTemplate"]
        assert answer["EstimatedDeliveryTime"] > "2025-11-05"
        assert await left(caller) == 4


async def test_the_same_order_code_never_buys_a_second_number() -> None:
    """106 with the same Order, also when everything else in the request is different."""
    async with open_network() as (caller, clock):
        first = await caller.call("1007", caller.order("A1"))
        clock.ahead(hours=2)
        again = await caller.call("1007", caller.order("A1", courier="ZTO"))
        assert (again["Success"], again["ResultCode"]) == (True, "106")
        assert again["Order"] == first["Order"]
        assert again["UniquerRequestNumber"] == first["UniquerRequestNumber"]
        assert await left(caller) == 4
        assert await left(caller, "ZTO") == 5


async def test_numbers_do_not_depend_on_the_order_of_calls() -> None:
    """Same seed, same world."""
    async with open_network() as (one, _), open_network() as (two, _):
        a = await one.call("1007", one.order("A"))
        b = await one.call("1007", one.order("B"))
        assert (await two.call("1007", two.order("B")))["Order"] == b["Order"]
        assert (await two.call("1007", two.order("A")))["Order"] == a["Order"]
        assert a["Order"]["LogisticCode"] != b["Order"]["LogisticCode"]


async def test_several_pieces_get_children() -> None:
    """子母件: one mother number, the others as SubOrders, all paid for."""
    async with open_network() as (caller, _):
        answer = await caller.call("1007", caller.order("A1", Quantity="3"))
        numbers = {answer["Order"]["LogisticCode"], *answer["SubOrders"]}
        assert (answer["SubCount"], len(numbers)) == (2, 3)
        assert await left(caller) == 2


async def test_no_balance_no_number() -> None:
    """The sixth of five is refused, a recharge helps, a courier paid monthly never runs out."""
    async with open_network() as (caller, _):
        for i in range(5):
            assert (await caller.call("1007", caller.order(f"A{i}")))["Success"]
        refused = await caller.call("1007", caller.order("A5"))
        assert (refused["Success"], refused["ResultCode"]) == (False, "105")
        assert "余量" in refused["Reason"]
        account = caller.account("YTO")["CustomerName"]
        more = {"courier": "YTO", "account": account, "count": 10}
        assert (await caller.client.post("/sim/recharge", json=more)).json() == {"balance": 10}
        assert (await caller.call("1007", caller.order("A5")))["Success"]
        monthly = await caller.call("1127", {"ShipperCode": "SF", **caller.account("SF")})
        assert monthly["Success"] is False


async def test_cancelling_brings_the_numbers_back_but_not_the_order_code() -> None:
    """Balance restored, a second cancel refused, the OrderCode stays used."""
    async with open_network() as (caller, _):
        order = (await caller.call("1007", caller.order("A1", Quantity=2)))["Order"]
        request = {
            "ShipperCode": "YTO",
            "OrderCode": "A1",
            "ExpNo": order["LogisticCode"],
            **caller.account("YTO"),
        }
        other = await caller.call("1147", request | {"ExpNo": "YT0000000000000"})
        assert other["Success"] is False
        assert (await caller.call("1147", request))["Success"] is True
        assert await left(caller) == 5
        assert (await caller.call("1147", request))["Success"] is False
        assert await left(caller) == 5
        used = await caller.call("1007", caller.order("A1"))
        assert (used["Success"], used["ResultCode"]) == (False, "106")
        assert "Order" not in used


async def test_what_has_been_handed_over_cannot_be_cancelled() -> None:
    """Nor handed over twice, nor handed over after a cancellation."""
    async with open_network() as (caller, _):
        numbers = []
        for code in ("A1", "A2"):
            answer = await caller.call("1007", caller.order(code))
            numbers.append(answer["Order"]["LogisticCode"])
        given = {"courier": "YTO", "number": numbers[0]}
        assert (await caller.client.post("/sim/handover", json=given)).status_code == 200
        assert (await caller.client.post("/sim/handover", json=given)).status_code == 409
        cancel = {"ShipperCode": "YTO", **caller.account("YTO")}
        first = await caller.call("1147", cancel | {"OrderCode": "A1", "ExpNo": numbers[0]})
        assert (first["Success"], "已揽收" in first["Reason"]) == (False, True)
        second = await caller.call("1147", cancel | {"OrderCode": "A2", "ExpNo": numbers[1]})
        assert second["Success"]
        late = {"courier": "YTO", "number": numbers[1]}
        assert (await caller.client.post("/sim/handover", json=late)).status_code == 409


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"OrderCode": ""}, "101"),
        ({"ShipperCode": ""}, "101"),
        ({"ShipperCode": "NOPE"}, "105"),
        ({"PayType": 9}, "103"),
        ({"ExpType": None}, "101"),
        ({"Quantity": None}, "101"),
        ({"Quantity": "many"}, "103"),
        ({"Quantity": 301}, "103"),
        ({"Commodity": []}, "101"),
        ({"Commodity": [{}]}, "101"),
        ({"Receiver": None}, "101"),
        ({"Sender": {}}, "101"),
        ({"Remark": "轻放 & 勿压"}, "103"),
        ({"OrderCode": "A" * 31}, "103"),
        ({"CustomerName": ""}, "101"),
        ({"CustomerName": "nobody"}, "105"),
        ({"CustomerPwd": "wrong"}, "105"),
    ],
)
async def test_bad_requests_get_the_documented_code(change: dict, code: str) -> None:
    """HTTP 200, Success false, the code and a reason; no number is used up."""
    async with open_network() as (caller, _):
        answer = await caller.call("1007", caller.order("A1") | change)
        assert (answer["Success"], answer["ResultCode"]) == (False, code)
        assert answer["Reason"]
        assert await left(caller) == 5


@pytest.mark.parametrize("field", ["Name", "Mobile", "ProvinceName", "CityName", "Address"])
async def test_people_need_name_phone_and_address(field: str) -> None:
    """The field that is missing is named."""
    async with open_network() as (caller, _):
        order = caller.order("A1")
        order["Receiver"].pop(field)
        answer = await caller.call("1007", order)
        assert (answer["ResultCode"], answer["Reason"]) == (
            "101",
            f"缺少必要参数：Receiver.{field}",
        )


async def test_the_system_parameters_are_checked() -> None:
    """Unknown user 104, wrong signature 102, no JSON 401, missing 101, unknown instruction 103."""
    async with open_network() as (caller, _):
        query = {"ShipperCode": "YTO", "LogisticCode": "YT1"}
        codes = {
            "104": await caller.call("1127", query, EBusinessID="999"),
            "102": await caller.call("1127", query, DataSign="x"),
            "101": await caller.call("1127", query, DataSign=""),
            "103": await caller.call("4711", query),
            "401": (await caller.raw("1127", "no json")).json(),
        }
        for code, answer in codes.items():
            assert (answer["Success"], answer["ResultCode"]) == (False, code)


@pytest.mark.parametrize(
    "path",
    [
        "/api/EOrderService",
        "/api/eorderservice/",
        "/API/EOrderService2",
        "/Ebusiness/EbusinessOrderHandle.aspx",
        "/api/dist",
        "/kdniaosandbox/gateway/exterfaceInvoke.json",
    ],
)
async def test_every_path_answers_every_instruction(path: str) -> None:
    """The path does not matter, nor its letter case, nor a query string instead of a form."""
    async with open_network() as (caller, _):
        data = json.dumps({"ShipperCode": "YTO", **caller.account("YTO")})
        answer = (await caller.raw("1127", data, path)).json()
        assert answer["EorderBalance"]["AvailableNum"] == 5
        form = caller.config.subscribers[0]
        params = {
            "RequestData": data,
            "EBusinessID": form.ebusiness_id,
            "RequestType": "1127",
            "DataSign": (await _sign(caller, data)),
        }
        assert (await caller.client.get(path, params=params)).json() == answer
        assert (await caller.client.get("/api/elsewhere", params=params)).status_code == 404


async def _sign(caller: Caller, data: str) -> str:
    from yichuan.simulator.wire import data_sign

    return data_sign(data, caller.config.subscribers[0].app_key)


async def test_queries_tell_what_has_happened_so_far() -> None:
    """Nothing before the first scan; then 1002 with exactly its keys, 8001 with the finer code."""
    async with open_network() as (caller, clock):
        answer = await caller.call("1007", caller.order("A1"))
        number = answer["Order"]["LogisticCode"]
        query = {"ShipperCode": "YTO", "LogisticCode": number.lower(), "OrderCode": ""}
        early = await caller.call("1002", query)
        assert (early["State"], early["Traces"], early["Reason"]) == ("0", [], "暂无轨迹信息")
        await caller.client.post("/sim/handover", json={"courier": "YTO", "number": number})
        clock.ahead(days=12)
        network = caller.client._transport.app.state.network
        network.world.advance(clock())
        plain = await caller.call("1002", query)
        assert set(plain) == {
            "EBusinessID", "ShipperCode", "LogisticCode", "Success", "State", "Traces"
        }  # fmt: skip
        assert plain["State"] == "3"
        assert set(plain["Traces"][0]) == {"AcceptTime", "AcceptStation"}
        rich = await caller.call("8001", query | {"Sort": "1"})
        assert rich["StateEx"] == rich["Traces"][0]["Action"]
        assert [t["AcceptStation"] for t in rich["Traces"]][::-1] == [
            t["AcceptStation"] for t in plain["Traces"]
        ]


async def test_some_couriers_ask_for_the_phone() -> None:
    """SF and ZTO tell only who knows the last four digits of a phone of the parcel."""
    async with open_network() as (caller, _):
        order = caller.order("A1", courier="ZTO")
        number = (await caller.call("1007", order))["Order"]["LogisticCode"]
        query = {"ShipperCode": "ZTO", "LogisticCode": number}
        for kind in ("1002", "8008"):
            assert not (await caller.call(kind, query))["Success"]
            assert not (await caller.call(kind, query | {"CustomerName": "9999"}))["Success"]
            assert (await caller.call(kind, query | {"CustomerName": "0042"}))["Success"]


async def test_own_numbers_need_a_way_and_fake_ones_never_move() -> None:
    """A number never allotted here is handed over with its places; without, nothing happens."""
    async with open_network() as (caller, clock):
        mine = {"courier": "YTO", "number": "YT9990000000001"}
        assert (await caller.client.post("/sim/handover", json=mine)).status_code == 409
        way = {"from": {"city": "金华市", "area": "义乌市"}, "to": "北京"}
        said = (await caller.client.post("/sim/handover", json=mine | way)).json()
        assert (said["from"], said["to"], said["fault"]) == ("金华市", "北京市", "none")
        assert not any(event["happened"] for event in said["events"])
        fake = {"ShipperCode": "YTO", "LogisticCode": "YT9990000000002"}
        assert (await caller.call("1008", fake))["Success"]
        clock.ahead(days=2)
        caller.client._transport.app.state.network.world.advance(clock())
        assert not (await caller.call("1002", fake))["Traces"]
        truth = (await caller.client.get("/sim/truth/YTO/YT9990000000001")).json()
        assert any(event["happened"] for event in truth["events"])
        assert (await caller.client.get("/sim/truth/YTO/nope")).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("handover", {"courier": "YTO"}, 422),
        ("handover", {"courier": "NOPE", "number": "1", "from": "北京", "to": "上海"}, 422),
        ("handover", {"courier": "YTO", "number": "1", "from": "北京", "to": "纽约"}, 422),
        (
            "handover",
            {"courier": "YTO", "number": "1", "at": "2025-11-05T16:00:00", "from": "北京",
             "to": "上海"},
            409,
        ),
        ("push-url", {"ebusiness_id": "1", "url": "http://x"}, 409),
        ("recharge", {"courier": "SF", "account": "x", "count": 1}, 409),
    ],
)  # fmt: skip
async def test_control_says_what_is_wrong(path: str, body: dict, status: int) -> None:
    """Never a 500."""
    async with open_network() as (caller, _):
        answer = await caller.client.post(f"/sim/{path}", json=body)
        assert answer.status_code == status
        assert answer.json()["error"]


async def test_a_lost_answer_was_carried_out_all_the_same() -> None:
    """Over real HTTP: the connection breaks, yet a repeat answers 106 and no second number."""
    config = replace(CALM, answer_lost_rate=0.5, latency_seconds=(0.0, 0.002))
    async with (
        serving(create_app(config)) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as client,
    ):
        caller = Caller(client, config)
        lost, codes = 0, {}
        for i in range(5):
            for _ in range(20):
                try:
                    answer = await caller.call("1007", caller.order(f"A{i}"))
                except httpx.RemoteProtocolError:
                    lost += 1
                    continue
                codes[f"A{i}"] = answer["ResultCode"]
                break
        assert lost > 0
        assert len(codes) == 5
        assert "106" in codes.values()
        assert await left(caller) == 0
