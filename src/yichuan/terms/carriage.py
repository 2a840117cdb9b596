"""A courier service on a waybill account, as its terms see it."""

from __future__ import annotations

from yichuan.couriers.queries import CourierAccount
from yichuan.terms.book import Carriage


def carriage_on(account: CourierAccount, service: str) -> Carriage:
    """A service on an account."""
    own = account.merchant_id is not None
    return Carriage(account.courier, service, account.id, account.branch_code or "", own)
