"""Every door of the application, found in the application itself: a new route needs no new line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

DESCRIPTION = Path(__file__).parents[2] / "docs" / "openapi.json"
"""What the application says of itself; `house/test_openapi.py` proves that it is current, and to
have it made once more takes seconds."""
PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
MUTATING = ("POST", "PUT", "PATCH", "DELETE")
ENDLESS = {"/api/v1/events/stream": {"seconds": "0"}}
"""Answers that stream for as long as somebody listens, and how they are asked to end at once."""


@dataclass(frozen=True)
class Door:
    """One method of one route, with what the API's document says of it (None: not described)."""

    method: str
    path: str
    """As the application has it, convertors and all."""
    operation: dict[str, Any] | None
    schemas: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def mutates(self) -> bool:
        return self.method in MUTATING

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Names of the path's parameters."""
        return tuple(PARAMETER.findall(self.path))

    def at(self, values: dict[str, Any]) -> str:
        """The path with its parameters filled in."""
        return PARAMETER.sub(lambda found: str(values[found[1]]), self.path)

    def parameters(self, where: str) -> dict[str, dict[str, Any]]:
        """Schemas of the query's or the headers' parameters by name."""
        found = (self.operation or {}).get("parameters", [])
        return {p["name"]: self.plain(p["schema"]) for p in found if p["in"] == where}

    @property
    def body(self) -> tuple[str, dict[str, Any]] | None:
        """Media type and schema of the body."""
        content = (self.operation or {}).get("requestBody", {}).get("content", {})
        for media_type, described in content.items():
            return media_type, self.plain(described["schema"])
        return None

    def plain(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema with its reference followed and `| None` taken off."""
        if "$ref" in schema:
            return self.plain(self.schemas[schema["$ref"].rpartition("/")[2]])
        for several in ("anyOf", "oneOf", "allOf"):
            options = [s for s in schema.get(several, []) if s.get("type") != "null"]
            if options:
                return self.plain(options[0])
        return schema


@cache
def doors(app: FastAPI) -> list[Door]:
    """Every method of every route, those of included routers too.

    Raises:
        TypeError: something is mounted that this walk cannot look into.
        LookupError: the description is older than the application.
    """
    described = json.loads(DESCRIPTION.read_text("utf-8"))
    schemas = described.get("components", {}).get("schemas", {})
    found = []
    for route in iter_route_contexts(app.routes):
        if route.path is None or not route.methods:
            raise TypeError(f"teach the walk to look into {route.original_route!r}")
        operations = described["paths"].get(route.path_format, {})
        shown = isinstance(route.route, APIRoute) and route.route.include_in_schema
        if shown and not {m.lower() for m in route.methods} <= set(operations):
            raise LookupError(f"{route.path_format} is not described: run `make openapi`")
        found += [
            Door(method, route.path, operations.get(method.lower()), schemas)
            for method in sorted(route.methods)
        ]
    return found
