"""Reading tracks. Their events are reached only through a binding the session may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Select, exists, or_, select, text, tuple_

from yichuan.core import arrays
from yichuan.core.database import Connection, ReadSession
from yichuan.core.errors import Invalid, NotFound
from yichuan.core.pagination import decode_cursor, encode_cursor, read_number_cursor
from yichuan.core.trip import trip
from yichuan.core.vault import Vault
from yichuan.couriers.connectors.base import Deliverer
from yichuan.identity.scope import in_scope
from yichuan.tracking.details import details, milestone_of
from yichuan.tracking.geo import place_of
from yichuan.tracking.models import (
    Quarantined,
    Track,
    TrackBinding,
    TrackEvent,
    TrackSubscriber,
    TrackSubscription,
)
from yichuan.tracking.values import (
    Away,
    BoundState,
    Place,
    Said,
    TimelineEvent,
    TrackView,
    normal_courier,
    normal_number,
)

__all__ = [
    "Away",
    "BoundState",
    "Place",
    "TimelineEvent",
    "TrackView",
    "away",
    "bound_states",
    "couriers_of",
    "quarantine",
    "quarantined",
    "said",
    "sign_kind",
    "subscriptions",
    "timeline",
    "track",
    "track_away",
    "track_events",
]

_STATE_FIELDS = (
    "milestone",
    "detail",
    "first_event_at",
    "last_event_at",
    "last_text",
    "last_city",
    "picked_up_at",
    "delivered_at",
    "returned_at",
    "signed_by",
    "sign_kind",
)
# unscoped: a log consumer brings every merchant's shipments up to date
BOUND: Final = """
    boxes AS MATERIALIZED (
        SELECT DISTINCT b.merchant_id, b.shipment_id
        FROM (SELECT DISTINCT courier, number, cycle FROM page) k CROSS JOIN LATERAL (
            SELECT merchant_id, shipment_id FROM track_bindings
            WHERE courier = k.courier AND number = k.number AND cycle = k.cycle OFFSET 0
        ) b
    ), bound AS MATERIALIZED (
        SELECT x.merchant_id, x.shipment_id, b.*
        FROM boxes x CROSS JOIN LATERAL (
            SELECT courier, number, cycle, leg, count(*) OVER () AS numbers FROM track_bindings
            WHERE merchant_id = x.merchant_id AND shipment_id = x.shipment_id OFFSET 0
        ) b
    ), alone AS MATERIALIZED (
        SELECT b.merchant_id, b.shipment_id, t.*
        FROM bound b CROSS JOIN LATERAL (
            SELECT milestone, detail, last_event_at, last_text, picked_up_at, delivered_at,
                   returned_at, signed_by, sign_kind
            FROM tracks WHERE courier = b.courier AND number = b.number AND cycle = b.cycle
              AND events > 0 AND last_event_at IS NOT NULL OFFSET 0
        ) t
        WHERE b.numbers = 1 AND b.leg = 'out'
    ), several AS (
        SELECT DISTINCT merchant_id, shipment_id FROM bound WHERE numbers > 1 OR leg <> 'out'
    )
"""
"""Common table expressions after one, `page`, that has `courier`, `number` and `cycle`: of the
shipments bound to these tracks, what is said of those (`alone`) that have one number only, on the
way out, and the keys of the others (`several`), for `bound_states`. One index search each."""
# unscoped: for the same
_BOUND: Final = f"""
    SELECT b.merchant_id, b.shipment_id, b.courier, b.number, b.cycle, b.leg,
           {", ".join(f"t.{name}" for name in _STATE_FIELDS)}
    FROM unnest(%s::uuid[], %s::uuid[]) AS k(merchant_id, shipment_id)
    JOIN track_bindings b USING (merchant_id, shipment_id)
    JOIN tracks t ON t.courier = b.courier AND t.number = b.number AND t.cycle = b.cycle
    WHERE t.events > 0
"""
_TIMELINE: Final = text("""
    SELECT b.courier, b.number, b.leg, e.occurred_at, e.received_at, e.text, e.code, e.detail,
           e.city
    FROM track_bindings b
    JOIN tracks t ON t.courier = b.courier AND t.number = b.number AND t.cycle = b.cycle
    JOIN track_events e ON e.cohort = t.cohort AND e.courier = t.courier
        AND e.number = t.number AND e.cycle = t.cycle
    WHERE b.merchant_id = :merchant_id AND b.shipment_id = :shipment_id
