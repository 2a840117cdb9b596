"""Whether an answer is what the API's document says: a small reading of JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from isolation.walk import Door

KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
TIME = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$")


def answer_schema(door: Door) -> dict[str, Any] | None:
    """The schema of a door's JSON answer; None where it has none (204, files, pages)."""
    for status, described in (door.operation or {}).get("responses", {}).items():
        content = described.get("content", {}).get("application/json")
        if status.startswith("2") and content is not None:
            found: dict[str, Any] = content.get("schema", {})
            return found
    return None


def _resolved(door: Door, schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = door.schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def misfits(door: Door, schema: dict[str, Any], value: Any, at: str = "") -> Iterator[str]:
    """Where a value is not what its schema says."""
    schema = _resolved(door, schema)
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        tries = [list(misfits(door, option, value, at)) for option in options]
        if all(tries):
            yield min(tries, key=len)[0]
        return
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    kind = schema.get("type")
    if kind and (
        not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "boolean")
    ):
        yield f"{at}: {str(value)[:60]!r} is no {kind}"
        return
    if isinstance(value, dict):
        yield from _object(door, schema, value, at)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            yield from misfits(door, schema["items"], item, f"{at}[]")


def _object(door: Door, schema: dict[str, Any], value: dict[str, Any], at: str) -> Iterator[str]:
    fields, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name in schema.get("required", []):
        if name not in value:
            yield f"{at}.{name}: missing"
    for name, inner in value.items():
        if name in fields:
            yield from misfits(door, fields[name], inner, f"{at}.{name}")
        elif isinstance(others, dict):
            yield from misfits(door, others, inner, f"{at}.{name}")
        elif fields and not others:
            yield f"{at}.{name}: not described"


def loose(
    door: Door, schema: dict[str, Any], at: str = "", seen: tuple[str, ...] = ()
) -> Iterator[str]:
    """Places of an answer that could hold anything."""
    name = schema.get("$ref", "")
    if name in seen:
        return
    seen, at = ((*seen, name), name.rpartition("/")[2]) if name else (seen, at)
    schema = _resolved(door, schema)
    for option in schema.get("anyOf", []) + schema.get("oneOf", []) + schema.get("allOf", []):
        yield from loose(door, option, at, seen)
    if any(word in schema for word in ("anyOf", "oneOf", "allOf", "enum", "const")):
        return
    kind, others = schema.get("type"), schema.get("additionalProperties")
    if kind is None or (
        kind == "object" and "properties" not in schema and not isinstance(others, dict)
    ):
        yield at
    if isinstance(others, dict):
        yield from loose(door, others, at, seen)
    for field, inner in schema.get("properties", {}).items():
        yield from loose(door, inner, f"{at}.{field}", seen)
    if kind == "array":
        yield from loose(door, schema.get("items", {}), at, seen)


def naive_times(value: Any, at: str = "") -> Iterator[str]:
    """Times without an offset, wherever they stand."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from naive_times(inner, f"{at}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from naive_times(inner, f"{at}[]")
    elif isinstance(value, str) and TIME.match(value) and not OFFSET.search(value):
        yield f"{at}: {value}"
