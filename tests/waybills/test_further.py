"""A clerk who knows the parcel's next number says so, and takes it back when it was the wrong one.

If these break, a parcel that comes home under a number no scan names is on its way for ever, a
wrong number cannot be taken off, or a merchant reads another's parcel by entering its number.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box, change
from tracking.parcels import Line, make_line
from tracking.test_handover import told
from yichuan.consumers import CONSUMERS
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.tracking import service
from yichuan.tracking.values import NewBinding

API = "/api/v1/shipments"
NAMES = {"shipments.state", "tracking.handovers", "shipments.numbers", "exceptions.detect"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def line(context: Context) -> Line:
    async with context.database.system() as session:
        await couriers.seed(session)
    return await make_line(context)


async def flow(context: Context) -> None:
    for _ in range(3):
        await drain(context.database, [c for c in CONSUMERS if c.name in NAMES])


async def shipped(context: Context, owner: UUID, number: str, courier: str = "ZTO") -> UUID:
    """A shipment on its way under its first number."""
    shipment = await box(context, owner, courier=courier, waybill_number=number)
    async with context.database.system() as session:
        await change(session, owner, shipment, ship_method="own_number")
        bindings = [NewBinding(owner, shipment, courier, number, waybill_id=shipment)]
        await service.bind(session, bindings)
    return shipment


async def numbers(client: httpx.AsyncClient, shipment: UUID) -> dict[str, Any]:
    answer = await client.get(f"{API}/{shipment}/numbers")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def add(client: httpx.AsyncClient, shipment: UUID, **wish: str) -> httpx.Response:
    return await client.post(f"{API}/{shipment}/numbers", json=wish)


async def milestone(client: httpx.AsyncClient, shipment: UUID) -> str:
    return str((await client.get(f"{API}/{shipment}")).json()["milestone"])


async def audited(context: Context, shipment: UUID) -> list[str]:
    async with context.database.system() as session:
        rows = await session.scalars(
            text("SELECT action FROM audit_log WHERE target = :id ORDER BY at"),
            {"id": str(shipment)},
        )
    return list(rows)


async def test_a_way_back_that_no_scan_names(context: Context, alpha: Tenant, line: Line) -> None:
    """Entered, followed, found by search, and taken off again."""
    shipment = await shipped(context, alpha.id, "78410000000001")
    await told(context, line, ("ZTO", "78410000000001"), (0, "已揽收"), (9, "客户拒收"))
    made = await add(alpha.client, shipment, number="sf1234567890201", way="return")
    assert (made.status_code, made.json()["courier"], made.json()["leg"]) == (201, "SF", "return")
    again = await add(alpha.client, shipment, number="SF1234567890201", way="return")
    assert again.status_code == 200
    await told(context, line, ("SF", "SF1234567890201"), (20, "已揽收"), (40, "已签收"))
    await flow(context)
    assert await milestone(alpha.client, shipment) == "returned"
    found = (await alpha.client.get(API, params={"q": "SF1234567890201"})).json()["items"]
    assert [row["id"] for row in found] == [str(shipment)]
    items = (await numbers(alpha.client, shipment))["items"]
    assert [(n["number"], n["by"], n["leg"]) for n in items] == [
        ("78410000000001", "waybill", "out"),
        ("SF1234567890201", "hand", "return"),
    ]
    off = {"courier": "SF", "number": "SF1234567890201"}
    assert (
        await alpha.client.post(f"{API}/{shipment}/numbers/remove", json=off)
    ).status_code == 204
    await flow(context)
    assert await milestone(alpha.client, shipment) == "returning", "refused, as its own number says"
    assert len((await numbers(alpha.client, shipment))["items"]) == 1
    assert not (await alpha.client.get(API, params={"q": "SF1234567890201"})).json()["items"]
    assert await audited(context, shipment) == ["number.added", "number.removed"]
    gone = await alpha.client.post(f"{API}/{shipment}/numbers/remove", json=off)
    assert gone.status_code == 404


async def test_a_number_that_alone_was_scanned_leaves_nothing_behind(
    context: Context, alpha: Tenant, line: Line
) -> None:
    shipment = await shipped(context, alpha.id, "78410000000011")
    await add(alpha.client, shipment, number="YT8800000000211", way="next", courier="圆通速递")
    await told(context, line, ("YTO", "YT8800000000211"), (0, "已揽收"), (9, "已签收"))
    await flow(context)
    assert await milestone(alpha.client, shipment) == "delivered"
    off = {"courier": "YTO", "number": "YT8800000000211"}
    await alpha.client.post(f"{API}/{shipment}/numbers/remove", json=off)
    await flow(context)
    assert await milestone(alpha.client, shipment) == "created"


async def test_what_may_not_be_bound(
    context: Context, alpha: Tenant, beta: Tenant, line: Line
) -> None:
    """Another merchant's, one whose courier is in doubt, one's own waybill's, a box at rest."""
    mine = await shipped(context, alpha.id, "78410000000021")
    theirs = await shipped(context, beta.id, "78410000000022")
    wish = {"number": "78410000000022", "way": "next", "courier": "ZTO"}
    assert (await add(alpha.client, mine, **wish)).status_code == 409
    assert (await add(alpha.client, theirs, **wish)).status_code == 404
    assert (await beta.client.get(f"{API}/{mine}/numbers")).status_code == 404
    doubtful = await add(alpha.client, mine, number="1180012345678", way="next")
    assert doubtful.status_code == 422
    wish["number"] = "78410000000021"
    assert (await add(alpha.client, mine, **wish)).status_code == 409
    off = {"courier": "ZTO", "number": "78410000000021"}
    kept = await alpha.client.post(f"{API}/{mine}/numbers/remove", json=off)
    assert kept.status_code == 409, "a waybill is cancelled, not taken off"
    unshipped = await box(context, alpha.id)
    assert (
        await add(alpha.client, unshipped, number="YT8800000000221", way="next")
    ).status_code == 409


