"""Schema and migrations. If these break, an upgrade fails on a filled database."""

from __future__ import annotations

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from conftest import DatabaseUrls, drop
from yichuan.core import migrate
from yichuan.core.database import OWNER, SYSTEM
from yichuan.core.embedded import Cluster
from yichuan.core.ids import new_id
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault
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


def test_a_current_database_is_left_alone(
    urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every later start of a hub would load Alembic for nothing."""
    monkeypatch.setattr(migrate, "alembic_config", lambda: pytest.fail("migrations were loaded"))
    migrate.upgrade(urls)


def test_migrations_run_forward_on_a_filled_database(
    config: Settings, cluster: Cluster, vault: Vault
) -> None:
    """What merchants had before an upgrade is there after it, and the new settings hold."""
    name = f"t_{new_id().hex[-16:]}"
    urls = DatabaseUrls(config, cluster, vault, name)
    migrate.ensure_roles(urls, vault, name)
    migrate.upgrade(urls, "0001")
    with psycopg.connect(urls.of(SYSTEM), autocommit=True) as connection:
        for statement in FILL:
            connection.execute(statement)
        before = counts(connection)
    migrate.upgrade(urls)
    with psycopg.connect(urls.of(SYSTEM), autocommit=True) as connection:
        assert counts(connection) == before
        assert min(before.values()) > 0
        troubled = connection.execute(
            "SELECT troubles, count(*) FROM shipments"
            " WHERE troubled_at = '2026-03-01+08' GROUP BY 1"
        ).fetchall()
        origins = connection.execute(
            "SELECT m.code, s.origin_city, count(*) FROM shipments s"
            " JOIN merchants m ON m.id = s.merchant_id GROUP BY 1, 2 ORDER BY 1"
        ).fetchall()
        options = connection.execute(
            "SELECT reloptions FROM pg_class WHERE relname = 'shipments'"
        ).fetchone()
    assert troubled == [(["late_ship", "lost"], 1000)]
    assert origins == [("M1", "成都市", 200), *((f"M{n}", None, 200) for n in range(2, 6))]
    assert options == (["fillfactor=50"],)
    assert migrate.current(urls) == migrate.head()
    drop(cluster, name)


FILL = (
    "INSERT INTO merchants (id, code, name) SELECT gen_random_uuid(), 'M' || n, '商家' || n"
    " FROM generate_series(1, 5) n",
    "INSERT INTO recipients (merchant_id, id, province) SELECT id, id, '四川省' FROM merchants",
    "INSERT INTO shipments (merchant_id, id, shipment_no, recipient_id)"
    " SELECT m.id, gen_random_uuid(), 'S' || n, m.id FROM merchants m, generate_series(1, 200) n",
    "INSERT INTO sender_addresses (merchant_id, id, kind, name, phone_enc, province, city,"
    " district, address, is_default) SELECT id, gen_random_uuid(), kind, '仓库', '', '四川省',"
    " a.city, '', '', is_default FROM merchants, (VALUES ('ship_from', '绵阳市', false),"
    " ('ship_from', '成都市', true), ('return_to', '德阳市', true)) AS a(kind, city, is_default)"
    " WHERE code = 'M1'",
    "INSERT INTO problems (merchant_id, id, shipment_id, kind, party, severity, since)"
    " SELECT merchant_id, gen_random_uuid(), id, kind, 'merchant', 2, since::timestamptz"
    " FROM shipments, (VALUES ('lost', '2026-03-02+08'), ('late_ship', '2026-03-01+08'))"
    " AS p(kind, since)",
    "INSERT INTO tracks (courier, number, cohort) SELECT 'SF', 'SF' || n, current_date"
    " FROM generate_series(1, 200) n",
    "INSERT INTO track_events (cohort, courier, number, cycle, event_key, occurred_at, text,"
    " detail) SELECT cohort, courier, number, cycle, '\\x01', now(), '已揽收', 'picked_up'"
    " FROM tracks",
    "INSERT INTO milestone_log (topic, kind) SELECT 'track', 'progress' FROM tracks",
)


def counts(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    """Rows of the filled tables."""
    found: dict[str, int] = {}
    for table in ("merchants", "recipients", "shipments", "tracks", "track_events"):
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        found[table] = int(str(row[0]))
    return found
