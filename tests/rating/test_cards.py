"""Rate cards. Broken, a shipment is priced by another city's or another merchant's row."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from yichuan.rating.cards import (
    RateBook,
    RateCard,
    RateRow,
    ShipmentToRate,
    build_book,
    china_day,
    row_body,
    row_from_body,
)
from yichuan.rating.rows import RateCardRow

PLAIN = RateCardRow(
    card="c",
    role="cost",
    merchant=None,
    courier="YD",
    service=None,
    origin_province="四川省",
    dest_province="广东省",
    dest_city=None,
    zone=None,
    weight_from_g=None,
    weight_to_g=None,
    first_weight_g=1000,
    first_price_fen=500,
    step_g=1000,
    step_price_fen=100,
    base_price_fen=None,
    per_kg_centifen=None,
    rounding=None,
    volume_divisor=None,
    min_charge_fen=None,
    lead_days_min=None,
    lead_days_max=None,
    currency=None,
    valid_from=None,
    valid_to=None,
)
AREAS = RateCard(
    "areas",
    "cost",
    "YD",
    rows=(
        RateRow(first_price_fen=1),
        RateRow(zone="z2", first_price_fen=2),
        RateRow(dest_province="广东", zone="z2", first_price_fen=3),
        RateRow(dest_province="广东", dest_city="深圳", first_price_fen=4),
        RateRow(dest_province="江苏", dest_city="宿迁市", first_price_fen=5),
        RateRow(dest_province="安徽", dest_city="宿迁", first_price_fen=6),
    ),
)


@pytest.mark.parametrize(
    ("province", "city", "zone", "price"),
    [
        ("广东省", "深圳市", "z2", 4),
        ("广东省", "广州市", "z2", 3),
        ("广东", "", "", 3),
        ("", "深圳", "", 4),
        ("湖南", "长沙", "z2", 2),
        ("湖南", "长沙", "z9", 1),
        ("江苏", "宿迁", "", 5),
        ("安徽", "宿迁", "", 6),
        ("", "宿迁", "", 1),
        ("", "", "", 1),
    ],
)
def test_the_most_specific_destination_wins(
    province: str, city: str, zone: str, price: int
) -> None:
    shipment = ShipmentToRate("YD", 500, province, city, zone)
    (row,) = AREAS.rows_to(shipment.place)
    assert row.first_price_fen == price


def test_a_card_without_the_destination() -> None:
    card = replace(AREAS, rows=AREAS.rows[3:4])
    assert card.rows_to(ShipmentToRate("YD", 1, "湖南", "长沙").place) == ()


@given(
    limits=st.lists(st.integers(1, 50_000), min_size=1, max_size=6, unique=True),
    weight=st.integers(1, 60_000),
)
def test_a_weight_falls_into_one_bracket(limits: list[int], weight: int) -> None:
    edges = [0, *sorted(limits)]
    rows = [
        structs.replace(PLAIN, weight_from_g=low, weight_to_g=high)
        for low, high in zip(edges, [*edges[1:], None], strict=True)
    ]
    book, problems = build_book(rows)
    assert not problems
    shipment = ShipmentToRate("YD", weight, "广东")
    found = [row for row in book.cards[0].rows_to(shipment.place) if row.covers(shipment)]
    assert len(found) == 1
    assert found[0].weight_from_g < weight


def test_overlapping_brackets_are_told_and_the_first_stays() -> None:
    rows = [
        structs.replace(PLAIN, weight_to_g=1000),
        structs.replace(PLAIN, weight_from_g=1000),
        structs.replace(PLAIN, weight_from_g=1000),
        structs.replace(PLAIN, weight_from_g=500, weight_to_g=2000),
        structs.replace(PLAIN, dest_city="深圳"),
    ]
    book, problems = build_book(rows)
    assert [problem.code for problem in problems] == ["overlapping_brackets"]
    assert "500-2000" in problems[0].en
    assert len(book.cards[0].rows) == 3


def test_volume_decides_the_bracket_when_it_is_heavier() -> None:
    row = RateRow(weight_from_g=1000, volume_divisor=6000)
    assert row.covers(ShipmentToRate("YD", 500, volume_cm3=12_000))
    assert not row.covers(ShipmentToRate("YD", 500))


def test_cards_are_told_apart_by_merchant_courier_service_origin_and_day() -> None:
    def row(card: str, **values: object) -> RateCardRow:
        return structs.replace(PLAIN, card=card, **values)  # type: ignore[arg-type]

    book, _ = build_book(
        [
            row("all"),
            row("any courier", courier="*", origin_province=None),
            row("air", service="air"),
            row("m1", merchant="M1"),
            row("next year", valid_from=date(2021, 1, 1)),
            row("old", valid_to=date(2019, 12, 31)),
            row("elsewhere", origin_province="江苏"),
            row("price", role="price"),
        ]
    )
    base = ShipmentToRate("YD", 1, "广东", origin_province="四川", shipped_on=date(2020, 6, 1))

    def names(**values: object) -> list[str]:
        return [c.name for c in book.cards_for(replace(base, **values), "cost")]  # type: ignore[arg-type]

    assert names() == ["all", "any courier"]
    assert names(service="air") == ["air", "all", "any courier"]
    assert names(merchant="M1")[0] == "m1"
    assert names(shipped_on=date(2021, 1, 1))[0] == "next year"
    assert names(shipped_on=date(2019, 1, 1)) == ["all", "old", "any courier"]
    assert names(courier="SF") == ["any courier"]
    assert "elsewhere" in names(origin_province="")
    assert RateBook(()).cards_for(base, "cost") == []


def test_rows_survive_being_written_down() -> None:
    for row in (*AREAS.rows, RateRow(weight_to_g=5, per_kg_centifen=9500, lead_days_min=2)):
        again = row_from_body(row_body(row), row.dest_province, row.dest_city, row.zone)
        assert again == row
    with pytest.raises(ValueError):
        row_from_body('{"price": 1}')


def test_days_are_days_in_china() -> None:
    assert china_day(datetime(2020, 12, 31, 16, tzinfo=UTC)) == date(2021, 1, 1)
    assert china_day(None) is None
