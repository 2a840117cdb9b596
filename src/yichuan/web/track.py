"""The data of the buyer's page: where the parcel is, and nothing about the person.

The link's random token is enough for courier, milestone, cities and redacted scans. The phone's
last four digits open the full number, locker codes and the masked recipient; guesses are counted.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yichuan.core.context import Context
from yichuan.core.database import SystemSession
from yichuan.core.errors import NotFound, YichuanError
from yichuan.core.vault import Vault
from yichuan.couriers import queries as couriers
from yichuan.exceptions import queries as exceptions
from yichuan.feedback import queries as feedback
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.identity.deps import ContextDep
from yichuan.shipments import proofs
from yichuan.shipments import queries as shipments
from yichuan.shipments.pictures import MEDIA_TYPE
from yichuan.shipments.proofs import Proof
from yichuan.shipments.queries import Shipment
from yichuan.tracking import queries as tracking
from yichuan.tracking import recall
from yichuan.tracking.geo import place_of
from yichuan.tracking.redact import for_strangers
from yichuan.tracking.values import History, Place, TimelineEvent

track_router = APIRouter(tags=["buyer"])

GUESSES: Final = 5
"""Wrong last-four-digits per link and window."""
WINDOW_SECONDS: Final = 3600.0
PROOF_SECONDS: Final = 600
OURS: Final = frozenset({"number_doubt"})
"""Problems that are the staff's to settle and say nothing of the parcel."""
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
_BRACKETS = re.compile(r"[【\[]\s*([^】\]]{2,40}?)\s*[】\]]")
_POINT = re.compile(r"柜|驿站|超市|代收|自提|便利|门店|店$|收发|服务[点站]|菜鸟|丰巢|兔喜")


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


class BuyerCourier(BaseModel):
    """Who carries it."""

    code: str
    name_zh: str
    name_en: str | None


class BuyerPlace(BaseModel):
    """A city and its centre in degrees."""

    city: str
    lat: float | None
    lon: float | None


class BuyerEvent(BaseModel):
    """A scan, its text redacted."""

    occurred_at: datetime
    text: str
    milestone: str | None
    detail: str
    city: str | None
    lat: float | None
    lon: float | None


class BuyerProblem(BaseModel):
    """What is wrong, and who works on it."""

    kind: str
    party: str | None
    since: datetime | None


class BuyerRecipient(BaseModel):
    """The recipient, masked; only for who knows the phone's last four digits."""

    name: str | None
    phone: str | None
    address: str | None


class BuyerProof(BaseModel):
    """A photo or signature of the delivery; its address works for ten minutes."""

    kind: Literal["photo", "signature"]
    url: str
    width: int
    height: int
    taken_at: datetime | None


class BuyerRating(BaseModel):
    """How the buyer found the delivery, 1 to 5 stars."""

    model_config = ConfigDict(from_attributes=True)

    stars: int
    tags: list[str]
    words: str


class BuyerReport(BaseModel):
    """A problem the buyer reported, and how the case stands: open, answered, closed."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    words: str
    at: datetime
    state: str
    outcome: str | None


class BuyerTrack(BaseModel):
    """What the buyer's page shows. `waybill_number` is masked unless `verified`."""

    courier: BuyerCourier | None
    milestone: str
    detail: str
    problem: BuyerProblem | None
    waybill_number: str | None
    shipped_at: datetime | None
    """When the merchant said it was sent; a number alone does not mean that."""
    promised_at: datetime | None
    delivered_at: datetime | None
    origin: BuyerPlace | None
    destination: BuyerPlace | None
    events: list[BuyerEvent]
    history: History
    """`recalling`: older scans are on their way back from the archive, ask again in a moment."""
    locker_hint: str | None
    """Where it waits to be collected; the code only in the verified events."""
    sign_kind: Literal["self", "family", "gate", "locker", "station", "third_party"] | None
    verified: bool
    recipient: BuyerRecipient | None
    proofs: list[BuyerProof]
    """Only for who knows the phone's last four digits, as what follows."""
    rating: BuyerRating | None
    reports: list[BuyerReport]


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
        shown = await _shown(session, shipment, verified)
        if verified:
            found = await proofs.of_shipment(session, shipment.id)
            shown.proofs = [_proof(context.vault, token, row) for row in found]
            await _add_feedback(session, shipment, shown)
        return shown


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


