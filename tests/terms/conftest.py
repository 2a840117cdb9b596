"""Accounts at a simulated courier network, as the waybill tests have them."""

from waybills.conftest import accounts, courier_http, network

__all__ = ["accounts", "courier_http", "network"]
