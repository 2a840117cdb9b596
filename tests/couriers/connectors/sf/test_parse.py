"""Answers and pushes of SF. If they broke, an issued number or a scan would be lost.

Recorded messages: the success and failure answers of SF's manual (EXP_RECE_CREATE_ORDER, public
copies; orderId QIAO-20200528-006) and of EXP_RECE_QUERY_DELIVERTM; a sandbox answer noted in a
public client (apiResultData as text, QIAO-20200618-004); a push `Body.WaybillRoute` and its reply
`return_code` from public receivers' tests. Refusals: SF's table of business errors.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from yichuan.couriers.connectors.base import CourierError
from yichuan.couriers.connectors.connector import Keys, Pushed, Refused
from yichuan.couriers.connectors.sf import parse, routes
from yichuan.couriers.connectors.sf.door import SfDoor

LABEL = {
    "waybillNo": "SF7444400043266",
    "sourceCityCode": "719",
    "destCityCode": "710",
    "destDeptCode": "710F",
    "destRouteLabel": "710VA-F",
    "codingMapping": "S10",
    "proName": "顺丰标快",
}
ORDER = {
    "orderId": "QIAO-20200528-006",
    "originCode": "719",
    "destCode": "710",
    "filterResult": 2,
    "remark": "",
    "waybillNoInfoList": [{"waybillType": 1, "waybillNo": "SF7444400043266"}],
    "routeLabelInfo": [{"code": "1000", "routeLabelData": LABEL, "message": "SF7444400043266:"}],
}
PUSH = {
    "Body": {
        "WaybillRoute": [
            {
                "mailno": "SF7444703069240",
                "acceptTime": "2026-05-06 10:11:26",
                "acceptAddress": "深圳",
                "remark": "已收件",
                "opCode": "50",
                "id": "111",
                "orderid": "YD-1-2",
            },
            {"mailno": "SF7444703069240", "acceptTime": "--", "opCode": "31", "id": "112"},
            {"mailno": "SF1", "acceptTime": "2026-05-07 18:00:00", "remark": "已签收",
             "opCode": "80", "id": "222"},
            {"acceptTime": "2026-05-07 18:00:00", "opCode": "80"},
        ]
    }
}  # fmt: skip


def answered(data: object, *, as_text: bool = True, code: str = "A1000") -> bytes:
    result = json.dumps(data, ensure_ascii=False) if as_text else data
    envelope = {
        "apiErrorMsg": "",
        "apiResponseID": "000173744CA0EE3FEFF1EEFC90D1E13F",
        "apiResultCode": code,
        "apiResultData": result,
    }
    return json.dumps(envelope, ensure_ascii=False).encode()


def done(message: object) -> dict:
    return {"success": True, "errorCode": "S0000", "errorMsg": None, "msgData": message}


@pytest.mark.parametrize("as_text", [True, False])
def test_a_number_with_all_that_the_label_shows(as_text: bool) -> None:
    """apiResultData comes as a text, in newer documents as an object."""
    issued = parse.waybill(parse.message(answered(done(ORDER), as_text=as_text)))
    assert (issued.number, issued.order_code) == ("SF7444400043266", "QIAO-20200528-006")
    assert (issued.origin_code, issued.destination_code) == ("719", "710F")
    assert (issued.mark_destination, issued.sorting_code) == ("710VA-F", "S10")


def test_mother_and_children() -> None:
    """子母件: the mother is the number, a sign-back number (3) is neither."""
    numbers = [
        {"waybillType": 2, "waybillNo": "SF2"},
        {"waybillType": "1", "waybillNo": "SF1"},
        {"waybillType": 3, "waybillNo": "SF3"},
    ]
    issued = parse.waybill(ORDER | {"waybillNoInfoList": numbers, "routeLabelInfo": []})
    assert (issued.number, issued.child_numbers) == ("SF1", ("SF2",))


@pytest.mark.parametrize(
    ("raw", "code", "outcome"),
    [
        (answered(None, code="A1006"), "bad_signature", "refused"),
        (answered(None, code="A1005"), "quota_exceeded", "refused"),
        (answered({"success": False, "errorCode": "8114", "errorMsg": "传入了不可发货的月结卡号",
                   "msgData": None}), "account_refused", "refused"),
        (answered({"success": False, "errorCode": "8018", "errorMsg": "未获取到订单信息"}),
         "unknown_order", "refused"),
        (answered({"success": False, "errorCode": "99999", "errorMsg": "超区不派送"}),
         "area_not_served", "refused"),
        (b"<html>", "bad_answer", "unknown"),
        (answered("?"), "bad_answer", "unknown"),
    ],
)  # fmt: skip
def test_refusals(raw: bytes, code: str, outcome: str) -> None:
    """A stable code; what cannot be read may hide a bought number."""
    with pytest.raises(CourierError) as caught:
        parse.message(raw, doubt=True)
    assert (caught.value.code, caught.value.outcome) == (code, outcome)


def test_screening() -> None:
    """筛单: an address not served is refused; one a person still looks at may get a number."""
    for result, code, outcome in (
        (3, "area_not_served", "refused"),
        (1, "awaiting_confirmation", "unknown"),
    ):
        with pytest.raises(CourierError) as caught:
            parse.waybill({"orderId": "A", "filterResult": result, "waybillNoInfoList": []})
        assert (caught.value.code, caught.value.outcome) == (code, outcome)
    with pytest.raises(CourierError, match="bad_number"):
        parse.cancelled({"orderId": "A", "resStatus": 1})
    parse.cancelled({"orderId": "A", "resStatus": 2})


def test_price_and_promise() -> None:
    """The manual's answer: 119 yuan, by the end of the promised window."""
    offer = {
        "businessType": "2",
        "businessTypeDesc": "顺丰特惠",
        "deliverTime": "2020-10-20 18:00:00,2020-10-20 18:00:00",
        "fee": 119,
        "searchPrice": "1",
        "closeTime": None,
    }
    found = parse.message(answered(done({"deliverTmDto": [offer, offer | {"fee": None}]})))
    (price,) = parse.prices(found, "SF")
    assert (price.service, price.amount_minor, price.currency) == ("1", 11900, "CNY")
    assert parse.forecast(found, "SF").by == datetime(2020, 10, 20, 10, 0, tzinfo=UTC)
    assert parse.prices({"deliverTmDto": [offer | {"fee": 12.345}]}, "SF")[0].amount_minor == 1235


