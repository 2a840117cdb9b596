"""Pushes and track answers. If they broke, a buyer's page would stand still.

Fields: the manual, apifox.com docs-site 2538027, doc-2282394 (101), doc-2283185 (102),
api-72933643 (1002); states: the manual and public state tables.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.couriers.connectors.base import CourierError
from yichuan.couriers.connectors.codes import detail_of
from yichuan.couriers.connectors.kdniao import traces

TRACE = {
    "AcceptTime": "2024-05-01 10:00:00",
    "AcceptStation": "【深圳市】快件已到达",
    "Location": "深圳市",
    "Action": "204",
}
ROW = {
    "EBusinessID": "1234567",
    "OrderCode": "YC1",
    "ShipperCode": "ZTO",
    "LogisticCode": "76000000000001",
    "Success": True,
    "Reason": "",
    "State": "2",
    "StateEx": "204",
    "Location": "深圳市",
    "CallBack": "t1",
    "EstimatedDeliveryTime": "2024-05-03",
    "Traces": [TRACE],
    "PickerInfo": [{"PersonName": "x"}],
}


def push_of(*rows: object, **more: object) -> bytes:
    message = {"PushTime": "2024-05-01 10:01:00", "EBusinessID": "1", "Count": str(len(rows))}
    return json.dumps({**message, "Data": rows, **more}, ensure_ascii=False).encode()


def test_a_push_102() -> None:
    """Times become UTC, the action a detail, the finer state is preferred."""
    batch = traces.push(push_of(ROW, {**ROW, "LogisticCode": "76000000000002", "Traces": None}))
    first, second = batch.updates
    assert (first.courier, first.number, first.order_code) == ("ZTO", "76000000000001", "YC1")
    assert (first.state, first.ok, first.callback) == ("204", True, "t1")
    assert str(first.estimated_delivery) == "2024-05-03"
    (event,) = first.events
    assert event.occurred_at == datetime(2024, 5, 1, 2, 0, tzinfo=UTC)
    assert (event.text, event.location) == ("【深圳市】快件已到达", "深圳市")
    assert (event.code, event.detail) == ("204", "arrived_at_hub")
    assert second.events == ()


@pytest.mark.parametrize(
    ("said", "ok"),
    [
        ({"Success": False, "State": "0", "Reason": "暂无轨迹信息"}, True),
        ({"Success": False, "State": "0", "Reason": "三天无轨迹"}, False),
        ({"Success": False, "State": "2", "Reason": "七天内无轨迹变化"}, False),
        ({"Success": "false", "State": "2", "Reason": "快递公司接口异常"}, False),
        ({"Success": True, "State": "0"}, True),
    ],
)
def test_what_is_given_up_and_what_only_waits(said: dict, ok: bool) -> None:
    """The manual's notes, as kept by a public client (Go, `OrderPushQueryDataResp`): given up is to
    be subscribed again, State 0 is to be waited for; every subscription is paid for."""
    (update,) = traces.push(push_of({**ROW, **said, "StateEx": "", "Traces": []})).updates
    assert update.ok is ok


def test_a_push_101_has_no_codes() -> None:
    """The free push carries texts only."""
    row = {key: ROW[key] for key in ("ShipperCode", "LogisticCode", "State", "Success")}
    plain = {"AcceptTime": "2024/05/01 10:00:00", "AcceptStation": "已揽收", "Remark": None}
    (update,) = traces.push(push_of({**row, "Traces": [plain]})).updates
    assert (update.state, update.events[0].code, update.events[0].detail) == ("2", None, None)


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({**TRACE, "AcceptTime": "0001-01-01 00:00:00"}, "out of range"),
        ({**TRACE, "AcceptTime": "昨天"}, "not a time"),
        ({**TRACE, "AcceptTime": ""}, "time"),
        ({"AcceptStation": "x"}, "no time"),
        ("text", "no time"),
        (None, "no time"),
    ],
)
def test_an_odd_row_costs_only_itself(odd: object, reason: str) -> None:
    """The rest of the parcel and the push is used, the row is shown with its reason."""
    other = {**ROW, "LogisticCode": "76000000000002"}
    batch = traces.push(push_of({**ROW, "Traces": [TRACE, odd, TRACE]}, other))
    first, second = batch.updates
    assert (len(first.events), len(second.events)) == (2, 1)
    (rejected,) = first.rejected
    assert reason in rejected.reason
    assert rejected.raw


def test_single_quotes_other_letter_case_and_numbers_for_texts() -> None:
    """What the forgiving reader is for."""
    row = "{'shippercode':'ZTO','logisticCode':76001,'state':3,'success':'true','traces':"
    trace = "[{'accepttime':'2024-05-01 10:00:00','acceptStation':'已签收','action':3},]"
    (update,) = traces.push(f"{{'data':[{row}{trace},}},]}}".encode()).updates
    assert (update.number, update.state, update.ok) == ("76001", "3", True)
    assert update.events[0].detail == "delivered"


@pytest.mark.parametrize("raw", [b"", b"x", b"{}", b"[]", b'{"Data":5}', b'{"Data":[{}]}', b"\xff"])
def test_garbage_is_kept_apart(raw: bytes) -> None:
    """A push never fails: what cannot be used is rejected with its reason."""
    batch = traces.push(raw)
    assert batch.updates == ()
    assert bool(batch.rejected) is (raw != b"[]")


@given(st.binary(max_size=60))
def test_no_push_raises(raw: bytes) -> None:
    """Whatever comes over the wire."""
    traces.push(raw)


def test_watching_ended() -> None:
    """三天无轨迹: KDNiao stops; we have to subscribe again."""
    row = {
        **ROW,
        "Success": False,
        "Reason": "三天无轨迹",
        "State": "0",
        "StateEx": "",
        "Traces": [],
    }
    (update,) = traces.push(push_of(row)).updates
    assert (update.ok, update.reason, update.state) == (False, "三天无轨迹", "0")


def test_an_answer_of_1002() -> None:
    """The same record by itself; "no trace yet" is an answer, a refusal is an error."""
    assert len(traces.track(json.dumps(ROW).encode()).events) == 1
    empty = {**ROW, "Traces": [], "State": "0", "Reason": "暂无轨迹信息"}
    assert traces.track(json.dumps(empty).encode()).events == ()
    assert traces.track(json.dumps({**empty, "Success": False}).encode()).ok is True
    with pytest.raises(CourierError) as caught:
        traces.track(b'{"EBusinessID":"1","Success":false,"Reason":"\xe7\xbc\xba\xe5\xb0\x91"}')
    assert caught.value.code == "rejected"
    with pytest.raises(CourierError):
        traces.track(b"<html>")
    limited = {**ROW, "Traces": [], "Success": False, "Reason": "", "ResultCode": "405"}
    with pytest.raises(CourierError) as caught:
        traces.track(json.dumps(limited).encode())
    assert caught.value.code == "quota_exceeded"


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("0", "none"),
        ("202", "out_for_delivery"),
        ("211", "delivery_to_locker"),
        ("304", "signed_by_third_party"),
        ("404", "refused"),
        ("406", "returned_to_sender"),
        ("414", "damaged"),
        ("999", None),
        (None, None),
    ],
)
def test_states(code: str | None, detail: str | None) -> None:
    """State, StateEx and Action share one table; a new code is not guessed."""
    assert detail_of("kdniao", code) == detail
