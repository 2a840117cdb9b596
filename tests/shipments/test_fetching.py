"""Pictures of deliveries that couriers tell the address of. If these break, merchants have no proof
though the courier has one, or the hub is led to fetch what is none of its business.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from feedback.parcels import TAIL, delivered
from shipments.test_proofs import picture
from tracking.parcels import make_line
from yichuan.core import outgoing
from yichuan.core.addresses import Allowed
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.couriers.connectors.base import CourierEvent, PictureLink, TrackUpdate
from yichuan.couriers.endpoints import CourierAddressSettings, setting
from yichuan.shipments import fetching
from yichuan.tracking import ingest, pictures, service
from yichuan.tracking.batch import Source
from yichuan.tracking.values import NewBinding

HERE = Allowed(allowed_networks=("127.0.0.0/8",))
SIGNED = "快件已签收，签收人：前台"


@asynccontextmanager
async def server(answers: dict[str, bytes]) -> AsyncIterator[tuple[str, list[str]]]:
    """A courier's file server: whole answers by path, and what was asked for."""
    asked: list[str] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ")[1].decode().partition("?")[0]
                asked.append(path)
                writer.write(answers.get(path, b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n"))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", asked
    listening.close()


def said(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{more}\r\n".encode() + body


async def signed(context: Context, shipment: tuple[UUID, UUID], number: str, *urls: str) -> None:
    """A courier tells that a parcel was signed for, and where pictures of it are."""
    line = await make_line(context)
    async with context.database.system() as session:
        await service.bind(session, [NewBinding(*shipment, "JTSD", number)])
    links = tuple(PictureLink("photo", url, now()) for url in urls)
    events = (CourierEvent(now() - timedelta(hours=1), SIGNED),)
    update = TrackUpdate("JTSD", number, events, pictures=links)
    await ingest.merge_updates(context, Source("jtexpress", line.id), [update])


async def allow(context: Context, allowed: Allowed) -> None:
    async with context.database.system() as session:
        await setting.put(session, CourierAddressSettings(**allowed.model_dump()))


async def fetch(context: Context) -> None:
    """Everything that is due."""
    async with outgoing.client() as http:
        while await fetching.fetch(context, http):
            pass


async def states(tenant: Tenant, shipment: UUID) -> list[tuple[str, str | None, int]]:
    found = await tenant.client.get(f"/api/v1/shipments/{shipment}/courier-pictures")
    return [(row["state"], row["error"], row["attempts"]) for row in found.json()["items"]]


async def due(context: Context, number: str) -> None:
    async with context.database.system() as session:
        await session.execute(
            text("UPDATE courier_pictures SET next_at = now() WHERE number = :n"), {"n": number}
        )


async def test_a_told_picture_becomes_a_proof(
    context: Context, alpha: Tenant, beta: Tenant, nobody: httpx.AsyncClient
) -> None:
    """Once, however its address is signed when it is told again; for the merchant, and for the
    buyer who knows the digits."""
    await allow(context, HERE)
    shipment, link = await delivered(context, alpha, courier="JTSD")
    async with server({"/a.jpg": said(picture())}) as (base, asked):
        for sign in ("1", "2"):
            await signed(context, (alpha.id, shipment), "JT1", f"{base}/a.jpg?sig={sign}&e=x")
            await fetch(context)
    assert asked == ["/a.jpg"]
    assert await states(alpha, shipment) == [("done", None, 1)]
    path = f"/api/v1/shipments/{shipment}"
    (proof,) = (await alpha.client.get(f"{path}/proofs")).json()["items"]
    assert (proof["source"], proof["courier"], proof["kind"]) == ("courier", "JTSD", "photo")
    shown = (await nobody.get(f"{link}.json", params={"phone_last4": TAIL})).json()["proofs"]
    assert (await nobody.get(shown[0]["url"])).headers["content-type"] == "image/jpeg"
    assert (await nobody.get(f"{link}.json")).json()["proofs"] == []
    assert (await beta.client.get(f"{path}/courier-pictures")).status_code == 404
    assert (await alpha.client.delete(f"{path}/proofs/{proof['id']}")).status_code == 409


async def test_what_cannot_be_had_is_given_up_and_said(context: Context, alpha: Tenant) -> None:
    """What may pass is tried seven times, rarer and rarer; a person may have it tried again."""
    await allow(context, HERE)
    shipment = await box(context, alpha.id, buyer_token="seven-tries-and-no-more")
    answers: dict[str, bytes] = {}
    async with server(answers) as (base, asked):
        await signed(context, (alpha.id, shipment), "JT2", f"{base}/late.jpg")
        for tried in range(1, 8):
            await fetch(context)
            state = "wanted" if tried < 7 else "failed"
            assert await states(alpha, shipment) == [(state, "missing", tried)]
            await due(context, "JT2")
        await fetch(context)
        assert len(asked) == 7
        path = f"/api/v1/shipments/{shipment}"
        noted = (await alpha.client.get(f"{path}/events")).json()
        assert [row["detail"] for row in noted if row["kind"] == "proof_failed"] == [
            {"kind": "photo", "reason": "missing", "attempts": 7}
        ]
        answers["/late.jpg"] = said(picture())
        again = await alpha.client.post(f"{path}/courier-pictures/retry")
        assert again.json() == {"count": 1}
        await fetch(context)
    assert await states(alpha, shipment) == [("done", None, 1)]


BAD: dict[str, tuple[bytes, str]] = {
    "/page": (said(b"<html><script>alert(1)</script></html>"), "no_picture"),
    "/half.jpg": (said(picture()[:200]), "no_picture"),
    "/packed": (said(picture(), more="content-encoding: gzip\r\n"), "too_long"),
    "/long": (said(b"x" * (fetching.MAX_BYTES + 1)), "too_long"),
    "/away": (said(b"", "302 Found", "location: http://127.0.0.1:1/\r\n"), "http_error"),
    "/over": (said(b"", "403 Forbidden"), "refused"),
    "/garbage": (b"\x00\xff nothing of HTTP\r\n\r\n", "unreachable"),
}


async def test_only_pictures_come_in(context: Context) -> None:
    answers = {path: answer for path, (answer, _) in BAD.items()}
    async with server(answers) as (base, _), outgoing.client() as http:
        for path, (_, why) in BAD.items():
            with pytest.raises(fetching.Failed) as failed:
                await fetching.download(http, base + path, {"allowed": HERE})
            assert failed.value.code == why, path


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a.jpg",
        "http://localhost/a.jpg",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/a.jpg",
        "http://2130706433/a.jpg",
        "http://user:pass@10.0.0.1/a.jpg",
    ],
)
async def test_addresses_inside_are_refused(url: str) -> None:
    async with outgoing.client() as http:
        with pytest.raises(fetching.Failed) as failed:
            await fetching.download(http, url, {"allowed": Allowed()})
    assert (failed.value.code, failed.value.final) == ("address_refused", True)


async def test_an_erased_person_does_not_come_back(context: Context, alpha: Tenant) -> None:
    """A picture that is told after the erasure is not fetched."""
    await allow(context, HERE)
    shipment = await box(context, alpha.id, buyer_token=None, recipient_key=None)
    async with server({"/a.jpg": said(picture())}) as (base, asked):
        await signed(context, (alpha.id, shipment), "JT3", f"{base}/a.jpg")
        await fetch(context)
    assert asked == []
    assert await states(alpha, shipment) == [("failed", "nobody", 1)]


LINK = PictureLink("photo", "https://img.example.com/a.jpg")
ADDRESSES = st.text(max_size=60) | st.sampled_from(
    ["javascript:alert(1)", "file:///etc/passwd", "https://", "http://[::1", "ftp://a/b", "//a/b"]
)


@given(st.lists(ADDRESSES, max_size=12))
def test_any_text_in_place_of_an_address(urls: list[str]) -> None:
    """It stops no push, and only what can be asked for is kept."""
    kept = pictures.usable([replace(LINK, url=url) for url in urls] + [LINK] * 3)
    assert len(kept) <= pictures.MOST
    assert all(one.url.lower().startswith(("http://", "https://")) for one in kept)


def test_a_signed_address_is_the_same_picture() -> None:
    base = "https://img.example.com/a.jpg"
    same = {pictures.origin_of(base + q) for q in ("", "?Expires=1&Signature=a", "?sv=1&sig=b")}
    assert len(same) == 1
    assert pictures.origin_of(base + "?id=7") not in same
