"""The buyer's data. If these break, a stranger with a link reads a name, a number, a locker code,
or a buyer sees nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box, change
from feedback.parcels import TAIL, delivered
from shipments.test_links import order_of
from tracking.parcels import make_line
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import CHINA, now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.tracking import ingest, service
from yichuan.tracking.batch import Source
from yichuan.tracking.values import NewBinding
from yichuan.web import legs, track

NUMBER = "773100451202"
TOKEN = "buyer-token-of-this-parcel"
HOUR = timedelta(hours=1)
PAGE_KEYS = {
    "courier", "milestone", "detail", "problem",
    "proofs", "waybill_number", "shipped_at", "promised_at",
    "delivered_at", "origin", "destination", "events", "locker_hint", "sign_kind", "verified",
    "recipient", "rating", "reports", "history", "expected", "parcels", "contacts", "locker_code",
    "deliverer", "numbers",
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
    assert (seen["locker_code"], seen["deliverer"], seen["contacts"]) == (None, None, [])
    assert seen["courier"]["phone"] == "95311"
    assert (seen["numbers"], seen["events"][0]["number"]) == ([], None)
    (only,) = seen["parcels"]
    assert (only["current"], only["token"], only["goods"]) == (True, TOKEN, None)
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
    assert seen["locker_code"] == "8-2-3011"


async def test_scans_of_several_numbers_are_told_apart(
    context: Context, alpha: Tenant, nobody: httpx.AsyncClient
) -> None:
    """Each scan says under which number; a stranger does not learn the numbers."""
    first, back = "78410000000061", "SF1234567890261"
    line, token = await make_line(context), "buyer-token-of-two-numbers"
    values = {"buyer_token": token, "courier": "ZTO", "waybill_number": first}
    shipment = await box(context, alpha.id, **values)
    numbers = [
        NewBinding(alpha.id, shipment, "ZTO", first),
        NewBinding(alpha.id, shipment, "SF", back, leg="return"),
    ]
    start = now() - 30 * HOUR
    told = [
        TrackUpdate(
            "ZTO",
            first,
            (CourierEvent(start, "已揽收"), CourierEvent(start + 9 * HOUR, "客户拒收")),
        ),
        TrackUpdate("SF", back, (CourierEvent(start + 12 * HOUR, "已揽收"),)),
    ]
    async with context.database.system() as session:
        await couriers.seed(session)
        await service.bind(session, numbers)
    await ingest.merge_updates(context, Source("kdniao", line.id), told)
    answer = await nobody.get(f"/track/{token}.json")
    seen = answer.json()
    assert [(n["leg"], n["courier"], n["number"]) for n in seen["numbers"]] == [
        ("first", "ZTO", "7841****0061"),
        ("return", "SF", "SF12****0261"),
    ]
    assert [event["number"] for event in seen["events"]] == [0, 0, 1]
    assert first not in answer.text
    assert back not in answer.text


async def test_who_brings_it_and_when(
    context: Context, alpha: Tenant, nobody: httpx.AsyncClient
) -> None:
    """The delivery person's phone is the recipient's to know, and only while it is out; nowhere is
    it stored in clear, nor kept when the parcel has come."""
    line = await make_line(context)
    async with context.database.system() as session:
        await couriers.seed(session)
    shipment, link = await delivered(context, alpha, milestone="created", delivered_at=None)
    async with context.database.system() as session:
        await service.bind(session, [NewBinding(alpha.id, shipment, "YTO", "YT0001")])
    start = now() - 5 * HOUR
    day = now().astimezone(CHINA).date() + timedelta(days=1)
    out = f"派件中，派件员：李某，电话：13800001111转2233，预计{day:%m月%d日}14:00-16:00送达"

    async def told(hours: float, words: str, **more: Any) -> dict[str, Any]:
        update = TrackUpdate("YTO", "YT0001", (CourierEvent(start + hours * HOUR, words),), **more)
        await ingest.merge_updates(context, Source("kdniao", line.id), [update])
        await drain(context.database, [c for c in CONSUMERS if c.name == "shipments.state"])
        return dict((await nobody.get(f"{link}.json", params={"phone_last4": TAIL})).json())

    seen = await told(1, "【杭州市】快件已到达【杭州中转部】", estimated_delivery=day)
    begins = datetime.fromisoformat(seen["expected"]["from"])
    assert (begins.astimezone(CHINA).date(), begins.astimezone(CHINA).hour) == (day, 0)
    assert _span(seen) == timedelta(hours=23, minutes=59)
    seen = await told(2, out)
    assert seen["milestone"] == "out_for_delivery"
    who = {"name": "李某", "phone": "13800001111", "extension": "2233", "virtual": True}
    assert seen["deliverer"] == who
    assert _span(seen) == timedelta(hours=2)
    stranger = await nobody.get(f"{link}.json")
    assert stranger.json()["deliverer"] is None
    assert "13800001111" not in stranger.text
    assert "13800001111" not in "".join(event["text"] for event in seen["events"])
    seen = await told(2.5, "派送中", estimated_delivery=day)
    assert (_span(seen), seen["deliverer"]) == (timedelta(hours=2), who)
    seen = await told(3, "【杭州市】您的快件已签收，签收人：本人")
    assert (seen["milestone"], seen["deliverer"], seen["expected"]) == ("delivered", None, None)
    async with context.database.system() as session:
        kept = await session.scalar(text("SELECT deliverer FROM tracks WHERE number = 'YT0001'"))
    assert kept is None


def _span(seen: dict[str, Any]) -> timedelta:
    ends = [datetime.fromisoformat(seen["expected"][name]) for name in ("from", "to")]
    return ends[1] - ends[0]


async def test_an_orders_parcels_and_whom_to_ask(
    alpha: Tenant, platform: httpx.AsyncClient, context: Context, nobody: httpx.AsyncClient
) -> None:
    """Other parcels of the order are one tap away; what is in them is for who knows the digits."""
    first, second = (await order_of(context, alpha, b"1" * 8, b"1" * 8)).items()
    async with context.database.system() as session:
        for box_id, goods in ((first[0], "灯×1"), (second[0], "椅×2")):
            await change(session, alpha.id, UUID(box_id), goods=goods)
    path = f"/api/v1/merchants/{alpha.id}/service-contact"
    assert (await alpha.client.put(path, json={"phone": "call me"})).status_code == 422
    assert (await alpha.client.put(path, json={"url": "javascript:a"})).status_code == 422
    assert (await alpha.client.put(path, json={"phone": "400-000-0000"})).status_code == 200
    ours = {"phone": None, "url": "https://mall.example.com/help"}
    assert (await platform.put("/api/v1/settings/buyer-service", json=ours)).status_code == 200
    assert (await alpha.client.put("/api/v1/settings/buyer-service", json=ours)).status_code == 403
    seen = (await nobody.get(f"/track/{second[1]}.json")).json()
    assert [(one["token"], one["current"], one["goods"]) for one in seen["parcels"]] == [
        (first[1], False, None),
        (second[1], True, None),
    ]
    assert [(one["party"], one["phone"], one["url"]) for one in seen["contacts"]] == [
        ("merchant", "400-000-0000", None),
        ("platform", None, ours["url"]),
    ]


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
    ("number", "ends"), [("773100451202", "7731****1202"), ("YT123456", "YT****56")]
)
def test_masked_numbers(number: str, ends: str) -> None:
    assert legs.masked(number) == ends
