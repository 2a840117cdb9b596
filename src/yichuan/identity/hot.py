"""For the hottest reads: the caller and the query without the framework's dependency machinery.

A route that takes only the request is matched and called with next to no overhead; the query model
still checks every parameter and still describes them in the API's document.
"""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from yichuan.core.context import Context
from yichuan.identity.callers import Caller
from yichuan.identity.deps import get_caller

Q = TypeVar("Q", bound=BaseModel)


async def signed_in(request: Request) -> tuple[Context, Caller]:
    """Context and caller of a request.

    Raises:
        Unauthenticated: no valid credential.
        Forbidden: a browser's mutating request without its CSRF token.
    """
    context: Context = request.app.state.context
    return context, await get_caller(request, context)


def read_query(request: Request, model: type[Q]) -> Q:
    """The query string as a model; list fields collect repeated parameters.

    Raises:
        RequestValidationError: a parameter does not fit.
    """
    given: dict[str, Any] = {}
    many = _lists(model)
    for name, value in request.query_params.multi_items():
        if name in many:
            given.setdefault(name, []).append(value)
        elif value != "":
            given[name] = value
    try:
        return model.model_validate(given)
    except ValidationError as error:
        errors = [e | {"loc": ("query", *e["loc"])} for e in error.errors()]
        raise RequestValidationError(errors) from error


_LISTS: dict[type[BaseModel], frozenset[str]] = {}


def _lists(model: type[BaseModel]) -> frozenset[str]:
    known = _LISTS.get(model)
    if known is None:
        properties = model.model_json_schema()["properties"]
        known = frozenset(n for n, p in properties.items() if p.get("type") == "array")
        _LISTS[model] = known
    return known


def query_parameters(model: type[BaseModel]) -> dict[str, Any]:
    """The model's fields as OpenAPI query parameters (for `openapi_extra`)."""
    schema = model.model_json_schema()
    parameters = []
    for name, found in schema["properties"].items():
        shape = {k: v for k, v in found.items() if k not in ("description", "title", "default")}
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": False}
        if "description" in found:
            parameter["description"] = found["description"]
        if found.get("default") not in (None, []):
            shape["default"] = found["default"]
        parameters.append(parameter | {"schema": shape})
    return {"parameters": parameters}
