"""Engines, roles and sessions.

Three roles: `owner` migrates; `app` serves requests under row-level security, seeing only the
merchants set in its transaction; `system` (workers, push ingest, authentication) serves all.
A read session cannot write by accident: its transaction is READ ONLY.
"""

from __future__ import annotations

import select
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
from psycopg.pq import ConnStatus
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from yichuan.core import trip as trips
from yichuan.core.embedded import SUPERUSER, Cluster
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault

OWNER, APP, SYSTEM = "yichuan_owner", "yichuan_app", "yichuan_system"
DATABASE = "yichuan"
ALL = "all"
MERGES = 3
"""Connections on which pushes are merged, in a process: one batch is worked out while the others
wait. They are nobody else's, so that few server processes know the tracks' pages."""
Merchants: TypeAlias = tuple[UUID, ...] | None
"""The merchants a caller may see; None means the whole platform."""
Connection: TypeAlias = trips.Connection


class ReadSession(AsyncSession):
    """A session that may only read. `merchants` says whose rows it can see."""

    @property
    def merchants(self) -> Merchants:
        """Merchants visible in this session; None: all."""
        value: Merchants = self.info.get("merchants", ())
        return value


class WriteSession(ReadSession):
    """A session that may write, still under its caller's merchants."""


class SystemSession(WriteSession):
    """A session of the system role: serves every merchant. For workers and ingest."""


def visibility(merchants: Merchants) -> str:
    """The value of `yichuan.scope` for a set of merchants."""
    return ALL if merchants is None else ",".join(str(m) for m in merchants)


class Urls:
    """Where each role connects (libpq URLs)."""

    def __init__(self, config: Settings, cluster: Cluster | None, vault: Vault) -> None:
        self.config = config
        self._cluster = cluster
        self._vault = vault

    def of(self, role: str, database: str | None = None) -> str:
        """URL of a role."""
        if self._cluster is not None:
            return self._cluster.url(role, database or DATABASE)
        assert self.config.database_url is not None
        base = make_url(self.config.database_url)
        if role not in (OWNER, SUPERUSER):
            password = self._vault.database_password(role)
            base = base.set(username=role, password=password)
        if database is not None:
            base = base.set(database=database)
        return base.render_as_string(hide_password=False)

    @property
    def admin(self) -> str:
        """URL that may create roles and the database."""
        return self.of(SUPERUSER, "postgres" if self._cluster else None)


async def _check(connection: Connection) -> None:
    """Raise when the server has hung up on an idle connection: a look at its socket, no round trip.

    Without it every pooled connection would fail somebody once after a restart of the database.

    Raises:
        psycopg.OperationalError: it has.
    """
    if not _is_there(connection):
        raise psycopg.OperationalError("the server has hung up")


def _is_there(connection: Connection) -> bool:
    server = connection.pgconn
    if server.status == ConnStatus.BAD:
        return False
    look = select.poll()
    look.register(server.socket, select.POLLIN)
    try:
        while look.poll(0):  # nothing was asked: settings that changed, or the end
            server.consume_input()
    except psycopg.OperationalError:
        return False
    return bool(server.status != ConnStatus.BAD)


def _hung_up(connection: Any, record: object, proxy: object) -> None:  # noqa: ANN401
    """The same for SQLAlchemy's pools."""
    if not _is_there(connection.driver_connection):
        raise DisconnectionError("the server has hung up")


def _engine(url: str, pool_size: int) -> AsyncEngine:
    sa_url = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_async_engine(
        sa_url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=False,
        hide_parameters=True,  # errors are logged; names and phones are not
        connect_args={"prepare_threshold": 1},
    )
    event.listen(engine.sync_engine, "checkout", _hung_up)
    return engine


