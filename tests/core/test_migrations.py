"""Schema and migrations. If these break, an upgrade fails on a filled database."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from conftest import DatabaseUrls
from yichuan.core import migrate
from yichuan.core.database import OWNER
from yichuan.tables import metadata

NOT_OURS = ("procrastinate_", "alembic_version", "track_events_")


def test_migrations_end_where_the_models_stand(urls: DatabaseUrls) -> None:
    """What the code expects is what the migrations make."""
    engine = create_engine(make_url(urls.of(OWNER)).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: (
                    kind != "table" or not str(name).startswith(NOT_OURS)
                )
            },
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_one_line_of_migrations(urls: DatabaseUrls) -> None:
    """Two heads would leave installations on different schemas."""
    script = ScriptDirectory.from_config(migrate.alembic_config())
    assert len(script.get_heads()) == 1
    assert migrate.current(urls) == migrate.head()
