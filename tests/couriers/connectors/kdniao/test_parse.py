"""Answers of KDNiao. If they broke, an issued number would be lost or bought twice.

Fields of the answers: the manual, apifox.com docs-site 2538027, api-72875903 (1007), -72888751
(1147), -72895688 (1127), -72951534 (1008); result codes: public client libraries.
"""

from __future__ import annotations

import json
from datetime import date

import pytest

from yichuan.couriers.connectors.base import CourierError
from yichuan.couriers.connectors.kdniao import parse

ISSUED = {
    "EBusinessID": "1234567",
    "Success": True,
    "ResultCode": "100",
    "Reason": "成功",
    "UniquerRequestNumber": "5e66486b-8fbc-4131-b875-9b13d2ad1354",
    "Order": {
        "OrderCode": "YC0001",
        "ShipperCode": "YTO",
        "LogisticCode": "YT0000000000001",
        "KDNOrderCode": "KDN1909042250000548",
        "MarkDestination": "510-001-000",
        "OriginCode": "755",
        "OriginName": "深圳",
        "DestinatioCode": "571",
        "DestinatioName": "杭州",
        "SortingCode": "A1",
        "PackageCode": "900001",
        "PackageName": "杭州集包",
    },
    "PrintTemplate": "<html></html>",
    "EstimatedDeliveryTime": "2024-05-03",
}


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def test_a_number_with_all_that_the_label_shows() -> None:
    """Also the fields KDNiao misspells."""
    issued = parse.waybill(encoded(ISSUED))
    assert issued.number == "YT0000000000001"
    assert (issued.order_code, issued.courier) == ("YC0001", "YTO")
    assert issued.courier_order == "KDN1909042250000548"
    assert issued.mark_destination == "510-001-000"
    assert (issued.origin_code, issued.origin_name) == ("755", "深圳")
    assert (issued.destination_code, issued.destination_name) == ("571", "杭州")
    assert (issued.sorting_code, issued.package_code, issued.package_name) == (
        "A1",
        "900001",
        "杭州集包",
    )
    assert issued.print_template == "<html></html>"
    assert issued.estimated_delivery == date(2024, 5, 3)
    assert not issued.repeated


@pytest.mark.parametrize(
    "children",
    [
        ["YT1", "YT2"],
        [{"LogisticCode": "YT1"}, {"LogisticCode": "YT2"}],
        "YT1,YT2",
        '["YT1","YT2"]',
    ],
)
def test_child_numbers_in_every_form(children: object) -> None:
    """子母件: an array in the manual, a text in two client libraries."""
    issued = parse.waybill(encoded({**ISSUED, "SubCount": 2, "SubOrders": children}))
    assert issued.child_numbers == ("YT1", "YT2")


def test_a_repeated_order_gives_the_same_number() -> None:
    """ResultCode 106 with the same order: taken, not bought again."""
    again = {**ISSUED, "ResultCode": "106", "Reason": "该订单号已下单成功"}
    issued = parse.waybill(encoded(again))
    assert (issued.number, issued.repeated) == ("YT0000000000001", True)


@pytest.mark.parametrize(
    ("answer", "code", "retryable"),
    [
        ({"ResultCode": "106", "Reason": "该订单号已下单成功"}, "order_exists", False),
        ({"ResultCode": "105", "Reason": "该订单已经存在,请勿重复操作"}, "order_exists", False),
        ({"ResultCode": 101, "Reason": "缺少必要参数"}, "missing_parameter", False),
        ({"ResultCode": "102", "Reason": "校验问题"}, "bad_signature", False),
        ({"ResultCode": "104"}, "unknown_user", False),
        ({"ResultCode": "405", "Reason": "超出查询次数"}, "quota_exceeded", True),
        ({"ResultCode": "105", "Reason": "电子面单余额不足"}, "no_numbers_left", False),
        ({"ResultCode": "105", "Reason": "客户号或密码不正确"}, "account_refused", False),
        ({"ResultCode": "105", "Reason": "收件地址不在派送范围"}, "area_not_served", False),
        ({"ResultCode": "105", "Reason": "系统繁忙"}, "courier_busy", True),
        ({"ResultCode": "105", "Reason": "别的"}, "rejected", False),
        ({"Reason": "别的"}, "rejected", False),
    ],
)
def test_refusals_have_stable_codes(answer: dict[str, object], code: str, retryable: bool) -> None:
    """The courier's words are kept beside ours."""
    with pytest.raises(CourierError) as caught:
        parse.waybill(encoded({"EBusinessID": "1", "Success": False, **answer}))
    error = caught.value
    assert (error.code, error.retryable, error.outcome) == (code, retryable, "refused")
    assert error.courier_text == answer.get("Reason", "")


@pytest.mark.parametrize("raw", [b"", b"<html>502</html>", b"[]", b"null", b"{'Success':tr"])
def test_a_garbled_answer_leaves_the_outcome_open(raw: bytes) -> None:
    """The number may have been issued: look it up before asking again."""
    with pytest.raises(CourierError) as caught:
        parse.waybill(raw)
    assert (caught.value.code, caught.value.outcome) == ("bad_answer", "unknown")


def test_cancelling() -> None:
    """Taken back, already picked up, already cancelled."""
    parse.cancelled(encoded({"EBusinessID": "1", "Success": True, "ResultCode": "100"}))
    parse.cancelled(encoded({"Success": "true"}))
    for reason, code in (
        ("已揽收，不能取消", "cannot_cancel"),
        ("订单已取消", "already_cancelled"),
    ):
        with pytest.raises(CourierError) as caught:
            parse.cancelled(encoded({"Success": False, "ResultCode": "105", "Reason": reason}))
        assert caught.value.code == code


def test_balance() -> None:
    """Numbers left; text and number alike."""
    answer = {"Success": True, "EorderBalance": {"AvailableNum": 87, "TotalNum": "100"}}
    left = parse.balance(encoded(answer))
    assert (left.available, left.total) == (87, 100)
    for broken in ({"Success": True}, {"Success": True, "EorderBalance": {"AvailableNum": "x"}}):
        with pytest.raises(CourierError):
            parse.balance(encoded(broken))


def test_subscription() -> None:
    """KDNiao does not always repeat what was asked for."""
    answer = {"UpdateTime": "2024-05-01 10:00:00", "Success": True, "Reason": ""}
    done = parse.subscribed(encoded(answer), "SF", "SF1")
    assert (done.courier, done.number, done.estimated_delivery) == ("SF", "SF1", None)
    full = {**answer, "ShipperCode": "SF", "LogisticCode": "SF1"}
    assert parse.subscribed(encoded({**full, "EstimatedDeliveryTime": "2024-05-03"}), "", "") == (
        parse.Subscribed("SF", "SF1", date(2024, 5, 3))
    )
    with pytest.raises(CourierError):
        parse.subscribed(encoded({"Success": False, "Reason": "缺少快递单号"}), "SF", "")
