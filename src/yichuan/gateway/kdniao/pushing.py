"""Pushes 101, 102, 103, 1117 to the callback address of a key, until it says yes.

A push leaves through the outbox: in the transaction that decided it, in order per number, again
and again with growing pauses (twelve times over some 26 hours). Tracks are read when they are
sent, so what waited is told in its latest state, whole, as KDNiao does.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import httpx
import msgspec
from sqlalchemy import delete, insert

from yichuan.core import outbox
from yichuan.core.addresses import check
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import Database, SystemSession, WriteSession
from yichuan.core.errors import Invalid, NotFound
from yichuan.core.ids import new_id
from yichuan.core.outbox import Message, Sent
from yichuan.core.vault import Vault
from yichuan.couriers import applications
from yichuan.couriers.connectors.kdniao.build import form
from yichuan.couriers.connectors.kdniao.lenient import lenient_json
from yichuan.gateway.kdniao import records
from yichuan.gateway.kdniao.things import decision, told
from yichuan.gateway.kdniao.wire import Answer, encode, lowered, stamp
from yichuan.gateway.models import DoorPush
from yichuan.identity import service as identity
from yichuan.identity.service import DoorKey
from yichuan.notify import sender
from yichuan.notify.addresses import setting
from yichuan.notify.outbox import Channel, Channels
from yichuan.notify.sender import KEEP_ATTEMPTS, MAX_ANSWER, Outcome
from yichuan.tracking import queries as tracking
from yichuan.tracking import recall, watching
from yichuan.waybills import pickups

CHANNEL: Final = "kdniao"
TRACK: Final = "101"
TRACK_PLUS: Final = "102"
PICKUP: Final = "103"
ACCOUNT: Final = "1117"
HEADERS: Final = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
KEPT_ANSWER: Final = 500


async def push_track(
    session: WriteSession, key: DoorKey, subscriber_id: UUID, merchant_id: UUID | None
) -> None:
    """Have a follower told the state of its number, if it wants to be told anywhere."""
    if key.callback_url is not None:
        await put_track(session, key.id, subscriber_id, merchant_id)


async def put_track(
    session: WriteSession, key_id: UUID, subscriber_id: UUID, merchant_id: UUID | None
) -> None:
    """Write the message of a push of a track."""
    payload = {"key_id": str(key_id), "subscriber_id": str(subscriber_id)}
    stream = f"kdniao:{subscriber_id}"
    await outbox.put(session, CHANNEL, stream, payload, merchant_id, lane=_lane(key_id))


async def put_thing(
    session: WriteSession, key_id: UUID, merchant_id: UUID | None, kind: str, thing_id: UUID
) -> None:
    """Write the message of a push of a pickup (103) or an application (1117): its state as it is
    when the push leaves. Those about one thing keep their order."""
    payload = {"key_id": str(key_id), "request_type": kind, "id": str(thing_id)}
    stream = f"kdniao:{kind}:{thing_id}"
    await outbox.put(session, CHANNEL, stream, payload, merchant_id, lane=_lane(key_id))


def _lane(key_id: UUID) -> str:
    """Everything to one callback address."""
    return f"kdniao:{key_id}"


async def deliver(context: Context, http: httpx.AsyncClient, message: Message) -> str | None:
    """Send a message of the channel. None: acknowledged, or nobody wants it any more."""
    payload = message.payload
    async with context.database.system() as session:
        key = await identity.door_key(session, context.vault, key_id=UUID(payload["key_id"]))
    if key is None or key.callback_url is None:
        return None
    if "id" in payload:
        kind = payload["request_type"]
        async with context.database.system() as session:
            about, record = await _thing(session, context.vault, kind, UUID(payload["id"]))
        body = _envelope(key.ebusiness_id, record)
        return await _send(context, http, key, message.merchant_id, kind, about, body)
    return await _deliver_track(context, http, key, UUID(payload["subscriber_id"]))


async def _thing(
    session: SystemSession, vault: Vault, kind: str, thing_id: UUID
) -> tuple[str, dict[str, Any]]:
    """What a push of a pickup or an application is about, and its record."""
    if kind == PICKUP:
        pickup = await pickups.one(session, thing_id)
        return pickup.order_code, told(pickup)
    application = await applications.one(session, thing_id)
    return application.apply_no, decision(vault, application)


async def _deliver_track(
    context: Context, http: httpx.AsyncClient, key: DoorKey, subscriber_id: UUID
) -> str | None:
    async with context.database.system() as session:
        follower = await watching.listener(session, subscriber_id)
        if follower is not None:
            track = follower.courier, follower.number, follower.cycle
            away = await tracking.track_away(session, *track)
            if await recall.ask(session, away) == "recalling":
                return "its history is on its way back from the archive"
        record = await _track_record(session, key, subscriber_id)
    if record is None or follower is None:
        return None
    digest = hashlib.blake2b(msgspec.json.encode(record), digest_size=16).digest()
    if follower.told == digest:
        return None
    kind = TRACK_PLUS if follower.kind == "plus" else TRACK
    about = f"{follower.courier} {follower.number}"
    body = _envelope(key.ebusiness_id, record)
    error = await _send(context, http, key, follower.merchant_id, kind, about, body)
    if error is None:
        async with context.database.system() as session:
            await watching.note_told(session, subscriber_id, digest)
    return error


async def _track_record(session: SystemSession, key: DoorKey, subscriber_id: UUID) -> Answer | None:
    """The entry of a push about a number; None: it is not the follower's, or nothing is known."""
    follower = await watching.listener(session, subscriber_id)
    if follower is None:
        return None
    courier, number, cycle = follower.courier, follower.number, follower.cycle
    if follower.merchant_id is not None and await watching.is_foreign(
        session, follower.merchant_id, courier, number, cycle
    ):
        return None
    try:
        track = await tracking.track(session, courier, number)
    except NotFound:
        return None
    events = await tracking.track_events(session, track)
    if track.cycle != cycle or not events:
        return None
    shape = records.plus if follower.kind == "plus" else records.basic
    order_code = follower.order_code
    answer = shape(key.ebusiness_id, courier, number, track, events, order_code=order_code)
    return records.pushed(answer, follower.callback)


