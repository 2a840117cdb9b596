"""SF's HTTP side. If it broke, a lost answer would buy a second number."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest

from couriers.connectors.calls import RECEIVER, REQUEST, SENDER, Server
from yichuan.couriers.connectors.base import CourierError, Lane, PickupRequest
from yichuan.couriers.connectors.sf.connector import CONNECTOR
from yichuan.couriers.connectors.sf.sign import msg_digest

from .test_parse import ORDER, answered, done

UNKNOWN = answered({"success": False, "errorCode": "8018", "errorMsg": "未获取到订单信息"})
SF = replace(REQUEST, courier="SF")


async def test_posts_a_signed_form() -> None:
    """The signature holds over what arrives; the service code names the call."""
    server = Server(answered(done(ORDER)))
    issued = await server.client(CONNECTOR).issue(SF)
    assert issued.number == "SF7444400043266"
    assert str(server.seen[0].url) == "http://courier.test/std/service"
    form = server.form()
    assert (form["partnerID"], form["serviceCode"]) == ("YC", "EXP_RECE_CREATE_ORDER")
    assert form["msgDigest"] == msg_digest(form["msgData"], form["timestamp"], "key")
    assert len(form["timestamp"]) == 13
    assert json.loads(form["msgData"])["orderId"] == "YC0001"


async def test_each_call_has_its_service_code() -> None:
    """Cancel, track, subscribe, pickup, price."""
    server = Server(answered(done({"resStatus": 2})))
    client = server.client(CONNECTOR)
    await client.cancel("YC0001", "SF", "SF1", SF.account)
    await client.track("SF", "SF1", phone_last4="0000")
    await client.subscribe("SF", "SF1", phone_last4="0000")
    await client.cancel_pickup("P1", "SF", SF.account)
    await client.prices(Lane("SF", SENDER, RECEIVER, 1000))
    await client.book_pickup(PickupRequest("P1", "SF", SENDER, RECEIVER, SF.goods, SF.account))
    services = [server.form(i)["serviceCode"].removeprefix("EXP_RECE_") for i in range(6)]
    assert services == [
        "UPDATE_ORDER",
        "SEARCH_ROUTES",
        "REGISTER_ROUTE",
        "UPDATE_ORDER",
        "QUERY_DELIVERTM",
        "CREATE_ORDER",
    ]


async def test_recovery_looks_first_and_buys_only_when_there_is_none() -> None:
    """Found: not bought again. Not found: bought. Nobody answers: neither."""
    server = Server(answered(done(ORDER)))
    assert (await server.client(CONNECTOR).recover(SF)).repeated
    assert len(server.seen) == 1
    server = Server(UNKNOWN, answered(done(ORDER)))
    assert not (await server.client(CONNECTOR).recover(SF)).repeated
    assert server.form(1)["serviceCode"] == "EXP_RECE_CREATE_ORDER"
    server = Server(httpx.Response(404))
    with pytest.raises(CourierError, match="http_error"):
        await server.client(CONNECTOR).recover(SF)
    assert len(server.seen) == 1


async def test_a_used_order_code_brings_its_first_number() -> None:
    """8016 重复下单 is answered with the number of then."""
    repeated = answered({"success": False, "errorCode": "8016", "errorMsg": "重复下单"})
    server = Server(repeated, answered(done(ORDER)))
    issued = await server.client(CONNECTOR).issue(SF)
    assert (issued.number, issued.repeated) == ("SF7444400043266", True)


async def test_testing_a_connection_changes_nothing() -> None:
    """An order nobody made is unknown: the credentials work. A wrong signature is told."""
    assert await Server(UNKNOWN).client(CONNECTOR).check("SF", SF.account) is None
    with pytest.raises(CourierError, match="bad_signature"):
        await Server(answered(None, code="A1006")).client(CONNECTOR).check("SF", SF.account)


async def test_a_lost_answer_is_not_a_refusal() -> None:
    """The number may have been issued."""
    with pytest.raises(CourierError) as caught:
        await Server(httpx.ReadTimeout("slow")).client(CONNECTOR).issue(SF)
    assert (caught.value.code, caught.value.outcome) == ("no_answer", "unknown")


async def test_several_numbers_are_one_query() -> None:
    """Each gets its own history; one that SF says nothing of gets an empty one."""
    scan = {"acceptTime": "2026-04-10 08:00:00", "remark": "已揽收", "opCode": "50"}
    rows = [{"mailNo": "SF2", "routes": [scan]}, {"mailNo": "SF1", "routes": []}]
    server = Server(answered(done({"routeResps": rows})))
    found = await server.client(CONNECTOR).track_many("SF", ["SF1", "SF2", "SF3"])
    assert json.loads(server.form()["msgData"])["trackingNumber"] == ["SF1", "SF2", "SF3"]
    assert [(one.number, len(one.events)) for one in found] == [("SF1", 0), ("SF2", 1), ("SF3", 0)]
    assert len(server.seen) == 1
