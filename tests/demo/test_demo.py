"""`yichuan demo` itself, small: a user would notice everything this test looks at in the first
minute: no log-in, empty lists, parcels that do not move, processes left behind after Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from yichuan.demo.furnish import PASSWORD
from yichuan.demo.ports import HOST, free_port

PATIENCE = 240.0


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="yichuan-demo-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def started(data_dir: Path, port: int) -> tuple[subprocess.Popen[bytes], Path]:
    """The demonstration in a process of its own, and the file it prints to."""
    out = data_dir / "screen.txt"
    command = [sys.executable, "-m", "yichuan.cli", "demo", "--port", str(port), "--no-live"]
    command += ["--data-dir", str(data_dir / "d"), "--merchants", "3", "--days", "2"]
    with out.open("wb") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=file, stdin=subprocess.DEVNULL, start_new_session=True
        )
    return process, out


def printed(process: subprocess.Popen[bytes], out: Path, words: str) -> str:
    """Wait until it has printed something; gives all of it."""
    deadline = time.monotonic() + PATIENCE
    while words not in out.read_text("utf-8"):
        assert process.poll() is None, out.read_text("utf-8")
        assert time.monotonic() < deadline, out.read_text("utf-8")
        time.sleep(0.1)
    return out.read_text("utf-8")


def stopped(process: subprocess.Popen[bytes], sign: signal.Signals) -> int:
    """Stop it; gives its exit code."""
    process.send_signal(sign)
    try:
        return process.wait(90)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


@contextmanager
def running(data_dir: Path, port: int, sign: signal.Signals) -> Iterator[str]:
    """It runs; gives what it printed when it was ready, stops it with a signal afterwards."""
    process, out = started(data_dir, port)
    try:
        yield printed(process, out, "Ctrl-C")
    finally:
        code = stopped(process, sign)
    assert code == 0, out.read_text("utf-8")


def left_behind(data_dir: Path) -> list[str]:
    """Command lines of processes that belong to the demonstration."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        if int(path.name) == os.getpid():
            continue
        try:
            own = path.joinpath("environ").read_bytes() + path.joinpath("cmdline").read_bytes()
        except OSError:
            continue
        if str(data_dir).encode() in own:
            found.append(path.joinpath("cmdline").read_text("utf-8").replace("\0", " "))
    return found


def signed_in(port: int, username: str) -> httpx.Client:
    client = httpx.Client(base_url=f"http://{HOST}:{port}", trust_env=False, timeout=30)
    wish = {"username": username, "password": PASSWORD}
    assert client.post("/api/v1/auth/login", json=wish).status_code == 204
    return client


def shipments(client: httpx.Client) -> list[dict]:
    rows, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = client.get("/api/v1/shipments", params={"limit": 200, **more}).json()
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for orphans in /proc")
def test_interrupted_start_first_start_second_start_and_nothing_left(data_dir: Path) -> None:
    port = free_port(28000)
    process, out = started(data_dir, port)
    printed(process, out, "processes")  # filling has begun
    assert stopped(process, signal.SIGINT) == 0
    assert not left_behind(data_dir)
    with running(data_dir, port, signal.SIGINT) as screen:
        assert "starting afresh" in screen
        for words in ("operator", "service", "yunqiao", PASSWORD, str(port)):
            assert words in screen
        operator = signed_in(port, "operator")
        rows = shipments(operator)
        assert 80 < len(rows) < 140
        assert len({row["merchant_id"] for row in rows}) == 3
        assert len(Counter(row["milestone"] for row in rows)) >= 3
        assert {row["ship_method"] for row in rows} == {"hub_waybill", "own_number", None}
        assert all(row["created_at"] < row["shipped_at"] for row in rows if row["shipped_at"])
        moving = next(row for row in rows if row["last_event_at"])
        timeline = operator.get(f"/api/v1/shipments/{moving['id']}/timeline")
        assert timeline.status_code == 200, timeline.text
        low = operator.get("/api/v1/courier-accounts").json()["items"]
        assert [account["courier"] for account in low if account["low"]] == ["STO"]
        mine = shipments(signed_in(port, "yunqiao"))
        assert 0 < len(mine) < len(rows)
        assert len({row["merchant_id"] for row in mine}) == 1
        assert left_behind(data_dir)
    assert not left_behind(data_dir)
    with running(data_dir, port, signal.SIGTERM):
        again = shipments(signed_in(port, "service"))
        assert {row["id"] for row in rows} <= {row["id"] for row in again}
    assert not left_behind(data_dir)


def test_a_taken_port_is_said_in_one_line(data_dir: Path) -> None:
    nowhere = data_dir / "none"
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "yichuan.cli",
                "demo",
                f"--port={port}",
                f"--data-dir={nowhere}",
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not (nowhere / "pg").exists()
