"""What the buyer's page shows of a parcel: nothing about the person, unless the digits fitted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.core.vault import Vault
from yichuan.couriers import queries as couriers
from yichuan.exceptions import queries as exceptions
from yichuan.forecast import queries as forecast
from yichuan.merchants import contact
from yichuan.merchants import queries as merchants
from yichuan.shipments import links
from yichuan.shipments.queries import Shipment
from yichuan.tracking import queries as tracking
from yichuan.tracking import recall
from yichuan.tracking.geo import place_of
from yichuan.tracking.redact import code_in, for_strangers
from yichuan.tracking.values import History, Place, Said, TimelineEvent
from yichuan.web.legs import BuyerNumber, Leg, leg_of, masked, numbers, places

OURS: Final = frozenset({"number_doubt"})
"""Problems that are the staff's to settle and say nothing of the parcel."""
ON_ITS_WAY: Final = frozenset(
    {"created", "picked_up", "in_transit", "arriving", "out_for_delivery"}
)
ON_THE_ROUND = timedelta(hours=36)
"""How long after its last scan a delivery person is taken to have a parcel."""
_BRACKETS = re.compile(r"[【\[]\s*([^】\]]{2,40}?)\s*[】\]]")
_POINT = re.compile(r"柜|驿站|超市|代收|自提|便利|门店|店$|收发|服务[点站]|菜鸟|丰巢|兔喜")


class BuyerCourier(BaseModel):
    """Who carries it."""

    code: str
    name_zh: str
    name_en: str | None
    phone: str | None
    """Its customer service."""


class BuyerExpected(BaseModel):
    """When it will be delivered: as the courier says, else as like parcels were."""

    model_config = ConfigDict(populate_by_name=True)

    source: Literal["courier", "estimate"]
    """estimate: our own, from parcels that arrived lately (`forecast.arrival`)."""

    begin: datetime | None = Field(alias="from")
    """null: by `to`."""
    end: datetime = Field(alias="to")
    """Where only the day is known: from its beginning to its end in Asia/Shanghai."""


class BuyerDeliverer(BaseModel):
    """Who brings it now 派件员; only for who knows the digits, and only while it is out."""

    name: str | None
    phone: str
    """Digits."""
    extension: str | None
    """To dial after the phone."""
    virtual: bool
    """The number hides the person's own and works for this delivery only."""


class BuyerParcel(BaseModel):
    """A parcel of the same order to the same person."""

    token: str | None
    """Of its own link; null: it was revoked."""
    milestone: str
    detail: str
    shipped_at: datetime | None
    numbered: bool
    """It has a waybill number."""
    goods: str | None
    """Only for who knows the digits."""
    current: bool
    """The one that is shown."""


class BuyerContact(BaseModel):
    """Whom to ask 联系商家, 平台客服."""

    party: Literal["merchant", "platform"]
    name: str | None
    phone: str | None
    url: str | None


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
    number: int | None
    """Its place in `numbers`; null where there is one number only."""


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
    numbers: list[BuyerNumber]
    """Those scanned so far, the oldest first; empty where there is one only."""
    history: History
    """`recalling`: older scans are on their way back from the archive, ask again in a moment."""
    expected: BuyerExpected | None
    """Nobody is told of a forecast that has passed, or of a parcel at its end; our own estimate
    only of parcels without a problem."""
    parcels: list[BuyerParcel]
    """All parcels of the order to this person, in the order they were packed; one or more."""
    contacts: list[BuyerContact]
    locker_hint: str | None
    """Where it waits to be collected."""
    locker_code: str | None
    """What opens it 取件码, as the courier told it; null unless `verified`."""
    sign_kind: Literal["self", "family", "gate", "locker", "station", "third_party"] | None
    verified: bool
    recipient: BuyerRecipient | None
    deliverer: BuyerDeliverer | None
    proofs: list[BuyerProof]
    """Only for who knows the phone's last four digits, as what follows."""
    rating: BuyerRating | None
    reports: list[BuyerReport]


