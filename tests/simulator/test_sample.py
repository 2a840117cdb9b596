"""The sample world: a user would notice other merchants or goods after every restart, telephones
that ring at real people's, orders without a promise, or a world without any trouble in it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.regions import lookup
from yichuan.simulator.catalogue import couriers
from yichuan.simulator.geo import cities
from yichuan.simulator.sample import Merchant, goods, handle, merchants, own_number
from yichuan.simulator.sample_buyers import PEOPLE, POOL, buyer
from yichuan.simulator.sample_orders import as_request, history, order, promised_at, ship_by

NOW = datetime(2025, 11, 5, 8, 0, tzinfo=UTC)
FORBIDDEN = re.compile(r"['\"#&+<>%\\]")
"""Characters KDNiao does not take."""


def past(count: int = 300, days: int = 14):
    return list(history(merchants(), 1, NOW - timedelta(days=days), NOW, count))


def test_twelve_merchants_of_twelve_trades_with_known_addresses() -> None:
    found = merchants()
    assert len({m.code for m in found}) == len({m.name for m in found}) == 12
    assert len({m.category for m in found}) == 12
    for one in found:
        assert set(one.couriers) <= set(couriers())
        assert len(goods(one)) >= 8
        place = lookup.resolve(one.sender.province, one.sender.city, one.sender.district)
        assert place is not None


def test_more_merchants_are_branches_in_other_cities() -> None:
    found = merchants(30)
    assert len({m.code for m in found}) == len({m.name for m in found}) == 30
    assert found[:12] == merchants()
    assert goods(found[12]) == goods(found[0])
    assert found[12].sender.city != found[0].sender.city
    with pytest.raises(ValueError, match="between 1 and"):
        merchants(121)


def test_there_are_all_sorts_of_merchants() -> None:
    """Some are late, some fake, some forget, some may only ship through the platform."""
    found = merchants()
    assert sum(m.mode == "platform" for m in found) == 2
    assert max(m.late for m in found) > 0.2
    assert max(m.fake for m in found) > 0.1
    assert max(m.forgets for m in found) > 0.05


def test_nothing_in_the_tables_upsets_a_courier() -> None:
    for one in merchants(30):
        for text in (one.name, one.sender.street, *(item.name for item in goods(one))):
            assert not FORBIDDEN.search(text)


@given(st.integers(0, POOL - 1), st.integers(1, 3))
def test_buyers_are_invented_and_stay_the_same(number: int, seed: int) -> None:
    who = buyer(seed, number)
    assert who == buyer(seed, number)
    assert re.fullmatch(r"1380000\d{4}", who.phone)
    assert not FORBIDDEN.search(who.name + who.street)
    assert who.city in cities()
    assert who.phone in who.pasted
    assert who.city.name in who.pasted


def test_buyers_live_in_every_province() -> None:
    provinces = Counter(buyer(1, n).city.province_short for n in range(4000))
    assert set(provinces) == set(PEOPLE)
    assert provinces["广东"] > 20 * provinces["西藏"]


def test_the_past_is_the_same_every_time_and_in_order() -> None:
    found = past()
    assert found == past()
    assert all(a.placed_at <= b.placed_at for a, b in pairwise(found))
    assert all(NOW - timedelta(days=14) <= one.placed_at < NOW for one in found)
    assert len({one.number for one in found}) == len(found)
    assert found != list(history(merchants(), 2, NOW - timedelta(days=14), NOW, 300))


def test_the_past_has_about_as_many_boxes_as_wished() -> None:
    boxes = sum(len(one.shares) for one in past(3000))
    assert 2700 < boxes < 3300
    assert sum(
        len(one.shares) for one in history(merchants(1), 1, NOW - timedelta(days=2), NOW, 50)
    )


def test_people_sleep() -> None:
    """More orders in the evening than before dawn (Beijing)."""
    hours = Counter((one.placed_at.hour + 8) % 24 for one in past(3000))
    assert hours[21] > 8 * hours[4]


def test_a_request_is_whole() -> None:
    """Promises after payment, pieces, prices; one merchant per sub-order."""
    for one in past(100):
        body = as_request(one)
        assert one.placed_at < one.paid_at
        codes = [sub["merchant"] for sub in body["sub_orders"]]
        assert len(set(codes)) == len(codes) <= 3
        for share, sub in zip(one.shares, body["sub_orders"], strict=True):
            assert one.paid_at < ship_by(one, share) < promised_at(one, share)
            assert sub["lines"]
            assert share.weight_g > 0
            assert all(li["unit_price"]["amount_minor"] > 0 for li in sub["lines"])


def test_faster_time_shortens_the_promises() -> None:
    one = order(merchants(), 1, "x", NOW)
    share = one.shares[0]
    slow, fast = ship_by(one, share) - one.paid_at, ship_by(one, share, 100) - one.paid_at
    assert abs(slow / 100 - fast) < timedelta(milliseconds=1)


def of(code: str) -> Merchant:
    return next(m for m in merchants() if m.code == code)


@given(st.sampled_from(merchants()), st.integers(0, 10**6), st.sampled_from((1.0, 450.0)))
def test_a_box_is_always_handled_the_same_way(one: Merchant, number: int, scale: float) -> None:
    plan = handle(one, 1, str(number), NOW, scale)
    assert plan == handle(one, 1, str(number), NOW, scale)
    assert NOW <= plan.print_at <= plan.hand_over_at <= plan.found_at
    assert plan.hub or one.mode == "own"
    assert plan.fate != "fakes" or not plan.hub
    assert (plan.found_at > plan.hand_over_at) == (plan.fate == "forgets")


def test_habits_show_in_the_figures() -> None:
    def share(code: str, what: str) -> float:
        return sum(handle(of(code), 1, str(n), NOW).fate == what for n in range(1000)) / 1000

    assert share("SUYAN", "fakes") > 0.08
    assert share("GUOXU", "fakes") == 0
    assert share("MAOQIU", "forgets") > 0.05


def test_own_numbers_look_like_the_couriers() -> None:
    assert re.fullmatch(r"JT\d{13}", own_number(1, "JTSD", "YC1"))
    assert own_number(1, "YTO", "YC1") == own_number(1, "YTO", "YC1") != own_number(1, "YTO", "YC2")
