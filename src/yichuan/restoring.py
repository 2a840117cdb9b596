"""`yichuan db backup`, `restore` and `distribute`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from yichuan.bootstrap import prepare_installation
from yichuan.consumers import CONSUMERS
from yichuan.core import backup as backups
from yichuan.core import durable, migrate
from yichuan.core.backup import BLOBS, DUMP, KEY, BackupError
from yichuan.core.context import located
from yichuan.core.database import DATABASE, OWNER, SYSTEM, Urls
from yichuan.core.embedded import SUPERUSER
from yichuan.core.rebase import rebase
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault, master_key
from yichuan.migrations import security

JOBS: Final = backups.JOBS
_JOBS_AGAIN: Final = (
    "UPDATE procrastinate_jobs j SET worker_id = NULL, status = 'todo' WHERE status = 'doing'"
    " AND (queueing_lock IS NULL OR NOT EXISTS (SELECT FROM procrastinate_jobs o"
    " WHERE o.queueing_lock = j.queueing_lock AND o.status = 'todo'))",
    "UPDATE procrastinate_jobs SET worker_id = NULL, status = 'failed' WHERE status = 'doing'",
    "DELETE FROM procrastinate_workers",
)
"""Nobody works on what was being worked on: it is begun again."""
_OURS: Final = (
    "relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_depend d"
    " WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
)
"""Relations that no extension brought: managed servers come with some."""
_ANYTHING: Final = f"SELECT count(*) FROM pg_class c WHERE {_OURS}"
_THINGS: Final = f"""
    SELECT 'TABLE ' || c.oid::regclass FROM pg_class c WHERE relkind IN ('r', 'p') AND {_OURS}
    UNION ALL
    SELECT 'VIEW ' || c.oid::regclass FROM pg_class c WHERE relkind = 'v' AND {_OURS}
    UNION ALL
    SELECT 'SEQUENCE ' || c.oid::regclass FROM pg_class c WHERE relkind = 'S' AND {_OURS}
    UNION ALL
    SELECT 'ROUTINE ' || p.oid::regprocedure FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
    UNION ALL
    SELECT 'TYPE ' || t.oid::regtype FROM pg_type t
    LEFT JOIN pg_class r ON r.oid = t.typrelid
    WHERE typnamespace = 'public'::regnamespace AND typowner = current_user::regrole
      AND (typtype IN ('e', 'd') OR r.relkind = 'c')
