"""Requests to SF. If they broke, no number would be issued, or one for the wrong address.

Field names: SF's manual of EXP_RECE_CREATE_ORDER; samples: 1101124154/sf-express-sdk,
docs/examples 01.order, 02.order.query, 03.order.confirm, 05.route_query_by_MailNo,
12.register_route, 19.query_delivertm.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from couriers.connectors.calls import RECEIVER, REQUEST, SENDER
from yichuan.couriers.connectors.base import (
    AddedService,
    CourierError,
    Lane,
    PickupRequest,
    WaybillRequest,
)
from yichuan.couriers.connectors.sf import build


def sent(message: build.Message) -> dict:
    return json.loads(msgspec.json.encode(message))


def test_an_order_as_the_manual_names_it() -> None:
    """Every field where the manual wants it, amounts exact, empty ones left out."""
    asked = replace(REQUEST, services=(AddedService("COD", "128.5", "7551234567"),), pieces=2)
    assert sent(build.order(asked)) == {
        "language": "zh-CN",
        "orderId": "YC0001",
        "cargoDetails": [
            {"name": "茶叶", "count": 2, "unit": "件", "weight": 0.5, "amount": 12.5,
             "currency": "CNY"}
        ],
        "contactInfoList": [
            {"contactType": 1, "company": "示例商行", "contact": "李某", "mobile": "13800000000",
             "country": "CN", "province": "广东省", "city": "深圳市", "county": "南山区",
             "address": "科技路1号"},
            {"contactType": 2, "contact": "王某", "tel": "0571-00000000", "country": "CN",
             "province": "浙江省", "city": "杭州市", "county": "西湖区",
             "address": "古荡街道文一路3号"},
        ],
        "isReturnRoutelabel": 1,
        "expressTypeId": 2,
        "payMethod": 1,
        "parcelQty": 2,
        "isDocall": 0,
        "serviceList": [{"name": "COD", "value": "128.5", "value1": "7551234567"}],
        "remark": "轻放",
        "monthlyCard": "7551234567",
        "totalWeight": 1.005,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("service", "product"), [("1", 2), ("2", 1), ("cold", 201), ("bulky", 154), ("247", 247)]
)
def test_services_are_sfs_products(service: str, product: int) -> None:
    """Our standard is SF's 标快 (2), not its 特快 (1); SF's own codes pass."""
    assert build.order(replace(REQUEST, exp_type=service))["expressTypeId"] == product


@pytest.mark.parametrize(
    "broken",
    [
        replace(REQUEST, order_code=""),
        replace(REQUEST, order_code="x" * 65),
        replace(REQUEST, pieces=308),
        replace(REQUEST, exp_type="unknown"),
        replace(REQUEST, receiver=replace(RECEIVER, tel="")),
        replace(REQUEST, receiver=replace(RECEIVER, address="路" * 201)),
    ],
)
def test_what_must_not_be_cut_is_refused(broken: WaybillRequest) -> None:
    """A cut address sends a parcel astray: no request is better."""
    with pytest.raises(CourierError) as caught:
        build.order(broken)
    assert (caught.value.code, caught.value.outcome) == ("bad_request", "refused")


def test_the_samples_of_the_sdk() -> None:
    """Query, route query and registration have the fields of SF's own sample messages."""
    assert build.search("QIAO-20200605-003") == {
        "searchType": "1",
        "orderId": "QIAO-20200605-003",
        "language": "zh-CN",
    }
    assert build.routes(["SF7444407228423"], "") == {
        "language": "0",
        "trackingType": "1",
        "trackingNumber": ["SF7444407228423"],
        "methodType": "1",
    }
    assert build.register("444205982316", "", "5888") == {
        "attributeNo": "444205982316",
        "type": "2",
        "checkPhoneNo": "5888",
        "language": "zh-CN",
        "country": "CN",
    }
    assert build.cancel("QIAO-20200605-0031", "SF7444400043266") == {
        "dealType": 2,
        "orderId": "QIAO-20200605-0031",
        "waybillNoInfoList": [{"waybillType": 1, "waybillNo": "SF7444400043266"}],
    }


def test_a_pickup_and_a_question_of_price() -> None:
    """上门取件 asks SF to come in China's time; a lane asks for the contract's price."""
    pickup = PickupRequest(
        "P1", "SF", SENDER, RECEIVER, REQUEST.goods, REQUEST.account,
        start=datetime(2024, 5, 1, 2, 0, tzinfo=UTC), end=datetime(2024, 5, 1, 4, 0, tzinfo=UTC),
    )  # fmt: skip
    message = build.pickup(pickup)
    assert (message["isDocall"], message["sendStartTm"]) == (1, "2024-05-01 10:00:00")
    assert message["extraInfoList"] == [
        {"attrName": "pickupAppointEndtime", "attrVal": "2024-05-01 12:00:00"}
    ]
    assert "isGenWaybillNo" not in message
    known = build.pickup(replace(pickup, number="SF1000000000001"))
    assert known["isGenWaybillNo"] == 0
    lane = Lane("SF", SENDER, RECEIVER, 1000, service="1", account=REQUEST.account)
    assert sent(build.deliver(lane)) == {
        "businessType": "2",
        "searchPrice": "1",
        "weight": 1.0,
        "srcAddress": {"province": "广东省", "city": "深圳市", "district": "南山区",
                       "address": "科技路1号"},
        "destAddress": {"province": "浙江省", "city": "杭州市", "district": "西湖区",
                        "address": "古荡街道文一路3号"},
        "monthlyCard": "7551234567",
    }  # fmt: skip
