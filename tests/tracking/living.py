"""What a process of `tracking.forks` does. Imports nothing else of the tests: every fork reads this
module anew."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import uvloop

from yichuan import serving, worker
from yichuan.core.settings import settings


def live(name: str, port: int, env: dict[str, str], log: Path) -> None:
    """What `yichuan serve` and `yichuan worker` do, in a process that was forked for it."""
    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    with log.open("ab") as out:
        os.dup2(out.fileno(), sys.stdout.fileno())
        os.dup2(out.fileno(), sys.stderr.fileno())
    if name == "serve":
        serving.main("127.0.0.1", port, 1, with_worker=False)
    else:
        uvloop.run(worker.main(settings()))
