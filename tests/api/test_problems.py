"""What a caller is told when the house is in trouble.

If this breaks, a database that restarts looks like a fault of the program, and nobody knows that
the same request may be sent again.
"""

from __future__ import annotations

import errno

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from yichuan import problems

AWAY = [
    OperationalError("SELECT 1", {}, psycopg.errors.AdminShutdown("terminating connection")),
    PoolExhausted("QueuePool limit"),
    psycopg.errors.DiskFull("could not extend file"),
    PoolTimeout("couldn't get a connection"),
    OSError(errno.ENOSPC, "No space left on device"),
]


async def told(error: Exception) -> httpx.Response:
    app = FastAPI()
    problems.install(app)

    @app.post("/act")
    async def act() -> None:
        raise error

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.post("/act")


@pytest.mark.parametrize("error", AWAY, ids=lambda e: type(e).__name__)
async def test_trouble_that_passes_says_when_to_come_back(error: Exception) -> None:
    answer = await told(error)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_other_errors_of_the_system_are_ours() -> None:
    answer = await told(OSError(errno.ENOENT, "a secret path"))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
