"""The simulated courier network of the waybills' tests, for tests of connections and accounts."""

from __future__ import annotations

from waybills.conftest import accounts, courier_http, network

__all__ = ["accounts", "courier_http", "network"]
