"""Consumer `gateway.pushes`: tracks that moved become pushes to those who follow them."""

from __future__ import annotations

from collections.abc import Sequence

from yichuan.core.database import SystemSession
from yichuan.core.log import Entry
from yichuan.gateway.kdniao.pushing import PICKUP, put_thing, put_track
from yichuan.tracking import watching
from yichuan.waybills import pickups

_BEFORE = (None, "created", "cancelled")
"""Milestones of a parcel that nobody has collected yet."""


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Have every follower of a batch's tracks told, once per track."""
    keys = {
        (entry.courier, entry.number, entry.cycle)
        for entry in entries
        if entry.courier and entry.number and entry.cycle
    }
    for follower in await watching.listeners(session, sorted(keys)):
        await put_track(session, follower.key_id, follower.id, follower.merchant_id)
    scanned = {
        (entry.courier, entry.number)
        for entry in entries
        if entry.courier and entry.number and entry.milestone not in _BEFORE
    }
    for pickup in await pickups.collected(session, sorted(scanned)):
        if pickup.key_id is not None:
            await put_thing(session, pickup.key_id, pickup.merchant_id, PICKUP, pickup.id)
