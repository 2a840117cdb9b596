"""Stored rate cards price boxes. Broken, dispatch chooses by wrong costs or by none at all."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from conftest import Tenant
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.rating import service
from yichuan.rating.cards import ShipmentToRate
from yichuan.rating.rows import RateCardRow

NOTHING: dict[str, Any] = dict.fromkeys(
    (
        "merchant",
        "service",
        "origin_province",
        "dest_province",
        "dest_city",
        "zone",
        "weight_from_g",
        "weight_to_g",
        "first_weight_g",
        "first_price_fen",
        "step_g",
        "step_price_fen",
        "base_price_fen",
        "per_kg_centifen",
        "rounding",
        "volume_divisor",
        "min_charge_fen",
        "lead_days_min",
        "lead_days_max",
        "currency",
        "valid_from",
        "valid_to",
    )
)


def row(card: str, courier: str, fen: int, **values: object) -> RateCardRow:
    """A row that charges a flat price."""
    plain: dict[str, Any] = {"role": "cost", "base_price_fen": fen}
    return RateCardRow(**{**NOTHING, "card": card, "courier": courier, **plain, **values})


async def store(context: Context, *rows: RateCardRow) -> service.Stored:
    async with context.database.system() as session:
        return await service.store(session, rows)


async def costs(
    context: Context, merchant_id: UUID, province: str = "浙江省", weight_g: int = 900
) -> dict[tuple[str, str | None], int]:
    async with context.database.system() as session:
        return service.costs(
            await service.snapshot(session),
            merchant_id=merchant_id,
            origin_province="四川省",
            dest_province=province,
            dest_city="杭州市",
            weight_g=weight_g,
        )


async def test_the_merchants_own_contract_wins(
    context: Context, alpha: Tenant, beta: Tenant
) -> None:
    await store(
        context,
        row("house", "ZTO", 500, dest_province="浙江"),
        row("house", "YTO", 450, dest_province="浙江", service="fast"),
        row("alpha's", "ZTO", 380, merchant="ALPHA", dest_province="浙江"),
        row("prices", "ZTO", 900, role="price"),
    )
    assert await costs(context, alpha.id) == {("ZTO", None): 380, ("YTO", "fast"): 450}
    assert await costs(context, beta.id) == {("ZTO", None): 500, ("YTO", "fast"): 450}
    assert await costs(context, beta.id, "西藏自治区") == {}


async def test_a_card_is_replaced_by_the_next_of_its_name(context: Context, beta: Tenant) -> None:
    first = await store(context, row("STO 2026", "STO", 700), row("STO 2026", "STO", 710, zone="z"))
    assert (len(first.card_ids), first.rows, first.replaced) == (1, 2, 0)
    assert (await costs(context, beta.id))["STO", None] == 700
    second = await store(context, row("STO 2026", "STO", 650))
    assert (second.rows, second.replaced) == (1, 1)
    assert (await costs(context, beta.id))["STO", None] == 650
    later = await store(context, row("STO 2026", "STO", 600, valid_from=date(2099, 1, 1)))
    assert later.replaced == 0
    assert (await costs(context, beta.id))["STO", None] == 650


async def test_a_card_for_any_courier_prices_those_with_services(
    context: Context, beta: Tenant
) -> None:
    async with context.database.system() as session:
        await couriers.seed(session)
    stored = await store(context, row("any", "*", 1234))
    found = await costs(context, beta.id)
    assert found["SF", None] == 1234
    assert found["ZTO", None] == 500
    assert ("*", None) not in found
    async with context.database.system() as session:
        await service.remove(session, stored.card_ids[0])
    assert ("SF", None) not in await costs(context, beta.id)


async def test_a_merchant_to_come_finds_its_card_waiting(context: Context, beta: Tenant) -> None:
    stored = await store(
        context, row("gamma's", "DBL", 999, merchant="GAMMA"), row("bad", "NOBODY", 1)
    )
    assert stored.unknown_couriers == ("NOBODY",)
    assert ("DBL", None) not in await costs(context, beta.id)
    async with context.database.system() as session:
        await service.adopt(session, {"GAMMA": beta.id})
    assert (await costs(context, beta.id))["DBL", None] == 999


async def test_quotes_say_why_there_is_none(context: Context) -> None:
    await store(context, row("light", "JD", 300, role="price", weight_to_g=1000))
    async with context.database.system() as session:
        shipment = ShipmentToRate(courier="JD", weight_g=5000, province="浙江")
        assert await service.quotes(session, "price", shipment, None) == ([], ["no_bracket"])
        unknown = ShipmentToRate(courier="UC", weight_g=5000, province="浙江")
        assert await service.quotes(session, "cost", unknown, None) == ([], [])


async def test_overlapping_brackets_are_reported(context: Context) -> None:
    stored = await store(
        context, row("two", "EMS", 300, weight_to_g=2000), row("two", "EMS", 310, weight_to_g=3000)
    )
    assert stored.rows == 1
    assert [problem.code for problem in stored.problems] == ["overlapping_brackets"]


@pytest.mark.parametrize("weight", [0, -5])
async def test_without_weight_nothing_is_priced(
    context: Context, alpha: Tenant, weight: int
) -> None:
    assert await costs(context, alpha.id, weight_g=weight) == {}