"""


def backup(config: Settings, target: Path, *, with_key: bool, jobs: int) -> dict[str, Any]:
    """Back up the installation.

    Raises:
        BackupError: see `core.backup.backup`.
    """
    with located(config) as (urls, vault):
        return backups.backup(urls, vault, target, with_key=with_key, jobs=jobs).shown()


def restore(
    config: Settings, source: Path, *, key_file: Path | None = None, jobs: int = JOBS
) -> dict[str, Any]:
    """Bring a backup back into an empty installation; it can be started afterwards.

    Raises:
        BackupError: the backup is damaged, its key is missing or another, or the installation is
            not empty. Nothing of a failed restore is kept.
    """
    manifest = backups.proved(source)
    _must_be_empty(config)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        undo.callback(_clear, config.data_dir, set(config.data_dir.iterdir()))
        if config.database_url is not None:
            undo.callback(_empty, config.database_url)
        _bring_key(config, source, key_file, manifest["key_fingerprint"])
        with located(config) as (urls, vault):
            events = _bring_back(urls, vault, source, jobs)
        undo.pop_all()
    return {
        "made_at": manifest["made_at"],
        "revision": migrate.head(),
        "was": manifest["revision"],
        "events": events,
        "blobs": sum(name.startswith(f"{BLOBS}/") for name in manifest["files"]),
    }


def _clear(folder: Path, kept: set[Path]) -> None:
    for path in set(folder.iterdir()) - kept:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _empty(url: str) -> None:
    """Take a failed restore out of a database that was empty before it. The roles stay."""
    with psycopg.connect(url, autocommit=True) as owner:
        for (thing,) in owner.execute(_THINGS.encode()).fetchall():
            owner.execute(f"DROP {thing.replace(' ', ' IF EXISTS ', 1)} CASCADE".encode())


def _must_be_empty(config: Settings) -> None:
    for path in (config.pg_dir, config.blob_dir):
        if path.exists() and any(path.iterdir()):
            raise BackupError(f"{path} is not empty: restore into a new YICHUAN_DATA_DIR")
    if config.database_url is not None:
        with psycopg.connect(config.database_url) as connection:
            row = connection.execute(_ANYTHING.encode()).fetchone()
            if row != (0,):
                raise BackupError("the database of YICHUAN_DATABASE_URL is not empty")


def _bring_key(config: Settings, source: Path, key_file: Path | None, wanted: str) -> None:
    """Put the key where the installation looks for it.

    Raises:
        BackupError: there is none, or it is not the one the backup was made under.
    """
    path, given = config.data_dir / KEY, key_file or source / KEY
    if config.master_key is None and not path.exists():
        if not given.is_file():
            raise BackupError(
                "the master key is missing, and without it the backup cannot be read: give"
                " --key-file or YICHUAN_MASTER_KEY"
            )
        durable.create(path, given.read_bytes())
    if backups.fingerprint(Vault(master_key(config))) != wanted:
        raise BackupError("the backup was made under another master key")


def _bring_back(urls: Urls, vault: Vault, source: Path, jobs: int) -> int:
    """Database and blobs; how many scans there are."""
    migrate.ensure_roles(urls, vault)
    embedded = urls.config.database_url is None
    url = urls.of(SUPERUSER, DATABASE) if embedded else urls.of(OWNER)
    listing = urls.config.data_dir / "restore.list"
    listing.write_text(backups.contents(source), "utf-8")
    role = (f"--role={OWNER}",) if embedded else ()
    options = ("--no-owner", "--exit-on-error", f"--jobs={jobs}", f"--use-list={listing}", *role)
    try:
        backups.run("pg_restore", url, *options, "--section=pre-data", str(source / DUMP))
        with _unforced(urls.of(OWNER)):
            rest = ("--section=data", "--section=post-data")
            backups.run("pg_restore", url, *options, *rest, str(source / DUMP))
    finally:
        listing.unlink()
    with psycopg.connect(urls.of(OWNER), autocommit=True) as owner:
        for statement in security.GRANTS:
            if statement.startswith("ALTER DEFAULT"):
                owner.execute(statement.encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")
    with psycopg.connect(url if embedded else urls.of(SYSTEM), autocommit=True) as connection:
        rebase(connection, CONSUMERS)
        for again in _JOBS_AGAIN:
            connection.execute(again.encode())
        row = connection.execute("SELECT count(*) FROM track_events").fetchone()
    shutil.copytree(source / BLOBS, urls.config.blob_dir, dirs_exist_ok=True)
    prepare_installation(urls, vault)
    return int(row[0]) if row else 0


@contextmanager
def _unforced(url: str) -> Iterator[None]:
    """Row-level security binds the owner only afterwards: foreign keys are checked as the owner."""
    with psycopg.connect(url, autocommit=True) as owner:
        rows = owner.execute("SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity")
        forced = [str(row[0]) for row in rows]
        for table in forced:
            owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY".encode())
    yield
    with psycopg.connect(url, autocommit=True) as owner:
        for table in forced:
            owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY".encode())


def distribute(config: Settings) -> str:
    """Spread the tables over a Citus cluster.

    Raises:
        BackupError: the database has no Citus.
    """
    with located(config) as (urls, _), psycopg.connect(urls.of(OWNER)) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'"
        ).fetchone()
    if row == (0,):
        raise BackupError("this PostgreSQL has no Citus extension: nothing was changed")
    raise BackupError("distributing over Citus is not supported by this version")