async def shown(
    session: SystemSession, vault: Vault, shipment: Shipment, verified: bool
) -> BuyerTrack:
    """All of it but what needs further looks (proofs, ratings, reports)."""
    away = await tracking.away(session, shipment.merchant_id, shipment.id)
    history = await recall.ask(session, away)
    scans = await tracking.timeline(session, shipment.merchant_id, shipment.id)
    courier = await couriers.courier_of(session, shipment.courier) if shipment.courier else None
    number = shipment.waybill_number
    signed = await tracking.sign_kind(session, shipment.merchant_id, shipment.id)
    said = await tracking.said(session, vault, shipment.merchant_id, shipment.id)
    legs = places(scans)
    problem = await _problem(session, shipment)
    expected = None
    if shipment.milestone in ON_ITS_WAY:
        expected = _expected(said)
        if expected is None and problem is None:
            expected = await _estimate(session, shipment, scans)
    values: dict[str, Any] = {
        "courier": courier
        and BuyerCourier(
            code=courier.code,
            name_zh=courier.name_zh,
            name_en=courier.name_en,
            phone=courier.phone,
        ),
        "milestone": shipment.milestone,
        "detail": shipment.detail,
        "problem": problem,
        "waybill_number": number if verified or not number else masked(number),
        "shipped_at": shipment.shipped_at,
        "promised_at": shipment.promised_at,
        "delivered_at": shipment.delivered_at,
        "origin": _place(_origin(shipment, scans)),
        "destination": _place(place_of(shipment.dest_city)),
        "events": [_event(scan, verified, legs) for scan in scans],
        "numbers": await numbers(session, legs, verified=verified),
        "history": history,
        "expected": expected,
        "parcels": await _parcels(session, shipment, verified),
        "contacts": await _contacts(session, shipment),
        "locker_hint": locker_hint(scans) if _waits(shipment) else None,
        "locker_code": locker_code(scans) if verified and _waits(shipment) else None,
        "sign_kind": signed if shipment.milestone == "delivered" else None,
        "verified": verified,
        "recipient": _recipient(shipment) if verified else None,
        "deliverer": _deliverer(shipment, said) if verified else None,
        "proofs": [],
        "rating": None,
        "reports": [],
    }
    return BuyerTrack.model_validate(values)


def _expected(said: Said | None) -> BuyerExpected | None:
    """What the courier forecast, as long as it can still come true."""
    if said is None or said.expected_to is None or said.expected_to < now():
        return None
    return BuyerExpected(source="courier", begin=said.expected_from, end=said.expected_to)


async def _estimate(
    session: SystemSession, shipment: Shipment, scans: Sequence[TimelineEvent]
) -> BuyerExpected | None:
    """Our own, where the courier says nothing: worked out from what is shown, when it is shown."""
    found = await forecast.arrival(session, shipment, scans)
    return found and BuyerExpected(source="estimate", begin=found.begin, end=found.end)


def _deliverer(shipment: Shipment, said: Said | None) -> BuyerDeliverer | None:
    """Who brings it: while it is out, and was seen lately."""
    if said is None or said.deliverer is None or shipment.milestone != "out_for_delivery":
        return None
    if said.at is None or now() - said.at > ON_THE_ROUND:
        return None
    who = said.deliverer
    return BuyerDeliverer(
        name=who.name or None,
        phone=who.phone,
        extension=who.extension or None,
        virtual=who.virtual,
    )


async def _parcels(session: SystemSession, shipment: Shipment, verified: bool) -> list[BuyerParcel]:
    return [
        BuyerParcel(
            token=row.buyer_token,
            milestone=row.milestone,
            detail=row.detail,
            shipped_at=row.shipped_at,
            numbered=row.waybill_number is not None,
            goods=row.goods if verified else None,
            current=row.id == shipment.id,
        )
        for row in await links.together(session, shipment)
    ]


async def _contacts(session: SystemSession, shipment: Shipment) -> list[BuyerContact]:
    """Those that left a way to reach them, the merchant first."""
    merchant = await merchants.get(session, shipment.merchant_id)
    theirs, ours = merchant.service, await contact.setting.get(session)
    name = shipment.shop_name or merchant.name
    found = [
        BuyerContact(party="merchant", name=name, phone=theirs.phone, url=theirs.url),
        BuyerContact(party="platform", name=None, phone=ours.phone, url=ours.url),
    ]
    return [one for one in found if one.phone or one.url]


def locker_code(scans: Sequence[TimelineEvent]) -> str | None:
    """The code of the latest scan that put it into a locker or station."""
    for scan in reversed(scans):
        if scan.milestone == "ready_for_collection":
            return code_in(scan.text)
    return None


def _waits(shipment: Shipment) -> bool:
    return shipment.milestone == "ready_for_collection"


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


def _event(scan: TimelineEvent, verified: bool, legs: Sequence[Leg]) -> BuyerEvent:
    place = scan.place
    return BuyerEvent(
        occurred_at=scan.occurred_at,
        text=scan.text if verified else for_strangers(scan.text),
        milestone=scan.milestone,
        detail=scan.detail,
        city=place.city if place else None,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        number=legs.index(leg_of(scan)) if legs else None,
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
