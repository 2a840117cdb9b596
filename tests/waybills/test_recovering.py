"""After a lost answer. If this broke, a courier that is down a moment longer would cost a second
number: the first one would be given up as refused.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import pytest

from couriers.connectors.calls import REQUEST
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import BranchAccount, CourierError
from yichuan.couriers.connectors.connector import Client
from yichuan.waybills.taking import _call
from yichuan.waybills.values import Claim


class Courier(Client):
    """Loses the answer to an order, and fails the look-up as told."""

    def __init__(self, failure: CourierError) -> None:
        self.failure = failure

    async def issue(self, request: object) -> Any:
        raise CourierError("no_answer", outcome="unknown")

    async def recover(self, request: object) -> Any:
        raise self.failure


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    ("code", "outcome"),
    [("unreachable", "unknown"), ("rate_limited", "unknown"), ("area_not_served", "refused")],
)
async def test_only_an_answer_ends_a_claim(again: bool, code: str, outcome: str) -> None:
    """Not reached: it stays open and is asked again. Refused on asking again: there was none."""
    client = Courier(CourierError(code))
    one = UUID(int=1)
    line = couriers.Line(one, one, "SF", client, BranchAccount(), must_subscribe=False)
    claim = Claim(one, one, one, one, "SF", None, None, {}, REQUEST, again)
    answer = await _call(cast(Any, line), claim)
    assert answer.error is not None
    assert (answer.error.code, answer.error.outcome) == (code, outcome)
