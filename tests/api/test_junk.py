"""Garbage at every door. Broken, one odd character from a mall's program is a 500, and nobody at
the mall can tell what to mend.

Each value of an honest request is replaced by junk in turn: NUL characters, lone surrogates, huge
numbers, times at the ends of the calendar, wrong kinds. Only a courier may fail (502, 503).
Each place gets one piece of junk, always the same; with YICHUAN_ALL_JUNK=1 every piece (minutes).
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import count
from typing import Any, TypeVar
from urllib.parse import urlencode
from zlib import crc32

import httpx
import pytest_asyncio
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import junk
from api.conftest import House
from api.test_contract import problem_of
from isolation.probes import Maker
from isolation.walk import ENDLESS, Door

JSON = {"content-type": "application/json"}
BY_COURIERS = {502, 503}
PAGES = "/track/"
"""The buyer's page says in HTML that a link is wrong."""
ALL = os.environ.get("YICHUAN_ALL_JUNK") == "1"
NAMED = [(name, content) for content in junk.FILES for name in junk.FILE_NAMES]
Junk = TypeVar("Junk")


def some(choices: Sequence[Junk], place: str) -> Sequence[Junk]:
    """What is tried at a place: one of the choices by the place's name, so that every choice comes
    up somewhere; or all.
    """
    if ALL or not choices:
        return choices
    at = crc32(place.encode()) % len(choices)
    return choices[at : at + 1]


def some_at(door: str, choices: Sequence[Junk], at: junk.Path) -> Sequence[Junk]:
    """What is tried at a place of a door's body."""
    return some(choices, f"{door} {at}")


class Taster:
    """Sends junk and notes what was answered badly."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.sent = 0
        self.bad: list[str] = []

    async def send(self, door: Door, path: str, note: str, **what: Any) -> None:
        self.sent += 1
        if door.path in ENDLESS:
            path = f"{path}?{urlencode(ENDLESS[door.path] | dict(what.pop('params', {})))}"
        answer = await self._client.request(door.method, path, **what)
        status = answer.status_code
        if status >= 500 and status not in BY_COURIERS:
            self.bad.append(f"{door} {note}: {status} {answer.text[:200]}")
        elif status >= 400 and door.method != "HEAD" and not path.startswith(PAGES):
            self.bad += [f"{door} {note}: {wrong}" for wrong in problem_of(answer)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def taster(app: FastAPI, house: House) -> AsyncIterator[Taster]:
    """An operator, who gets furthest; a 500 is an answer, not an exception of the test."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"authorization": house.platform.headers["authorization"]}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=headers
    ) as client:
        yield Taster(client)


def ordered(every_door: list[Door]) -> list[Door]:
    """What deletes comes last."""
    return sorted(every_door, key=lambda door: door.method == "DELETE")


async def test_junk_in_bodies(house: House, taster: Taster, every_door: list[Door]) -> None:
    taster.bad, numbers = [], count()
    for door in ordered(every_door):
        if door.body is None or door.body[0] != "application/json":
            continue
        values = house.things.values
        maker = Maker(values)
        path, body = maker.path(door), next(maker.bodies(door))
        for note, spoiled in junk.spoiled(body, partial(some_at, str(door))):
            text = json.dumps(spoiled).replace(values["sub_order_no"], f"JUNK-{next(numbers)}")
            await taster.send(door, path, note, content=text.encode(), headers=JSON)
        for raw in some(junk.BODIES, str(door)):
            await taster.send(door, path, repr(raw[:12]), content=raw, headers=JSON)
    assert taster.bad == []
    assert taster.sent > 250


async def test_junk_in_queries_and_paths(
    house: House, taster: Taster, every_door: list[Door]
) -> None:
    taster.bad = []
    for door in ordered(every_door):
        maker = Maker(house.things.values)
        path = maker.path(door)
        for name in door.parameters("query"):
            choices = junk.CURSORS if name == "cursor" else junk.QUERIES
            for value in some(choices, f"{door} {name}"):
                await taster.send(door, path, f"?{name}={value[:30]!r}", params={name: value})
        for name in door.places:
            for segment in some(junk.SEGMENTS, f"{door} {name}"):
                places = {n: maker.value(door, n, {"type": "string"}) for n in door.places}
                await taster.send(door, door.at(places | {name: segment}), f"{name}={segment[:20]}")
    assert taster.bad == []


async def test_junk_in_files(house: House, taster: Taster, every_door: list[Door]) -> None:
    taster.bad = []
    uploads = [d for d in every_door if d.body and d.body[0] == "multipart/form-data"]
    for door in uploads:
        maker = Maker(house.things.values)
        path = maker.path(door)
        for body in maker.bodies(door):
            plain = {k: str(v) for k, v in body.items() if not isinstance(v, bytes)}
            for name, content in some(NAMED, f"{door} {plain}"):
                files = {"file": (name, content)}
                note = f"{name[:9]!r} {content[:9]!r} {plain}"
                await taster.send(door, path, note, files=files, data=plain)
    assert taster.bad == []
    assert uploads


async def test_junk_in_headers(house: House, taster: Taster, every_door: list[Door]) -> None:
    taster.bad = []
    for door in every_door:
        if door.operation is None or door.body is None or door.body[0] != "application/json":
            continue
        maker = Maker(house.things.values)
        path, body = maker.path(door), next(maker.bodies(door))
        for name, value in some(junk.HEADERS, str(door)):
            if name == "idempotency-key" and name not in map(str.lower, door.parameters("header")):
                continue
            headers = [(b"content-type", b"application/json"), (name.encode(), value)]
            content = json.dumps(body).encode()
            await taster.send(
                door, path, f"{name}: {value[:20]!r}", content=content, headers=headers
            )
    assert taster.bad == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(body=ANYTHING, where=st.integers(0, 10_000), at=st.integers(0, 10_000))
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_anything_anywhere(
    house: House, taster: Taster, every_door: list[Door], body: Any, where: int, at: int
) -> None:
    """Any JSON in the place of any value, or of the whole body."""
    taster.bad = []
    takers = [d for d in every_door if d.body and d.body[0] == "application/json"]
    door = takers[where % len(takers)]
    maker = Maker(house.things.values)
    path, honest = maker.path(door), next(maker.bodies(door))
    places = [place for place, _ in junk.leaves(honest)]
    spoiled = junk.replaced(honest, places[at % len(places)], body)
    await taster.send(door, path, "anything", content=json.dumps(spoiled).encode(), headers=JSON)
    assert taster.bad == []
