"""Second opinions on numbers. If these break, a wrong courier is taken without asking a person, an
aggregator is paid twice for one answer, or a paste of numbers waits for a server that is down.
"""

from __future__ import annotations

import httpx
import pytest

from conftest import Tenant
from waybills.conftest import Setup, accounts, courier_http, network
from yichuan.couriers import opinions
from yichuan.couriers.connectors.base import Candidate, CourierError
from yichuan.couriers.connectors.kdniao.client import KdniaoClient
from yichuan.couriers.recognise import recognise

__all__ = ["accounts", "courier_http", "network"]
RECOGNISE = "/api/v1/couriers/recognise"
DOUBTFUL = "31201234567890"
OTHER = "9876543210987"
CERTAIN = "SF1234567890123"


async def test_only_doubtful_numbers_are_asked_about_once(
    alpha: Tenant, platform: httpx.AsyncClient, accounts: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The named courier comes first but is not certain; a refusal keeps our order; nobody is
    asked without `ask`."""
    asked: list[str] = []

    async def tell(_: object, number: str) -> list[Candidate]:
        asked.append(number)
        if number == OTHER:
            raise CourierError("not_subscribed", "未开通")
        return [Candidate("DBL"), Candidate("STO")]

    monkeypatch.setattr(KdniaoClient, "recognise", tell)
    opinions.forget()
    numbers = {"numbers": [DOUBTFUL, OTHER, CERTAIN, DOUBTFUL]}
    plain = (await alpha.client.post(RECOGNISE, json=numbers)).json()["items"]
    assert not asked
    assert plain[2]["certain"] == "SF"
    told = (await alpha.client.post(RECOGNISE, json=numbers | {"ask": True})).json()["items"]
    assert sorted(asked) == [DOUBTFUL, OTHER]
    assert [one["courier"] for one in told[0]["candidates"][:2]] == ["DBL", "STO"]
    assert told[0]["certain"] is None
    assert told[0]["opinion"] == {
        "connector": "kdniao", "couriers": ["DBL", "STO"], "error": None,
    }  # fmt: skip
    assert told[1]["opinion"]["error"] == "not_subscribed"
    assert told[1]["candidates"] == plain[1]["candidates"]
    assert told[2] == plain[2]
    await platform.post(RECOGNISE, json=numbers | {"ask": True, "merchant_id": str(alpha.id)})
    assert asked.count(DOUBTFUL) == 1, "an answer is kept"


def test_a_certain_recognition_is_not_moved_by_an_opinion() -> None:
    """Nobody overrules what the number itself says."""
    found = recognise(CERTAIN)
    assert opinions.ordered(found, opinions.Opinion("kdniao", ("YTO",))) == found
