"""Whole parcels' lives as couriers tell them, text in and milestone out.

If these broke, one exception of the trade would be told wrongly to every buyer it happens to: a
locker taken for a signature, a returned parcel for a delivered one, a handed-on one for a lost one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from yichuan.tracking.commands import normalised

START = datetime(2024, 5, 1, tzinfo=UTC)
WAY = (
    "【甲市】【甲市城南】的李某（000）已揽收",
    "【甲市】快件离开【甲转运中心】已发往【乙转运中心】",
    "【乙市】快件已经到达【乙转运中心】",
    "【乙市】快件已经到达【乙市城东】",
    "【乙市】【乙市城东】的李某（000）正在第1次派件",
)

STORIES = {
    "attempt, depot, out again": (
        ["快件派送不成功(因无法联系到收方客户)", "快件已经到达【乙市城东】", "正在第2次派件"],
        ("out_for_delivery", "out_for_delivery", None),
    ),
    "attempted, waiting": (
        ["【乙市】派送失败，电话无人接听"],
        ("out_for_delivery", "recipient_unavailable", "unreachable"),
    ),
    "a locker is no signature": (
        ["快件已由甲小区丰巢柜代收，请及时取件"],
        ("ready_for_collection", "delivery_to_locker", None),
    ),
    "a locker that signs is none either": (
        ["快件已被 丰巢智能柜 代签收"],
        ("ready_for_collection", "delivery_to_locker", None),
    ),
    "taken from the station": (
        ["快件已暂存至甲小区菜鸟驿站", "您已在甲小区菜鸟驿站完成取件，感谢使用菜鸟驿站"],
        ("delivered", "delivered", None),
    ),
    "the courier takes it out of the locker": (
        ["快件已放入丰巢柜，请凭取件码取件", "您的包裹已从【丰巢】重新取出，小哥将继续为您派件"],
        ("out_for_delivery", "out_for_delivery", None),
    ),
    "refused and sent back": (
        ["快件派送不成功(因收方客户拒收快件)", "快件已退回发件网点，退件中转运输", "退件已签收"],
        ("returned", "returned_to_sender", None),
    ),
    "on its way back": (
        ["【乙市】应客户要求，快件将退回寄件人", "快件离开【乙转运中心】已发往【甲转运中心】"],
        ("returning", "in_return_transit", "returning"),
    ),
    "intercepted": (
        ["【乙市】该件已被拦截，等待处理", "【乙市城东】已进行退回件扫描，扫描人员是【李某】"],
        ("returning", "return_initiated", "returning"),
    ),
    "refused, then accepted": (
        ["快件派送不成功(因收方客户拒收快件)", "正在第2次派件", "已签收，签收人：本人"],
        ("delivered", "delivered", None),
    ),
    "handed on to another courier": (
        ["快件已转交邮政EMS派送，新单号000"],
        ("in_transit", "transferred_to_carrier", None),
    ),
}


def told(*texts: str, every: timedelta = timedelta(hours=8)) -> tuple[object, object, object]:
    """Milestone, detail and problem of the whole, one scan after the other."""
    times = [(START + n * every).isoformat() for n in range(len(texts))]
    events = [{"time": at, "text": words} for at, words in zip(times, texts, strict=True)]
    line = normalised({"courier": "ZTO", "events": events})
    backwards = normalised({"courier": "ZTO", "events": [*reversed(events), events[0]]})
    whole = (line["milestone"], line["detail"], line["problem"])
    assert whole == (backwards["milestone"], backwards["detail"], backwards["problem"])
    return whole


@pytest.mark.parametrize("story", STORIES)
def test_exceptions_of_the_trade(story: str) -> None:
    """The same whether told forwards, backwards or with a scan twice."""
    texts, whole = STORIES[story]
    assert told(*WAY, *texts) == whole


def test_through_customs_and_on_with_another_courier() -> None:
    """A held parcel is a problem until customs let it go; the next courier's scans go on."""
    abroad = (
        "Shipment picked up",
        "Departed Facility in SHENZHEN - CHINA",
        "Arrived at Sort Facility LEIPZIG - GERMANY",
        "Clearance delay - Import",
    )
    assert told(*abroad) == ("in_transit", "customs_held", "customs_held")
    free = (*abroad, "Released by customs")
    assert told(*free) == ("in_transit", "customs_released", None)
    handed = (*free, "Handed over to local carrier")
    assert told(*handed) == ("in_transit", "transferred_to_carrier", None)
    assert told(*handed, "Out for Delivery", "Delivered")[0] == "delivered"
