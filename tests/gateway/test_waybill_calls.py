"""1007, 1147, 1127 through the door: a mall that changed one host name prints its labels.

If these break, a repeated order buys a second number, the label does not match the number, or a
cancelled one is charged.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from conftest import Tenant
from gateway.conftest import ORDERS, User, parcel
from tracking.parcels import make_line
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.tracking.batch import Source
from yichuan.tracking.ingest import merge_updates


async def counted(context: Context, table: str, where: str = "true") -> int:
    async with context.database.system() as session:
        found = await session.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}"))
    return int(found or 0)


async def test_an_order_gets_a_number_and_a_label(ours: User, alpha: Tenant) -> None:
    answer = await ours.call("1007", parcel("D-1", Callback="echo me"), ORDERS)
    assert answer["Success"] is True, answer
    assert answer["ResultCode"] == "100"
    order = answer["Order"]
    assert (order["OrderCode"], order["ShipperCode"]) == ("D-1", "YTO")
    assert order["LogisticCode"]
    assert order["KDNOrderCode"].startswith("KDN")
    assert order["MarkDestination"]
    assert answer["Callback"] == "echo me"
    assert isinstance(answer["UniquerRequestNumber"], str)
    page = answer["PrintTemplate"]
    assert order["LogisticCode"] in page
    assert "测试甲" in page
    assert "青浦仓" in page, "the sender of the call, not the merchant's address"
    assert "SubOrders" not in answer
    found = await alpha.client.get("/api/v1/shipments", params={"q": order["LogisticCode"]})
    (box,) = found.json()["items"]
    assert (box["order_no"], box["courier"]) == ("D-1", "YTO")


async def test_a_repeat_gives_the_same_order_and_label(ours: User, context: Context) -> None:
    first = await ours.call("1007", parcel("D-2"), ORDERS)
    again = await ours.call("1007", parcel("D-2"), ORDERS)
    assert (again["Success"], again["ResultCode"]) == (True, "106")
    assert again["Order"] == first["Order"]
    assert again["PrintTemplate"] == first["PrintTemplate"]
    assert await counted(context, "sub_orders", "order_no = 'D-2'") == 1


async def test_twins_at_the_same_moment_buy_one_number(ours: User, context: Context) -> None:
    answers = await asyncio.gather(*(ours.call("1007", parcel("D-3"), ORDERS) for _ in range(4)))
    assert {a["Success"] for a in answers} == {True}
    assert len({a["Order"]["LogisticCode"] for a in answers}) == 1
    assert (
        await counted(
            context,
            "waybills",
            "state = 'issued' AND number IS NOT NULL"
            " AND shipment_id IN (SELECT id FROM shipments WHERE order_no = 'D-3')",
        )
        == 1
    )


async def test_several_pieces_have_a_mother_and_children(ours: User) -> None:
    answer = await ours.call("1007", parcel("D-4", Quantity=3), ORDERS)
    children = answer["SubOrders"]
    assert answer["SubCount"] == len(children) > 0
    assert len(answer["SubPrintTemplates"]) == len(children)
    for child, page in zip(children, answer["SubPrintTemplates"], strict=True):
        assert child in page
        assert answer["Order"]["LogisticCode"] in page, "the mother's number is on the child"


async def test_a_shipment_of_several_pieces_waits_for_all_of_them(
    ours: User, alpha: Tenant, context: Context
) -> None:
    answer = await ours.call("1007", parcel("D-4B", Quantity=2), ORDERS)
    mother, (child,) = answer["Order"]["LogisticCode"], answer["SubOrders"]
    scans = ("已收件", "快件正在派送，派件员李师傅")
    told = [(mother, (*scans, "已签收，签收人：本人")), (child, scans)]
    at = now() - timedelta(hours=9)
    for number, texts in told:
        events = tuple(CourierEvent(at + timedelta(hours=n), t) for n, t in enumerate(texts))
        source = Source("kdniao", (await make_line(context)).id)
        await merge_updates(context, source, [TrackUpdate("YTO", number, events)])
    await drain(context.database, [c for c in CONSUMERS if c.name == "shipments.state"])
    found = await alpha.client.get("/api/v1/shipments", params={"q": child})
    (box,) = found.json()["items"]
    assert (box["waybill_number"], box["milestone"]) == (mother, "out_for_delivery")
    story = (await alpha.client.get(f"/api/v1/shipments/{box['id']}/timeline")).json()["items"]
    legs = {one["number"]: one["leg"] for one in story if one["source"] == "courier"}
    assert legs == {mother: "out", child: "piece"}


async def test_cancelling_lets_go_of_every_piece(ours: User, context: Context) -> None:
    answer = await ours.call("1007", parcel("D-4C", Quantity=3), ORDERS)
    numbers = (answer["Order"]["LogisticCode"], *answer["SubOrders"])
    bound = f"number IN {numbers!r}"
    assert await counted(context, "track_bindings", bound) == 3
    wish = {"ShipperCode": "YTO", "OrderCode": "D-4C", "ExpNo": numbers[0]}
    assert (await ours.call("1147", wish, ORDERS))["Success"] is True
    assert await counted(context, "track_bindings", bound) == 0


async def test_cancelling_gives_the_number_back_and_the_order_code_stays_used(
    ours: User, context: Context
) -> None:
    order = (await ours.call("1007", parcel("D-5"), ORDERS))["Order"]
    wish = {"ShipperCode": "YTO", "OrderCode": "D-5", "ExpNo": order["LogisticCode"]}
    wrong = await ours.call("1147", wish | {"ExpNo": "YT0000000000000"}, ORDERS)
    assert (wrong["Success"], wrong["ResultCode"]) == (False, "105")
    for _ in range(2):
        assert (await ours.call("1147", wish, ORDERS))["Success"] is True
    again = await ours.call("1007", parcel("D-5"), ORDERS)
    assert (again["Success"], again["ResultCode"]) == (False, "106")
    assert await counted(context, "sub_orders", "order_no = 'D-5' AND state = 'cancelled'") == 1


async def test_a_refused_order_may_be_corrected(ours: User) -> None:
    bad = parcel("D-6")
    bad["Receiver"] |= {"Mobile": "12345"}
    refused = await ours.call("1007", bad, ORDERS)
    assert (refused["Success"], refused["ResultCode"]) == (False, "105"), refused
    assert refused["Reason"]
    good = await ours.call("1007", parcel("D-6"), ORDERS)
    assert good["Success"] is True, good
    assert good["Order"]["OrderCode"] == "D-6"


async def test_an_order_the_mall_sent_before_is_shipped_not_doubled(
    ours: User, alpha: Tenant, context: Context
) -> None:
    line = {"sku": "CUP", "name": "保温杯", "quantity": 1, "weight_g": 300}
    who = {"name": "测试乙", "phone": "13100000003", "province": "北京市", "city": "北京市"}
    who |= {"district": "海淀区", "address": "学院路 1 号"}
    sub = {"sub_order_no": "MALL-1", "lines": [line]}
    order = {"order_no": "M-1", "placed_at": "2026-01-02T03:04:05Z", "recipient": who}
    placed = await alpha.client.post("/api/v1/orders", json=order | {"sub_orders": [sub]})
    assert placed.status_code == 201
    answer = await ours.call("1007", parcel("MALL-1"), ORDERS)
    assert answer["Success"] is True
    assert "测试乙" in answer["PrintTemplate"], "the mall's own order is what is shipped"
    assert await counted(context, "sub_orders", "sub_order_no LIKE 'MALL-1%'") == 1


async def test_the_platforms_user_acts_for_the_merchant_it_names(
    hub: User, alpha: Tenant, beta: Tenant
) -> None:
    missing = await hub.call("1007", parcel("P-1"), ORDERS)
    assert (missing["Success"], missing["ResultCode"]) == (False, "101")
    unknown = await hub.call("1007", parcel("P-1", MemberID="nobody"), ORDERS)
    assert (unknown["Success"], unknown["ResultCode"]) == (False, "105")
    for number, member in enumerate((str(alpha.id), alpha.id.hex, alpha.code)):
        answer = await hub.call("1007", parcel(f"P-{number}", MemberID=member), ORDERS)
        assert answer["Success"] is True, answer
        q = {"q": answer["Order"]["LogisticCode"]}
        assert len((await alpha.client.get("/api/v1/shipments", params=q)).json()["items"]) == 1
        assert not (await beta.client.get("/api/v1/shipments", params=q)).json()["items"]


async def test_a_merchants_user_stays_itself_whatever_member_it_names(
    theirs: User, alpha: Tenant, beta: Tenant
) -> None:
    answer = await theirs.call("1007", parcel("B-1", MemberID=str(alpha.id)), ORDERS)
    q = {"q": answer["Order"]["LogisticCode"]}
    assert len((await beta.client.get("/api/v1/shipments", params=q)).json()["items"]) == 1
    assert not (await alpha.client.get("/api/v1/shipments", params=q)).json()["items"]


async def test_anothers_order_code_is_unknown(ours: User, theirs: User) -> None:
    order = (await ours.call("1007", parcel("D-7"), ORDERS))["Order"]
    wish = {"ShipperCode": "YTO", "OrderCode": "D-7", "ExpNo": order["LogisticCode"]}
    foreign = await theirs.call("1147", wish, ORDERS)
    nothing = await theirs.call("1147", wish | {"OrderCode": "NOSUCH"}, ORDERS)
    assert foreign == nothing
    own = await theirs.call("1007", parcel("D-7"), ORDERS)
    assert own["ResultCode"] == "100", "the same code of another merchant is another order"
    assert own["Order"]["LogisticCode"] != order["LogisticCode"]


async def test_the_branch_that_is_named_is_used(ours: User, context: Context, network: Any) -> None:
    branch = next(b for b in network.branches if b.courier == "STO")
    named = parcel("D-8", ShipperCode="STO", CustomerName=branch.customer_name)
    assert (await ours.call("1007", named, ORDERS))["Success"] is True
    left = await ours.call("1127", {"ShipperCode": "STO", "CustomerName": branch.customer_name})
    assert left["Success"] is True, left
    assert 0 < left["EorderBalance"]["AvailableNum"] < left["EorderBalance"]["TotalNum"]


@pytest.mark.parametrize(
    ("gone", "code"),
    [
        ("OrderCode", "101"),
        ("ShipperCode", "101"),
        ("Receiver", "101"),
        ("Sender", "101"),
        ("Commodity", "101"),
    ],
)
async def test_what_is_missing_is_named(ours: User, gone: str, code: str) -> None:
    wish = {name: value for name, value in parcel("D-9").items() if name != gone}
    answer = await ours.call("1007", wish, ORDERS)
    assert (answer["Success"], answer["ResultCode"]) == (False, code)
    assert gone in answer["Reason"]


@pytest.mark.parametrize(
    "more",
    [
        {"ShipperCode": "NOSUCH"},
        {"Quantity": "many"},
        {"Quantity": 5000},
        {"Weight": "heavy"},
        {"Weight": -1},
        {"PayType": 9},
        {"OrderCode": "X" * 100},
        {"Receiver": []},
    ],
)
async def test_nonsense_is_refused_in_the_protocols_form(
    ours: User, more: dict[str, Any], context: Context
) -> None:
    before = await counted(context, "sub_orders")
    answer = await ours.call("1007", parcel("D-10") | more, ORDERS)
    assert answer["Success"] is False
    assert answer["ResultCode"] in {"101", "103", "105"}
    assert await counted(context, "sub_orders") == before


async def test_as_demos_write_it(ours: User) -> None:
    """Single quotes, numbers as text, one service that is no array, other letter cases."""
    words = (
        "{'ordercode':'D-11','shipperCode':'yto','PayType':'1','ExpType':'1',"
        "'AddService':{'Name':'INSURE','Value':'100'},'AddService':{'Name':'INSURE','Value':'200'},"
        "'sender':{'Name':'青浦仓','Mobile':13100000001,'ProvinceName':'上海','CityName':'上海',"
        "'ExpAreaName':'青浦区','Address':'明珠路73号'},"
        "'receiver':{'Name':'测试甲','Tel':'010-80000000','ProvinceName':'北京','CityName':'北京',"
        "'ExpAreaName':'朝阳区','Address':'三里屯街道'},"
        "'Commoditys':[{'GoodsName':'鞋子','GoodsQuantity':'1','GoodsWeight':'1.0'},],"
        "'Weight':'1.0','Quantity':'1','isReturnPrintTemplate':'1',}"
    )
    answer = await ours.call("1007", words, "/api/Eorderservice2/")
    assert answer["Success"] is True, answer
    assert answer["Order"]["ShipperCode"] == "YTO"
    assert answer["PrintTemplate"]


async def test_the_mark_of_printing_is_kept(ours: User, alpha: Tenant) -> None:
    quiet = await ours.call("1007", parcel("D-12", IsReturnPrintTemplate=0), ORDERS)
    assert "PrintTemplate" not in quiet
    number = quiet["Order"]["LogisticCode"]

    async def printed(client: httpx.AsyncClient) -> Any:
        found = await client.get("/api/v1/shipments", params={"q": number})
        return found.json()["items"][0]["printed_at"]

    assert await printed(alpha.client) is None
    await ours.call("1007", parcel("D-12"), ORDERS)
    assert await printed(alpha.client) is not None