class Database:
    """Pools of the `app` and `system` roles. Open it once per process."""

    def __init__(self, urls: Urls) -> None:
        size = urls.config.pool_size
        self.urls = urls
        self.app_engine = _engine(urls.of(APP), size)
        self.system_engine = _engine(urls.of(SYSTEM), size)
        self.hot = _hot_pool(urls.of(APP), size, read_only=True)
        self.hot_system = _hot_pool(urls.of(SYSTEM), size)
        self.merging = _hot_pool(urls.of(SYSTEM), MERGES, least=0)

    async def open(self) -> None:
        """Open the plain psycopg pools (the hot paths)."""
        await self.hot.open()
        await self.hot_system.open()
        await self.merging.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.hot.close()
        await self.hot_system.close()
        await self.merging.close()
        await self.app_engine.dispose()
        await self.system_engine.dispose()

    @asynccontextmanager
    async def read(self, merchants: Merchants) -> AsyncIterator[ReadSession]:
        """A read-only transaction of the app role; nothing is kept."""
        async with ReadSession(
            self.app_engine, expire_on_commit=False, info={"merchants": merchants}
        ) as session:
            await session.execute(_READ_SCOPE, {"scope": visibility(merchants)})
            yield session

    @asynccontextmanager
    async def write(self, merchants: Merchants) -> AsyncIterator[WriteSession]:
        """A transaction of the app role: commits at the end, rolls back on any error."""
        async with (
            WriteSession(
                self.app_engine, expire_on_commit=False, info={"merchants": merchants}
            ) as session,
            session.begin(),
        ):
            await _set_scope(session, merchants)
            yield session

    @asynccontextmanager
    async def system(self) -> AsyncIterator[SystemSession]:
        """A transaction of the system role: commits at the end, rolls back on any error."""
        async with (
            SystemSession(
                self.system_engine, expire_on_commit=False, info={"merchants": None}
            ) as session,
            session.begin(),
        ):
            yield session


_READ_SCOPE = text(
    "SELECT set_config('yichuan.scope', :scope, true),"
    " set_config('transaction_read_only', 'on', true)"
)
_SET_SCOPE = "SELECT set_config('yichuan.scope', %s, true)"


async def _set_scope(session: AsyncSession, merchants: Merchants) -> None:
    await session.execute(
        text("SELECT set_config('yichuan.scope', :scope, true)"), {"scope": visibility(merchants)}
    )


def _hot_pool(
    url: str, size: int, *, read_only: bool = False, least: int = 1
) -> AsyncConnectionPool[Connection]:
    """Connections for statements that go by keys and are planned once.

    A plan made while a table was small must not read all of it when it has grown.
    """
    options = "-c enable_seqscan=off"
    if read_only:
        options += " -c default_transaction_read_only=on"
    kwargs: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "options": options}
    return AsyncConnectionPool(
        url, min_size=least, max_size=size, open=False, kwargs=kwargs, check=_check
    )


async def raw_connection(session: AsyncSession) -> Connection:
    """The psycopg connection under a session, inside the session's transaction (COPY, bulk)."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver: Connection | None = raw.driver_connection
    assert driver is not None
    return driver


async def hot_reads(
    pool: AsyncConnectionPool[Connection], merchants: Merchants, calls: Sequence[trips.Call]
) -> list[list[TupleRow]]:
    """Run scoped reads in one round trip; the rows of each.

    The scope and the statements are pipelined: PostgreSQL runs them as one transaction, which the
    pool makes READ ONLY, and the scope ends with it.
    """
    scope = (_SET_SCOPE, (visibility(merchants),))
    async with pool.connection() as connection:
        _, *found = await trips.trip(connection, (scope, *calls))
        return found


async def hot_rows(
    pool: AsyncConnectionPool[Connection],
    merchants: Merchants,
    statement: str,
    parameters: Iterable[Any],
) -> list[TupleRow]:
    """Run one scoped read in one round trip (see `hot_reads`)."""
    (rows,) = await hot_reads(pool, merchants, ((statement, tuple(parameters)),))
    return rows
