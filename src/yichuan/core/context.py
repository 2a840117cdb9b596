"""Everything a process holds open, made once at its start."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from yichuan.core import migrate
from yichuan.core.blobs import BlobStore, LocalBlobs
from yichuan.core.database import Database, Urls
from yichuan.core.embedded import running
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault, master_key


@dataclass(frozen=True, slots=True)
class Context:
    """Settings, keys, database and blobs of this process."""

    settings: Settings
    vault: Vault
    database: Database
    blobs: BlobStore


@contextmanager
def located(config: Settings) -> Iterator[tuple[Urls, Vault]]:
    """Where the database is: the embedded one is started (and stopped by its last user)."""
    vault = Vault(master_key(config))
    if config.database_url is not None:
        yield Urls(config, None, vault), vault
        return
    with running(config.pg_dir, fsync=config.fsync) as cluster:
        yield Urls(config, cluster, vault), vault


def prepare(urls: Urls, vault: Vault) -> None:
    """Roles, database and schema up to date. Safe to repeat."""
    migrate.ensure_roles(urls, vault)
    migrate.upgrade(urls)


@asynccontextmanager
async def opened(config: Settings, urls: Urls, vault: Vault) -> AsyncIterator[Context]:
    """An open context on a prepared database."""
    database = Database(urls)
    await database.open()
    try:
        yield Context(config, vault, database, LocalBlobs(config.blob_dir))
    finally:
        await database.close()
