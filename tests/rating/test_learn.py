"""Cards guessed from bills. Broken, a courier without a card is checked against nonsense."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yichuan.rating.cards import ShipmentToRate, build_book
from yichuan.rating.learn import LEAST_LINES, Observed, Tariff, learn
from yichuan.rating.price import Quote, quote_book

WEIGHTS = st.lists(st.integers(1, 12_000), min_size=2, max_size=30)


@given(first=st.integers(100, 2_000), step=st.integers(0, 900), weights=WEIGHTS, odd=st.integers(1))
def test_a_tariff_is_found_again_and_prices_alike(
    first: int, step: int, weights: list[int], odd: int
) -> None:
    """Also through one odd line among many; the stored card prices as the tariff does."""
    tariff = Tariff(first, step)
    weights = [500, 1_500, 2_500, *weights] * 2
    lines = [Observed("江苏", w, tariff.price(w) or 0) for w in weights]
    learned = learn("SF", "guessed", None, [*lines, Observed("江苏", 700, first + odd)])
    assert (len(learned.rows), learned.lines) == (1, len(lines) + 1)
    assert learned.reproduced == len(lines)
    book, problems = build_book(learned.rows)
    assert not problems
    for line in lines:
        quote = quote_book(
            book, ShipmentToRate(courier="SF", weight_g=line.weight_g, province="江苏省"), "cost"
        )
        assert isinstance(quote, Quote)
        assert quote.total_fen == line.due_fen


def test_what_cannot_be_seen_is_left_out() -> None:
    """Too few lines, no pattern, only light boxes."""
    few = [Observed("江苏", 900, 500)] * (LEAST_LINES - 1)
    wild = [Observed("浙江", 900, 500 + 37 * n) for n in range(6)]
    light = [Observed("上海", 900, 500)] * LEAST_LINES
    learned = learn("SF", "guessed", None, [*few, *wild, *light])
    (row,) = learned.rows
    assert (row.dest_province, row.step_price_fen, row.weight_to_g) == ("上海", None, 1_000)
    assert learned.reproduced == LEAST_LINES
