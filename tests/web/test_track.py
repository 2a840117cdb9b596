"""The buyer's data. If these break, a stranger with a link reads a name, a number, a locker code,
or a buyer sees nothing."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from tracking.parcels import make_line
from yichuan.core.clock import now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.tracking import ingest, service
from yichuan.tracking.batch import Source
from yichuan.tracking.values import NewBinding
from yichuan.web import track

NUMBER = "773100451202"
TOKEN = "buyer-token-of-this-parcel"
HOUR = timedelta(hours=1)
PAGE_KEYS = {
    "courier", "milestone", "detail", "problem",
    "proofs", "waybill_number", "shipped_at", "promised_at",
    "delivered_at", "origin", "destination", "events", "locker_hint", "sign_kind", "verified",
    "recipient", "rating", "reports", "history",
}  # fmt: skip
"""What the page's script reads."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def parcel(context: Context, alpha: Tenant) -> str:
    async with context.database.system() as session:
        await couriers.seed(session)
    line = await make_line(context)
    shipment = await box(
        context, alpha.id, buyer_token=TOKEN, courier="ZTO", waybill_number=NUMBER,
        recipient_name="张*", recipient_phone="138****5678", promised_at=now(),
    )  # fmt: skip
    async with context.database.system() as session:
        await service.bind(session, [NewBinding(alpha.id, shipment, "ZTO", NUMBER)])
        await session.execute(
            text(
                "INSERT INTO search_tokens (merchant_id, token, target_id, kind)"
                " VALUES (:m, :token, :id, 'phone_last4')"
            ),
            {
                "m": alpha.id,
                "id": shipment,
                "token": context.vault.blind("phone_last4", "5678").hex(),
            },
        )
    start = now() - 30 * HOUR
    words = (
        "【成都市】业务员王伟（13900001111）已揽收",
        "【杭州市】快件已到达【杭州中转部】",
        "【杭州市】快件已放入【翠湖花园丰巢柜】，请凭取件码8-2-3011领取",
    )
    events = tuple(CourierEvent(start + n * 9 * HOUR, w) for n, w in enumerate(words))
    source = Source("kdniao", line.id)
    await ingest.merge_updates(context, source, [TrackUpdate("ZTO", NUMBER, events)])
    from yichuan.consumers import CONSUMERS

    await drain(context.database, [c for c in CONSUMERS if c.name == "shipments.state"])
    return f"/track/{TOKEN}.json"


async def test_a_stranger_with_the_link(nobody: httpx.AsyncClient, parcel: str) -> None:
    answer = await nobody.get(parcel)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    seen = answer.json()
    assert set(seen) == PAGE_KEYS
    assert (seen["milestone"], seen["verified"]) == ("ready_for_collection", False)
    assert seen["courier"]["name_zh"] == "中通快递"
    assert seen["waybill_number"] == "7731****1202"
    assert seen["origin"]["city"] == "成都市"
    assert seen["destination"]["city"] == "杭州市"
    assert seen["destination"]["lat"] is not None
    assert seen["locker_hint"] == "翠湖花园丰巢柜"
    for secret in (NUMBER, "3011", "13900001111", "5678", "张"):
        assert secret not in answer.text, secret


async def test_the_recipient_with_the_last_four_digits(
    nobody: httpx.AsyncClient, parcel: str
) -> None:
    seen = (await nobody.get(parcel, params={"phone_last4": "5678"})).json()
    assert seen["verified"] is True
    assert seen["waybill_number"] == NUMBER
    assert seen["recipient"]["name"] == "张*"
    assert "3011" in seen["events"][-1]["text"]


async def test_guesses_are_counted(app: object, nobody: httpx.AsyncClient, parcel: str) -> None:
    for n in range(track.GUESSES):
        wrong = await nobody.get(parcel, params={"phone_last4": f"000{n}"})
        assert wrong.json()["verified"] is False
        assert "3011" not in wrong.text
    right = await nobody.get(parcel, params={"phone_last4": "5678"})
    assert (right.status_code, right.json()["code"]) == (429, "too_many_guesses")
    assert (await nobody.get(parcel)).status_code == 200


async def test_links_that_lead_nowhere(nobody: httpx.AsyncClient, parcel: str) -> None:
    assert (await nobody.get("/track/no-such-token-anywhere.json")).status_code == 404
    assert (await nobody.get(parcel, params={"phone_last4": "56x8"})).status_code == 422


@pytest.mark.parametrize(
    ("number", "shown"), [("773100451202", "7731****1202"), ("YT123456", "YT****56")]
)
def test_masked_numbers(number: str, shown: str) -> None:
    assert track.masked(number) == shown
