"""Bill reconciliation. Broken, couriers are paid for what was not owed, or accused wrongly."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from yichuan.rating.cards import RateBook, RateCard, RateRow
from yichuan.rating.reconcile import (
    REASONS,
    BillCheck,
    OurShipment,
    explained,
    reconcile,
    summary,
)
from yichuan.rating.rows import BillRow

BOOK = RateBook(
    (
        RateCard(
            "contract",
            "cost",
            "YD",
            rows=(
                RateRow("广东", weight_to_g=1000, first_price_fen=200),
                RateRow("广东", weight_from_g=1000, weight_to_g=2000, first_price_fen=300),
                RateRow("广东", weight_from_g=2000, weight_to_g=3000, first_price_fen=400),
                RateRow("新疆", first_price_fen=2000),
                RateRow("新疆", "乌鲁木齐", first_price_fen=1500),
            ),
        ),
    )
)
LINE = BillRow(
    bill_no="B1",
    bill_month="202009",
    courier="YD",
    shipment_no="S1",
    waybill_number=None,
    shipped_at=datetime(2020, 9, 1, tzinfo=UTC),
    province="广东",
    city=None,
    area=None,
    raw_weight_g=900,
    billed_weight_g=None,
    pieces=None,
    volume_cm3=None,
    product=None,
    fee_fen=None,
    adjustment_fen=None,
    payable_fen=200,
    signed_at=None,
)
OURS = OurShipment("S1", "YD", "", "广东省", "深圳市", 890)


def line(**values: object) -> BillRow:
    return replace(LINE, **values)  # type: ignore[arg-type]


def ours(**values: object) -> OurShipment:
    return dataclasses.replace(OURS, **values)  # type: ignore[arg-type]


def only(bill: BillRow, shipment: OurShipment | None = None) -> BillCheck:
    (check,) = reconcile([bill], BOOK, None if shipment is None else [shipment])
    return check


@pytest.mark.parametrize(
    ("bill", "shipment", "reason", "expected"),
    [
        (line(), OURS, "match", 200),
        (line(), None, "match", 200),
        (line(), ours(weight_g=None), "match", 200),
        (line(shipment_no="S9"), OURS, "not_our_shipment", 0),
        (line(shipment_no=None), OURS, "not_our_shipment", 0),
        (line(), ours(courier="SF"), "wrong_courier", 0),
        (line(), ours(courier=""), "match", 200),
        (line(province="湖南"), None, "no_rate", None),
        (line(courier="SF"), None, "no_rate", None),
        (line(raw_weight_g=5000), None, "no_rate", None),
        (line(raw_weight_g=None), None, "no_weight", None),
        (line(raw_weight_g=None), OURS, "match", 200),
        (line(raw_weight_g=None, billed_weight_g=1000), None, "match", 200),
        (line(raw_weight_g=1500, payable_fen=300), OURS, "weight_higher_than_ours", 200),
        (line(raw_weight_g=1020, payable_fen=300), ours(weight_g=990), "match", 300),
        (line(raw_weight_g=500, payable_fen=200), ours(weight_g=1500), "match", 200),
        (line(billed_weight_g=2000, payable_fen=300), OURS, "weight_rounded_up", 200),
        (line(province="新疆", payable_fen=2000), OURS, "wrong_zone", 200),
        (line(province="新疆", payable_fen=200), OURS, "match", 200),
        (
            line(province="新疆", payable_fen=1500),
            ours(province="新疆", city="乌鲁木齐市"),
            "match",
            1500,
        ),
        (line(province=None, city="深圳"), OURS, "match", 200),
        (line(province=None), OURS, "match", 200),
        (line(fee_fen=200, adjustment_fen=50, payable_fen=250), None, "unknown_surcharge", 200),
        (line(fee_fen=200, adjustment_fen=-50, payable_fen=150), None, "discount", 200),
        (line(fee_fen=300, adjustment_fen=50, payable_fen=300), None, "bill_arithmetic", 200),
        (line(fee_fen=200, adjustment_fen=None, payable_fen=None), None, "match", 200),
        (line(payable_fen=190), None, "undercharged", 200),
    ],
)
def test_reasons(
    bill: BillRow, shipment: OurShipment | None, reason: str, expected: int | None
) -> None:
    check = only(bill, shipment)
    assert (check.reason, check.expected_fen) == (reason, expected)
    if expected is not None:
        assert check.difference_fen == check.due_fen - expected


def test_a_line_billed_twice_even_in_another_month() -> None:
    checks = reconcile([LINE, line(bill_no="B2", bill_month="202010")], BOOK)
    assert [check.reason for check in checks] == ["match", "duplicate"]
    assert checks[1].expected_fen == 0


def test_lines_without_a_number_are_no_duplicates() -> None:
    checks = reconcile([line(shipment_no=None), line(shipment_no=None)], BOOK)
    assert [check.reason for check in checks] == ["match", "match"]


def test_a_further_amount_for_the_same_waybill_is_a_surcharge() -> None:
    first = line(waybill_number="W1")
    checks = reconcile([first, replace(first, payable_fen=150), line(payable_fen=200)], BOOK)
    assert [check.reason for check in checks] == ["match", "unknown_surcharge", "match"]
    assert checks[1].difference_fen == 150


def test_a_waybill_number_finds_our_shipment() -> None:
    bill = line(shipment_no=None, waybill_number="W1")
    assert only(bill, ours(waybill_number="W1")).reason == "match"


def month(*payable: int) -> list[BillRow]:
    return [line(shipment_no=f"S{n}", payable_fen=fen) for n, fen in enumerate(payable)]


def test_a_recurring_difference_is_a_standing_surcharge() -> None:
    reasons = [c.reason for c in reconcile(month(*[200] * 10, *[230] * 5, 207), BOOK)]
    assert reasons == ["match"] * 10 + ["unknown_surcharge"] * 5 + ["overcharged"]
    reasons = [c.reason for c in reconcile(month(*[200] * 10, *[170] * 5, 190), BOOK)]
    assert reasons == ["match"] * 10 + ["discount"] * 5 + ["undercharged"]


def test_one_surcharge_on_all_lines_is_still_a_surcharge() -> None:
    assert {c.reason for c in reconcile(month(*[230] * 9), BOOK)} == {"unknown_surcharge"}


def test_a_card_that_fits_hardly_any_line_accuses_nobody() -> None:
    checks = reconcile(month(200, *range(210, 230)), BOOK)
    assert [c.reason for c in checks] == ["match"] + ["other_rates"] * 20
    assert not REASONS["other_rates"].claim


def test_sums_by_courier_and_reason() -> None:
    bills = month(*[200] * 10, 230, 190)
    bills.append(line(courier="SF", payable_fen=77))
    tallies = summary(bills, reconcile(bills, BOOK))
    assert [(t.courier, t.reason, t.lines, t.due_fen, t.difference_fen) for t in tallies] == [
        ("SF", "no_rate", 1, 77, 0),
        ("YD", "match", 10, 2000, 0),
        ("YD", "overcharged", 1, 230, 30),
        ("YD", "undercharged", 1, 190, -10),
    ]
    assert explained(tallies) == {"SF": (0, 1), "YD": (10, 12)}


def test_every_reason_speaks_both_languages() -> None:
    assert all(reason.zh and reason.en.isascii() for reason in REASONS.values())


@given(
    st.lists(
        st.builds(
            line,
            shipment_no=st.sampled_from([None, "S1", "S2"]),
            waybill_number=st.sampled_from([None, "W1"]),
            province=st.sampled_from([None, "广东", "新疆", "湖南"]),
            raw_weight_g=st.one_of(st.none(), st.integers(1, 4000)),
            billed_weight_g=st.one_of(st.none(), st.integers(1, 4000)),
            fee_fen=st.one_of(st.none(), st.integers(-500, 2500)),
            adjustment_fen=st.one_of(st.none(), st.integers(-300, 300)),
            payable_fen=st.integers(-500, 2500),
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_every_line_gets_one_known_reason_and_the_sums_hold(
    bills: list[BillRow], known: bool
) -> None:
    checks = reconcile(bills, BOOK, [OURS] if known else None)
    assert [check.index for check in checks] == list(range(len(bills)))
    assert all(check.reason in REASONS for check in checks)
    assert all(check.difference_fen == 0 for check in checks if check.reason == "match")
    tallies = summary(bills, checks)
    assert sum(tally.lines for tally in tallies) == len(bills)
    assert sum(tally.due_fen for tally in tallies) == sum(bill.due_fen for bill in bills)
