"""The simulator's own doors under `/sim`: hand parcels over, look at the truth."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from yichuan.simulator import ledger as log
from yichuan.simulator import pictures
from yichuan.simulator.catalogue import UnknownCourierError
from yichuan.simulator.geo import UnknownPlaceError, find_city
from yichuan.simulator.network import Network
from yichuan.simulator.routes import Place
from yichuan.simulator.things import Parcel, RefusedError
from yichuan.simulator.world import World

CHUNK = 100
"""Parcels of a backfill handled before others get their turn."""


class Where(msgspec.Struct, frozen=True):
    """A place by names; province and district may be missing."""

    city: str
    province: str = ""
    area: str = ""


class HandOver(msgspec.Struct, frozen=True, rename={"origin": "from", "destination": "to"}):
    """A merchant gives a parcel away. Times with offset; default now."""

    courier: str
    number: str
    at: datetime | None = None
    origin: str | Where | None = None
    destination: str | Where | None = None


class Past(msgspec.Struct, frozen=True, rename={"origin": "from", "destination": "to"}):
    """A parcel that was given away before the simulation began."""

    courier: str
    number: str
    handed_over_at: datetime
    origin: str | Where | None = None
    destination: str | Where | None = None
    ebusiness_id: str = ""
    """Who is told when nobody has subscribed; default: the first subscriber."""
    order_code: str = ""


class Backfill(msgspec.Struct, frozen=True):
    """Many of them."""

    parcels: tuple[Past, ...]


class PushUrl(msgspec.Struct, frozen=True):
    """Where a subscriber wants its pushes from now on."""

    ebusiness_id: str
    url: str


class Recharge(msgspec.Struct, frozen=True):
    """Numbers sold to an account (CustomerName, or MonthCode where that is the account)."""

    courier: str
    account: str
    count: int


Handler = Callable[[Network, Request], Awaitable[object]]


async def hand_over(network: Network, request: Request) -> object:
    """POST /sim/handover."""
    body = msgspec.json.decode(await request.body(), type=HandOver)
    now = network.clock()
    network.world.hand_over(
        body.courier, body.number, _aware(body.at) or now, now, _place(body.origin),
        _place(body.destination),
    )  # fmt: skip
    network.pusher.wake.set()
    return truth(network.world, body.courier, body.number)


async def backfill(network: Network, request: Request) -> object:
    """POST /sim/backfill: each parcel's past happens at once; per-row results."""
    raw = await request.body()
    rows = (
        msgspec.json.decode(raw, type=tuple[Past, ...])
        if raw.lstrip()[:1] == b"["
        else msgspec.json.decode(raw, type=Backfill).parcels
    )
    refused: list[dict[str, object]] = []
    for index, row in enumerate(rows):
        if index % CHUNK == 0:
            await asyncio.sleep(0)
        try:
            _put_past(network, row)
        except (RefusedError, UnknownCourierError, UnknownPlaceError) as error:
            refused.append({"row": index, "number": row.number, "reason": str(error)})
    network.pusher.wake.set()
    return {"accepted": len(rows) - len(refused), "refused": refused}


def _put_past(network: Network, row: Past) -> None:
    world, now = network.world, network.clock()
    world.hand_over(
        row.courier, row.number, _aware(row.handed_over_at) or now, now, _place(row.origin),
        _place(row.destination),
    )  # fmt: skip
    heard = world.listeners.get((row.courier, row.number))
    teller = row.ebusiness_id or next(iter(world.subscribers), "")
    if not heard and teller in world.subscribers:
        world.subscribe(log.Subscribed(now, teller, row.courier, row.number, "102", row.order_code))


async def set_push_url(network: Network, request: Request) -> object:
    """POST /sim/push-url."""
    body = msgspec.json.decode(await request.body(), type=PushUrl)
    known = network.world.subscribers.get(body.ebusiness_id)
    if known is None:
        raise RefusedError(f"no subscriber {body.ebusiness_id}")
    network.world.subscribers[body.ebusiness_id] = replace(known, push_url=body.url)
    network.pusher.wake.set()
    return {"ebusiness_id": body.ebusiness_id, "url": body.url}


async def recharge(network: Network, request: Request) -> object:
    """POST /sim/recharge."""
    body = msgspec.json.decode(await request.body(), type=Recharge)
    network.world.recharge(log.Recharged(network.clock(), body.courier, body.account, body.count))
    return {"balance": network.world.balances[body.courier, body.account]}


async def show_truth(network: Network, request: Request) -> object:
    """GET /sim/truth/{courier}/{number}."""
    return truth(network.world, request.path_params["courier"], request.path_params["number"])