""")


_AWAY: Final = """
    FROM tracks t JOIN archived_cohorts a ON a.cohort = t.cohort
    WHERE (t.courier, t.number, t.cycle) {named}
      AND t.events > (SELECT count(*) FROM track_events e
                      WHERE e.cohort = t.cohort AND e.courier = t.courier
                        AND e.number = t.number AND e.cycle = t.cycle)
"""
_AWAY_OF_BOX: Final = text(
    "SELECT t.courier, t.number, t.cycle, t.cohort"
    + _AWAY.format(
        named="IN (SELECT courier, number, cycle FROM track_bindings"
        " WHERE merchant_id = :merchant_id AND shipment_id = :shipment_id)"
    )
)
_AWAY_OF_TRACK: Final = text(
    "SELECT t.courier, t.number, t.cycle, t.cohort"
    + _AWAY.format(named="= (:courier, :number, :cycle)")
)


_SAID: Final = text("""
    SELECT t.deliverer, t.expected_from, t.expected_to, t.last_event_at FROM track_bindings b
    JOIN tracks t ON t.courier = b.courier AND t.number = b.number AND t.cycle = b.cycle
    WHERE b.merchant_id = :merchant_id AND b.shipment_id = :shipment_id AND b.leg = 'out'
    ORDER BY t.last_event_at DESC NULLS LAST LIMIT 1
""")
_SIGNED: Final = text("""
    SELECT t.sign_kind FROM track_bindings b
    JOIN tracks t ON t.courier = b.courier AND t.number = b.number AND t.cycle = b.cycle
    WHERE b.merchant_id = :merchant_id AND b.shipment_id = :shipment_id AND b.leg = 'out'
      AND t.delivered_at IS NOT NULL
    ORDER BY t.delivered_at DESC LIMIT 1
""")


async def bound_states(
    connection: Connection, keys: Sequence[tuple[UUID, UUID]]
) -> list[BoundState]:
    """What all tracks of these shipments (merchant, shipment) say; tracks without events are left
    out."""
    merchants = arrays.uuids([merchant_id for merchant_id, _ in keys])
    shipments = arrays.uuids([shipment_id for _, shipment_id in keys])
    (rows,) = await trip(connection, ((_BOUND, (merchants, shipments)),))
    return [BoundState(*row) for row in rows]


async def timeline(
    session: ReadSession, merchant_id: UUID, shipment_id: UUID
) -> list[TimelineEvent]:
    """Every scan of every number of a shipment, oldest first."""
    rows = await session.execute(
        _TIMELINE, {"merchant_id": merchant_id, "shipment_id": shipment_id}
    )
    found = [_event(row, row.leg) for row in rows]
    found.sort(key=_order)
    return found


async def away(session: ReadSession, merchant_id: UUID, shipment_id: UUID) -> list[Away]:
    """The shipment's tracks whose events, or some of them, are in an archive only."""
    box = {"merchant_id": merchant_id, "shipment_id": shipment_id}
    return [Away(*row) for row in await session.execute(_AWAY_OF_BOX, box)]


async def track_away(session: ReadSession, courier: str, number: str, cycle: int) -> list[Away]:
    """The same of a track: itself, if the caller may see it, or nothing."""
    key = {"courier": normal_courier(courier), "number": normal_number(number), "cycle": cycle}
    return [Away(*row) for row in await session.execute(_AWAY_OF_TRACK, key)]


async def sign_kind(session: ReadSession, merchant_id: UUID, shipment_id: UUID) -> str | None:
    """Who signed for a shipment, to the buyer: self, family, gate, locker, station, third_party."""
    kind: str | None = await session.scalar(
        _SIGNED, {"merchant_id": merchant_id, "shipment_id": shipment_id}
    )
    return kind


async def said(
    session: ReadSession, vault: Vault, merchant_id: UUID, shipment_id: UUID
) -> Said | None:
    """What couriers said in passing of a shipment: of the number that moved last on its way out."""
    box = {"merchant_id": merchant_id, "shipment_id": shipment_id}
    row = (await session.execute(_SAID, box)).first()
    if row is None:
        return None
    who = None
    if row.deliverer is not None:
        who = msgspec.json.decode(vault.open_bytes(row.deliverer), type=Deliverer)
    return Said(who, row.expected_from, row.expected_to, row.last_event_at)


def _event(row: Any, leg: str) -> TimelineEvent:  # noqa: ANN401 - a row of either query
    return TimelineEvent(
        courier=row.courier,
        number=row.number,
        leg=leg,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        text=row.text,
        code=row.code,
        detail=row.detail,
        milestone=milestone_of(row.detail),
        place=place_of(row.city),
    )


