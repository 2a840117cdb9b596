"""Fixtures: one embedded PostgreSQL per test run, a fresh migrated database per module.

What costs a second to import is imported where it is used: the process that hands out the tests
reads this file too, and the others wait for it.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import psycopg
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from hypothesis import HealthCheck, settings
from psycopg import sql

from yichuan.core.blobs import LocalBlobs
from yichuan.core.context import Context
from yichuan.core.database import OWNER, Database, Urls
from yichuan.core.embedded import SUPERUSER, Cluster, running
from yichuan.core.ids import new_id
from yichuan.core.memory import RARE, rarely_collect
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault

if TYPE_CHECKING:
    from fastapi import FastAPI

# A busy machine is slow, not broken: neither an example nor the making of examples has a time.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("suite", PATIENT, max_examples=50)
settings.register_profile("deep", PATIENT, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
gc.set_threshold(*RARE)  # what a test makes dies by its count; the rest is there for all of them
# Compiled files are kept, whatever the environment says: the tests start some thirty processes.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

BROWSERS = {
    "test_pages": "web 1",
    "test_buyer_page": "web 1",
    "test_buyer_link": "web 1",
    "test_care_page": "web 1",
    "test_shipments_pages": "web 1",
    "test_numbers_page": "web 1",
    "test_widget": "web 1",
    "test_steering_pages": "web 2",
    "test_printing_pages": "web 2",
    "test_live_page": "web 2",
    "test_term_pages": "web 2",
    "test_courier_pages": "web 2",
    "test_admission_page": "web 2",
    "test_applications_page": "web 2",
    "test_settings_pages": "web 2",
    "test_unknown_page": "web 2",
}
"""Files of tests/web that look at pages share two browsers, each about half of the work: one more
would load and compile the console once more."""
LONGEST_FIRST = (
    "web/test_pages.py",
    "web/test_steering_pages.py",
    "demo/test_demo.py",
    "tracking/test_kill.py",
    "isolation/test_routes.py",
    "web/",
    "simulator/test_mall.py",
    "api/",
    "house/",
    "imports/test_resume.py",
    "simulator/",
)
"""Files of the longest tests: begun first, so that the short ones fill up both ends."""
TESTS = Path(__file__).parent
MASTER_KEY = "11" * 32
TEMPLATE = "yichuan_template"
ROOT = "yichuan-test"
MEMORY = Path("/dev/shm")
PLENTY = 6 * 1024**3
"""Bytes free: a cluster of the tests takes some hundred megabytes, and there is one per process."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """A file is one process's, for its fixtures are made once, and so are the files of one browser;
    in the order given below."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return BROWSERS.get(Path(file).stem, file)

    config.option.loadscopereorder = False
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; the others as they are found."""

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(TESTS).as_posix()
        begun = (n for n, start in enumerate(LONGEST_FIRST) if name.startswith(start))
        return next(begun, len(LONGEST_FIRST))

    items.sort(key=place)


class DatabaseUrls(Urls):
    """URLs of one test database."""

    def __init__(self, config: Settings, cluster: Cluster, vault: Vault, database: str) -> None:
        super().__init__(config, cluster, vault)
        self._name = database

    def of(self, role: str, database: str | None = None) -> str:
        return super().of(role, database or self._name)


def datasets() -> Path:
    """Where the real data lie; a test that needs them skips loudly without."""
    path = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))
    if not path.is_dir():
        pytest.skip(f"datasets missing: set YICHUAN_DATA (looked in {path})")
    return path


def _memory() -> Path | None:
    """A directory in memory, where there is plenty: a copy of the template costs half as much.

    What killed runs left there is removed; their servers stop when they find it gone.
    """
    import psutil

    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    for left in MEMORY.glob(f"{ROOT}-*-*"):
        if not psutil.pid_exists(int(left.name.split("-")[2])):
            shutil.rmtree(left, ignore_errors=True)
    return MEMORY if shutil.disk_usage(MEMORY).free >= PLENTY else None


@pytest.fixture(scope="session")
def config() -> Iterator[Settings]:
    root = Path(tempfile.mkdtemp(prefix=f"{ROOT}-{os.getpid()}-", dir=_memory()))
    yield Settings(
        data_dir=root, master_key=MASTER_KEY, fsync=False, pool_size=4, auth_cache_seconds=0
    )
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def lasting_modules() -> None:
    """The collector need not look at what was imported."""
    rarely_collect()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """The same algorithm with its cheapest parameters: what it costs an attacker is no test's."""
    from yichuan.identity import service as identity

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(bytes.fromhex(MASTER_KEY))


