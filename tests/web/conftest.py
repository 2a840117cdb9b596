"""Fixtures of the console's browser tests: the real application on a port, the built console, a
real Chromium. Without a build or without Chromium these tests skip and say so."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser

from web.browser import Stage, chromium, served
from web.console import forget_people
from yichuan.web import pages


@pytest.fixture(scope="session")
def console_dist() -> Iterator[Path]:
    """The built console; `YICHUAN_CONSOLE_DIST` names a build elsewhere."""
    dist = Path(os.environ.get("YICHUAN_CONSOLE_DIST", pages.DIST))
    if not (dist / "index.html").is_file():
        pytest.skip(f"browser tests need the built console: run `make setup` (looked in {dist})")
    patch = pytest.MonkeyPatch()
    patch.setattr(pages, "DIST", dist)
    yield dist
    patch.undo()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def staged() -> AsyncIterator[tuple[Stage, str]]:
    """One address for the applications of all modules."""
    stage = Stage()
    async with served(stage) as address:
        yield stage, address


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def console(
    app: FastAPI, console_dist: Path, staged: tuple[Stage, str]
) -> AsyncIterator[str]:
    """Address of the application with the console on it."""
    stage, address = staged
    stage.app = app
    yield address
    await stage.clear()
    forget_people()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The one Chromium of this test process."""
    async with chromium() as found:
        yield found
