"""What every route owes its callers. Broken, programs of malls fail on an answer nobody described.

Routes and requests come from the application itself (see `isolation`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.conftest import House
from api.junk import CURSORS
from api.shapes import answer_schema, loose, misfits, naive_times
from isolation.probes import Maker, Probe, Teach
from isolation.walk import Door

API = "/api/v1"
OPEN_SHAPES = {
    "AttemptView.body": "the webhook as it was sent",
    "AuditView.detail": "each act notes what matters about it",
    "EventView.detail": "the same, of boxes",
    "TimelineItem.data": "the same, in the timeline",
    "TicketMessageView.detail": "the same, of cases",
    "ShipmentDetail.dispatch_reason": "the explanation, for people",
    "ProblemRow.evidence": "what it was seen from, by kind",
    "ImportView.result": "what an import made beside rows",
    f"POST {API}/webhook-endpoints/{{endpoint_id}}/attempts/{{attempt_id}}/redeliver": "says null",
}
"""Places that may hold anything, and why."""
BARE_LISTS = {
    "GET /api/v1/exceptions/kinds",
    "GET /api/v1/reports/provinces",
    "GET /api/v1/shipments/merge-suggestions",
    "GET /api/v1/shipments/{shipment_id}/events",
}
"""Short lists that are no pages; a new list is a page."""
LONG_LISTS = {"GET /api/v1/couriers": 1000}
"""Lists that give more than 200 at once: the catalogue is one page."""


def described(every_door: list[Door]) -> list[Door]:
    """Doors of the API proper."""
    return [door for door in every_door if door.path.startswith(API)]


def test_every_answer_is_typed(every_door: list[Door]) -> None:
    """No bare dictionary: the console's client and other programs know every field."""
    places = set()
    for door in described(every_door):
        schema = answer_schema(door)
        if schema is None:
            answers = (door.operation or {}).get("responses", {})
            assert any(s.startswith("2") for s in answers), f"{door}: no answer is described"
        else:
            places |= {place or str(door) for place in loose(door, schema)}
    assert places == set(OPEN_SHAPES)


