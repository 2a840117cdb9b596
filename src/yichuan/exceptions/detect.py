"""Who notices: the log's consumer at every change, the clock when a deadline comes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import Database, SystemSession
from yichuan.core.log import Entry
from yichuan.exceptions import service
from yichuan.exceptions.kinds import kind_of_detail, kind_of_report
from yichuan.exceptions.rules import LIKE, MAJEURE, NUMBER, Report
from yichuan.exceptions.service import Box
from yichuan.exceptions.signing import KIND, Scan, findings
from yichuan.exceptions.thresholds import Thresholds, setting
from yichuan.shipments import facts
from yichuan.shipments.facts import ShipmentFacts
from yichuan.tracking import further, ways
from yichuan.tracking import problems as tracks
from yichuan.tracking.ways import Way

BATCH = 200
IDLE_SECONDS = 3.0
ONLY = "kind <> 'problem'"
"""What this room itself causes is left out."""


def reports_of(entries: Sequence[Entry]) -> defaultdict[UUID, list[Report]]:
    """What scans report, by shipment."""
    found: defaultdict[UUID, list[Report]] = defaultdict(list)
    for entry in entries:
        kind = kind_of_detail(entry.detail)
        if kind is None or entry.shipment_id is None or entry.occurred_at is None:
            continue
        found[entry.shipment_id].append(Report(kind.kind, entry.occurred_at))
    return found


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Consumer `exceptions.detect`: review every shipment that changed."""
    keys = {(e.merchant_id, e.shipment_id) for e in entries if e.merchant_id and e.shipment_id}
    if keys:
        boxes = await facts.lock(session, keys)
        reports = reports_of(entries)
        for shipment_id, report in await _tracks_say(session, boxes):
            if report.kind == MAJEURE:  # the same scan, read without its words
                scans = [one for one in reports[shipment_id] if one.kind != LIKE[MAJEURE]]
                reports[shipment_id] = scans
            reports[shipment_id].append(report)
        limits = await setting.get(session)
        for shipment_id, report in await _ways_say(session, boxes, limits):
            reports[shipment_id].append(report)
        for shipment_id, report in await _numbers_say(session, entries):
            reports[shipment_id].append(report)
        await service.review(session, boxes, reports, now())


async def _tracks_say(session: SystemSession, boxes: Sequence[Box]) -> list[tuple[UUID, Report]]:
    """Problems that a lighter, later scan hides from the shipment's detail."""
    keys = [(box.merchant_id, box.id) for box in boxes]
    return [
        (found.shipment_id, Report(MAJEURE if found.is_force_majeure else kind.kind, found.since))
        for found in await tracks.problems_of(session, keys)
        if (kind := kind_of_report(found.kind)) is not None
    ]


async def _ways_say(
    session: SystemSession, boxes: Sequence[ShipmentFacts], limits: Thresholds
) -> list[tuple[UUID, Report]]:
    """Signatures that look false, and force majeure that was over before anybody heard of it, of
    what is delivered and was not an import of the past."""
    fresh = now() - timedelta(days=limits.stale_days)
    signed = {
        box.id: box
        for box in boxes
        if box.milestone == "delivered" and box.delivered_at and box.delivered_at >= fresh
    }
    keys = [(box.merchant_id, box.id) for box in signed.values()]
    found = []
    for seen in await ways.of_shipments(session, keys):
        box = signed[seen.shipment_id]
        if (began := _hindered(box, seen)) is not None:
            found.append((box.id, Report(MAJEURE, began)))
        scans = [Scan(s.at, s.detail, s.text, s.city) for s in seen.scans]
        said = findings(
            scans,
            dest_city=box.dest_city,
            picked_up_at=box.picked_up_at,
            sign_kind=seen.sign_kind,
            limits=limits,
        )
        if said:
            evidence = {
                "reasons": [{"reason": one.reason, "seen": one.seen} for one in said],
                "dest_city": box.dest_city,
                "sign_kind": seen.sign_kind,
            }
            found.append((box.id, Report(KIND, said[0].at, evidence)))
    return found


def _hindered(box: ShipmentFacts, seen: Way) -> datetime | None:
    """When force majeure first lay over a parcel that came late; its own clock may have waited for
    nothing that was told."""
    promised, delivered = box.promised_at, box.delivered_at
    if promised is None or delivered is None or delivered <= promised:
        return None
    said = (s.at for s in seen.scans if s.detail == "exception" and tracks.is_force_majeure(s.text))
    return next(said, None)


async def _numbers_say(
    session: SystemSession, entries: Sequence[Entry]
) -> list[tuple[UUID, Report]]:
    """Numbers that scans name in doubt; a problem whose numbers are all settled is over."""
    keys = {
        (e.merchant_id, e.shipment_id)
        for e in entries
        if e.kind == "number" and e.merchant_id and e.shipment_id
    }
    if not keys:
        return []
    open_since = await further.in_doubt(session, keys)
    await service.settle(session, NUMBER, [key for key in keys if key[1] not in open_since])
    return [(shipment_id, Report(NUMBER, at)) for shipment_id, at in open_since.items()]


async def review_due(database: Database, batch: int = BATCH) -> int:
    """Review shipments whose deadline has come. Returns how many there were."""
    async with database.system() as session:
        at = now()
        boxes = await facts.claim_due(session, at, batch)
        await service.review(session, boxes, {}, at)
        return len(boxes)


async def run_deadlines(context: Context) -> None:
    """Review what falls due, every few seconds, until cancelled."""
    while True:
        if await review_due(context.database) < BATCH:
            await asyncio.sleep(IDLE_SECONDS)
