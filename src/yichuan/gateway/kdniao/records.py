"""A number's history as KDNiao tells it: answers 1002, 8001, 8002 and pushes 101, 102. Pure.

The key sets are exact: litemall (linlinjava/litemall, `ExpressInfo.java`) refuses an answer 1002
with any key it does not know, so only what the caller can read is in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from yichuan.gateway.kdniao.states import NOTHING, State, action_of, state_of
from yichuan.gateway.kdniao.wire import Answer, stamp
from yichuan.tracking.values import TimelineEvent, TrackView

NO_TRACE = "暂无轨迹信息"


def basic(
    ebusiness_id: str,
    courier: str,
    number: str,
    track: TrackView | None,
    events: Sequence[TimelineEvent],
    *,
    order_code: str = "",
    descending: bool = False,
) -> Answer:
    """What 1002 answers and 101 tells of one number: courier's words and the coarse State."""
    state = state_of(track, events) if track else State(NOTHING, NOTHING)
    answer: Answer = {"EBusinessID": ebusiness_id}
    if order_code:
        answer["OrderCode"] = order_code
    answer |= {"ShipperCode": courier, "LogisticCode": number, "Success": True}
    if not events:
        answer["Reason"] = NO_TRACE
    answer["State"] = state.state
    rows = [{"AcceptTime": stamp(e.occurred_at), "AcceptStation": e.text} for e in events]
    answer["Traces"] = rows[::-1] if descending else rows
    return answer


def plus(
    ebusiness_id: str,
    courier: str,
    number: str,
    track: TrackView | None,
    events: Sequence[TimelineEvent],
    *,
    order_code: str = "",
    descending: bool = False,
) -> Answer:
    """What 8001 and 8002 answer and 102 tells: also StateEx, places and an Action per scan."""
    answer = basic(ebusiness_id, courier, number, track, events, order_code=order_code)
    state = state_of(track, events) if track else State(NOTHING, NOTHING)
    cities = [event.place.city if event.place else "" for event in events]
    rows = [
        row | {"Location": city, "Action": action_of(event.detail)}
        for row, event, city in zip(answer["Traces"], events, cities, strict=True)
    ]
    answer |= {
        "StateEx": state.state_ex,
        "Location": next((city for city in reversed(cities) if city), ""),
        "Traces": rows[::-1] if descending else rows,
    }
    return answer


def pushed(answer: Answer, callback: str) -> Answer:
    """A number's history as an entry of a push: all fields that receivers read, Callback twice."""
    return {"OrderCode": "", "Reason": ""} | answer | {"CallBack": callback, "Callback": callback}