def test_operation_ids_are_unique(app: FastAPI, every_door: list[Door]) -> None:
    ids = Counter(door.operation["operationId"] for door in every_door if door.operation)
    assert [name for name, count in ids.items() if count > 1] == []
    names = Counter(
        route.name
        for route in iter_route_contexts(app.routes)
        if route.path and route.path.startswith(API)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_lists_are_pages(every_door: list[Door]) -> None:
    """`{"items": […], "next_cursor": …}`; whatever can be long takes limit and cursor."""
    bare, odd = set(), []
    for door in described(every_door):
        schema = answer_schema(door) if door.method == "GET" else None
        if schema is None:
            continue
        if schema.get("type") == "array":
            bare.add(str(door))
        asks = door.parameters("query")
        if "limit" in asks:
            limits = (asks["limit"].get("minimum"), asks["limit"].get("maximum"))
            if limits != (1, LONG_LISTS.get(str(door), 200)):
                odd.append(f"{door}: limit {limits}")
        if "cursor" in asks and "limit" not in asks:
            odd.append(f"{door}: a cursor but no limit")
    assert odd == []
    assert bare == BARE_LISTS


def real(house: House, door: Door) -> str:
    """A door's path to things that exist."""
    try:
        return Maker(house.things.values).path(door)
    except Teach as error:
        pytest.fail(str(error))


def problem_of(answer: httpx.Response) -> list[str]:
    """What is wrong with an error's document."""
    said = f"{answer.request.method} {answer.request.url.path[:80]}: {answer.status_code}"
    if answer.headers.get("content-type") != "application/problem+json":
        return [f"{said} {answer.headers.get('content-type')} {answer.text[:80]}"]
    body = answer.json()
    missing = {"type", "title", "title_zh", "status", "code", "detail"} - set(body)
    wrong = [] if body.get("status") == answer.status_code else ["status"]
    return [f"{said} lacks {sorted(missing)} {wrong}"] if missing or wrong else []


async def test_limits_and_cursors_are_checked(house: House, every_door: list[Door]) -> None:
    failures, lists = [], 0
    for door in described(every_door):
        asks = door.parameters("query")
        if "limit" not in asks:
            continue
        path, most = real(house, door), asks["limit"]["maximum"]
        for limit, wanted in (
            (0, 422),
            (most + 1, 422),
            (-1, 422),
            ("x", 422),
            (1, 200),
            (most, 200),
        ):
            answer = await house.platform.get(path, params={"limit": limit})
            if answer.status_code != wanted:
                failures.append(f"{door} limit={limit}: {answer.status_code}")
        if "cursor" not in asks:
            continue
        lists += 1
        for cursor in ("x", "====", "W10", "bnVsbA", "WzEsMiwzLDQsNV0", CURSORS[-2]):
            answer = await house.platform.get(path, params={"cursor": cursor})
            if answer.status_code != 422:
                failures.append(f"{door} cursor={cursor[:20]}: {answer.status_code}")
            failures += problem_of(answer)
    assert failures == []
    assert lists > 10


async def test_unknown_ids_are_not_found(house: House, every_door: list[Door]) -> None:
    """404, never an empty answer and never a 500, for whoever may see everything and for others."""
    failures, asked = [], 0
    for door in described(every_door):
        if door.method != "GET" or not door.places:
            continue
        known = house.things.values
        shapes = door.parameters("path")
        ids = [n for n in door.places if "enum" not in shapes.get(n, {})]
        nobodys = {n: 10**9 if isinstance(known.get(n), int) else str(uuid4()) for n in ids}
        if not ids or door.path == f"{API}/tracks/{{courier}}/{{number}}":
            continue  # a number nobody knows is asked for at the courier
        asked += 1
        for client in (house.platform, house.merchant):
            answer = await client.get(door.at(dict.fromkeys(door.places, "orders") | nobodys))
            if answer.status_code not in (404, 403 if client is house.merchant else 404):
                failures.append(f"{door}: {answer.status_code} {answer.text[:80]}")
            failures += problem_of(answer)
    assert failures == []
    assert asked > 15


async def test_answers_are_as_described(house: House, every_door: list[Door]) -> None:
    """Every read and then every act: all fields as the document says, all times with an offset."""
    failures, fitted = [], 0
    for door in sorted(described(every_door), key=lambda d: (d.mutates, d.method == "DELETE")):
        schema, maker = answer_schema(door), Maker(house.things.values)
        probe = Probe(door, maker.path(door), body=next(maker.bodies(door)))
        for client in (house.merchant, house.platform):
            answer = await probe.send(client)
            if not answer.is_success:
                failures += problem_of(answer)
            elif schema is not None:
                body: Any = answer.json()
                fitted += 1
                failures += [f"{door}{where}" for where in misfits(door, schema, body)]
                failures += [f"{door}{where}" for where in naive_times(body)]
    assert sorted(set(failures)) == []
    assert fitted > 100


async def test_errors_are_problem_documents(
    app: FastAPI, house: House, nobody: httpx.AsyncClient
) -> None:
    """The framework's own refusals too; nothing of what went wrong inside is told."""
    json = {"content-type": "application/json"}
    answers = {
        404: await house.platform.get(f"{API}/no-such-thing"),
        405: await house.platform.delete(f"{API}/orders"),
        401: await nobody.get(f"{API}/orders"),
        403: await house.merchant.get(f"{API}/reports/overview"),
        422: await house.platform.post(f"{API}/orders", content=b"{", headers=json),
        400: await house.platform.post(f"{API}/orders", content=b"[" * 50_000, headers=json),
    }
    for status, answer in answers.items():
        assert answer.status_code == status, answer.text
        assert problem_of(answer) == []
    assert answers[405].headers["allow"]
