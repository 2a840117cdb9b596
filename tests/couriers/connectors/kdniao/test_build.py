"""Requests to KDNiao. If they broke, no number would be issued, or one for the wrong address.

Field names, types and limits: the manual, apifox.com docs-site 2538027, api-72875903 (1007),
-72888751 (1147), -72895688 (1127), -72951534 (1008), -72933643 (1002).
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from yichuan.couriers.connectors.base import (
    AddedService,
    BranchAccount,
    Contact,
    CourierError,
    Goods,
    WaybillRequest,
)
from yichuan.couriers.connectors.kdniao import build
from yichuan.couriers.connectors.kdniao.sign import data_sign

SENDER = Contact("李某", "广东省", "深圳市", "南山区", "科技路1号", mobile="13800000000")
RECEIVER = Contact(
    "王某", "浙江省", "杭州市", "西湖区", "文一路3#楼", tel="0571-00000000", street="古荡街道"
)
REQUEST = WaybillRequest(
    order_code="YC0001",
    courier="YTO",
    sender=SENDER,
    receiver=RECEIVER,
    goods=(Goods("茶叶 <特级>", 2, price_fen=1250, weight_g=500),),
    account=BranchAccount("K100", "secret", "571001", "M1"),
    weight_g=1005,
    volume_cm3=2400,
    remark="x" * 70,
    member_id="m-7",
)


def test_1007_as_the_manual_names_it() -> None:
    """Every field where the manual wants it, amounts exact, empty ones left out."""
    assert json.loads(build.waybill(REQUEST)) == {
        "OrderCode": "YC0001",
        "ShipperCode": "YTO",
        "PayType": 3,
        "ExpType": "1",
        "Sender": {
            "Name": "李某",
            "Mobile": "13800000000",
            "ProvinceName": "广东省",
            "CityName": "深圳市",
            "ExpAreaName": "南山区",
            "Address": "科技路1号",
        },
        "Receiver": {
            "Name": "王某",
            "Tel": "0571-00000000",
            "ProvinceName": "浙江省",
            "CityName": "杭州市",
            "ExpAreaName": "西湖区",
            "Address": "古荡街道文一路3＃楼",
        },
        "Quantity": 1,
        "Commodity": [
            {
                "GoodsName": "茶叶 ＜特级＞",
                "Goodsquantity": 2,
                "GoodsPrice": 12.5,
                "GoodsWeight": 0.5,
            }
        ],
        "IsReturnPrintTemplate": 0,
        "IsSubscribe": 1,
        "Remark": "x" * 60,
        "MemberID": "m-7",
        "CustomerName": "K100",
        "CustomerPwd": "secret",
        "MonthCode": "M1",
        "SendSite": "571001",
        "Weight": 1.005,
        "Volume": 0.0024,
    }


def test_amounts_are_written_out_exactly() -> None:
    """Never 12.499999: the digits on the wire are those of the integer."""
    assert b'"GoodsPrice":12.50,' in build.waybill(REQUEST)
    assert b'"Weight":1.005' in build.waybill(REQUEST)


def test_added_services_and_template() -> None:
    """Cash on delivery, and the courier's own label."""
    asked = replace(REQUEST, services=(AddedService("COD", "1020", "c1"),), pay="recipient")
    sent = json.loads(build.waybill(asked, with_template=True, size="180"))
    assert sent["AddService"] == [{"Name": "COD", "Value": "1020", "CustomerID": "c1"}]
    assert (sent["IsReturnPrintTemplate"], sent["TemplateSize"], sent["PayType"]) == (1, "180", 2)


@pytest.mark.parametrize(
    "broken",
    [
        replace(REQUEST, order_code=""),
        replace(REQUEST, order_code="x" * 31),
        replace(REQUEST, pieces=0),
        replace(REQUEST, receiver=replace(RECEIVER, tel="")),
        replace(REQUEST, receiver=replace(RECEIVER, name=" ")),
        replace(REQUEST, receiver=replace(RECEIVER, address="路" * 101)),
    ],
)
def test_what_must_not_be_cut_is_refused(broken: WaybillRequest) -> None:
    """A cut address sends a parcel astray: no request is better."""
    with pytest.raises(CourierError) as caught:
        build.waybill(broken)
    assert (caught.value.code, caught.value.outcome) == ("bad_request", "refused")


def test_the_small_requests() -> None:
    """Cancel, balance, subscription and query."""
    account = BranchAccount("K100", "secret", "571001")
    assert json.loads(build.cancel("YC0001", "YTO", "YT1", account)) == {
        "ShipperCode": "YTO",
        "OrderCode": "YC0001",
        "ExpNo": "YT1",
        "CustomerName": "K100",
        "CustomerPwd": "secret",
    }
    assert json.loads(build.balance("YTO", account, "杭州西湖")) == {
        "ShipperCode": "YTO",
        "CustomerName": "K100",
        "CustomerPwd": "secret",
        "StationCode": "571001",
        "StationName": "杭州西湖",
    }
    assert json.loads(build.subscribe("SF", "SF1", phone_last4="0000", callback="t1")) == {
        "ShipperCode": "SF",
        "LogisticCode": "SF1",
        "CustomerName": "0000",
        "Callback": "t1",
    }
    assert json.loads(build.query("SF", "SF1", phone_last4="0000")) == {
        "ShipperCode": "SF",
        "LogisticCode": "SF1",
        "CustomerName": "0000",
        "Sort": "0",
    }


def test_the_form_is_signed_over_what_is_sent() -> None:
    """System parameters of the manual, section 2."""
    data = build.query("SF", "SF1")
    assert build.form("1002", data, "1234567", "key") == {
        "RequestData": data.decode(),
        "EBusinessID": "1234567",
        "RequestType": "1002",
        "DataSign": data_sign(data, "key"),
        "DataType": "2",
    }


def test_the_answer_to_a_push() -> None:
    """KDNiao repeats a push until it sees exactly this; the time is China's."""
    at = datetime(2024, 5, 1, 2, 0, tzinfo=UTC)
    assert build.push_answer("1234567", at) == (
        b'{"EBusinessID":"1234567","UpdateTime":"2024-05-01 10:00:00","Success":true,"Reason":""}'
    )
    assert json.loads(build.push_answer("1", at, ok=False, reason="busy"))["Success"] is False
