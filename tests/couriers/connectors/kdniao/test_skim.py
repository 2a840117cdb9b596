"""Pushes whose rows are cut out first and read when asked for. If they were read otherwise than
as a whole, a scan would be missing from the page, or be there twice."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from yichuan.couriers.connectors.kdniao.skim import KdniaoSkimmer
from yichuan.couriers.connectors.kdniao.traces import push

TIMES = st.sampled_from(
    [
        "2025-11-01 10:00:00",
        "2025-11-01 10:00:01",
        "2025/11/2 9:30",
        "--",
        "",
        "1970-01-01 08:00:00",
    ]
)
TRACES = st.fixed_dictionaries(
    {"AcceptTime": TIMES},
    optional={
        "AcceptStation": st.none() | st.text(max_size=12),
        "Remark": st.text(max_size=3),
        "Action": st.none() | st.sampled_from(["204", "1", "", 301, "x"]),
        "Location": st.none() | st.sampled_from(["深圳市", ""]),
        "More": st.just({"a": [1, "]"]}),
    },
)
ROWS = st.fixed_dictionaries(
    {
        "ShipperCode": st.sampled_from(["ZTO", " zto"]),
        "LogisticCode": st.sampled_from(["73100000001", "73100000002", ""]),
        "Traces": st.none() | st.lists(TRACES, max_size=5),
    },
    optional={
        "Success": st.sampled_from([True, False, "true", "false", None]),
        "Reason": st.sampled_from([None, "", "三天无轨迹"]),
        "OrderCode": st.just("YC1"),
    },
)


@given(rows=st.lists(ROWS, max_size=4), spaced=st.booleans())
def test_rows_are_read_as_in_the_whole(rows: list[dict[str, Any]], spaced: bool) -> None:
    content = json.dumps({"Data": rows}, indent=1 if spaced else None).encode()
    skimmer = KdniaoSkimmer()
    skimmed = skimmer.skim(content)
    assert skimmed is not None
    for one, update in zip(skimmed, push(content).updates, strict=True):
        assert (one.courier.strip(), one.number.strip()) == (update.courier, update.number)
        assert (one.ok, one.reason) == (update.ok, update.reason)
        events, rejected = skimmer.events(one.rows)
        assert events == update.events
        assert [bad.reason for bad in rejected] == [bad.reason for bad in update.rejected]
        assert skimmer.events(one.rows[2:])[0] == events[len(skimmer.events(one.rows[:2])[0]) :]


def test_an_odd_row_costs_only_itself() -> None:
    good = b'{"AcceptTime":"2025-11-01 10:00:00","AcceptStation":"a"}'
    odd = [b"[]", b"7", b'{"AcceptTime":20251101100000}', b'{"accepttime":"2025-11-01 10:00:00"}']
    events, rejected = KdniaoSkimmer().events([good, *(msgspec.Raw(row) for row in odd)])
    assert len(events) == 3
    assert [bad.reason for bad in rejected] == ["no time", "no time"]


def test_what_is_not_well_formed_is_left_to_the_reader() -> None:
    for content in (b"{'Data': []}", b"", b"[]", b'{"Data":[{"LogisticCode":7}]}', b"[" * 5000):
        assert KdniaoSkimmer().skim(content) is None