async def show_stats(network: Network, request: Request) -> object:
    """GET /sim/stats."""
    return stats(network)


def truth(world: World, courier: str, number: str) -> dict[str, object]:
    """Everything about a number, the future included.

    Raises:
        RefusedError: the network has never heard of it.
    """
    key = (courier, number)
    waybill, parcel = world.waybills.get(key), world.parcels.get(key)
    heard = world.listeners.get(key, [])
    if waybill is None and parcel is None and not heard:
        raise RefusedError("unknown number")
    return {
        "courier": courier,
        "number": number,
        "accepted": waybill.line if waybill else None,
        "cancelled": waybill.cancelled if waybill else False,
        "subscriptions": [
            {
                "ebusiness_id": one.ebusiness_id,
                "request_type": one.request_type,
                "active": one.active,
                "failure": one.failure,
                "acknowledged": one.acknowledged,
            }
            for one in heard
        ],
        **(_parcel_truth(parcel) if parcel else {"handed_over_at": None, "events": []}),
    }


def _parcel_truth(parcel: Parcel) -> dict[str, object]:
    history = parcel.history
    return {
        "handed_over_at": history.handed_over_at,
        "from": history.origin.city.name,
        "to": history.destination.city.name,
        "fault": history.fault,
        "outcome": history.outcome,
        "expected_on": history.expected_on,
        "state": history.state(parcel.happened, parcel.alert),
        "happened": parcel.happened,
        "events": [
            {
                "at": event.at,
                "kind": event.kind,
                "code": event.code,
                "text": event.text,
                "city": event.city,
                "wire_time": event.wire_time,
                "odd": event.odd,
                "happened": index < parcel.happened,
            }
            for index, event in enumerate(history.events)
        ],
        "alerts": history.alerts,
    }


def stats(network: Network) -> dict[str, object]:
    """Counts of everything."""
    world, pusher = network.world, network.pusher
    parcels = world.parcels.values()
    numbers = sum(len(w.numbers) for w in world.orders.values())
    cancelled = sum(len(w.numbers) for w in world.orders.values() if w.cancelled)
    return {
        "now": network.clock(),
        "seed": world.config.seed,
        "time_scale": world.config.time_scale,
        "waybills": numbers,
        "cancelled": cancelled,
        "parcels": len(world.parcels),
        "awaiting_hand_over": sum(
            key not in world.parcels and not waybill.cancelled
            for key, waybill in world.waybills.items()
        ),
        "finished": sum(parcel.finished for parcel in parcels),
        "events": world.events_happened,
        "faults": Counter(str(parcel.fault) for parcel in parcels),
        "outcomes": Counter(str(parcel.outcome) for parcel in parcels),
        "subscriptions": len(world.subscriptions),
        "expired": sum(not one.active for one in world.subscriptions.values()),
        "to_push": len(world.dirty),
        "pushes_waiting": pusher.waiting,
        "pushes": pusher.stats,
        "pusher": network.trouble() or "running",
        "balances": [
            {"courier": courier, "account": account, "balance": left}
            for (courier, account), left in world.balances.items()
        ],
        "ledger_lines": world.ledger.written,
    }


def _aware(at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise RefusedError("a time needs an offset, as in 2025-11-05T16:00:00+08:00")
    return at


def _place(where: str | Where | None) -> Place | None:
    if where is None:
        return None
    if isinstance(where, str):
        return Place(find_city(where))
    return Place(find_city(where.city, where.province), where.area)


def _route(path: str, method: str, handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        network: Network = request.app.state.network
        try:
            answer, status = await handler(network, request), 200
        except msgspec.MsgspecError as error:
            answer, status = {"error": str(error)}, 422
        except UnknownCourierError as error:
            answer, status = {"error": f"unknown courier {error}"}, 422
        except UnknownPlaceError as error:
            answer, status = {"error": str(error)}, 422
        except RefusedError as error:
            answer, status = {"error": str(error)}, 404 if method == "GET" else 409
        return Response(msgspec.json.encode(answer), status, media_type="application/json")

    return Route(path, endpoint, methods=[method])


ROUTES = (
    pictures.ROUTE,
    _route("/sim/handover", "POST", hand_over),
    _route("/sim/backfill", "POST", backfill),
    _route("/sim/push-url", "POST", set_push_url),
    _route("/sim/recharge", "POST", recharge),
    _route("/sim/truth/{courier}/{number}", "GET", show_truth),
    _route("/sim/stats", "GET", show_stats),
)