def _order(event: TimelineEvent) -> tuple[Any, ...]:
    rank = details()[event.detail].rank
    return event.occurred_at, rank, event.text, event.courier, event.number, event.code or ""


def _visible(session: ReadSession, courier: str, number: str) -> Select[Track]:
    """The number's cycles; a merchant's only where a binding of its own ties them to it, or where
    one of its programs follows it."""
    query = select(Track).where(
        Track.courier == normal_courier(courier), Track.number == normal_number(number)
    )
    if session.merchants is None:
        return query
    bound = exists().where(
        in_scope(session, TrackBinding),
        TrackBinding.courier == Track.courier,
        TrackBinding.number == Track.number,
        TrackBinding.cycle == Track.cycle,
    )
    followed = exists().where(
        in_scope(session, TrackSubscriber),
        TrackSubscriber.courier == Track.courier,
        TrackSubscriber.number == Track.number,
        TrackSubscriber.cycle == Track.cycle,
    )
    return query.where(bound | followed)


async def track(session: ReadSession, courier: str, number: str) -> TrackView:
    """What is true of a number now: its latest life among those the caller may see.

    Raises:
        NotFound: nothing is known of it, or it is not the caller's.
    """
    row = await session.scalar(
        _visible(session, courier, number).order_by(Track.cycle.desc()).limit(1)
    )
    if row is None:
        raise NotFound("no such track")
    return TrackView(**{name: getattr(row, name) for name in TrackView.__dataclass_fields__})


async def couriers_of(session: ReadSession, number: str) -> list[str]:
    """Couriers under which the caller's own parcels have this number, the latest first."""
    query = select(TrackBinding.courier, TrackBinding.created_at).where(
        in_scope(session, TrackBinding), TrackBinding.number == normal_number(number)
    )
    rows = await session.execute(query.order_by(TrackBinding.created_at.desc()).limit(20))
    return list(dict.fromkeys(row.courier for row in rows))


async def track_events(session: ReadSession, seen: TrackView) -> list[TimelineEvent]:
    """The scans of a track the caller may see, oldest first."""
    rows = await session.execute(
        select(TrackEvent)
        .join(
            Track,
            (Track.cohort == TrackEvent.cohort)
            & (Track.courier == TrackEvent.courier)
            & (Track.number == TrackEvent.number)
            & (Track.cycle == TrackEvent.cycle),
        )
        .where(
            Track.courier == seen.courier, Track.number == seen.number, Track.cycle == seen.cycle
        )
    )
    found = [_event(row, "out") for row in rows.scalars()]
    found.sort(key=_order)
    return found


async def subscriptions(
    session: ReadSession,
    state: str | None,
    limit: int,
    cursor: str | None,
    number: str | None = None,
) -> tuple[list[TrackSubscription], str | None]:
    """Numbers whose pushes were asked for, by courier and number (platform).

    Raises:
        Invalid: the cursor is not of this list.
    """
    key = tuple_(TrackSubscription.courier, TrackSubscription.number, TrackSubscription.cycle)
    query = select(TrackSubscription).order_by(key).limit(limit + 1)
    if state is not None:
        query = query.where(TrackSubscription.state == state)
    if number is not None:
        query = query.where(TrackSubscription.number == normal_number(number))
    if cursor is not None:
        courier, after, cycle = decode_cursor(cursor, 3)
        if not isinstance(cycle, int):
            raise Invalid("not a cursor of this list", field="cursor")
        query = query.where(key > tuple_(str(courier), str(after), cycle))
    rows = list(await session.scalars(query))
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], encode_cursor([last.courier, last.number, last.cycle])


async def quarantine(
    session: ReadSession,
    *,
    resolved: bool,
    kind: str | None,
    q: str | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[Quarantined], str | None]:
    """What was put aside, newest first (platform). `q`: a waybill number.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = select(Quarantined).order_by(Quarantined.id.desc()).limit(limit + 1)
    is_open = Quarantined.resolved_at.is_(None)
    query = query.where(~is_open if resolved else is_open)
    if kind is not None:
        query = query.where(Quarantined.kind == kind)
    if q is not None:
        query = query.where(or_(Quarantined.number == normal_number(q)))
    if cursor is not None:
        query = query.where(Quarantined.id < read_number_cursor(cursor))
    rows = list(await session.scalars(query))
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode_cursor([rows[limit - 1].id])


async def quarantined(session: ReadSession, quarantine_id: int) -> Quarantined:
    """One thing of the quarantine (platform).

    Raises:
        NotFound: unknown.
    """
    row = await session.get(Quarantined, quarantine_id)
    if row is None:
        raise NotFound("no such thing in the quarantine")
    return row
