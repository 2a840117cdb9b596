"""Further numbers of a shipment 转单号, 退回单号, 子单号: bound by hand and taken off again, or
named by a scan in doubt and left to a person. Never another merchant's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from yichuan.core import arrays
from yichuan.core.clock import now
from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.errors import Conflict, NotFound
from yichuan.core.log import Entry, append
from yichuan.core.vault import Vault
from yichuan.identity.scope import scoped
from yichuan.tracking import service
from yichuan.tracking.handover import Named
from yichuan.tracking.models import NamedNumber, Track, TrackBinding
from yichuan.tracking.values import Leg, NewBinding, normal_number

MOST: Final = 60
"""Numbers of one shipment; more boxes than any waybill has."""
By = Literal["waybill", "scan", "hand"]
Box = tuple[UUID, UUID]
"""Merchant and shipment."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is bound to a shipment."""

    courier: str
    number: str
    leg: Leg
    by: By
    """Our waybill, a scan that named it, or a person."""
    actor: str | None
    milestone: str
    last_event_at: datetime | None
    bound_at: datetime


@dataclass(frozen=True, slots=True)
class Doubt:
    """A number that a scan names and a person must settle."""

    number: str
    courier: str | None
    leg: Leg | None
    from_courier: str
    from_number: str
    said: str
    named_at: datetime


async def numbers(session: ReadSession, merchant_id: UUID, shipment_id: UUID) -> list[Number]:
    """All numbers of a shipment, oldest first."""
    rows = await session.execute(
        scoped(session, TrackBinding)
        .add_columns(Track.milestone, Track.last_event_at, NamedNumber.origin, NamedNumber.actor)
        .join(
            Track,
            (Track.courier == TrackBinding.courier)
            & (Track.number == TrackBinding.number)
            & (Track.cycle == TrackBinding.cycle),
        )
        .outerjoin(
            NamedNumber,
            (NamedNumber.merchant_id == TrackBinding.merchant_id)
            & (NamedNumber.shipment_id == TrackBinding.shipment_id)
            & (NamedNumber.number == TrackBinding.number)
            & (NamedNumber.state == "bound"),
        )
        .where(TrackBinding.merchant_id == merchant_id, TrackBinding.shipment_id == shipment_id)
        .order_by(TrackBinding.created_at, TrackBinding.number)
    )
    return [
        Number(
            bound.courier,
            bound.number,
            cast(Leg, bound.leg),
            "waybill" if bound.waybill_id else "hand" if origin == "hand" or actor else "scan",
            actor,
            milestone,
            last_event_at,
            bound.created_at,
        )
        for bound, milestone, last_event_at, origin, actor in rows
    ]


async def doubts(session: ReadSession, merchant_id: UUID, shipment_id: UUID) -> list[Doubt]:
    """Numbers of a shipment that wait for a person, oldest first."""
    rows = await session.scalars(
        scoped(session, NamedNumber)
        .where(
            NamedNumber.merchant_id == merchant_id,
            NamedNumber.shipment_id == shipment_id,
            NamedNumber.state == "open",
        )
        .order_by(NamedNumber.named_at, NamedNumber.number)
    )
    return [
        Doubt(
            row.number,
            row.courier,
            cast("Leg | None", row.leg),
            row.from_courier or "",
            row.from_number or "",
            row.said or "",
            row.named_at,
        )
        for row in rows
    ]


async def add(
    session: SystemSession, vault: Vault, wanted: NewBinding, origin: By, actor: str
) -> bool:
    """Bind a further number to a shipment; False: it had it already, in this way.

    Raises:
        Conflict: another merchant's parcel travels under it, it is the number of a waybill of this
            shipment, or the shipment has too many.
    """
    key = (wanted.courier, normal_number(wanted.number))
    box = (wanted.merchant_id, wanted.shipment_id)
    if (await service.owners_of(session, [key]))[key] - {wanted.merchant_id}:
        raise Conflict(f"{key[1]} is another parcel's number (单号已被其他包裹使用)")
    known = await _bound(session, box)
    same = next((one for one in known if (one.courier, one.number) == key), None)
    if same is not None and same.waybill_id is not None:
        raise Conflict(f"{key[1]} is the number of a waybill of this shipment (已是本包裹的运单号)")
    if same is not None and same.leg == wanted.leg:
        return False
    if len(known) >= MOST:
        raise Conflict(f"the shipment has {MOST} numbers already (单号过多)")
    await service.bind(session, [wanted], vault=vault)
    await _settle(session, box, key[1], "bound", actor, origin=origin)
    await _retold(session, box)
    return True


