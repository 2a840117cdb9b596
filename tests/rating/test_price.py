"""Quotes. Broken, merchants are charged wrong amounts or cannot see why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.rating.cards import RateBook, RateCard, RateRow, ShipmentToRate
from yichuan.rating.price import (
    MISSES,
    Miss,
    NoRate,
    Quote,
    kg_text,
    price_row,
    quote,
    quote_book,
    try_quote,
    yuan_text,
)
from yichuan.rating.rules import ROUNDINGS


def total(row: RateRow, weight_g: int, volume_cm3: int = 0) -> int:
    return sum(line.amount_fen for line in price_row(row, weight_g, volume_cm3)[1])


FIRST_AND_STEPS = RateRow(
    first_weight_g=1000, first_price_fen=800, step_g=1000, step_price_fen=200, rounding="ceil_1kg"
)
BASE_AND_KG = RateRow(first_price_fen=310, per_kg_centifen=8_000, rounding="ceil_1kg")


@pytest.mark.parametrize(
    ("weight", "fen"), [(1, 800), (1000, 800), (1001, 1000), (2000, 1000), (2001, 1200)]
)
def test_first_weight_and_steps(weight: int, fen: int) -> None:
    assert total(FIRST_AND_STEPS, weight) == fen


@pytest.mark.parametrize(("weight", "fen"), [(5501, 790), (6000, 790), (6001, 870)])
def test_base_and_price_per_begun_kg(weight: int, fen: int) -> None:
    assert total(BASE_AND_KG, weight) == fen


def test_price_per_kg_is_rounded_half_up_to_the_fen() -> None:
    row = RateRow(per_kg_centifen=3_750)
    assert total(row, 1000) == 38
    assert total(row, 100) == 4
    assert total(row, 2000) == 75


def test_least_charge_and_volume() -> None:
    row = RateRow(per_kg_centifen=10_000, min_charge_fen=500, volume_divisor=6000)
    charged, lines = price_row(row, 1000)
    assert charged == 1000
    assert [(line.code, line.amount_fen) for line in lines] == [
        ("further_weight", 100),
        ("min_charge", 400),
    ]
    assert price_row(row, 1000, 60_000)[0] == 10_000
    assert total(row, 1000, 60_000) == 1000


rows = st.builds(
    RateRow,
    first_weight_g=st.integers(0, 5_000),
    first_price_fen=st.integers(0, 10_000),
    step_g=st.sampled_from([0, 100, 500, 1000]),
    step_price_fen=st.integers(0, 2_000),
    per_kg_centifen=st.integers(0, 500_000),
    rounding=st.sampled_from(sorted(ROUNDINGS)),
    volume_divisor=st.sampled_from([None, 5000, 12_000]),
    min_charge_fen=st.integers(0, 20_000),
)


@given(rows, st.integers(1, 200_000), st.integers(0, 20_000), st.integers(0, 500_000))
def test_more_weight_never_costs_less_within_a_bracket(
    row: RateRow, weight: int, more: int, volume: int
) -> None:
    assert total(row, weight, volume) <= total(row, weight + more, volume)


@given(rows, st.integers(1, 200_000), st.integers(0, 500_000))
def test_lines_add_up_in_whole_fen(row: RateRow, weight: int, volume: int) -> None:
    card = RateCard("c", "cost", "YD", rows=(row,))
    found = try_quote(card, ShipmentToRate("YD", weight, volume_cm3=volume))
    assert isinstance(found, Quote)
    assert found.total_fen == sum(line.amount_fen for line in found.lines)
    assert type(found.total_fen) is int
    assert all(type(line.amount_fen) is int for line in found.lines)
    assert found.total_fen >= row.min_charge_fen
    assert yuan_text(found.total_fen) in found.explanation_zh
    assert yuan_text(found.total_fen) in found.explanation_en


@given(
    limits=st.lists(st.integers(1, 20_000), min_size=1, max_size=5, unique=True),
    prices=st.lists(st.integers(0, 5_000), min_size=6, max_size=6),
    weight=st.integers(1, 25_000),
    more=st.integers(0, 10_000),
)
def test_a_card_of_rising_flat_brackets_rises_over_all_of_them(
    limits: list[int], prices: list[int], weight: int, more: int
) -> None:
    edges = [0, *sorted(limits)]
    rising = sorted(prices)
    card = RateCard(
        "c",
        "cost",
        "YD",
        rows=tuple(
            RateRow(weight_from_g=low, weight_to_g=high, first_price_fen=rising[n])
            for n, (low, high) in enumerate(zip(edges, [*edges[1:], None], strict=True))
        ),
    )
    low = quote(card, ShipmentToRate("YD", weight))
    high = quote(card, ShipmentToRate("YD", weight + more))
    assert low.total_fen <= high.total_fen


def test_an_explanation_reads_like_a_calculation() -> None:
    row = RateRow(
        dest_province="广东",
        first_weight_g=1000,
        first_price_fen=800,
        step_g=500,
        step_price_fen=150,
        rounding="ceil_500g",
    )
    found = quote(RateCard("甲", "cost", "YD", rows=(row,)), ShipmentToRate("YD", 1720, "广东省"))
    assert found.chargeable_weight_g == 2000
    assert found.explanation_zh == (
        "甲 · 广东：重量 1.72 kg，计费重量 2 kg；首重 1 kg 内 8.00 元；"
        "续重 2×0.5 kg，每份 1.50 元，计 3.00 元；合计 11.00 元"
    )
    assert found.explanation_en == (
        "甲, 广东: 1.72 kg, charged 2 kg; first 1 kg 8.00; "
        "further 2×0.5 kg at 1.50 each 3.00; total 11.00 CNY"
    )


def test_no_price_says_why() -> None:
    row = RateRow(dest_province="广东", weight_to_g=1000)
    card = RateCard("c", "cost", "YD", rows=(row,))
    book = RateBook((card,))
    cases = {
        "no_card": ShipmentToRate("SF", 1, "广东"),
        "no_destination": ShipmentToRate("YD", 1, "湖南"),
        "no_bracket": ShipmentToRate("YD", 1001, "广东"),
        "no_weight": ShipmentToRate("YD", 0, "广东"),
    }
    assert cases.keys() == MISSES.keys()
    for reason, shipment in cases.items():
        assert quote_book(book, shipment, "cost") == Miss(reason)
    with pytest.raises(NoRate) as caught:
        quote(card, cases["no_bracket"])
    assert caught.value.problem()["reason"] == "no_bracket"


def test_a_book_falls_back_to_the_next_card() -> None:
    own = RateCard("own", "price", "YD", merchant="M1", rows=(RateRow("广东"),))
    general = RateCard("general", "price", "*", rows=(RateRow(first_price_fen=9),))
    book = RateBook((general, own))

    def card(province: str) -> str:
        found = quote_book(book, ShipmentToRate("YD", 1, province, merchant="M1"), "price")
        assert isinstance(found, Quote)
        return found.card.name

    assert card("广东") == "own"
    assert card("湖南") == "general"


@pytest.mark.parametrize(("grams", "text"), [(0, "0"), (5, "0.005"), (1500, "1.5"), (10_000, "10")])
def test_weights_in_words(grams: int, text: str) -> None:
    assert kg_text(grams) == text


def test_money_in_words() -> None:
    assert [yuan_text(fen) for fen in (0, 5, -105, 123_456)] == ["0.00", "0.05", "-1.05", "1234.56"]