async def problems(context: Context, shipment: UUID) -> list[tuple[str, str, bool, str]]:
    async with context.database.system() as session:
        rows = await session.execute(
            text(
                "SELECT p.kind, p.party, p.closed_at IS NULL, t.party FROM problems p"
                " JOIN tickets t ON t.id = p.ticket_id WHERE p.shipment_id = :id"
                " AND p.kind = 'number_doubt'"
            ),
            {"id": shipment},
        )
        return [tuple(row) for row in rows]


async def test_a_number_in_doubt_is_put_before_a_person(
    context: Context, alpha: Tenant, line: Line
) -> None:
    """With a ticket of the merchant's that nobody answers for; adopted, it is followed."""
    shipment = await shipped(context, alpha.id, "78410000000031")
    said = "快件已退回/转寄,新单号为: SF1234567890231"
    await told(context, line, ("ZTO", "78410000000031"), (0, "已揽收"), (9, said))
    await flow(context)
    seen = await numbers(alpha.client, shipment)
    (doubt,) = seen["doubts"]
    assert (doubt["number"], doubt["couriers"][0], doubt["leg"]) == ("SF1234567890231", "SF", None)
    assert len(seen["items"]) == 1
    assert await problems(context, shipment) == [("number_doubt", "nobody", True, "merchant")]
    wish = {"number": doubt["number"], "courier": "SF", "way": "return"}
    assert (await add(alpha.client, shipment, **wish)).status_code == 201
    await told(context, line, ("SF", "SF1234567890231"), (20, "已揽收"))
    await flow(context)
    assert await milestone(alpha.client, shipment) == "returning"
    assert (await numbers(alpha.client, shipment))["doubts"] == []
    assert await problems(context, shipment) == [("number_doubt", "nobody", False, "merchant")]


async def test_what_a_person_took_off_does_not_come_back(
    context: Context, alpha: Tenant, line: Line
) -> None:
    """Neither a doubt that was dismissed nor a number that a scan names for sure, which is found by
    search as long as it is there."""
    shipment = await shipped(context, alpha.id, "78410000000041")
    said = ("快件已转交其他快递派送，新单号1180012345641", "已转交圆通，新单号YT8800000000241")
    await told(context, line, ("ZTO", "78410000000041"), (0, "已揽收"), (5, said[0]), (6, said[1]))
    await flow(context)
    seen = await numbers(alpha.client, shipment)
    assert [d["number"] for d in seen["doubts"]] == ["1180012345641"]
    assert [(n["number"], n["by"]) for n in seen["items"][1:]] == [("YT8800000000241", "scan")]
    search = {"q": "YT8800000000241"}
    found = (await alpha.client.get(API, params=search)).json()["items"]
    assert [row["id"] for row in found] == [str(shipment)]
    dismiss = f"{API}/{shipment}/numbers/dismiss"
    for _ in range(2):
        answer = await alpha.client.post(dismiss, json={"number": "1180012345641"})
        assert answer.status_code == 204
    off = {"courier": "YTO", "number": "YT8800000000241"}
    await alpha.client.post(f"{API}/{shipment}/numbers/remove", json=off)
    await told(context, line, ("ZTO", "78410000000041"), (7, said[0]), (8, said[1]))
    await flow(context)
    seen = await numbers(alpha.client, shipment)
    assert (seen["doubts"], len(seen["items"])) == ([], 1)
    assert not (await alpha.client.get(API, params=search)).json()["items"]
    unknown = await alpha.client.post(dismiss, json={"number": "1180012345642"})
    assert unknown.status_code == 404
    assert await audited(context, shipment) == ["number.dismissed", "number.removed"]
