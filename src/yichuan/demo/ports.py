"""Finding ports to listen on, and calling what listens there."""

from __future__ import annotations

import socket

import httpx

from yichuan.demo.state import DemoError

HOST = "127.0.0.1"
SPAN = 50


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((HOST, port))
        except OSError:
            return False
        return True


def must_be_free(port: int) -> None:
    """Check the port people asked for.

    Raises:
        DemoError: somebody else has it.
    """
    if not is_free(port):
        raise DemoError(f"port {port} is taken; stop what listens there or give another --port")


def free_port(wanted: int, but: frozenset[int] = frozenset()) -> int:
    """The wanted port, or the next free one after it.

    Raises:
        DemoError: none of the next ones is free.
    """
    for port in range(wanted, min(wanted + SPAN, 65_536)):
        if port not in but and is_free(port):
            return port
    raise DemoError(f"no free port from {wanted} on")


def client(url: str, key: str = "") -> httpx.AsyncClient:
    """A client of a process on this machine; no proxy of the environment comes between."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False)
