"""The data of the buyer's page: where the parcel is, and nothing about the person.

The link's random token is enough for courier, milestone, cities and redacted scans. The phone's
last four digits open the full number, locker codes and the masked recipient; guesses are counted.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import time
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yichuan.core.context import Context
from yichuan.core.database import SystemSession
from yichuan.core.errors import NotFound, YichuanError
from yichuan.core.vault import Vault
from yichuan.feedback import queries as feedback
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.identity.deps import ContextDep
from yichuan.shipments import proofs
from yichuan.shipments import queries as shipments
from yichuan.shipments.pictures import MEDIA_TYPE
from yichuan.shipments.proofs import Proof
from yichuan.shipments.queries import Shipment
from yichuan.web.shown import BuyerProof, BuyerRating, BuyerReport, BuyerTrack, shown

track_router = APIRouter(tags=["buyer"])

GUESSES: Final = 5
"""Wrong last-four-digits per link and window."""
WINDOW_SECONDS: Final = 3600.0
PROOF_SECONDS: Final = 600
BUYER: Final = Caller(id="buyer:link", name="收件人", role="service")
"""Who looks at a proof through a buyer's link, for the audit log."""
LINKS: Final = 10_000
"""Links whose guesses are remembered."""
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}
DATA: Final = re.compile(r"/track/[^/]+\.json")


class OpenData:
    """Lets scripts of any page read the data (plain ASGI), their refusals too: the widget stands on
    other origins. The token is the secret; cookies are not looked at, so there is none to steal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; mark the answer as open to all."""
        if scope["type"] != "http" or not DATA.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def opening(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Access-Control-Allow-Origin"] = "*"
            await send(message)

        await self._app(scope, receive, opening)


class TooManyGuesses(YichuanError):
    """The last four digits were guessed too often for this link."""

    status, code = 429, "too_many_guesses"
    title, title_zh = "Too many wrong digits, try again later", "尾号输入错误次数过多，请稍后再试"


class Guesses:
    """Wrong guesses per link in this process; the oldest link is forgotten first."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[float, int]] = {}

    def check(self, token: str) -> None:
        """See whether one more guess is allowed.

        Raises:
            TooManyGuesses: it is not.
        """
        until, wrong = self._wrong.get(token, (0.0, 0))
        if wrong >= GUESSES and time.monotonic() < until:
            raise TooManyGuesses()

    def wrong(self, token: str) -> None:
        """Count a wrong guess; the window begins with the first."""
        until, wrong = self._wrong.pop(token, (0.0, 0))
        if time.monotonic() >= until:
            until, wrong = time.monotonic() + WINDOW_SECONDS, 0
        if len(self._wrong) >= LINKS:
            self._wrong.pop(next(iter(self._wrong)))
        self._wrong[token] = (until, wrong + 1)


def _guesses(request: Request) -> Guesses:
    state = request.app.state
    if not hasattr(state, "buyer_guesses"):
        state.buyer_guesses = Guesses()
    guesses: Guesses = state.buyer_guesses
    return guesses


@track_router.get("/track/{token}.json")
async def buyer_track(
    request: Request,
    response: Response,
    context: ContextDep,
    token: str,
    phone_last4: Annotated[str | None, Query(pattern=r"^\d{4}$")] = None,
) -> BuyerTrack:
    """Where a parcel is, for whoever has its link. Wrong digits show what no digits show."""
    response.headers.update(HEADERS)
    async with context.database.system() as session:
        shipment = await shipments.by_buyer_token(session, token)
        verified = phone_last4 is not None and await proven(
            request, session, context, shipment, phone_last4
        )
        track = await shown(session, context.vault, shipment, verified)
        if verified:
            found = await proofs.of_shipment(session, shipment.id)
            track.proofs = [_proof(context.vault, token, row) for row in found]
            await _add_feedback(session, shipment, track)
        return track


async def proven(
    request: Request, session: SystemSession, context: Context, shipment: Shipment, last4: str
) -> bool:
    """Whether these are the last four digits of the recipient's phone; wrong ones are counted.

    Raises:
        TooManyGuesses: there were too many wrong ones.
    """
    guesses = _guesses(request)
    token = shipment.buyer_token or ""
    guesses.check(token)
    if await _is_tail(session, context, shipment, last4):
        return True
    guesses.wrong(token)
    return False


async def _add_feedback(session: SystemSession, shipment: Shipment, track: BuyerTrack) -> None:
    rating = await feedback.rating_of(session, shipment.merchant_id, shipment.id)
    track.rating = None if rating is None else BuyerRating.model_validate(rating)
    reports = await feedback.reports_of(session, shipment.merchant_id, shipment.id)
    track.reports = [BuyerReport.model_validate(row) for row in reports]


@track_router.get(
    "/track/{token}/proofs/{proof_id}",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}},
)
async def buyer_proof(
    context: ContextDep,
    token: str,
    proof_id: UUID,
    until: Annotated[int, Query(ge=0, le=2**40)] = 0,
    key: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """A picture of the delivery, at the address that the verified track told. Audited."""
    good = hmac.compare_digest(key.encode(), _key(context.vault, token, proof_id, until).encode())
    if not good or until < time.time():
        raise NotFound("no such proof")
    async with context.database.system() as session:
        shipment = await shipments.by_buyer_token(session, token)
        row = await proofs.one(session, shipment.id, proof_id)
        await identity.audit(session, BUYER, "proof.viewed", str(proof_id), shipment.merchant_id)
    picture = await asyncio.to_thread(proofs.opened, context.blobs, context.vault, row)
    return Response(picture, media_type=MEDIA_TYPE, headers=HEADERS)


def _proof(vault: Vault, token: str, row: Proof) -> BuyerProof:
    until = int(time.time()) + PROOF_SECONDS
    key = _key(vault, token, row.id, until)
    return BuyerProof.model_validate(
        {
            "kind": row.kind,
            "url": f"/track/{token}/proofs/{row.id}?until={until}&key={key}",
            "width": row.width,
            "height": row.height,
            "taken_at": row.taken_at,
        }
    )


def _key(vault: Vault, token: str, proof_id: UUID, until: int) -> str:
    return vault.blind("buyer_proof", f"{token}/{proof_id}/{until}").hex()


async def _is_tail(
    session: SystemSession, context: Context, shipment: Shipment, last4: str
) -> bool:
    token = context.vault.blind("phone_last4", last4).hex()
    return await shipments.has_token(session, shipment, token)