async def _add_feedback(session: SystemSession, shipment: Shipment, shown: BuyerTrack) -> None:
    rating = await feedback.rating_of(session, shipment.merchant_id, shipment.id)
    shown.rating = None if rating is None else BuyerRating.model_validate(rating)
    reports = await feedback.reports_of(session, shipment.merchant_id, shipment.id)
    shown.reports = [BuyerReport.model_validate(row) for row in reports]


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


async def _shown(session: SystemSession, shipment: Shipment, verified: bool) -> BuyerTrack:
    away = await tracking.away(session, shipment.merchant_id, shipment.id)
    history = await recall.ask(session, away)
    scans = await tracking.timeline(session, shipment.merchant_id, shipment.id)
    courier = await couriers.courier_of(session, shipment.courier) if shipment.courier else None
    number = shipment.waybill_number
    signed = await tracking.sign_kind(session, shipment.merchant_id, shipment.id)
    values: dict[str, Any] = {
        "courier": courier
        and BuyerCourier(code=courier.code, name_zh=courier.name_zh, name_en=courier.name_en),
        "milestone": shipment.milestone,
        "detail": shipment.detail,
        "problem": await _problem(session, shipment),
        "waybill_number": number if verified or not number else masked(number),
        "shipped_at": shipment.shipped_at,
        "promised_at": shipment.promised_at,
        "delivered_at": shipment.delivered_at,
        "origin": _place(_origin(shipment, scans)),
        "destination": _place(place_of(shipment.dest_city)),
        "events": [_event(scan, verified) for scan in scans],
        "history": history,
        "locker_hint": locker_hint(scans) if _waits(shipment) else None,
        "sign_kind": signed if shipment.milestone == "delivered" else None,
        "verified": verified,
        "recipient": _recipient(shipment) if verified else None,
        "proofs": [],
        "rating": None,
        "reports": [],
    }
    return BuyerTrack.model_validate(values)


def _waits(shipment: Shipment) -> bool:
    return shipment.milestone == "ready_for_collection"


def masked(number: str) -> str:
    """A number's ends: 7312****0231."""
    kept = 4 if len(number) >= 12 else 2
    return f"{number[:kept]}****{number[-kept:]}"


def locker_hint(scans: Sequence[TimelineEvent]) -> str | None:
    """The locker or station named by the latest scan that put it there, without any code."""
    for scan in reversed(scans):
        if scan.milestone == "ready_for_collection":
            named = [n for n in _BRACKETS.findall(scan.text) if _POINT.search(n)]
            return for_strangers(named[-1]) if named else None
    return None


def _origin(shipment: Shipment, scans: Sequence[TimelineEvent]) -> Place | None:
    """Where it was sent from, else where it was first scanned on its way out."""
    known = place_of(shipment.origin_city)
    return known or next((s.place for s in scans if s.place and s.leg == "out"), None)


def _place(place: Place | None) -> BuyerPlace | None:
    return None if place is None else BuyerPlace(city=place.city, lat=place.lat, lon=place.lon)


def _event(scan: TimelineEvent, verified: bool) -> BuyerEvent:
    place = scan.place
    return BuyerEvent(
        occurred_at=scan.occurred_at,
        text=scan.text if verified else for_strangers(scan.text),
        milestone=scan.milestone,
        detail=scan.detail,
        city=place.city if place else None,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
    )


def _recipient(shipment: Shipment) -> BuyerRecipient:
    parts = (shipment.dest_province, shipment.dest_city, shipment.dest_district)
    area = "".join(dict.fromkeys(part for part in parts if part))
    return BuyerRecipient(
        name=shipment.recipient_name,
        phone=shipment.recipient_phone,
        address=f"{area}****" if area else None,
    )


async def _problem(session: SystemSession, shipment: Shipment) -> BuyerProblem | None:
    if shipment.problem is None or shipment.problem in OURS:
        return None
    filters = exceptions.Filters(
        kind=shipment.problem,
        open=True,
        merchant_id=shipment.merchant_id,
        shipment_id=shipment.id,
    )
    rows, _ = await exceptions.listing(session, filters, limit=1, cursor=None)
    row = rows[0] if rows else None
    return BuyerProblem(
        kind=shipment.problem,
        party=row.party if row else None,
        since=row.opened_at if row else None,
    )
