"""Which service carries a box. Broken, the morning's printing stops at boxes no courier is found
for, or tiles travel as letters.
"""

from __future__ import annotations

from uuid import UUID

import pytest

from yichuan.dispatch.rules import Box, Option, choose


def option(
    service: str, kind: str, *, least: int = 0, most: int | None = None, balance: int | None = None
) -> Option:
    return Option(
        courier="ZTO",
        courier_name="中通快递",
        service=service,
        service_zh="标快",
        service_en="Standard",
        kind=kind,
        min_weight_g=least,
        max_weight_g=most,
        typical_days=3,
        account_id=UUID(int=1),
        balance=balance,
        quota=None,
        cost_fen=None,
    )


PARCEL = option("parcel", "standard", most=30_000)
BULKY = option("bulky", "bulky", least=20_000)
LINE = option("line", "special_line", least=50_000)
EMPTY = option("empty", "bulky", balance=0)


@pytest.mark.parametrize(
    ("weight_g", "options", "service", "rule"),
    [
        (40_000, [PARCEL, BULKY, LINE], "bulky", "bulky"),
        (2_500, [PARCEL, BULKY, LINE], "parcel", "light_bulky"),
        (None, [PARCEL, BULKY], "parcel", "light_bulky"),
        (2_500, [BULKY, LINE], None, "light_bulky"),
        (2_500, [PARCEL], "parcel", "parcel"),
        # numbers can be bought: tiles do not go by parcel because a branch has none today
        (2_500, [PARCEL, EMPTY], None, "bulky"),
        (35_000, [PARCEL, LINE], None, "light_bulky"),
    ],
)
def test_building_materials(
    weight_g: int | None, options: list[Option], service: str | None, rule: str
) -> None:
    choice = choose(Box(weight_g, ("建材",)), options)
    assert (choice.option.service if choice.option else None, choice.reason["rule"]) == (
        service,
        rule,
    )


def test_the_reason_of_a_light_box_can_be_read() -> None:
    reason = choose(Box(2_500, ("建材",)), [BULKY, PARCEL]).reason
    assert reason["zh"] == "大件类商品未达大件起运重量，改走普通快递：选 中通快递 标快，约 3 天"
    refused = {c["service"]: c["refused_zh"] for c in reason["candidates"]}
    assert refused == {"parcel": None, "bulky": "低于起运重量"}


def test_fresh_goods_wait_for_a_cold_chain() -> None:
    assert (
        choose(Box(2_500, ("水果",)), [PARCEL, option("cold", "cold_chain", balance=0)]).option
        is None
    )
