"""The web process, without the command line: `yichuan serve` turns into this.

Typer, rich and the other commands would stay in the memory of every web process.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from types import FrameType


def _leave(number: int, frame: FrameType | None) -> None:
    """SIGTERM, raised again by the server when it is done: unwind, so that PostgreSQL stops."""
    raise SystemExit(0)


def main(host: str, port: int, workers: int, *, with_worker: bool) -> None:
    """Serve until a signal; `with_worker` also keeps a worker as a child."""
    import uvicorn

    from yichuan.core.context import located
    from yichuan.core.settings import settings

    signal.signal(signal.SIGTERM, _leave)
    with located(settings()):
        child = None
        if with_worker:
            child = subprocess.Popen([sys.executable, "-m", "yichuan.cli", "worker"])
        try:
            uvicorn.run(
                "yichuan.app:create_app",
                factory=True,
                host=host,
                port=port,
                workers=workers,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=10,
            )
        finally:
            if child is not None:
                child.terminate()
                child.wait(timeout=30)


def command(host: str, port: int, workers: int, *, with_worker: bool) -> list[str]:
    """The command line of this module."""
    flag = "1" if with_worker else "0"
    return [sys.executable, "-m", "yichuan.serving", host, str(port), str(workers), flag]


if __name__ == "__main__":
    # structlog and httpx would load these for tracebacks and a command line
    sys.modules |= dict.fromkeys(("rich", "pygments"))  # type: ignore[arg-type]
    _host, _port, _workers, _flag = sys.argv[1:]
    main(_host, int(_port), int(_workers), with_worker=_flag == "1")
