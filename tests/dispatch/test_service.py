"""Facts of a batch turned into options. Broken, boxes go with accounts that have nothing left, to
couriers that are suspended, or at another lane's price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from yichuan.admission.queries import NONE, Suspensions
from yichuan.admission.standard import Unit
from yichuan.couriers import estimates
from yichuan.couriers.connectors.base import Price
from yichuan.couriers.estimates import Estimate
from yichuan.couriers.queries import CourierAccount, CourierService
from yichuan.dispatch.rules import Option
from yichuan.dispatch.service import NO_QUOTAS, Dispatcher
from yichuan.rating.cards import RateBook
from yichuan.rating.service import Snapshot
from yichuan.terms.areas import Stop
from yichuan.terms.book import Parcel, Rows, Terms
from yichuan.terms.places import place

AGO = datetime(2020, 1, 1, tzinfo=UTC)
LANE = ("四川省", "浙江省", "杭州市", 800)
PARCEL = Parcel(
    place(None, "四川省", "成都市", None, ""), place(None, "浙江省", "杭州市", None, "")
)


@pytest.fixture(autouse=True)
def nothing_told() -> Iterator[None]:
    estimates.forget()
    yield
    estimates.forget()


def account(courier: str, balance: int | None = 10) -> CourierAccount:
    return CourierAccount(id=uuid4(), courier=courier, balance=balance, branch_code="B1")


def options(
    accounts: list[CourierAccount],
    suspended: Suspensions = NONE,
    quotas: Mapping[UUID, int] = NO_QUOTAS,
    terms: Rows | None = None,
) -> list[Option]:
    plain = {"name_zh": "标快", "name_en": "Standard", "kind": "standard", "min_weight_g": 0}
    services = [
        CourierService(courier=courier, code=code, is_default=code == "1", typical_days=3, **plain)
        for courier in ("YTO", "ZTO")
        for code in ("1", "2")
    ]
    facts = Dispatcher(
        accounts, services, {}, Snapshot((0, None), RateBook(()), {}, frozenset()),
        Terms.of([terms or Rows()]), suspended,
    )  # fmt: skip
    return facts.options(
        {("YTO", None): 500}, lane=LANE, courier=None, service=None, account_id=None,
        quotas=quotas, parcel=PARCEL, province="浙江省",
    )  # fmt: skip


def test_the_first_account_with_numbers_left_serves_a_courier() -> None:
    empty, full, spare = account("YTO", 0), account("YTO"), account("YTO")
    used_up = account("ZTO")
    found = options([empty, full, spare, used_up], quotas={used_up.id: 0})
    assert [(o.account_id, o.service) for o in found] == [
        (one.id, code) for one in (empty, full, used_up) for code in ("1", "2")
    ]
    assert [o.cost_fen for o in found[2:4]] == [500, None]
    assert [o.quota for o in found[4:]] == [0, 0]


def test_a_couriers_own_price_is_that_of_the_lane_and_account_it_was_asked_for() -> None:
    here, other = account("ZTO"), account("YTO")
    said = Estimate(here.id, "ZTO", "x", prices=(Price("ZTO", "1", 700), Price("ZTO", "2", 900)))
    estimates._remember(estimates.key_of(here.id, *LANE), said)
    found = options([here, other])
    assert [(o.cost_fen, o.cost_told) for o in found] == [
        (700, True), (900, True), (500, False), (None, False),
    ]  # fmt: skip
    estimates.forget()
    elsewhere = estimates.key_of(here.id, LANE[0], "西藏自治区", "拉萨市", LANE[3])
    estimates._remember(elsewhere, said)
    assert not any(o.cost_told for o in options([here, other]))


def test_suspended_and_stopped_services_say_so() -> None:
    why = ("晚点", "late")
    found = options([account("YTO"), account("ZTO")], Suspensions({Unit("ZTO", "2"): why}))
    assert [o.suspended for o in found] == [None, None, None, why]
    assert not any(o.barred for o in found)
    flood = Stop(uuid4(), None, "YTO", None, "33", "both", "weather", "洪水", AGO, None)
    found = options([account("YTO"), account("ZTO")], terms=Rows(stops=(flood,)))
    assert [o.barred is None for o in found] == [False, False, True, True]
