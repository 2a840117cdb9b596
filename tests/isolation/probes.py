"""Requests made from the API's own description, with one merchant's ids where ids are asked for."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from isolation.walk import ENDLESS, Door

AMBIGUOUS = {("/push/{connector}/{token}", "token"): "push_token"}
"""Parameters whose name means something else on one route."""
GIVEN: dict[tuple[str, str], Any] = {
    ("/api/v1/couriers/recognise", "numbers"): ["YT1234567890123"],
    ("/api/v1/rate-cards", "rows"): [{"card": "x", "role": "price", "courier": "ZTO"}],
    ("/api/v1/reach", "province"): "四川省",
    ("/api/v1/reach", "city"): "成都市",
    ("/api/v1/reach", "district"): "武侯区",
    ("/assets/{name:path}", "name"): "index.js",
    ("/{path:kdniao}", "path"): "api/dist",
    ("/track-assets/{digest}/{name}", "digest"): "0",
    ("/track-assets/{digest}/{name}", "name"): "page.js",
}
"""The same for everyone on one route: files, and rows that any object would do for."""
NAMES = frozenset({"order_no", "sub_order_no", "number", "username", "code", "merchant"})
"""Words anyone may use for things of its own: put among BETA's ids, they would stay in its data."""
WORDS: dict[str, Any] = {
    "adcode": "650000",
    "allowed_hosts": ["localhost"],
    "allowed_networks": ["127.0.0.0/8"],
    "begin": "2025-01-01",
    "callback_url": "http://127.0.0.1:9/kdniao",
    "city": "莆田市",
    "dest_city": "莆田市",
    "dest_province": "福建省",
    "district": "城厢区",
    "end": "2025-12-31",
    "endpoint": "http://couriers.test",
    "on": "2025-11-20",
    "origin_province": "四川省",
    "path": "shipments",
    "password": "a long enough password",
    "period": "202511",
    "period_from": "202511",
    "period_to": "202511",
    "phone": "13798760029",
    "phone_extension": "4321",
    "phone_last4": "0029",
    "placed_at": "2026-11-20T03:00:00Z",
    "province": "福建省",
    "public_id": "1700000",
    "raw": "慕容白鹭 13798760029 福建省莆田市城厢区胜利路 1 号",
    "recipient_token": "OAID-1",
    "sku": "CUP-1",
    "url": "http://127.0.0.1:9/hook",
}
"""Fields that are no ids, where any text would not do."""
NUMBERED = ("order_no", "sub_order_no", "shipment_no", "merchant", "courier", "number")
ROW = {"sku": "CUP-1", "card": "x", "role": "price", "first_price": "3"}
"""Columns of a file to import, whatever its kind."""
LEFT_OUT = frozenset({"map"})
"""Fields of uploads that only change how the file is read."""
PASSING = frozenset({"at", "computed_at", "started_at", "finished_at", "instance"})
"""Fields of an answer that say when, or what was asked."""
CURSORLESS = frozenset({"cursor", "limit", "seconds"})
NOTED = frozenset({"/api/v1/shipments/export.csv"})
"""What was asked of these is written to the audit log, and so read again by whoever asked."""


class Teach(Exception):
    """A parameter this test does not know yet."""


@dataclass(frozen=True)
class Seen:
    """An answer, kept for comparison."""

    status: int
    body: Any

    @classmethod
    def of(cls, answer: httpx.Response) -> Seen:
        if answer.content and answer.headers.get("content-type", "").endswith("json"):
            return cls(answer.status_code, settled(answer.json()))
        return cls(answer.status_code, answer.text)


def settled(value: Any) -> Any:
    """JSON without what changes from minute to minute."""
    if isinstance(value, dict):
        return {k: settled(v) for k, v in value.items() if k not in PASSING}
    if isinstance(value, list):
        return [settled(item) for item in value]
    return value


