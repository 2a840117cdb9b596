"""The catalogue and number recognition over HTTP. Broken, operators cannot see what a courier still
needs, and merchants' own numbers are guessed from strangers' parcels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from conftest import Tenant
from yichuan.core.context import Context
from yichuan.core.ids import new_id
from yichuan.core.log import Entry
from yichuan.couriers import learning, queries, service, standing
from yichuan.couriers.catalogue import entries
from yichuan.couriers.connectors.base import CourierError

URL = "/api/v1/couriers"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def seeded(context: Context) -> None:
    async with context.database.system() as session:
        assert await service.seed(session) == len(entries())


async def test_the_pages_are_the_whole_catalogue(platform: httpx.AsyncClient) -> None:
    """Every courier once, those with services first; the count is told from the first page on."""
    codes: list[str] = []
    cursor = None
    while True:
        params = {"limit": 1000} | ({"cursor": cursor} if cursor else {})
        page = (await platform.get(URL, params=params)).json()
        assert page["total"] == len(entries())
        codes += [row["code"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(codes) == sorted(entries())
    assert codes[0] == "SF"
    assert set(codes[:10]) == set(codes[:10]) & {r["code"] for r in await _served(platform)}


async def _served(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get(URL, params={"served": True})).json()["items"]


async def test_filters_and_counts_agree(platform: httpx.AsyncClient) -> None:
    page = (await platform.get(URL, params={"limit": 1})).json()
    assert {one["name"] for one in page["counts"].pop("connectors")} >= {"kdniao"}
    for name, counts in page["counts"].items():
        for value, count in counts.items():
            found = (await platform.get(URL, params={name: value, "limit": 1})).json()
            assert found["total"] == count, (name, value)
    both = await platform.get(URL, params={"kind": "freight", "capability": "number"})
    assert {row["kind"] for row in both.json()["items"]} == {"freight"}
    assert all("number" in row["can"] for row in both.json()["items"])
    nothing = (await platform.get(URL, params={"q": "没有这家"})).json()
    assert (nothing["items"], nothing["total"]) == ([], 0)


async def test_seeding_again_changes_nothing_and_drops_what_is_gone(context: Context) -> None:
    async with context.database.system() as session:
        from sqlalchemy import text

        await session.execute(
            text("INSERT INTO couriers (code, name_zh, kind) VALUES ('GONE', 'x', 'domestic')")
        )
        await service.seed(session)
        known = set(await session.scalars(text("SELECT code FROM couriers")))
    assert known == set(entries())


async def test_names_to_choose_from(alpha: Tenant) -> None:
    answer = await alpha.client.get(f"{URL}/names")
    names = {row["code"]: row for row in answer.json()["items"]}
    assert set(names) == set(entries())
    assert names["YTO"]["served"]
    assert not names["YTOGJ"]["served"]
    assert "max-age" in answer.headers["cache-control"]


async def _steps(client: httpx.AsyncClient, code: str) -> dict[str, bool]:
    detail = (await client.get(f"{URL}/{code}")).json()
    (offer,) = [one for one in detail["offers"] if one["connector"] == "kdniao"]
    return {step["key"]: step["done"] for step in offer["steps"]} | {"live": offer["live"]}


async def test_what_is_missing_to_go_live(
    context: Context, platform: httpx.AsyncClient, alpha: Tenant
) -> None:
    """Connection, account, a call that worked, a push that came: each is seen once it happened."""
    start = await _steps(platform, "UC")
    assert start == {
        "connection": False,
        "works": False,
        "account": False,
        "push": False,
        "verified": True,
        "live": False,
    }
    async with context.database.system() as session:
        connection, _ = await service.add_connection(
            session,
            context.vault,
            merchant_id=None,
            connector="kdniao",
            name="快递鸟",
            endpoint="http://couriers.test",
            public_id="1",
            secret="s",
        )
        failed = CourierError("signature")
        await service.note_calls(session, [(connection, "balance", 5, failed)])
    now = await _steps(platform, "UC")
    assert (now["connection"], now["works"], now["live"]) == (True, False, False)
    # A merchant sees nothing of a connection that no account lends to it.
    assert (await _steps(alpha.client, "UC"))["connection"] is False
    async with context.database.system() as session:
        await service.add_account(
            session, context.vault, merchant_id=None, connection_id=connection, courier="UC"
        )
        await service.note_calls(session, [(connection, "balance", 5, None)])
        await standing.note_pushes(session, [connection])
    for client in (platform, alpha.client):
        done = await _steps(client, "UC")
        assert all(done.values()), done
    # The account is one courier's; a courier that is only tracked needs none.
    assert (await _steps(platform, "ZJS"))["account"] is False
    only_tracked = await _steps(platform, "AAE")
    assert "account" not in only_tracked
    assert only_tracked["live"]


async def test_a_courier_nobody_serves(platform: httpx.AsyncClient) -> None:
    code = next(code for code in entries() if code.startswith("17TRACK."))
    detail = (await platform.get(f"{URL}/{code}")).json()
    assert (detail["can"], detail["offers"]) == ({}, [])
    assert (await platform.get(f"{URL}/NOBODY")).status_code == 404


def confirmed(merchant_id: UUID, courier: str, numbers: Sequence[str]) -> list[Entry]:
    """What the log says when a courier's first scans come."""
    return [
        Entry(
            topic="shipment",
            kind="milestone",
            merchant_id=merchant_id,
            shipment_id=new_id(),
            courier=courier,
            number=number,
            milestone_from="created",
            milestone="picked_up",
        )
        for number in numbers
    ]


