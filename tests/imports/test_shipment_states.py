"""What a row of a shipments file gives evidence of. Broken, history is delivered that was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.imports.rows import SHIP_METHODS, ShipmentRow
from yichuan.imports.shipments import (
    RECENT,
    in_the_future,
    milestone,
    order_state,
    settled,
    ship_method,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONG_AGO = NOW - RECENT - timedelta(days=1)
YESTERDAY = NOW - timedelta(days=1)
NOTHING: dict[str, Any] = dict.fromkeys(ShipmentRow.__struct_fields__)


def row(**values: object) -> ShipmentRow:
    return ShipmentRow(**{**NOTHING, "shipment_no": "S1", "merchant": "M1", **values})


@pytest.mark.parametrize(
    ("values", "state", "order"),
    [
        ({}, "created", "open"),
        ({"waybill_number": "SF1"}, "created", "packed"),
        ({"shipped_at": YESTERDAY}, "in_transit", "shipped"),
        ({"shipped_at": LONG_AGO}, "picked_up", "shipped"),
        ({"shipped_at": YESTERDAY, "ship_method": "self_pickup"}, "picked_up", "shipped"),
        ({"shipped_at": LONG_AGO, "delivered_at": YESTERDAY}, "delivered", "completed"),
        ({"delivered_at": LONG_AGO}, "delivered", "completed"),
    ],
)
def test_states(values: dict[str, Any], state: str, order: str) -> None:
    assert milestone(row(**values), NOW) == state
    assert order_state(row(**values)) == order


@given(
    shipped=st.none() | st.datetimes(timezones=st.just(UTC), max_value=datetime(2026, 11, 1)),  # noqa: DTZ001
    method=st.none() | st.sampled_from(SHIP_METHODS),
    number=st.none() | st.just("YT1"),
)
def test_a_delivery_is_never_invented(
    shipped: datetime | None, method: str | None, number: str | None
) -> None:
    given_row = row(shipped_at=shipped, ship_method=method, waybill_number=number)
    assert milestone(given_row, NOW) != "delivered"
    assert order_state(given_row) != "completed"


@pytest.mark.parametrize(
    ("values", "method"),
    [
        ({}, None),
        ({"courier": "SF"}, None),
        ({"courier": "SF", "waybill_number": "SF1"}, "own_number"),
        ({"courier": "SF", "shipped_at": YESTERDAY}, "own_number"),
        ({"courier": "SF", "ship_method": "hub_waybill"}, None),
        ({"courier": "SF", "ship_method": "hub_waybill", "shipped_at": YESTERDAY}, "hub_waybill"),
        ({"ship_method": "self_pickup"}, "self_pickup"),
        ({"ship_method": "own_fleet"}, "own_fleet"),
    ],
)
def test_ship_method(values: dict[str, Any], method: str | None) -> None:
    assert ship_method(row(**values)) == method


def test_times_to_come() -> None:
    assert in_the_future(row(shipped_at=NOW), NOW) is None
    assert in_the_future(row(shipped_at=NOW + timedelta(hours=8)), NOW) is None
    assert in_the_future(row(shipped_at=NOW + timedelta(days=2)), NOW) == "shipped_at"
    assert in_the_future(row(delivered_at=NOW + timedelta(days=2)), NOW) == "delivered_at"


@pytest.mark.parametrize(
    ("values", "over"),
    [
        ({"delivered_at": YESTERDAY}, True),
        ({"shipped_at": LONG_AGO}, True),
        ({"shipped_at": LONG_AGO, "promised_at": YESTERDAY}, False),
        ({"shipped_at": YESTERDAY}, False),
        ({}, False),
    ],
)
def test_only_history_that_can_move_nothing_is_merely_counted(
    values: dict[str, Any], over: bool
) -> None:
    assert settled(row(**values), NOW) is over