async def remove(session: SystemSession, box: Box, courier: str, number: str, actor: str) -> None:
    """Take a further number off a shipment; scans that name it do not bring it back.

    Raises:
        NotFound: the shipment does not have it.
        Conflict: it is a waybill's: that is cancelled, not taken off.
    """
    number = normal_number(number)
    known = [o for o in await _bound(session, box) if (o.courier, o.number) == (courier, number)]
    if not known:
        raise NotFound("the shipment does not have this number (包裹没有这个单号)")
    if any(one.waybill_id is not None for one in known):
        raise Conflict(f"{number} is a waybill's: cancel that instead (请改为取消面单)")
    await service.unbind(session, *box, courier, number)
    await _settle(session, box, number, "removed", actor)
    await _retold(session, box)


async def dismiss(session: SystemSession, box: Box, number: str, actor: str) -> bool:
    """A number in doubt is none of this shipment's; False: that was said already.

    Raises:
        NotFound: no scan of this shipment names it in doubt.
    """
    row = await session.get(NamedNumber, (*box, normal_number(number)), with_for_update=True)
    if row is None or row.state not in {"open", "dismissed"}:
        raise NotFound("no such number is in doubt (没有待确认的这个单号)")
    if row.state == "dismissed":
        return False
    await _settle(session, box, row.number, "dismissed", actor)
    return True


async def doubt(
    session: SystemSession,
    box: Box,
    found: Named,
    leg: Leg | None,
    said: str,
    whose: tuple[str, str],
) -> bool:
    """A scan names a number in doubt; False: it is bound, or was asked about before."""
    if any(one.number == found.number for one in await _bound(session, box)):
        return False
    values = {"merchant_id": box[0], "shipment_id": box[1], "number": found.number}
    values |= {"origin": "scan", "state": "open", "courier": found.courier, "leg": leg}
    values |= {"from_courier": whose[0], "from_number": whose[1], "said": said}
    made = await session.scalar(
        insert(NamedNumber).values(**values).on_conflict_do_nothing().returning(NamedNumber.number)
    )
    if made is None:
        return False
    await _tell(session, box)
    return True


async def settled(session: SystemSession, box: Box, number: str) -> bool:
    """Whether a person said that this number is none of this shipment's."""
    row = await session.get(NamedNumber, (*box, number))
    return row is not None and row.state in {"dismissed", "removed"}


async def is_named(session: SystemSession, box: Box, number: str) -> None:
    """A scan named it for sure: nobody need be asked any more."""
    row = await session.get(NamedNumber, (*box, number))
    if row is not None and row.state == "open":
        row.state, row.settled_at = "bound", now()
        await _tell(session, box)


# unscoped: a log consumer reviews every merchant's parcels
_OPEN: Final = text("""
    SELECT n.shipment_id, min(n.named_at)
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
        AS k(merchant_id, shipment_id)
    JOIN named_numbers n USING (merchant_id, shipment_id)
    WHERE n.state = 'open' GROUP BY 1
""")


async def in_doubt(session: SystemSession, boxes: Collection[Box]) -> dict[UUID, datetime]:
    """Which of these shipments have numbers that wait for a person, and since when."""
    keys = {
        "merchants": arrays.uuids([merchant_id for merchant_id, _ in boxes]),
        "shipments": arrays.uuids([shipment_id for _, shipment_id in boxes]),
    }
    return {row[0]: row[1] for row in await session.execute(_OPEN, keys)}


async def heard(session: SystemSession, box: Box) -> bool:
    """Whether any number of the shipment has been scanned."""
    # unscoped: one named shipment
    found = await session.scalar(
        select(func.count())
        .select_from(TrackBinding)
        .join(
            Track,
            (Track.courier == TrackBinding.courier)
            & (Track.number == TrackBinding.number)
            & (Track.cycle == TrackBinding.cycle),
        )
        .where(
            TrackBinding.merchant_id == box[0],
            TrackBinding.shipment_id == box[1],
            Track.events > 0,
        )
    )
    return bool(found)


async def _bound(session: SystemSession, box: Box) -> Sequence[TrackBinding]:
    # unscoped: one named shipment
    return list(
        await session.scalars(
            select(TrackBinding).where(
                TrackBinding.merchant_id == box[0], TrackBinding.shipment_id == box[1]
            )
        )
    )


async def _settle(
    session: SystemSession, box: Box, number: str, state: str, actor: str, origin: By = "hand"
) -> None:
    values = {"merchant_id": box[0], "shipment_id": box[1], "number": number}
    news = {"state": state, "actor": actor, "settled_at": now()}
    await session.execute(
        insert(NamedNumber)
        .values(**values, **news, origin=origin)
        .on_conflict_do_update(index_elements=list(values), set_=news)
    )
    await _tell(session, box)


async def _tell(session: SystemSession, box: Box) -> None:
    """Who looks after problems looks at the shipment's numbers."""
    await append(session, [Entry("shipment", "number", merchant_id=box[0], shipment_id=box[1])])


async def _retold(session: SystemSession, box: Box) -> None:
    """What the shipment's numbers say is put together anew."""
    entries = [
        Entry("track", "progress", courier=one.courier, number=one.number, cycle=one.cycle)
        for one in await _bound(session, box)
    ]
    await append(session, entries[:1])