async def _first(client: httpx.AsyncClient, number: str) -> tuple[str, int]:
    answer = await client.get(f"{URL}/recognise", params={"number": number})
    candidate = answer.json()["items"][0]["candidates"][0]
    return candidate["courier"], candidate["confirmed"]


async def test_recognition_learns_from_confirmed_shipments(
    context: Context, platform: httpx.AsyncClient, alpha: Tenant, beta: Tenant
) -> None:
    """ALPHA ships UC: it gets UC first, BETA and the platform by what all ship."""
    assert (await _first(alpha.client, "700112345678"))[0] != "UC"
    mine = confirmed(alpha.id, "UC", [f"7001{n:08d}" for n in range(30)])
    others = confirmed(beta.id, "YTO", [f"7001{n:08d}" for n in range(500)])
    not_scanned = [
        Entry(**{**_dict(mine[0]), "milestone": "cancelled", "courier": "SF"}),
        Entry(**{**_dict(mine[0]), "milestone_from": "picked_up", "courier": "SF"}),
        Entry(**{**_dict(mine[0]), "number": None, "courier": "SF"}),
    ]
    async with context.database.system() as session:
        await learning.handle(session, [*mine, *others, *not_scanned])
        await learning.handle(session, [])
    assert await _first(alpha.client, "700112345678") == ("UC", 30)
    assert await _first(beta.client, "700112345678") == ("YTO", 500)
    assert (await _first(platform, "700112345678"))[0] == "YTO"
    body = {"numbers": ["700112345678", "YT1234567890123"], "merchant_id": str(alpha.id)}
    for client, first in ((platform, "UC"), (beta.client, "YTO")):
        items = (await client.post(f"{URL}/recognise", json=body)).json()["items"]
        assert items[0]["candidates"][0]["courier"] == first
        assert (items[1]["certain"], items[1]["number"]) == ("YTO", "YT1234567890123")


def _dict(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__slots__}


@pytest.mark.parametrize("number", ["", "()", "单号", "1" * 61])
async def test_what_is_no_number(alpha: Tenant, number: str) -> None:
    answer = await alpha.client.get(f"{URL}/recognise", params={"number": number})
    if answer.status_code == 200:
        assert answer.json()["items"][0]["candidates"] == []
    else:
        assert answer.status_code == 422


async def test_names_are_the_same_packed_or_plain(platform: httpx.AsyncClient) -> None:
    """Every page asks for them: half a megabyte, a fifth of it for a browser."""
    packed = await platform.get(f"{URL}/names", headers={"Accept-Encoding": "gzip"})
    plain = await platform.get(f"{URL}/names", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    named = {item["code"]: item for item in plain.json()["items"]}
    assert named["ZTO"]["name_zh"].startswith("中通")
    assert isinstance(named["ZTO"]["aliases"], list)


async def test_services_outlive_a_refused_act(context: Context) -> None:
    """Kept ones can be read after the session that loaded them was rolled back."""
    queries.forget_reference()
    async with context.database.system() as session:
        await queries.services(session)
        await session.rollback()
    async with context.database.system() as session:
        assert all(one.code for one in await queries.services(session))
