"""Compensation. Broken, a claim is a fen too high and refused, or lapses unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from yichuan.core.clock import CHINA
from yichuan.core.ids import new_id
from yichuan.terms.claims import (
    Loss,
    Standard,
    amount,
    claim_until,
    days_left,
    explained,
    percent,
    standard_for,
)

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
FEN = st.integers(0, 10**9)
MAYBE = st.none() | FEN
RATE = st.none() | st.integers(1, 1000)
LOSS = Loss(
    courier="ZTO",
    service="1",
    trouble="lost",
    freight=800,
    goods_value=50_000,
    declared=None,
    shipped_at=AT,
    promised_at=AT + timedelta(days=3),
    delivered_at=None,
    reported_at=AT + timedelta(days=5),
)


def standard(**more: object) -> Standard:
    values: dict[str, object] = {
        "id": new_id(),
        "merchant_id": None,
        "courier": None,
        "service": None,
        "trouble": "lost",
        "insured": False,
        "freight_percent": 300,
        "value_percent": None,
        "cap_minor": None,
        "claim_days": 30,
        "counted_from": "shipped",
        "source": "",
    }
    return Standard(**values | more)  # type: ignore[arg-type]


@given(FEN, st.integers(1, 10_000))
def test_percentages_are_exact_to_the_fen(base: int, rate: int) -> None:
    exact = Decimal(base) * rate / 100
    assert percent(base, rate) == int(exact.to_integral_value(ROUND_HALF_UP))


@given(RATE, RATE, MAYBE, MAYBE, MAYBE, MAYBE)
def test_a_claim_keeps_its_limits(
    freight_rate: int | None,
    value_rate: int | None,
    cap: int | None,
    freight: int | None,
    value: int | None,
    declared: int | None,
) -> None:
    row = standard(
        freight_percent=freight_rate,
        value_percent=value_rate,
        cap_minor=cap,
        insured=bool(declared),
    )
    loss = replace(LOSS, freight=freight, goods_value=value, declared=declared)
    found = amount(row, loss)
    if found is None:
        assert cap is None or freight_rate is not None or value_rate is not None
        return
    assert found >= 0
    assert cap is None or found <= cap
    assert value is None or found <= value


def test_three_times_the_freight_an_insured_value_and_a_cap() -> None:
    assert amount(standard(), LOSS) == 2400
    assert amount(standard(cap_minor=2000), LOSS) == 2000
    insured = standard(insured=True, freight_percent=None, value_percent=100)
    assert amount(insured, replace(LOSS, declared=30_000)) == 30_000
    assert amount(standard(), replace(LOSS, goods_value=1000)) == 1000
    assert amount(standard(), replace(LOSS, freight=None)) is None
    late = standard(trouble="delayed", freight_percent=100)
    assert amount(late, replace(LOSS, trouble="delayed", goods_value=1)) == 800


def test_the_most_exact_standard_applies_and_a_merchants_own_only_on_its_account() -> None:
    merchant = new_id()
    general, courier, service, own = (
        standard(),
        standard(courier="ZTO"),
        standard(courier="ZTO", service="1"),
        standard(courier="ZTO", service="1", merchant_id=merchant),
    )
    rows = [general, own, service, courier, standard(insured=True), standard(courier="YTO")]
    assert standard_for(rows, LOSS, own=False, merchant_id=merchant) == service
    assert standard_for(rows, LOSS, own=True, merchant_id=merchant) == own
    assert standard_for(rows, LOSS, own=True, merchant_id=new_id()) == service
    assert standard_for([own], LOSS, own=False, merchant_id=merchant) is None


def test_the_window_ends_with_its_last_day_in_china() -> None:
    until = claim_until(standard(claim_days=7), LOSS)
    assert until == datetime(2026, 3, 10, tzinfo=CHINA)
    assert days_left(until, AT) == 8
    assert days_left(until, until - timedelta(minutes=1)) == 1
    assert days_left(until, until) == 0
    counted = standard(counted_from="delivered")
    assert claim_until(counted, LOSS) == claim_until(standard(), LOSS), "not delivered yet"


def test_a_standard_explains_itself() -> None:
    zh, en = explained(standard(cap_minor=30_000))
    assert zh == "未保价丢失：运费的 3 倍，最高 ¥300.00"
    assert en == "lost, uninsured: 3 times the freight, at most ¥300.00"