@dataclass(frozen=True)
class Probe:
    """One request."""

    door: Door
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    note: str = ""

    async def send(self, client: httpx.AsyncClient) -> httpx.Response:
        """Send it; an answer that does not end is a failure of this test.

        Raises:
            TimeoutError: the answer streams for ever: teach the test to read it.
        """
        headers = {"Idempotency-Key": uuid4().hex} if self.door.mutates else {}
        content: dict[str, Any] = {} if self.body is None else {"json": self.body}
        if isinstance(self.body, dict) and bytes in map(type, self.body.values()):
            files = {k: (f"{k}.csv", v) for k, v in self.body.items() if isinstance(v, bytes)}
            plain = {k: str(v) for k, v in self.body.items() if k not in files}
            content = {"files": files, "data": plain}
        query = [*ENDLESS.get(self.door.path, {}).items(), *self.query]
        return await client.request(
            self.door.method, self.path, params=query, headers=headers, **content
        )

    def __str__(self) -> str:
        query = "?" + "&".join(f"{k}={v}" for k, v in self.query) if self.query else ""
        return f"{self.door.method} {self.path}{query} [{self.note}] {self.body or ''}"


@dataclass
class Maker:
    """Makes values for parameters. `used`: which ids were asked for, by name."""

    values: Mapping[str, Any]
    mixed: Mapping[str, Any] = field(default_factory=dict)
    """Values that come before the others: some of another merchant's."""
    used: set[str] = field(default_factory=set)

    def value(self, door: Door, name: str, schema: dict[str, Any]) -> Any:
        """A value for a field or parameter.

        Raises:
            Teach: it asks for an id of an unknown kind.
        """
        schema = door.plain(schema)
        if "contentMediaType" in schema:
            return self.table()
        if (door.path, name) in GIVEN:
            return copy.deepcopy(GIVEN[door.path, name])
        known = AMBIGUOUS.get((door.path, name), name)
        if name in WORDS and known not in self.values:
            return copy.deepcopy(WORDS[name])
        if known in self.values:
            return self._known(known, schema)
        if known.endswith("s") and known[:-1] in self.values and schema.get("type") == "array":
            return [self._known(known[:-1], door.plain(schema["items"]))]
        return self._made(door, name, schema)

    def _known(self, name: str, schema: dict[str, Any]) -> Any:
        self.used.add(name)
        value = self.mixed.get(name, self.values[name])
        if schema.get("type") == "array" and not isinstance(value, list):
            return [value]
        return value

    def _made(self, door: Door, name: str, schema: dict[str, Any]) -> Any:
        kind = schema.get("type")
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if kind == "object" or "properties" in schema:
            return self.object(door, schema)
        if kind == "array":
            return [self.value(door, name.removesuffix("s"), schema["items"])]
        if kind in ("integer", "number"):
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return max(least, 1)
        if kind == "boolean":
            return True
        return self._text(door, name, schema)

    def _text(self, door: Door, name: str, schema: dict[str, Any]) -> str:
        shape = schema.get("format")
        if shape == "date-time":
            return "2026-11-20T03:00:00Z"
        if shape == "date":
            return "2026-11-20"
        asks = shape == "uuid" or name.endswith(("_id", "_ids", "_no", "token", "number"))
        if asks or shape is not None or "pattern" in schema:
            raise Teach(f"teach the isolation test parameter {name} of {door}: {schema}")
        return "词" * max(schema.get("minLength", 0), 3)

    def table(self) -> bytes:
        """A file in our own columns with one row that names things by their numbers."""
        named = {name: self.mixed.get(name, self.values.get(name, "")) for name in NUMBERED}
        row = {"quantity": "1", "waybill_number": named.pop("number")} | ROW | named
        return ("\n".join([",".join(row), ",".join(map(str, row.values()))]) + "\n").encode()

    def object(self, door: Door, schema: dict[str, Any]) -> dict[str, Any]:
        """An object with all its fields."""
        fields = schema.get("properties", {})
        return {
            name: self.value(door, name, shape)
            for name, shape in fields.items()
            if name not in LEFT_OUT
        }

    def path(self, door: Door) -> str:
        """The door's path, filled in."""
        described = door.parameters("path")
        unknown = {"type": "string", "format": "id"}
        return door.at(
            {name: self.value(door, name, described.get(name, unknown)) for name in door.places}
        )

    def bodies(self, door: Door) -> Iterator[Any]:
        """A body, and the same with each other choice of its enumerated fields."""
        if door.body is None:
            yield None
            return
        media_type, schema = door.body
        if media_type not in ("application/json", "multipart/form-data"):
            raise Teach(f"teach the isolation test bodies of {media_type} for {door}")
        base = self.value(door, "", schema)
        yield base
        for name, shape in schema.get("properties", {}).items():
            for choice in door.plain(shape).get("enum", [])[1:]:
                yield base | {name: choice}


