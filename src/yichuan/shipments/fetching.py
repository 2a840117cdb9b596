"""Fetching pictures of deliveries 签收图片 from where couriers have them: the worker's part.

Others name these addresses, so everything is doubted: where they lead (`core.outgoing`), how long
the answer is, that it is a picture at all, and nothing of the file but its pixels is kept.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import httpx
import structlog

from yichuan.core.addresses import Allowed
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.errors import Conflict, Invalid
from yichuan.core.outgoing import AddressRefused, TooLong
from yichuan.couriers.endpoints import setting as courier_addresses
from yichuan.shipments import proofs, queries, service
from yichuan.shipments.pictures import MAX_BYTES, Picture
from yichuan.shipments.proofs import NewProof
from yichuan.tracking import pictures
from yichuan.tracking.pictures import Wanted

log = structlog.get_logger(__name__)

ACTOR: Final = "system:pictures"
EVERY: Final = 3.0
"""Seconds between looks for pictures that are due."""
AT_ONCE: Final = 8
SECONDS: Final = 20.0
"""For one picture, all in all."""
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 8 * 60, 24 * 60))
"""Between tries; after the last of them it is given up."""
WAITS: Final = timedelta(days=14)
"""How long a picture waits for the parcel of its number."""
HEADERS: Final = {"Accept": "image/jpeg,image/png,image/webp", "Accept-Encoding": "identity"}


class Failed(Exception):
    """A picture could not be fetched. `code` says why; `final`: trying again would not help."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code, self.final = code, final


async def fetch(context: Context, http: httpx.AsyncClient) -> int:
    """Fetch the pictures that are due, some at once. Returns how many were looked at."""
    at = now()
    async with context.database.system() as session:
        wanted = await pictures.claim(session, context.vault, at, AT_ONCE)
        if not wanted:
            await pictures.forget(session, at)
    await asyncio.gather(*(_one(context, http, one, at) for one in wanted))
    return len(wanted)


async def _one(context: Context, http: httpx.AsyncClient, one: Wanted, at: datetime) -> None:
    async with context.database.system() as session:
        boxes = await pictures.boxes_of(session, one)
        rows = await queries.of_ids(session, [shipment_id for _, shipment_id in boxes])
        allowed = await courier_addresses.get(session)
        if not boxes:
            if at - one.created_at > WAITS:
                await pictures.failed(session, one, "no_parcel")
            else:
                await pictures.later(session, one, at + pictures.UNBOUND, None)
            return
    # A person who was erased must not come back by a late picture.
    known = [row for row in rows.values() if row.recipient_key or row.buyer_token]
    try:
        await _take(context, http, one, allowed, [row.id for row in known])
    except Failed as error:
        await _not_yet(context, one, error, boxes, at)


async def _take(
    context: Context, http: httpx.AsyncClient, one: Wanted, allowed: Allowed, ids: list[UUID]
) -> None:
    """Raises: Failed: see `download`; nobody (whose it would be), too_many."""
    if not ids:
        raise Failed("nobody", final=True)
    picture = await download(http, one.url, {"allowed": allowed})
    await _keep(context, one, picture, ids)


async def download(http: httpx.AsyncClient, url: str, extensions: dict[str, object]) -> Picture:
    """The picture at an address that somebody else named.

    Raises:
        Failed: address_refused, too_long, no_picture, refused, missing (none of which passes by
            itself), unreachable, http_error.
    """
    extensions = extensions | {"most_bytes": MAX_BYTES}
    data = bytearray()
    try:
        async with (
            asyncio.timeout(SECONDS),
            http.stream("GET", url, headers=HEADERS, extensions=extensions) as answer,
        ):
            _check(answer)
            async for chunk in answer.aiter_bytes():
                data += chunk
                if len(data) > MAX_BYTES:
                    raise Failed("too_long", final=True)
    except AddressRefused as error:
        raise Failed("address_refused", final=True) from error
    except TooLong as error:
        raise Failed("too_long", final=True) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError, ValueError) as error:
        raise Failed("bad_address", final=True) from error
    except (httpx.HTTPError, OSError, TimeoutError) as error:
        raise Failed("unreachable") from error
    try:
        return await proofs.read_picture(bytes(data))
    except Invalid as error:
        raise Failed("no_picture", final=True) from error


def _check(answer: httpx.Response) -> None:
    """Raises: Failed: it is not a picture's answer."""
    status = answer.status_code
    if status == 200:
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise Failed("too_long", final=True)
        return
    if status in (401, 403):  # an address whose time is over; the courier may tell a new one
        raise Failed("refused")
    if status in (404, 410):
        raise Failed("missing")
    raise Failed("http_error")


async def _keep(context: Context, one: Wanted, picture: Picture, ids: list[UUID]) -> None:
    new = NewProof(
        kind=one.kind,
        picture=picture,
        source="courier",
        actor=ACTOR,
        courier=one.courier,
        origin=one.origin,
        taken_at=one.taken_at,
    )
    async with context.database.system() as session:
        for shipment_id in ids:
            try:
                await proofs.add(session, context, shipment_id, new)
            except Conflict as error:
                raise Failed("too_many", final=True) from error
        await pictures.done(session, one)


async def _not_yet(
    context: Context, one: Wanted, error: Failed, boxes: list[tuple[UUID, UUID]], at: datetime
) -> None:
    """Try again later, or give up and say so where people look."""
    over = error.final or one.attempts > len(PAUSES)
    async with context.database.system() as session:
        if not over:
            await pictures.later(session, one, at + PAUSES[one.attempts - 1], error.code)
            return
        await pictures.failed(session, one, error.code)
        for merchant_id, shipment_id in boxes:
            detail = {"kind": one.kind, "reason": error.code, "attempts": one.attempts}
            await service.note(session, merchant_id, shipment_id, "proof_failed", ACTOR, detail)
    log.warning("a picture was given up", courier=one.courier, number=one.number, why=error.code)