def _envelope(ebusiness_id: str, record: Answer) -> bytes:
    """RequestData of a push.

    Some receivers decode the form's value once more before they check the signature
    (bububa/kdniao `model/request.go` @98b0fda4): so no text holds a bare `%` or `+`.
    """
    body = encode(
        {
            "EBusinessID": ebusiness_id,
            "PushTime": stamp(now()),
            "Count": "1",
            "Data": [record],
        }
    )
    return body.replace(b"%", b"\\u0025").replace(b"+", b"\\u002b")


async def _send(
    context: Context,
    http: httpx.AsyncClient,
    key: DoorKey,
    merchant_id: UUID | None,
    kind: str,
    about: str,
    body: bytes,
) -> str | None:
    """One try, recorded; returns why it does not count, or None."""
    assert key.callback_url is not None
    async with context.database.system() as session:
        allowed = await setting.get(session)
    try:
        target = await check(key.callback_url, allowed, plain=True)
    except Invalid as refused:
        outcome = Outcome(None, refused.detail, 0)
    else:
        text = urlencode(form(kind, body, key.ebusiness_id, key.secret))
        outcome = await sender.post(http, key.callback_url, target, HEADERS, text, read=MAX_ANSWER)
    error = outcome.error or unacknowledged(outcome.answer)
    async with context.database.system() as session:
        await session.execute(
            insert(DoorPush).values(
                id=new_id(),
                merchant_id=merchant_id,
                key_id=key.id,
                request_type=kind,
                about=about,
                status=outcome.status,
                error=error,
                answer=_shown(outcome.answer),
                duration_ms=outcome.duration_ms,
            )
        )
    return error


def _shown(answer: bytes) -> str | None:
    text = answer.decode("utf-8", "replace").replace("\x00", "")
    return text[:KEPT_ANSWER] or None


def unacknowledged(answer: bytes) -> str | None:
    """Why an answer is no acknowledgement; None: it is one (`Success` true, also as a string)."""
    try:
        found = lenient_json(answer.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return "the answer is not JSON"
    fields = lowered(found) if isinstance(found, dict) else {}
    if str(fields.get("success")).strip().lower() in {"true", "1"}:
        return None
    return f"not acknowledged: {str(fields.get('reason') or 'Success is not true')[:200]}"


async def purge(database: Database) -> None:
    """Forget tries after 30 days."""
    async with database.system() as session:
        await session.execute(delete(DoorPush).where(DoorPush.at < now() - KEEP_ATTEMPTS))


def channels(context: Context) -> Channels:
    """The outbox channel of this room."""

    def on(http: httpx.AsyncClient) -> dict[str, Channel]:
        async def push(message: Message) -> Sent:
            return Sent(await deliver(context, http, message))

        return {CHANNEL: push}

    return on
