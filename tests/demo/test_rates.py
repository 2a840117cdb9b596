"""The invented prices: a user would notice couriers that dispatch can never choose."""

from __future__ import annotations

from collections import Counter

from yichuan.demo.furnish import BALANCE, LOW_BALANCE, LOW_COURIER, network
from yichuan.demo.rates import TARIFFS, cards
from yichuan.rating.cards import ShipmentToRate, build_book
from yichuan.rating.price import Quote, quote_book
from yichuan.simulator.catalogue import couriers
from yichuan.simulator.sample_buyers import PEOPLE


def price(book, courier: str, service: str, province: str, weight_g: int) -> int:
    wanted = ShipmentToRate(courier=courier, weight_g=weight_g, province=province, service=service)
    found = quote_book(book, wanted, "cost")
    assert isinstance(found, Quote), found
    return found.total_fen


def test_every_courier_has_a_price_everywhere() -> None:
    book, problems = build_book(cards())
    assert not problems
    assert {tariff.courier for tariff in TARIFFS} == set(couriers())
    for tariff in TARIFFS:
        for province in PEOPLE:
            light = price(book, tariff.courier, tariff.service, province, 800)
            assert 0 < light < price(book, tariff.courier, tariff.service, province, 90_000)


def test_far_is_dearer_and_not_one_courier_is_always_best() -> None:
    book, _ = build_book(cards())
    assert price(book, "YTO", "1", "新疆", 800) > 2 * price(book, "YTO", "1", "江苏", 800)
    franchise = ("ZTO", "YTO", "YD", "JTSD", "STO")
    best = Counter(
        min(franchise, key=lambda courier: price(book, courier, "1", province, 900))
        for province in PEOPLE
    )
    assert len(best) >= 3
    assert LOW_COURIER not in best


def test_one_branch_account_is_nearly_empty(tmp_path) -> None:
    made = network(tmp_path, 1)
    left = {branch.courier: branch.balance for branch in made.branches}
    assert left[LOW_COURIER] == LOW_BALANCE < 100 < left["ZTO"] == BALANCE
    assert network(tmp_path, 2) == made  # written once, kept