def test_a_history() -> None:
    """Scans in any order, one bad row harming none; nothing yet is no error."""
    scans = [
        {"acceptTime": "2026-04-12 18:00:00", "acceptAddress": "昆明市", "remark": "已签收",
         "opCode": "80"},
        {"acceptTime": "never", "remark": "派件中", "opCode": "44"},
        {"acceptTime": "2026-04-10 08:00:00", "remark": "已揽收", "opCode": "50"},
    ]  # fmt: skip
    found = {"routeResps": [{"mailNo": "SF1234567890", "routes": scans}]}
    update = routes.track(found, "SF1234567890")
    assert [(e.code, e.detail, e.location) for e in update.events] == [
        ("80", "delivered", "昆明市"),
        ("50", "picked_up", None),
    ]
    assert update.events[0].occurred_at == datetime(2026, 4, 12, 10, 0, tzinfo=UTC)
    assert len(update.rejected) == 1
    assert routes.track({"routeResps": [{"mailNo": "SF2", "routes": []}]}, "SF2").events == ()


def test_a_push() -> None:
    """Scans of two numbers in one push; a row without a number or time costs only itself."""
    door = SfDoor()
    body = json.dumps(PUSH, ensure_ascii=False).encode()
    batch = door.read(door.open(Pushed(body), Keys("YC", "key")))
    first, second = batch.updates
    assert (first.number, first.order_code, second.number) == ("SF7444703069240", "YD-1-2", "SF1")
    assert [e.detail for e in first.events + second.events] == ["picked_up", "delivered"]
    assert (len(first.rejected), len(batch.rejected)) == (1, 1)
    again = door.again("SF", "SF9", b'{"acceptTime":"2026-05-06 10:11:26","opCode":"50"}')
    assert door.read(again).updates[0].events[0].code == "50"


def test_the_reply_to_a_push() -> None:
    """SF repeats a push until it reads exactly this."""
    door, at = SfDoor(), datetime(2024, 5, 1, tzinfo=UTC)
    assert door.answer("YC", at, None).body == '{"return_code":"0000","return_msg":"成功"}'.encode()
    assert json.loads(door.answer("YC", at, "busy").body)["return_code"] != "0000"
    for body in (b"", b"<xml/>", b"[]", b'{"Body":{}}', b"[" * 5000):
        with pytest.raises(Refused):
            door.open(Pushed(body), Keys("YC", "key"))
