"""What a demonstration remembers between starts: one small file in its directory."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from yichuan.core import embedded

Stage = Literal["filling", "ready"]
FILE, LOCK = "demo.json", "demo.lock"
OURS = ("pg", "blobs", "logs", "couriers.json", "couriers.jsonl", "mall.jsonl", "master.key")
"""Everything a demonstration keeps; thrown away when filling was interrupted."""


class DemoError(RuntimeError):
    """The demonstration cannot start; the message is for the person at the terminal."""


@dataclass(slots=True)
class State:
    """The file's content."""

    merchants: int
    days: int
    source: str = ""
    """Directory of imported files; empty: the sample."""
    seed: int = 1
    stage: Stage = "filling"
    key: str = ""
    """Platform API key of the mall and of this program."""
    couriers_port: int = 0
    mall_port: int = 0
    shipments: int = 0
    """How many the first start has filled in."""
    log_ins: list[tuple[str, str, str]] = field(default_factory=list)
    """(what for, user name, password)."""


def load(data_dir: Path) -> State | None:
    """The state of a directory; None when no demonstration has run there.

    Raises:
        DemoError: something else lives there, or the file is damaged.
    """
    path = data_dir / FILE
    if path.exists():
        try:
            return msgspec.json.decode(path.read_bytes(), type=State)
        except msgspec.MsgspecError as error:
            raise DemoError(f"{path} is damaged ({error}); remove {data_dir}") from error
    if (data_dir / "pg").exists():
        raise DemoError(f"{data_dir} holds another installation; give another --data-dir")
    return None


def save(data_dir: Path, state: State) -> None:
    """Write the state; readable by its owner only, since it holds a key."""
    path = data_dir / f"{FILE}.new"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(state)) + b"\n")
    path.replace(data_dir / FILE)


def clear(data_dir: Path) -> None:
    """Throw away what an interrupted start has left."""
    pg_dir = (data_dir / "pg").absolute()
    if (pg_dir / "PG_VERSION").exists():
        embedded.stop(pg_dir)
    for name in OURS:
        path = data_dir / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Hold the directory; two demonstrations cannot share one.

    Raises:
        DemoError: another process holds it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(f"another demonstration is running on {data_dir}") from None
        yield
