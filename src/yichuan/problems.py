"""Every error as a problem document (RFC 9457), those of the framework and the database too."""

from __future__ import annotations

import errno
from typing import Any, Final

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from starlette.exceptions import HTTPException

from yichuan.core.errors import Conflict, Invalid, NotFound, Unavailable, YichuanError

PROBLEM = "application/problem+json"
log = structlog.get_logger(__name__)

TITLES: dict[int, tuple[str, str, str]] = {
    400: ("bad_request", "The request cannot be read", "请求无法解析"),
    404: (NotFound.code, NotFound.title, NotFound.title_zh),
    405: ("method_not_allowed", "This address does not take this method", "不支持的请求方法"),
    413: ("too_large", "Body too large", "请求体过大"),
}
"""What the framework itself refuses: code and texts by HTTP status."""
AWAY: Final = (OperationalError, PoolExhausted, psycopg.OperationalError)
"""The database is away, full or too busy (psycopg's pool says so with a kind of the last)."""
DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})
RETRY_SECONDS: Final = 5


def install(app: FastAPI) -> None:
    """Have the application answer every error with a problem document."""
    app.add_exception_handler(YichuanError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(psycopg.DataError, _unstorable)
    app.add_exception_handler(IntegrityError, _clash)
    for away in AWAY:
        app.add_exception_handler(away, _away)
    app.add_exception_handler(OSError, _disk)
    app.add_exception_handler(Exception, _unexpected)


def answer(request: Request, error: YichuanError) -> JSONResponse:
    """The problem document of an error of ours."""
    body = error.problem() | {"instance": request.url.path}
    later = {"Retry-After": str(RETRY_SECONDS)} if isinstance(error, Unavailable) else None
    return JSONResponse(body, error.status, headers=later, media_type=PROBLEM)


async def _expected(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, YichuanError)
    return answer(request, error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields: list[dict[str, Any]] = [
        {"field": _clean(".".join(map(str, e["loc"]))), "message": e["msg"], "kind": e["type"]}
        for e in error.errors()
    ]
    body = {
        "type": "about:blank#invalid",
        "title": "Invalid request",
        "title_zh": "请求参数不合法",
        "status": 422,
        "code": "invalid",
        "detail": "; ".join(f"{f['field']}: {f['message']}" for f in fields)[:500],
        "errors": fields,
        "instance": request.url.path,
    }
    return JSONResponse(body, 422, media_type=PROBLEM)


def _clean(text: str) -> str:
    """A name the caller chose, fit for UTF-8: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode()


async def _refused(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses before any route: unreadable bodies, unknown methods."""
    assert isinstance(error, HTTPException)
    code, title, title_zh = TITLES.get(error.status_code, TITLES[400])
    body = {
        "type": f"about:blank#{code}",
        "title": title,
        "title_zh": title_zh,
        "status": error.status_code,
        "code": code,
        "detail": error.detail,
        "instance": request.url.path,
    }
    return JSONResponse(body, error.status_code, headers=error.headers, media_type=PROBLEM)


async def _unstorable(request: Request, error: Exception) -> JSONResponse:
    """Values that the database cannot hold: NUL characters, numbers or times out of range."""
    cause = type(getattr(error, "orig", error)).__name__
    log.warning("a value was refused by the database", path=request.url.path, cause=cause)
    return answer(request, Invalid("a value cannot be stored: NUL character, or out of range"))


async def _clash(request: Request, error: Exception) -> JSONResponse:
    """A twin was a moment faster, or something named is not there; other broken rules are ours."""
    assert isinstance(error, IntegrityError)
    if isinstance(error.orig, UniqueViolation):
        return answer(request, Conflict("this is there already"))
    if isinstance(error.orig, ForeignKeyViolation):
        return answer(request, NotFound("something named in the request does not exist"))
    raise error


async def _away(request: Request, error: Exception) -> JSONResponse:
    """Not our fault and not the caller's. A connection that broke in a commit leaves it open
    whether the act was done: a repeat with its Idempotency-Key finds out."""
    log.error("the database is away", path=request.url.path, error=str(error).split("\n")[0])
    return answer(
        request,
        Unavailable(
            "the database is away or cannot write; it is not known whether this was carried out:"
            " repeat it with the same Idempotency-Key"
        ),
    )


async def _disk(request: Request, error: Exception) -> JSONResponse:
    """A document could not be kept; other errors of the system are ours."""
    assert isinstance(error, OSError)
    if error.errno not in DISK:
        raise error
    log.error("the disk does not take it", path=request.url.path, error=str(error))
    return answer(request, Unavailable("the disk is full or broken; nothing was kept"))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """Our fault: told without a word of what happened inside; the framework logs it."""
    return answer(request, YichuanError())