def taught(door: Door, maker: Maker, note: str) -> list[Probe]:
    """A door's requests without query."""
    try:
        path = maker.path(door)
        return [Probe(door, path, body=body, note=f"{note}") for body in maker.bodies(door)]
    except Teach as error:
        pytest.fail(str(error))


def attacks(door: Door, alpha: Mapping[str, Any], beta: Mapping[str, Any]) -> list[Probe]:
    """A door's requests with ALPHA's ids: all of them, then each alone among BETA's own."""
    whole = Maker(alpha)
    found = taught(door, whole, "all of ALPHA's")
    for name in sorted(whole.used - NAMES):
        if alpha[name] == beta.get(name):
            continue
        if isinstance(alpha[name], list):
            both = [*beta[name], *alpha[name]]
            found += taught(door, Maker(beta, {name: both}), f"ALPHA's {name} after BETA's")
        if len(whole.used) > 1:
            maker = Maker(beta, {name: alpha[name]})
            found += taught(door, maker, f"ALPHA's {name} among BETA's")
    return found


def narrowed(
    door: Door, path: str, values: Mapping[str, Any], searches: list[str], noted: bool = False
) -> Iterator[Probe]:
    """A read with each of its query's parameters set in turn."""
    if (door.path in NOTED) is not noted:
        return
    maker = Maker(values)
    for name, schema in door.parameters("query").items():
        if name in CURSORLESS:
            continue
        options: list[Any] = searches if name == "q" else schema.get("enum", [])
        if schema.get("type") == "boolean":
            options = ["true", "false"]
        try:
            for value in options or [maker.value(door, name, schema)]:
                said = value if isinstance(value, list) else [value]
                yield Probe(door, path, tuple((name, str(v)) for v in said), note=name)
        except Teach as error:
            pytest.fail(str(error))


async def views(client: httpx.AsyncClient, every_door: list[Door]) -> dict[str, Seen]:
    """Answers to every described read without path parameters."""
    found = {}
    for door in every_door:
        if door.path in ENDLESS:  # a stream tells what happens just then
            continue
        if door.method == "GET" and not door.places and door.path.startswith("/api/v1/"):
            found[str(door)] = Seen.of(await client.get(door.path))
    return found


def nameless(text: str) -> str:
    """A text without its ids: new things have new ones."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)


def swapped(text: str, values: Mapping[str, Any], others: Mapping[str, Any]) -> str:
    """A text with one merchant's values replaced by others (both by parameter's name)."""
    pairs = [
        pair
        for name, value in values.items()
        if name in others
        for pair in zip(_all(value), _all(others[name]), strict=True)
    ]
    for mine, theirs in sorted(pairs, key=lambda pair: -len(pair[0])):
        text = text.replace(mine, theirs)
    return text


def _all(value: Any) -> list[str]:
    """A value's texts; numbers are too short to be told from others."""
    if isinstance(value, list):
        return [text for item in value for text in _all(item)]
    return [value] if isinstance(value, str) else []


def compact(body: Any) -> str:
    """A body as text."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)