@pytest.fixture(scope="session")
def cluster(config: Settings, vault: Vault) -> Iterator[Cluster]:
    """A running cluster with the roles and a migrated template database."""
    from yichuan.core import migrate

    with running(config.pg_dir, fsync=False) as server:
        urls = Urls(config, server, vault)
        migrate.ensure_roles(urls, vault, TEMPLATE)
        migrate.upgrade(urls, database=TEMPLATE)
        yield server


def clone(cluster: Cluster, name: str) -> None:
    """A fresh copy of the template."""
    with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE), sql.Identifier(OWNER)
            )
        )


def drop(cluster: Cluster, name: str) -> None:
    """Remove a test database."""
    with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@pytest.fixture(scope="module")
def urls(config: Settings, cluster: Cluster, vault: Vault) -> Iterator[DatabaseUrls]:
    name = f"t_{new_id().hex[-16:]}"
    clone(cluster, name)
    yield DatabaseUrls(config, cluster, vault, name)
    drop(cluster, name)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def context(config: Settings, urls: DatabaseUrls, vault: Vault) -> AsyncIterator[Context]:
    """An open context on a database of this test module's own."""
    database = Database(urls)
    await database.open()
    yield Context(config, vault, database, LocalBlobs(config.blob_dir / urls._name))
    await database.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def courier_http() -> AsyncIterator[httpx.AsyncClient]:
    """The client that calls couriers; a module may override it with a simulated network."""
    async with httpx.AsyncClient() as http:
        yield http


@pytest.fixture(scope="session")
def routed(config: Settings) -> FastAPI:
    """The application, with nothing behind it yet: it finds its routes together at the first
    request, a quarter of a second for every application that is made."""
    from yichuan.app import create_app

    return create_app(config)


@pytest.fixture(scope="module")
def app(routed: FastAPI, context: Context, courier_http: httpx.AsyncClient) -> FastAPI:
    """The application before this module's database and couriers; it remembers nothing else."""
    from starlette.datastructures import State

    from yichuan.app import attach

    routed.state = State()
    attach(routed, context, courier_http)
    return routed


@dataclass(frozen=True)
class Tenant:
    """A merchant with a key and a client that speaks as it."""

    id: UUID
    code: str
    client: httpx.AsyncClient


async def client_for(app: FastAPI, context: Context, merchant_id: UUID | None) -> httpx.AsyncClient:
    """An HTTP client with a fresh API key of a merchant, or of the platform."""
    from yichuan.identity import service as identity

    async with context.database.system() as session:
        key = await identity.create_key(session, context.vault, "test", merchant_id, kdniao=False)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://test",
        headers={"Authorization": f"Bearer {key.token}"},
    )


async def make_tenant(app: FastAPI, context: Context, code: str) -> Tenant:
    """A merchant without sender address, and its client."""
    from yichuan.merchants import service as merchants

    async with context.database.system() as session:
        merchant_id = await merchants.create(session, code, f"商家 {code}")
    return Tenant(merchant_id, code, await client_for(app, context, merchant_id))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def alpha(app: FastAPI, context: Context) -> Tenant:
    """A merchant."""
    return await make_tenant(app, context, "ALPHA")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def beta(app: FastAPI, context: Context) -> Tenant:
    """Another merchant, who must never see ALPHA's things."""
    return await make_tenant(app, context, "BETA")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def platform(app: FastAPI, context: Context) -> httpx.AsyncClient:
    """A client with a platform key."""
    return await client_for(app, context, None)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def nobody(app: FastAPI) -> httpx.AsyncClient:
    """A client without any credential."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
