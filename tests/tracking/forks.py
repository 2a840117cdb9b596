"""Server and worker as forks of a process that has imported the product already: they are killed
nine times in one test, and a start of the interpreter costs more than all the pushing."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from tracking.killing import Products
from tracking.living import live

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["yichuan.app", "yichuan.serving", "yichuan.worker", "uvicorn"])


class Fork:
    """A process, with the verbs of `subprocess.Popen`."""

    def __init__(self, name: str, port: int, env: dict[str, str], log: Path) -> None:
        self._process = FORKING.Process(target=live, args=(name, port, env, log))
        self._process.start()
        self.pid = self._process.pid
        self.kill, self.terminate = self._process.kill, self._process.terminate

    def poll(self) -> int | None:
        """Its exit code; None while it lives."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """Until it has ended."""
        self._process.join(timeout)
        assert self._process.exitcode is not None, "it did not end"
        return self._process.exitcode


class Forks(Products):
    """Server and worker without the start of an interpreter."""

    def start(self, name: str) -> None:
        """`serve` or `worker`."""
        self.children[name] = Fork(name, self.port, self.environment(), self.log(name))
