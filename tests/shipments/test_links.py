"""Buyers' links. If these break, a link that got into the wrong hands cannot be taken back, or
buyers lose theirs."""

from __future__ import annotations

import httpx
from sqlalchemy import insert, select

from conftest import Tenant
from exceptions.boxes import change, make_box
from yichuan.core.context import Context
from yichuan.core.ids import new_token
from yichuan.identity.models import AuditEntry
from yichuan.shipments import links, queries
from yichuan.shipments.models import SearchToken

API = "/api/v1/shipments"


async def order_of(context: Context, tenant: Tenant, *keys: bytes) -> dict[str, str]:
    """Parcels of one order, one for each recipient's key; shipment → its link."""
    found = {}
    async with context.database.system() as session:
        for key in keys:
            token = new_token(16)
            box = await make_box(session, tenant.id, buyer_token=token, recipient_key=key)
            row = {"merchant_id": tenant.id, "token": f"ORDER-{keys[0].hex()}", "kind": "order_no"}
            await session.execute(insert(SearchToken).values(target_id=box, **row))
            found[str(box)] = token
    return found


async def test_a_renewed_link_is_the_only_one(
    context: Context, alpha: Tenant, beta: Tenant, nobody: httpx.AsyncClient
) -> None:
    """The old one says nothing but that it is over; the order's other parcels to the same person
    get new ones as well, a gift to someone else keeps its own."""
    given = await order_of(context, alpha, b"one", b"one", b"gift")
    first, second, gift = given
    assert (await beta.client.post(f"{API}/{first}/buyer-link")).status_code == 404
    answer = (await alpha.client.post(f"{API}/{first}/buyer-link")).json()["items"]
    assert [row["shipment_id"] for row in answer] == [first, second]
    assert given[gift] == (await alpha.client.get(f"{API}/{gift}")).json()["buyer_token"]
    for row in answer:
        assert row["buyer_token"] not in given.values()
        old = await nobody.get(f"/track/{given[row['shipment_id']]}.json")
        assert (old.status_code, old.json()["code"]) == (404, "not_found")
        assert (await nobody.get(f"/track/{given[row['shipment_id']]}")).status_code == 200
        assert (await nobody.get(f"{row['path']}.json")).status_code == 200


async def test_a_revoked_link_can_be_made_anew(
    context: Context, alpha: Tenant, nobody: httpx.AsyncClient
) -> None:
    """Who did it stands in both logs, once."""
    ((box, token),) = (await order_of(context, alpha, b"alone")).items()
    for _ in range(2):
        assert (await alpha.client.delete(f"{API}/{box}/buyer-link")).status_code == 204
    assert (await nobody.get(f"/track/{token}.json")).status_code == 404
    assert (await alpha.client.get(f"{API}/{box}")).json()["buyer_token"] is None
    (made,) = (await alpha.client.post(f"{API}/{box}/buyer-link")).json()["items"]
    assert (await nobody.get(f"{made['path']}.json")).status_code == 200
    acts = [row["kind"] for row in (await alpha.client.get(f"{API}/{box}/events")).json()]
    assert [act for act in acts if act.startswith("link")] == ["link_revoked", "link_renewed"]
    async with context.database.system() as session:
        noted = await session.scalars(
            select(AuditEntry.action).where(AuditEntry.target == box).order_by(AuditEntry.at)
        )
        assert list(noted) == ["link.revoked", "link.renewed"]


async def test_parcels_of_an_order_stand_together(context: Context, alpha: Tenant) -> None:
    """Not those of others, not cancelled ones."""
    given = list(await order_of(context, alpha, b"two", b"two", b"two", b"else"))
    async with context.database.system() as session:
        await change(session, alpha.id, given[2], milestone="cancelled")  # type: ignore[arg-type]
        row = await queries.get(session, given[0])  # type: ignore[arg-type]
        assert [str(one.id) for one in await links.together(session, row)] == given[:2]
