"""What every `build.py` writes alike: exact numbers, uncut codes, China's time."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec

from yichuan.core.clock import CHINA
from yichuan.couriers.connectors.base import Contact, CourierError, WaybillRequest

Value = TypeVar("Value")


def scaled(amount: int, places: int) -> msgspec.Raw:
    """An integer as a JSON number with so many decimal places: 1250 fen → 12.50, exactly."""
    return msgspec.Raw(decimal(amount, places).encode())


def decimal(amount: int, places: int) -> str:
    """The same as text."""
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**places)
    return f"{sign}{whole}.{part:0{places}d}"


def uncut(text: str, limit: int, what: str) -> str:
    """A text that must not be cut: a cut order code or address sends the parcel astray.

    Raises:
        CourierError: `bad_request`, when it is empty or longer than `limit`.
    """
    cleaned = text.strip()
    if not 0 < len(cleaned) <= limit:
        raise CourierError("bad_request", f"{what} must have 1 to {limit} characters")
    return cleaned


def reachable(contact: Contact) -> Contact:
    """The contact, when it can be telephoned.

    Raises:
        CourierError: `bad_request`, without mobile number and telephone.
    """
    if not (contact.mobile or contact.tel):
        raise CourierError("bad_request", "a mobile number or telephone is required")
    return contact


def one_piece(request: WaybillRequest, *services: str) -> WaybillRequest:
    """The request, when it asks only for what the connector can pass on without guessing: one
    piece, paid by us, and at most these added services.

    Raises:
        CourierError: `unsupported`.
    """
    asked = {service.name for service in request.services} - set(services)
    if request.pieces != 1:
        raise CourierError("unsupported", "several pieces under one order")
    if request.pay not in ("monthly", "sender"):
        raise CourierError("unsupported", f"payment by {request.pay}")
    if asked:
        raise CourierError("unsupported", f"added services {', '.join(sorted(asked))}")
    return request


def street(contact: Contact) -> str:
    """Township and street in one line, without saying the township twice."""
    if contact.street and not contact.address.startswith(contact.street):
        return contact.street + contact.address
    return contact.address


def filled(fields: dict[str, Value]) -> dict[str, Value]:
    """Without the fields that are empty."""
    return {key: value for key, value in fields.items() if value not in ("", [], {})}


def china_time(at: datetime) -> str:
    """`2024-05-01 10:00:00` in China of an aware time."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
