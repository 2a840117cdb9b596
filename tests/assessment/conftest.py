"""The simulated network's accounts, as for taking numbers."""

from waybills.conftest import accounts, calling, courier_http, network

__all__ = ["accounts", "calling", "courier_http", "network"]
