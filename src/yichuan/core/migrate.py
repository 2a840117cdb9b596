"""Bring a database to the current schema: roles, database, migrations, job tables."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from yichuan.core.database import APP, DATABASE, OWNER, SYSTEM, Urls
from yichuan.core.vault import Vault

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(str(files("yichuan"))) / "migrations"


def alembic_config() -> Config:
    """Alembic pointed at the packaged migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def head() -> str:
    """The newest revision this program knows."""
    return max(path.name[1:5] for path in (MIGRATIONS / "versions").glob("v[0-9]*.py"))


def ensure_roles(urls: Urls, vault: Vault, database: str = DATABASE) -> None:
    """Create the three roles, and on an embedded cluster the database. Safe to repeat.

    Raises:
        psycopg.Error: the given URL may not create roles.
    """
    with psycopg.connect(urls.admin, autocommit=True) as connection:
        for role in (OWNER, APP, SYSTEM):
            _ensure_role(connection, role, vault.database_password(role))
        if urls.config.database_url is None:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (database,)
            ).fetchone()
            if known is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(database), sql.Identifier(OWNER)
                    )
                )


def _ensure_role(connection: psycopg.Connection[tuple[object, ...]], role: str, key: str) -> None:
    name = sql.Identifier(role)
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    if known is None:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(
                name
            )
        )
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(key)))


def upgrade(urls: Urls, revision: str = "head", database: str | None = None) -> None:
    """Run migrations as the owner; none are loaded where the schema is this program's already.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: a migration failed; nothing of it is kept.
    """
    if revision == "head" and current(urls, database) == head():
        return
    from alembic import command

    url = make_url(urls.of(OWNER, database)).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def current(urls: Urls, database: str | None = None) -> str | None:
    """The revision the database is at, or None when it is empty."""
    with psycopg.connect(urls.of(OWNER, database)) as connection:
        table = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if table is None or table[0] is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])
