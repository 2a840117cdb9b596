"""Problems open and close by themselves, once, with a ticket for the right party and an alert.

If these break, nobody is told of a late parcel, or people are told again and again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from conftest import Tenant
from exceptions.boxes import box, change, tell
from tracking.parcels import make_line
from yichuan.core.clock import now
from yichuan.core.consumers import Consumer, drain
from yichuan.core.context import Context
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.exceptions import detect, queries
from yichuan.exceptions.models import Problem
from yichuan.notify.models import Alert
from yichuan.shipments import state
from yichuan.shipments.models import Shipment
from yichuan.tickets.models import Ticket, TicketMessage
from yichuan.tracking import ingest
from yichuan.tracking import service as tracking
from yichuan.tracking.batch import Source
from yichuan.tracking.models import Track, TrackBinding, TrackEvent
from yichuan.tracking.values import NewBinding

CONSUMERS = (Consumer("exceptions.detect", "shipment", detect.handle),)


async def problems(context: Context, shipment_id: UUID) -> dict[str, Problem]:
    async with context.database.system() as session:
        rows = await session.scalars(
            select(Problem).where(Problem.shipment_id == shipment_id).order_by(Problem.opened_at)
        )
        return {row.kind: row for row in rows}


async def shipment(context: Context, shipment_id: UUID) -> Shipment:
    async with context.database.system() as session:
        return (await session.scalars(select(Shipment).where(Shipment.id == shipment_id))).one()


async def all_of(context: Context, model: type[Any], **equal: object) -> list[Any]:
    async with context.database.system() as session:
        query = select(model)
        for name, value in equal.items():
            query = query.where(getattr(model, name) == value)
        return list(await session.scalars(query))


async def settle(context: Context) -> None:
    await drain(context.database, CONSUMERS)
    while await detect.review_due(context.database):
        await drain(context.database, CONSUMERS)


async def test_late_ship_opens_with_ticket_and_alerts_and_clears(
    context: Context, alpha: Tenant
) -> None:
    late = now() - timedelta(hours=1)
    made = await box(context, alpha.id, ship_by=late, paid_at=late - timedelta(hours=48))
    await settle(context)
    problem = (await problems(context, made))["late_ship"]
    assert (problem.party, problem.severity, problem.since) == ("merchant", 2, late)
    row = await shipment(context, made)
    assert (row.problem, row.next_deadline_at) == ("late_ship", None)
    (ticket,) = await all_of(context, Ticket, problem_id=problem.id)
    assert (ticket.party, ticket.state, ticket.id) == ("merchant", "open", problem.ticket_id)
    assert ticket.due_at == ticket.opened_at + timedelta(hours=4)
    alerts = await all_of(context, Alert, shipment_id=made)
    assert {a.merchant_id for a in alerts} == {alpha.id, None}
    await tell(context, alpha.id, made, kind="shipped", shipped_at=now(), ship_method="hub_waybill")
    await settle(context)
    problem = (await problems(context, made))["late_ship"]
    assert problem.close_reason == "shipped"
    row = await shipment(context, made)
    assert (row.problem, row.next_deadline) == (None, "pick_up_by")
    (ticket,) = await all_of(context, Ticket, problem_id=problem.id)
    assert (ticket.state, ticket.outcome) == ("closed", "cleared")
    kinds = {m.kind for m in await all_of(context, TicketMessage, ticket_id=ticket.id)}
    assert kinds == {"opened", "problem_cleared"}


async def test_reported_trouble_goes_to_service_and_a_replay_changes_nothing(
    context: Context, alpha: Tenant
) -> None:
    made = await box(context, alpha.id, courier="ZTO", ship_method="hub_waybill")
    await tell(
        context,
        alpha.id,
        made,
        milestone="out_for_delivery",
        detail="recipient_unavailable",
        last_event_at=now(),
    )
    await settle(context)
    opened = await problems(context, made)
    assert set(opened) == {"failed_delivery"}
    assert opened["failed_delivery"].courier == "ZTO"
    assert opened["failed_delivery"].dest_city == "杭州市"
    (ticket,) = await all_of(context, Ticket, shipment_id=made)
    assert ticket.party == "service"
    before = len(await all_of(context, Problem)), len(await all_of(context, Ticket))
    async with context.database.system() as session:
        await session.execute(text("UPDATE consumer_cursors SET xid = '0', last_id = 0"))
    await settle(context)
    assert (len(await all_of(context, Problem)), len(await all_of(context, Ticket))) == before
    await tell(
        context,
        alpha.id,
        made,
        milestone="delivered",
        detail="delivered",
        last_event_at=now(),
        delivered_at=now(),
        ended_at=now(),
    )
    await settle(context)
    assert (await problems(context, made))["failed_delivery"].close_reason == "delivered"


async def test_own_number_without_a_scan_escalates_to_fake_shipping(
    context: Context, alpha: Tenant
) -> None:
    made = await box(context, alpha.id, ship_method="own_number", courier="YTO")
    await tell(context, alpha.id, made, kind="shipped", shipped_at=now() - timedelta(hours=25))
    await settle(context)
    assert (await problems(context, made))["late_pickup"].party == "merchant"
    row = await shipment(context, made)
    assert row.next_deadline == "first_scan_by"
    async with context.database.system() as session:
        past = now() - timedelta(hours=37)
        await change(session, alpha.id, made, shipped_at=past, next_deadline_at=now())
    await settle(context)
    found = await problems(context, made)
    assert found["late_pickup"].close_reason == "became_fake_shipping"
    assert found["fake_shipping"].closed_at is None
    assert (await shipment(context, made)).problem == "fake_shipping"


async def test_trouble_over_before_we_heard_makes_no_noise(context: Context, alpha: Tenant) -> None:
    made = await box(context, alpha.id, ship_method="hub_waybill", courier="STO")
    early = now() - timedelta(hours=9)
    await tell(context, alpha.id, made, detail="delivery_attempted", last_event_at=early, at=early)
    await tell(
        context,
        alpha.id,
        made,
        milestone="delivered",
        detail="delivered",
        last_event_at=now(),
        ended_at=now(),
    )
    await settle(context)
    problem = (await problems(context, made))["failed_delivery"]
    assert problem.close_reason == "delivered"
    assert problem.ticket_id is None
    assert await all_of(context, Alert, shipment_id=made) == []


async def test_only_due_rows_are_read_and_small_moves_are_not_written(
    context: Context, alpha: Tenant
) -> None:
    made = await box(context, alpha.id, ship_method="hub_waybill", courier="SF")
    first = now()
    await tell(context, alpha.id, made, milestone="in_transit", last_event_at=first)
    await settle(context)
    row = await shipment(context, made)
    assert row.next_deadline == "scan_by"
    assert row.next_deadline_at == first + timedelta(hours=48)
    await tell(context, alpha.id, made, kind="progress", last_event_at=first + timedelta(hours=1))
    await settle(context)
    assert (await shipment(context, made)).next_deadline_at == first + timedelta(hours=48)
    await tell(context, alpha.id, made, kind="progress", last_event_at=first + timedelta(hours=9))
    await settle(context)
    assert (await shipment(context, made)).next_deadline_at == first + timedelta(hours=57)
    assert await detect.review_due(context.database) == 0


async def test_trouble_hidden_by_a_later_scan_is_found_on_the_track(
    context: Context, alpha: Tenant
) -> None:
    made = await box(context, alpha.id, ship_method="hub_waybill", courier="YD")
    since, at = now() - timedelta(hours=5), now()
    async with context.database.system() as session:
        track = {"courier": "YD", "number": "431", "cycle": 1}
        bound = {"merchant_id": alpha.id, "shipment_id": made}
        session.add(TrackBinding(**track, **bound))
        session.add(
            Track(**track, cohort=at.date(), problem="damaged", problem_since=since, events=2)
        )
    await tell(
        context, alpha.id, made, milestone="in_transit", detail="arrived_at_hub", last_event_at=at
    )
    await settle(context)
    problem = (await problems(context, made))["damaged"]
    assert (problem.party, problem.severity, problem.since) == ("courier", 3, since)
    assert (await shipment(context, made)).problem == "damaged"


async def test_a_signature_in_another_city_is_a_problem_with_its_reason(
    context: Context, alpha: Tenant
) -> None:
    made = await box(context, alpha.id, ship_method="hub_waybill", courier="YD")
    at = now()
    track: dict[str, Any] = {"courier": "YD", "number": "432", "cycle": 1}
    cohort = at.date().replace(day=1)
    async with context.database.system() as session:
        await session.execute(text("SELECT yichuan_ensure_cohort(:day)"), {"day": cohort})
        session.add(TrackBinding(**track, merchant_id=alpha.id, shipment_id=made))
        signed = {"delivered_at": at, "sign_kind": "self", "events": 1}
        session.add(Track(**track, cohort=cohort, milestone="delivered", **signed))
        scan = {"occurred_at": at, "text": "已签收", "detail": "delivered", "city": "广州市"}
        session.add(TrackEvent(**track, cohort=cohort, event_key=b"12345678", **scan))
    values = {"milestone": "delivered", "detail": "delivered", "delivered_at": at}
    await tell(context, alpha.id, made, last_event_at=at, **values)
    await settle(context)
    problem = (await problems(context, made))["suspicious_signing"]
    assert problem.evidence["reasons"] == [{"reason": "other_city", "seen": "广州市"}]
    assert (problem.party, problem.closed_at) == ("courier", None)
    assert (await shipment(context, made)).problem == "suspicious_signing"
    back = {"milestone": "out_for_delivery", "detail": "out_for_delivery", "delivered_at": None}
    await tell(context, alpha.id, made, last_event_at=now(), **back)
    await settle(context)
    problem = (await problems(context, made))["suspicious_signing"]
    assert problem.close_reason == "out_for_delivery"


async def test_what_the_weather_delays_is_nobodys_fault(context: Context, alpha: Tenant) -> None:
    """Neither the exception nor what is late for it counts against courier or merchant; a plain
    exception is the courier's."""
    line = await make_line(context)
    parties = {}
    for number, words in (
        ("78420000000001", "【杭州市】受台风影响，快件运输延误"),
        ("78420000000002", "【杭州市】快件异常，滞留网点"),
    ):
        made = await box(context, alpha.id, courier="ZTO", ship_method="hub_waybill")
        async with context.database.system() as session:
            await tracking.bind(session, [NewBinding(alpha.id, made, "ZTO", number)])
        at = now() - timedelta(days=6)
        scans = (
            CourierEvent(at, "【成都市】已揽收", None, None, "picked_up"),
            CourierEvent(at + timedelta(hours=9), words, None, None, "exception"),
        )
        source = Source("kdniao", line.id)
        await ingest.merge_updates(context, source, [TrackUpdate("ZTO", number, scans)])
        await drain(context.database, (Consumer("shipments.state", "track", state.handle),))
        await settle(context)
        parties[number] = {kind: p.party for kind, p in (await problems(context, made)).items()}
        async with context.database.system() as session:
            history = await queries.histories(session, [(alpha.id, made)])
        parties[number]["all"] = " ".join(sorted(history[made].parties))
    blown, plain = parties.values()
    assert blown == {"force_majeure": "nobody", "stalled": "nobody", "all": "nobody"}
    assert plain == {"other": "courier", "stalled": "courier", "all": "courier"}
