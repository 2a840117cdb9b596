"""The embedded database's life. If this breaks, one command line stops everybody's database."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from yichuan.core.embedded import LOOK_SECONDS, MB, SUPERUSER, running, shared_buffers, stop


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


def test_a_killed_server_comes_back_by_itself_and_a_stopped_one_does_not() -> None:
    with tempfile.TemporaryDirectory(prefix="yichuan-pg-") as folder:
        data = Path(folder) / "pg"
        with running(data, fsync=False) as cluster:
            url = cluster.url(SUPERUSER, "postgres")
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
            server = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
            family = [server, *server.children(recursive=True)]
            server.kill()
            psutil.wait_procs(family, timeout=30)
            for connection in until_connected(url):
                assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
            stop(data)
            time.sleep(2 * LOOK_SECONDS)
            assert not (data / "postmaster.pid").exists()


def until_connected(url: str) -> Iterator[psycopg.Connection]:
    """One connection, as soon as the server takes it."""
    for _ in range(600):
        try:
            with psycopg.connect(url) as connection:
                yield connection
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not come back")


def test_fsync_is_on_unless_a_test_says_otherwise() -> None:
    with tempfile.TemporaryDirectory(prefix="yichuan-pg-") as folder:
        with (
            running(Path(folder) / "pg") as server,
            psycopg.connect(server.url(SUPERUSER, "postgres")) as connection,
        ):
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                assert connection.execute(f"SHOW {name}").fetchone() == ("on",)


@pytest.mark.parametrize(
    ("gigabytes", "setting"), [(1, "256MB"), (4, "512MB"), (8, "1024MB"), (64, "2048MB")]
)
def test_buffers_follow_the_machine_within_bounds(gigabytes: int, setting: str) -> None:
    """A small machine is left its memory, a large one is used."""
    assert shared_buffers(gigabytes * 1024 * MB) == setting
