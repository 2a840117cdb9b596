"""The embedded database's life. If this breaks, one command line stops everybody's database."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg

from yichuan.core.embedded import SUPERUSER, running


def test_the_last_to_leave_stops_the_server_and_data_stay() -> None:
    with tempfile.TemporaryDirectory(prefix="yichuan-pg-") as folder:
        data = Path(folder) / "pg"
        with running(data, fsync=False) as first:
            url = first.url(SUPERUSER, "postgres")
            with running(data, fsync=False):
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
                    row = connection.execute("SHOW server_version_num").fetchone()
                    assert row is not None
                    assert int(row[0]) >= 180_000
            with psycopg.connect(url) as connection:  # the first user still has it
                assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
        assert not (data / "postmaster.pid").exists()
        with (
            running(data, fsync=False) as again,
            psycopg.connect(again.url(SUPERUSER, "postgres")) as connection,
        ):
            assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_fsync_is_on_unless_a_test_says_otherwise() -> None:
    with tempfile.TemporaryDirectory(prefix="yichuan-pg-") as folder:
        with (
            running(Path(folder) / "pg") as server,
            psycopg.connect(server.url(SUPERUSER, "postgres")) as connection,
        ):
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                assert connection.execute(f"SHOW {name}").fetchone() == ("on",)
