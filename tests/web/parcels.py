"""Parcels of our own making, as the page's data show them: one per case a buyer may meet.

The clock of all of them is `NOW`. Cities are real, everything else is invented.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from yichuan.tracking.details import milestone_of

NOW: Final = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
"""14:30 on Tuesday, 24 November, on the couriers' clock."""
TOKEN: Final = "Qm9uam91ci1saWVuLTAx42"

Json = dict[str, Any]
CITIES: Final = {
    "杭州市": (30.2469, 120.2098),
    "金华市": (29.0790, 119.6474),
    "合肥市": (31.8206, 117.2272),
    "武汉市": (30.5932, 114.3055),
    "西安市": (34.3416, 108.9398),
    "成都市": (30.5729, 104.0668),
    "绵阳市": (31.4678, 104.6791),
}
WAY: Final = """
11-21 20:11 金华市 label_printed 商家已打印面单，等待快递员揽收
11-21 21:46 金华市 picked_up 【金华市】义乌北苑公司 已揽收，揽件员 王师傅
11-22 02:13 金华市 departed_from_hub 快件离开【金华转运中心】，发往【合肥转运中心】
11-22 09:35 合肥市 arrived_at_hub 快件到达【合肥转运中心】
11-22 11:02 合肥市 departed_from_hub 快件离开【合肥转运中心】，发往【西安转运中心】
11-23 05:40 西安市 arrived_at_hub 快件到达【西安转运中心】
11-23 08:21 西安市 departed_from_hub 快件离开【西安转运中心】，发往【成都转运中心】
11-23 20:57 成都市 arrived_at_hub 快件到达【成都转运中心】
11-24 07:18 成都市 arrived_at_destination 快件到达【成都高新天府营业部】
11-24 08:42 成都市 out_for_delivery 【成都市】快件正在派送，派件员 李师傅，请保持电话畅通
""".strip().splitlines()
SIGNED: Final = "11-24 13:55 成都市 delivered 您的快件已签收，签收人：前台，感谢使用"
LOCKER: Final = (
    "11-24 11:20 成都市 delivery_to_locker 快件已放入【天府三街18号丰巢柜】，请凭取件码****取件"
)
BACK: Final = (
    "11-24 10:31 成都市 refused 收件人拒收，快件将退回寄件人",
    "11-24 13:02 成都市 in_return_transit 退回件离开【成都转运中心】，发往【西安转运中心】",
)


def place(city: str) -> Json:
    """A city with its point."""
    lat, lon = CITIES[city]
    return {"city": city, "lat": lat, "lon": lon}


def event(line: str) -> Json:
    """A scan, from its day and hour, city, detail and text."""
    day, hour, city, detail, text = line.split(" ", 4)
    moment = datetime.strptime(f"2026-{day} {hour} +0800", "%Y-%m-%d %H:%M %z")
    body = {"occurred_at": moment.isoformat(), "text": text}
    return body | {"milestone": milestone_of(detail), "detail": detail} | place(city)


def parcel(scans: int, *more: str, **values: Any) -> Json:
    """A parcel after so many scans of `WAY`, and then `more`."""
    events = [event(line) for line in (*WAY[:scans], *more)]
    last = events[-1] if events else {"milestone": "created", "detail": "none"}
    return {
        "courier": {"code": "ZTO", "name_zh": "中通快递", "name_en": "ZTO Express"},
        "milestone": last["milestone"],
        "detail": last["detail"],
        "problem": None,
        "waybill_number": "7312****0231",
        "shipped_at": "2026-11-21T20:30:00+08:00",
        "promised_at": "2026-11-25T23:59:00+08:00",
        "delivered_at": None,
        "origin": place("金华市"),
        "destination": place("成都市"),
        "events": events,
        "locker_hint": None,
        "sign_kind": None,
        "verified": False,
        "recipient": None,
        "rating": None,
        "reports": [],
    } | values


def sibling(token: str | None, milestone: str, **values: Any) -> Json:
    """A parcel of the same order."""
    return {
        "token": token,
        "milestone": milestone,
        "detail": "none",
        "shipped_at": "2026-11-21T20:30:00+08:00",
        "numbered": True,
        "goods": None,
        "current": False,
    } | values


def problem(kind: str, party: str, since: str = "2026-11-24T11:30:00+08:00") -> Json:
    """Something is wrong."""
    return {"kind": kind, "party": party, "since": since}


CASES: Final[dict[str, Json]] = {
    "preparing": parcel(0, courier=None, waybill_number=None, shipped_at=None),
    "numbered": parcel(0, shipped_at=None),
    "own_way": parcel(0, courier=None, waybill_number=None),
    "awaiting": parcel(0),
    "picked_up": parcel(2),
    "in_transit": parcel(6, promised_at="2026-11-26T23:59:00+08:00"),
    "departed": parcel(7),
    "estimated": parcel(
        7,
        expected={
            "source": "estimate",
            "from": "2026-11-25T00:00:00+08:00",
            "to": "2026-11-26T23:59:00+08:00",
        },
    ),
    "estimated_half": parcel(
        9,
        expected={
            "source": "estimate",
            "from": "2026-11-25T00:00:00+08:00",
            "to": "2026-11-25T11:59:00+08:00",
        },
    ),
    "silent": parcel(4),
    "arriving": parcel(9),
    "out_for_delivery": parcel(10, promised_at="2026-11-24T23:59:00+08:00"),
    "late": parcel(8, promised_at="2026-11-22T23:59:00+08:00"),
    "locker": parcel(10, LOCKER, locker_hint="天府三街18号 丰巢柜"),
    "failed": parcel(10, problem=problem("failed_delivery", "courier")),
    "unreachable": parcel(10, problem=problem("unreachable", "buyer")),
    "damaged": parcel(8, problem=problem("damaged", "courier")),
    "locker_code": parcel(
        10,
        LOCKER.replace("****", "8-2-3011"),
        locker_hint="天府三街18号 丰巢柜",
        locker_code="8-2-3011",
        verified=True,
    ),
    "delivered": parcel(10, SIGNED, delivered_at="2026-11-24T13:55:00+08:00", sign_kind="gate"),
    "returning": parcel(10, *BACK, problem=problem("refused", "buyer")),
    "returned": parcel(10, *BACK, milestone="returned", detail="returned_to_sender"),
    "cancelled": parcel(0, milestone="cancelled", detail="order_cancelled", promised_at=None),
    "lost": parcel(4, milestone="lost", detail="lost", problem=problem("lost", "courier")),
    "verified": parcel(
        10,
        verified=True,
        waybill_number="73120045120231",
        recipient={"name": "张*", "phone": "138****1234", "address": "四川省成都市武侯区****"},
    ),
    "on_the_round": parcel(
        10,
        courier={"code": "ZTO", "name_zh": "中通快递", "name_en": "ZTO Express", "phone": "95311"},
        verified=True,
        waybill_number="73120045120231",
        expected={"from": "2026-11-24T16:00:00+08:00", "to": "2026-11-24T18:00:00+08:00"},
        deliverer={
            "name": "李师傅",
            "phone": "13800001111",
            "extension": "2233",
            "virtual": True,
        },
        parcels=[
            sibling(TOKEN, "out_for_delivery", current=True),
            sibling("Qm9uam91ci1saWVuLTAx43", "in_transit"),
            sibling(None, "created", shipped_at=None, numbered=False),
        ],
        contacts=[
            {"party": "merchant", "name": "暖灯家居", "phone": "400-000-0000", "url": None},
            {
                "party": "platform",
                "name": None,
                "phone": None,
                "url": "https://mall.example.com/help",
            },
        ],
    ),
}
