"""Ports: a user would notice a stack trace instead of "port 8000 is taken"."""

from __future__ import annotations

import socket

import pytest

from yichuan.demo.ports import HOST, free_port, is_free, must_be_free
from yichuan.demo.state import DemoError


def test_a_taken_port_is_said_and_the_next_one_found() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(DemoError, match=f"port {port} is taken"):
            must_be_free(port)
        found = free_port(port)
        assert found > port
        assert free_port(port, frozenset({found})) not in {port, found}
    assert is_free(port)
